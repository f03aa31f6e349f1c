import ArgumentParser
import GeocIR
import GeocOps
import GeocSpec

/// `geoc schema`: the JSON Schema of specs, for editors.
struct SchemaCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of specs, for editors.")

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws -> CommandStatus {
    console.print(SchemaWriter.schema(Catalogue.registry))
    return .success
  }
}
