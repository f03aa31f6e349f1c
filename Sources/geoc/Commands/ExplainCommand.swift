import ArgumentParser
import GeocDiagnostics

/// `geoc explain`: the page of a diagnostic.
struct ExplainCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what a diagnostic means and how to mend it.")

  @OptionGroup var common: CommonOptions
  @Argument(
    help: "A code such as E0204, or the name of one; without it, all codes.",
    completion: .codes)
  var code: String?

  func execute(_ console: Console) throws -> CommandStatus {
    guard let code else {
      let rows = DiagnosticCode.all.map { "\($0.id)  \($0.name.padded(26))  \($0.title)" }
      console.print(rows.joined(separator: "\n"))
      return .success
    }
    guard let found = DiagnosticCode.find(code) else {
      let hint = suggestion(for: code, among: DiagnosticCode.all.flatMap { [$0.id, $0.name] })
      throw ValidationError("there is no code '\(code)'\(hint.map { "; did you mean '\($0)'?" } ?? "")")
    }
    console.print(
      ErrorPages.all[found.id]
        ?? "# \(found.id): \(found.title)\n\nSeverity: \(found.severity.rawValue), name: \(found.name).")
    return .success
  }
}
