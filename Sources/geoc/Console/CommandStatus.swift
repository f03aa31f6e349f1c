import GeocDiagnostics

/// What the process ends with.
enum CommandStatus: Int32, Sendable {
  /// All is well.
  case success = 0
  /// A spec, its data or its run has problems.
  case problems = 1
  /// The command line is wrong.
  case usage = 2
  /// A file cannot be read or written.
  case inputOutput = 3
  /// The compiler itself is wrong.
  case internalError = 70
  /// Ctrl-C during a training; its checkpoint was kept.
  case interrupted = 130

  /// The status that `diagnostics` call for: a file that could not be read or written outweighs problems in a spec,
  /// because then not everything was looked at.
  init(_ diagnostics: [Diagnostic]) {
    let errors = diagnostics.filter { $0.severity == .error }
    let files: Set<DiagnosticCode> = [.file.unreadable, .data.fileMissing, .data.writeFailed]
    if errors.contains(where: { files.contains($0.code) }) {
      self = .inputOutput
    } else {
      self = errors.isEmpty ? .success : .problems
    }
  }
}
