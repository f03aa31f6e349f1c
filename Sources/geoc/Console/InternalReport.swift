import Foundation
import GeocIR

/// What is printed when the compiler itself is wrong: the stage, the op, and where its IR was left.
struct InternalReport {
  private let headline: String
  private let program: String

  /// A report of `error`; text after its first line is taken as IR.
  init(_ error: any Error) {
    let text = (error as? InternalError)?.description ?? String(describing: error)
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    headline = lines.first.map(String.init) ?? text
    program = lines.count > 1 ? String(lines[1]) : ""
  }

  /// Prints it and leaves the IR in a file.
  func write(_ console: Console) -> CommandStatus {
    console.note("internal error: \(headline)")
    if !program.isEmpty {
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("geoc-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString.prefix(8)).ir")
      do {
        try Data(program.utf8).write(to: file, options: .withoutOverwriting)
        console.note("  the IR is in \(file.path)")
      } catch {
        console.note("  the IR could not be written to \(file.path)")
      }
    }
    console.note("  this is a mistake of geoc \(Geoc.version), not of your spec; please report it with the spec")
    return .internalError
  }
}
