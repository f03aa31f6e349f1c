/// A file of named arrays, open for reading.
package protocol TensorContainer: Sendable {
  /// The path the file was opened by.
  var path: String { get }
  /// The names of the arrays, in the order of the file.
  var names: [String] { get }
  /// Free text entries of the file; empty for formats without them.
  var metadata: [String: String] { get }
  /// Element type and shape of an array, without reading its elements; throws `missingArray` or a format error.
  func info(_ name: String) throws(TensorFileError) -> TensorInfo
  /// An array; throws `missingArray` or a format error.
  func tensor(_ name: String) throws(TensorFileError) -> Tensor
}

extension TensorContainer {
  /// No entries: most formats have none.
  package var metadata: [String: String] { [:] }

  /// The error for a name that is not in the file.
  func missing(_ name: String) -> TensorFileError {
    let shown = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    let list = names.isEmpty ? "it holds no array" : "it holds \(shown)" + (names.count > 12 ? ", …" : "")
    return TensorFileError(.missingArray, file: path, array: name, "is not in the file", help: list)
  }
}

/// The name of a file without its directories and its last extension.
func fileStem(_ path: String) -> String {
  let name = path.split(separator: "/").last ?? ""
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
  return String(name[..<dot])
}
