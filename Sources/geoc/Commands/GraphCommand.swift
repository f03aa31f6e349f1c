import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocPasses

/// `geoc graph`: the model, or a stage of it, as a graph.
struct GraphCommand: GeocCommand {
  static let configuration = CommandConfiguration(commandName: "graph", abstract: "Draw the graph of a spec.")

  /// Stages that can be drawn.
  enum GraphStage: String, CaseIterable, ExpressibleByArgument, Sendable {
    case model, ir, backward, plan
  }

  /// Forms in which it is drawn.
  enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
    case dot, mermaid, json, svg, html
  }

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec, or '-'.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String
  @Option(help: "dot, mermaid or json.")
  var format: Format = .dot
  @Option(
    help: """
      model (as written), ir (the compiled function), backward (the training step before lowering) or plan (steps in \
      their regions).
      """)
  var stage: GraphStage = .model
  @Option(name: .shortAndLong, help: "Write to this file instead of standard output.", completion: .file())
  var output: String?
  @OptionGroup var options: CompileOptions

  func validate() throws {
    if format == .svg || format == .html {
      throw ValidationError("the format '\(format.rawValue)' is not available yet; use dot, mermaid or json")
    }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    var sink = DiagnosticSink()
    guard let compiler = try options.compiler(file, console, &sink) else {
      console.report(sink)
      return CommandStatus(sink.diagnostics)
    }
    console.report(sink)
    let drawing = try drawing(compiler)
    let text =
      switch format {
      case .dot: DotRenderer.text(drawing)
      case .mermaid: MermaidRenderer.text(drawing)
      case .json, .svg, .html: try JSONText.text(drawing)
      }
    if let output {
      try OutputFile.write(text.hasSuffix("\n") ? text : text + "\n", to: output)
    } else {
      console.print(text)
    }
    return .success
  }

  private func drawing(_ compiler: ModelCompiler) throws -> Drawing {
    let registry = compiler.options.registry
    let name = compiler.model.module.name
    switch stage {
    case .model: return Drawing(try compiler.forward(), title: name, registry)
    case .ir: return Drawing(try compiler.compile(.predict).function, title: name, registry)
    case .backward:
      let purpose: Pipeline.Purpose =
        compiler.model.optimizer != nil ? .step : .gradient(mode: "train", ofLoss: compiler.hasLoss)
      return Drawing(try compiler.compile(purpose).layers, title: name, registry)
    case .plan:
      let function = try compiler.compile(compiler.model.optimizer != nil ? .step : .predict).function
      return Drawing(try compiler.schedule(function), function, title: name, registry)
    }
  }
}
