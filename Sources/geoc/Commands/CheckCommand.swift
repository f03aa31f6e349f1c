import ArgumentParser
import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocSpec

/// `geoc check`: reads, types and verifies specs.
struct CheckCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find the problems of specs.",
    discussion: """
      Folders are searched for .yaml and .yml files that have a 'geoc' key; '-' reads standard input. The human format \
      goes to standard error, the others to standard output.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "Specs, folders of specs, or '-'.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]
  @Option(help: "How problems are printed: human, json, sarif or github.")
  var format: DiagnosticFormat = .human
  @OptionGroup var lints: LintOptions
  @Option(name: .customLong("set"), help: "Override a value of the spec: train.epochs=5.")
  var overrides: [String] = []

  func execute(_ console: Console) throws -> CommandStatus {
    var sink = DiagnosticSink(policy: try lints.policy())
    var specs: [String] = []
    for file in files { specs += SpecSearch.specs(at: file, &sink) }
    for path in specs {
      let model =
        path == "-"
        ? try StandardInput.model(console, overrides, &sink)
        : try SpecCompiler.model(path: path, registry: Catalogue.registry, overrides: overrides, sink: &sink)
      if let model { try ModelCompiler(model: model).check(&sink) }
    }
    let diagnostics = sink.diagnostics
    if format == .human {
      console.report(sink)
      if sink.isEmpty { console.note("\(specs.count) spec\(specs.count == 1 ? "" : "s"): no problems") }
    } else {
      console.print(format.render(diagnostics, version: Geoc.version))
    }
    return CommandStatus(diagnostics)
  }
}

extension DiagnosticFormat: ExpressibleByArgument {}

/// Which lints count.
struct LintOptions: ParsableArguments {
  @Option(help: "Make a warning an error: a code (W0001), a name (unused-node), or 'warnings' for all.")
  var deny: [String] = []
  @Option(help: "Drop a warning: a code or a name.")
  var allow: [String] = []

  /// The policy. Throws `ValidationError` for a code that does not exist.
  func policy() throws -> LintPolicy {
    for name in deny + allow where name != "warnings" {
      guard let code = DiagnosticCode.find(name) else {
        let names = DiagnosticCode.all.filter { $0.severity == .warning }.flatMap { [$0.id, $0.name] }
        let hint = suggestion(for: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw ValidationError("there is no lint '\(name)'\(hint)")
      }
      guard code.severity == .warning else { throw ValidationError("'\(name)' is not a lint: errors stay errors") }
    }
    if allow.contains("warnings") { throw ValidationError("'--allow' takes single lints") }
    func ids(_ names: [String]) -> Set<String> { Set(names.map { DiagnosticCode.find($0)?.id ?? $0 }) }
    return LintPolicy(allow: ids(allow), deny: ids(deny))
  }
}
