import ArgumentParser
import GeocDiagnostics

/// A subcommand: parsed by ArgumentParser, executed on a console, ended by a status.
protocol GeocCommand: ParsableCommand {
  /// Options that every command has.
  var common: CommonOptions { get }
  /// Does the work. Throws `GeocError` for problems of the user's files and `InternalError` for the compiler's own.
  mutating func execute(_ console: Console) throws -> CommandStatus
}

/// Options that every command has.
struct CommonOptions: ParsableArguments {
  @Option(help: "When to colour texts: auto, always or never. NO_COLOR turns colours off.")
  var color: Console.Color = .auto
}

extension Console.Color: ExpressibleByArgument {}
