import ArgumentParser
import GeocDiagnostics
import GeocPasses

/// `geoc graph`: the model, or a stage of it, as a graph; or what differs between two.
struct GraphCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw the graph of a spec, or say what changed between two.",
    discussion: """
      'geoc graph --diff OLD NEW' compares two specs in meaning: inputs, nodes with their types, parameters, cost, what \
      is fused, loss, data and training. Comments, order of keys and defaults written out make no difference.
      """)

  /// Forms in which it is drawn, or a difference told.
  enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
    case dot, mermaid, json, svg, html, onnx, text, markdown

    static let ofGraphs: [Format] = [.dot, .mermaid, .json, .svg, .html, .onnx]
    static let ofDifferences: [Format] = [.text, .markdown, .html, .json]
  }

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec, or '-'; two with --diff.", completion: .specs)
  var files: [String]
  @Flag(help: "Say what changed from the first spec to the second.")
  var diff = false
  @Option(
    help: """
      dot (the default), mermaid, json, svg or html, which need no other program, or the text form of onnx (a file \
      .onnxtxt). With --diff: text (the default), markdown for a comment on a change, html or json.
      """)
  var format: Format?
  @Option(
    help: """
      model (as written), ir (the compiled function), backward (the training step before lowering) or plan (steps in \
      their regions). An HTML page has all of them and begins with this one.
      """)
  var stage: GraphStage = .model
  @Option(
    help: ArgumentHelp("With --stage ir: the function as this pass left it.", valueName: "pass"),
    completion: .list(Pipeline.all.map { $0.name }))
  var after: String?
  @Option(name: .shortAndLong, help: "Write to this file instead of standard output.", completion: .file())
  var output: String?
  @OptionGroup var options: CompileOptions

  func validate() throws {
    let (count, known) = diff ? (2, Format.ofDifferences) : (1, Format.ofGraphs)
    guard files.count == count else {
      throw ValidationError(
        diff ? "--diff takes two specs, the old one and the new one" : "one spec is drawn at a time")
    }
    if diff, files.allSatisfy({ $0 == "-" }) { throw ValidationError("only one of the two specs can be '-'") }
    if let format, !known.contains(format) {
      let names = known.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("'\(format.rawValue)' is no format of a \(diff ? "difference" : "graph"): \(names)")
    }
    guard after != nil else { return }
    if diff { throw ValidationError("--after draws one graph: it does not go with --diff") }
    if stage != .ir { throw ValidationError("--after goes with --stage ir") }
    if format == .html || format == .onnx {
      throw ValidationError("--after goes with svg, dot, mermaid and json; a page has all passes")
    }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    var sink = DiagnosticSink()
    let compilers = try files.compactMap { try options.compiler($0, console, &sink) }
    console.report(sink)
    guard compilers.count == files.count, let compiler = compilers.last else { return CommandStatus(sink.diagnostics) }
    let text = diff ? try difference(compilers[0], compiler, console) : try drawing(compiler)
    if let output {
      try OutputFile.write(text.hasSuffix("\n") ? text : text + "\n", to: output)
    } else {
      console.print(text)
    }
    return .success
  }

  private func drawing(_ compiler: ModelCompiler) throws -> String {
    let stages = try GraphStages(compiler)
    func drawing() throws -> Drawing {
      if let after { return try stages.drawing(after: after) }
      return try stages.drawing(stage)
    }
    switch format ?? .dot {
    case .mermaid: return MermaidRenderer.text(try drawing())
    case .json: return try JSONText.text(try drawing())
    case .svg:
      let title = "\(compiler.model.module.name): \(after.map { "IR after \($0)" } ?? stage.title)"
      return SVGRenderer(try drawing(), least: stage.leastCluster).file(title: title)
    case .onnx: return try ONNXRenderer(try stages.function(stage), compiler.model, compiler.options.registry).text()
    case .html: return try GraphPage(stages, compiler.model, first: stage).text
    case .dot, .text, .markdown: return DotRenderer.text(try drawing())
    }
  }

  private func difference(_ old: ModelCompiler, _ new: ModelCompiler, _ console: Console) throws -> String {
    let difference = try ModelDifference(old, new)
    switch format ?? .text {
    case .markdown: return DifferenceRenderer.markdown(difference)
    case .json: return try JSONText.text(difference)
    case .html:
      return DifferencePage(
        difference, old: try GraphStages(old).drawing(.model), new: try GraphStages(new).drawing(.model)
      ).text
    case .text, .dot, .mermaid, .svg, .onnx:
      return DifferenceRenderer.text(difference, output == nil ? console.printDecorator : .plain)
    }
  }
}
