import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocSpec

/// `geoc schema`: the JSON Schema of specs, for editors, or of diagnostics, for programs that read them.
struct SchemaCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of specs, or of the problems that check prints.")

  /// What a schema is of.
  enum Document: String, CaseIterable, ExpressibleByArgument, Sendable {
    case spec, diagnostics
  }

  @OptionGroup var common: CommonOptions

  @Argument(help: "spec, or diagnostics for 'geoc check --format json'.")
  var document: Document = .spec

  func execute(_ console: Console) throws -> CommandStatus {
    switch document {
    case .spec: console.print(SchemaWriter.schema(Catalogue.registry))
    case .diagnostics: console.print(DiagnosticsSchema.text)
    }
    return .success
  }
}
