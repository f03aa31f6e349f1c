import ArgumentParser
import GeocDiagnostics
import GeocIR

/// The command `geoc`, and the list of its subcommands.
struct Geoc: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "geoc",
    abstract: "A declarative compiler for geometric deep learning.",
    discussion: """
      Results go to standard output, diagnostics and progress to standard error. Exit codes: 0 fine, 1 problems in a \
      spec, 2 wrong usage, 3 a file cannot be read or written, 70 a mistake of the compiler.
      """,
    version: "geoc \(version)",
    subcommands: [
      CheckCommand.self, CompileCommand.self, GraphCommand.self, OpsCommand.self, ExplainCommand.self,
      SchemaCommand.self, DocsCommand.self,
    ])

  /// Parses and executes a command line, writing to `console`.
  static func run(_ arguments: [String], _ console: Console) -> ExitStatus {
    let command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      return refuse(error, console)
    }
    guard var command = command as? any GeocCommand else {
      // `geoc` alone: the list of commands is the answer to a question, but nothing was done.
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
      return ExitStatus(sink.diagnostics)
    } catch let error as ValidationError {
      return refuse(error, console, command: type(of: command))
    } catch {
      return InternalReport(error).write(console)
    }
  }

  /// Prints why a command line was refused, or the help that it asked for.
  private static func refuse(
    _ error: any Error, _ console: Console, command: (any ParsableCommand.Type)? = nil
  ) -> ExitStatus {
    let type: any ParsableCommand.Type = command ?? Geoc.self
    if type.exitCode(for: error).isSuccess {
      console.print(type.fullMessage(for: error))
      return .success
    }
    console.note(type.fullMessage(for: error))
    return .usage
  }
}
