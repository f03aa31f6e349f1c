import ArgumentParser
import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime
import GeocSpec
import GeocTensorFiles

/// `geoc check`: reads, types and verifies specs.
struct CheckCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find the problems of specs.",
    discussion: """
      Folders are searched for .yaml and .yml files that have a 'geoc' key, as far as a .geocignore does not leave them \
      out; '**/*.yaml' is a pattern, '-' standard input. The human format goes to standard error, the others to standard \
      output. A comment '# geoc: allow W0001' drops a warning on its line, on the line below it, or, in front of all \
      content, in the whole file.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "Specs, folders of specs, patterns, or '-'.", completion: .specs)
  var files: [String]
  @Option(help: "How problems are printed: human, json, sarif or github.")
  var format: DiagnosticFormat = .human
  @OptionGroup var lints: LintOptions
  @Option(help: ArgumentHelp("Fail where there are more warnings than this.", valueName: "count"))
  var maxWarnings: Int?
  @Flag(help: "Apply the edits that problems carry where they mend them, and report what is left.")
  var fix = false
  @Option(name: .customLong("set"), help: "Override a value of the spec: train.epochs=5.")
  var overrides: [String] = []

  func validate() throws {
    if let maxWarnings, maxWarnings < 0 { throw ValidationError("--max-warnings must not be negative") }
    guard fix else { return }
    if files.contains("-") { throw ValidationError("--fix writes files, so that '-' has no place beside it") }
    if !overrides.isEmpty { throw ValidationError("--fix mends what is written, so that --set has no place beside it") }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    CompilerMemory.keepsFreedPages()
    let policy = try lints.policy()
    var sink = DiagnosticSink(policy: policy)
    var specs: [String] = []
    for file in files {
      for spec in SpecSearch.specs(at: file, &sink) where !specs.contains(spec) { specs.append(spec) }
    }
    for path in specs {
      if fix { try mend(path, policy, &sink, console) }
      let model =
        path == "-"
        ? try StandardInput.model(console, overrides, &sink)
        : try SpecCompiler.model(path: path, registry: Catalogue.registry, overrides: overrides, sink: &sink)
      guard let model else { continue }
      let compiler = ModelCompiler(model: model)
      try compiler.check(&sink)
      console.kept = compiler
    }
    let diagnostics = sink.diagnostics
    if format == .human {
      console.report(sink)
      if sink.isEmpty { console.note("\(specs.count) spec\(specs.count == 1 ? "" : "s"): no problems") }
    } else {
      let text = format.render(diagnostics, version: Geoc.version, pages: ErrorPages.all)
      if !text.isEmpty { console.print(text) }
    }
    let status = CommandStatus(diagnostics)
    guard let maxWarnings, sink.warningCount > maxWarnings, status == .success else { return status }
    console.note("\(sink.warningCount) warnings, where --max-warnings allows \(maxWarnings)")
    return .problems
  }

  /// Applies edits to a file and writes it in one piece. A file that cannot be written is reported.
  private func mend(_ path: String, _ policy: LintPolicy, _ sink: inout DiagnosticSink, _ console: Console) throws {
    guard let bytes = FileManager.default.contents(atPath: path).map({ Array($0) }), bytes.count <= StandardInput.limit,
      UTF8Scanning.firstInvalid(in: bytes) == nil
    else { return }
    let result = try EditApplication.mend(bytes) { bytes in
      var own = DiagnosticSink(policy: policy)
      let text = String(decoding: bytes, as: UTF8.self)
      let model = try SpecCompiler.model(text: text, path: path, registry: Catalogue.registry, sink: &own)
      if let model { try ModelCompiler(model: model).check(&own) }
      return own.diagnostics
    }
    guard !result.mended.isEmpty else { return }
    do throws(GeocError) {
      try readingFiles { () throws(TensorFileError) in try AtomicFile.write(to: path, bytes: result.bytes) }
    } catch {
      sink.report(error)
      return
    }
    let count = result.mended.count
    console.note("mended \(count) problem\(count == 1 ? "" : "s") in \(path)")
  }
}

extension DiagnosticFormat: ExpressibleByArgument {}

/// Which lints count.
struct LintOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Make a warning an error: a code (W0001), a name (unused-node), or 'warnings' for all.", valueName: "code"),
    completion: .lints)
  var deny: [String] = []
  @Option(help: ArgumentHelp("Drop a warning: a code or a name.", valueName: "code"), completion: .lints)
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
