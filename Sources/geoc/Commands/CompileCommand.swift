import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan

/// `geoc compile`: all passes, to a plan or to the text of a stage.
struct CompileCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Compile a spec to a plan, or print a stage of it.")

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec, or '-'.", completion: .specs)
  var file: String
  @Option(
    name: .shortAndLong,
    help: "Write the plan to this file; without it, <model>.geoplan unless --emit or --report is given.",
    completion: .file(extensions: ["geoplan"]))
  var output: String?
  @Option(
    help: ArgumentHelp(
      """
      Print a stage: spec (canonical, with defaults), ir (the model; with --function the compiled function), \
      ir-after=PASS, plan (the schedules) or json.
      """, valueName: "stage"), completion: .emitStages)
  var emit: EmitStage?
  @Option(help: "Which function: predict, evaluate, step, initialize, gradient_train, gradient_eval_loss and so on.")
  var function: String?
  @Flag(help: "Say what every pass did, and what the plan costs.")
  var report = false
  @OptionGroup var options: CompileOptions

  func execute(_ console: Console) throws -> CommandStatus {
    CompilerMemory.keepsFreedPages()
    var sink = DiagnosticSink()
    guard let compiler = try options.compiler(file, console, &sink) else {
      console.report(sink)
      return CommandStatus(sink.diagnostics)
    }
    console.report(sink)
    if let emit { console.print(try text(emit, compiler)) }
    if report {
      console.print(
        try CompileReport(compiler, try purposes(compiler, all: compiler.reported())).text(console.printDecorator))
      if compiler.model.optimizer != nil, function == nil || function == "step" {
        console.print(try BackwardCost.text(compiler, console.printDecorator))
      }
      if function == nil { console.print(try InitialMoments(compiler).text(console.printDecorator)) }
    }
    if let path = output ?? (emit == nil && !report ? "\(compiler.model.module.name).geoplan" : nil) {
      let plan = try compiler.plan()
      console.kept = (compiler, plan)
      try PlanFile.write(plan, to: path)
      console.note("wrote \(path)")
    }
    return .success
  }

  /// The functions that `--function` names, or `all`.
  private func purposes(_ compiler: ModelCompiler, all: [Pipeline.Purpose]) throws -> [Pipeline.Purpose] {
    guard let function else { return all }
    let named = try compiler.named()
    guard let found = named.first(where: { $0.name == function }) else {
      throw ValidationError(
        "'\(compiler.model.module.name)' has no function '\(function)'; it has \(named.map(\.name).joined(separator: ", "))"
      )
    }
    return [found.purpose]
  }

  private func text(_ stage: EmitStage, _ compiler: ModelCompiler) throws -> String {
    var module = compiler.model.module
    switch stage {
    case .spec: return compiler.model.spec.rendered(compiler.options.registry)
    case .ir:
      if function != nil {
        module.functions = try purposes(compiler, all: []).map { try compiler.compile($0).function }
      }
      return IRPrinter.print(module)
    case .irAfter(let pass):
      let outcomes = try purposes(compiler, all: compiler.reported()).map { try compiler.compile($0) }
      module.functions = outcomes.compactMap { $0.stages.last { $0.pass == pass }?.function }
      guard !module.functions.isEmpty else {
        var names: [String] = []
        for name in outcomes.flatMap({ $0.stages.map(\.pass) }) where !names.contains(name) { names.append(name) }
        throw ValidationError("no pass '\(pass)' ran; those that ran are \(names.joined(separator: ", "))")
      }
      return IRPrinter.print(module)
    case .plan:
      return try purposes(compiler, all: compiler.reported()).map { purpose in
        let function = try compiler.compile(purpose).function
        return try compiler.schedule(function).text(function)
      }.joined(separator: "\n")
    case .json:
      return try JSONText.text(CompileSummary(compiler, try purposes(compiler, all: compiler.reported())))
    }
  }
}

/// A stage of compilation that can be printed.
enum EmitStage: ExpressibleByArgument, Hashable, Sendable {
  case spec, ir, plan, json
  case irAfter(String)

  init?(argument: String) {
    switch argument {
    case "spec": self = .spec
    case "ir": self = .ir
    case "plan": self = .plan
    case "json": self = .json
    default:
      guard argument.hasPrefix("ir-after="), argument.count > 9 else { return nil }
      self = .irAfter(String(argument.dropFirst(9)))
    }
  }

  static var allValueStrings: [String] { ["spec", "ir", "ir-after=PASS", "plan", "json"] }
}
