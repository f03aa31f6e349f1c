import GeocDiagnostics
import GeocTensorFiles

extension GeocError {
  /// The diagnostic for a tensor file that could not be read or written.
  package init(_ error: TensorFileError) {
    let code: DiagnosticCode =
      switch error.kind {
      case .missingFile, .unreadable: .data.fileMissing
      case .unknownFormat: .data.unknownFormat
      case .truncated: .data.truncated
      case .pickledObject: .data.pickled
      case .unsupportedDType, .lossyConversion, .notRepresentable: .data.dtype
      case .missingArray: .data.missingArray
      case .shapeMismatch: .data.shape
      case .implausibleSize: .data.tooLarge
      case .writeFailed: .data.writeFailed
      case .badHeader, .duplicateArray, .badChecksum, .corruptData, .encrypted, .unsupportedCompression, .raggedRow,
        .nonNumericCell, .badQuoting:
        .data.malformed
      }
    var place = error.file ?? ""
    if let line = error.line { place += ":\(line)" }
    if let array = error.array { place += place.isEmpty ? "array '\(array)'" : ", array '\(array)'" }
    self.init(
      Diagnostic(code, error.message, help: error.help.map { [$0] } ?? [], item: place.isEmpty ? nil : place))
  }
}

/// Runs `body`, turning file errors into diagnostics.
package func readingFiles<T>(_ body: () throws(TensorFileError) -> T) throws(GeocError) -> T {
  do { return try body() } catch { throw GeocError(error) }
}
