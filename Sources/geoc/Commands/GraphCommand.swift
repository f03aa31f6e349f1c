import ArgumentParser
import GeocDiagnostics
import GeocPasses

/// `geoc graph`: the model, or a stage of it, as a graph.
struct GraphCommand: GeocCommand {
  static let configuration = CommandConfiguration(commandName: "graph", abstract: "Draw the graph of a spec.")

  /// Forms in which it is drawn.
  enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
    case dot, mermaid, json, svg, html, onnx
  }

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec, or '-'.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String
  @Option(
    help: "dot, mermaid, json, svg or html, which need no other program, or the text form of onnx (a file .onnxtxt).")
  var format: Format = .dot
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
    guard after != nil else { return }
    if stage != .ir { throw ValidationError("--after goes with --stage ir") }
    if format == .html || format == .onnx {
      throw ValidationError("--after goes with svg, dot, mermaid and json; a page has all passes")
    }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    var sink = DiagnosticSink()
    guard let compiler = try options.compiler(file, console, &sink) else {
      console.report(sink)
      return CommandStatus(sink.diagnostics)
    }
    console.report(sink)
    let stages = try GraphStages(compiler)
    func drawing() throws -> Drawing {
      if let after { return try stages.drawing(after: after) }
      return try stages.drawing(stage)
    }
    let text: String
    switch format {
    case .dot: text = DotRenderer.text(try drawing())
    case .mermaid: text = MermaidRenderer.text(try drawing())
    case .json: text = try JSONText.text(try drawing())
    case .svg:
      let title = "\(compiler.model.module.name): \(after.map { "IR after \($0)" } ?? stage.title)"
      text = SVGRenderer(try drawing(), least: stage.leastCluster).file(title: title)
    case .onnx: text = try ONNXRenderer(try stages.function(stage), compiler.model, compiler.options.registry).text()
    case .html: text = try GraphPage(stages, compiler.model, first: stage).text
    }
    if let output {
      try OutputFile.write(text.hasSuffix("\n") ? text : text + "\n", to: output)
    } else {
      console.print(text)
    }
    return .success
  }
}
