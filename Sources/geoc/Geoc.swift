import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocPlan

/// The command `geoc`, and the list of its subcommands.
struct Geoc: ParsableCommand {
  /// The version of the compiler, of which plans of other versions are refused.
  static let version = PlanFile.version

  static let configuration = CommandConfiguration(
    commandName: "geoc",
    abstract: "A declarative compiler for geometric deep learning.",
    discussion: """
      Results go to standard output, diagnostics and progress to standard error. Exit codes: 0 fine, 1 problems in a \
      spec, 2 wrong usage, 3 a file cannot be read or written, 70 a mistake of the compiler.
      """,
    version: "geoc \(version)",
    subcommands: [
      CheckCommand.self, CompileCommand.self, RunCommand.self, VerifyCommand.self, ProfileCommand.self,
      GraphCommand.self, OpsCommand.self, ExplainCommand.self, InitCommand.self, SchemaCommand.self, DocsCommand.self,
    ])

  /// Parses and executes a command line, writing to `console`.
  static func run(_ arguments: [String], _ console: Console) -> CommandStatus {
    var parsed: any ParsableCommand
    do {
      parsed = try parseAsRoot(arguments)
      if !(parsed is any GeocCommand) && !(parsed is Geoc) {
        // The parser's own commands (help, completion scripts) answer by throwing.
        try parsed.run()
      }
    } catch {
      return refuse(error, console)
    }
    guard var command = parsed as? any GeocCommand else {
      // `geoc` alone asks for nothing that could be done.
      console.note(helpMessage())
      return .usage
    }
    console.color = command.common.color
    do {
      return try command.execute(console)
    } catch let error as GeocError {
      var sink = DiagnosticSink()
      sink.report(error)
      console.report(sink)
      return CommandStatus(sink.diagnostics)
    } catch let error as ValidationError {
      console.note("Error: \(error.message)\nUsage: \(usageString(for: type(of: command)))")
      return .usage
    } catch {
      return InternalReport(error).write(console)
    }
  }

  /// Prints why a command line was refused, or the help that it asked for.
  private static func refuse(_ error: any Error, _ console: Console) -> CommandStatus {
    if exitCode(for: error).isSuccess {
      console.print(fullMessage(for: error))
      return .success
    }
    console.note(fullMessage(for: error))
    return .usage
  }
}
