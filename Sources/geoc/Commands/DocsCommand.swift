import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps

/// `geoc docs`: prints a generated page of the documentation.
struct DocsCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs", abstract: "Print a generated page: ops, passes or diagnostics.", shouldDisplay: false)

  /// The generated pages.
  enum Page: String, CaseIterable, ExpressibleByArgument, Sendable {
    case ops, passes, diagnostics

    /// Its content, as it stands in `docs/<name>.md`.
    var text: String {
      switch self {
      case .ops: OpsDocument.text(OpPage.all(Catalogue.registry, includesInternal: false))
      case .passes: PassesDocument.text()
      case .diagnostics: DiagnosticsDocument.text()
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @Argument(help: "ops, passes or diagnostics.")
  var page: Page

  func execute(_ console: Console) throws -> CommandStatus {
    console.print(page.text)
    return .success
  }
}
