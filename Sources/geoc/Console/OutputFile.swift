import Foundation
import GeocDiagnostics

/// Writes results to files.
enum OutputFile {
  /// Writes `text` in one piece: a reader sees the old file or the new one. Throws `GeocError` with E0517.
  static func write(_ text: String, to path: String) throws(GeocError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw GeocError(
        Diagnostic(.data.writeFailed, "cannot write '\(path)': \(error.localizedDescription)", item: path))
    }
  }
}
