import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan
import GeocRuntime
import GeocSpec

/// `geoc run`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train a model, evaluate it, predict with it, or compute gradients.")

  @Argument(help: "A spec, or a plan made by 'geoc compile'.")
  var file: String

  @Option(help: "train, eval, predict or gradient (default: train where the spec has one, else predict).")
  var task: TaskName?

  @Option(name: .long, help: "NAME=FILE: the samples of an input (npz, npy, csv, safetensors). May be repeated.")
  var input: [String] = []

  @Option(help: "Weights to start from, a safetensors file.")
  var weights: String?

  @Option(name: [.long, .customShort("o")], help: "File that outputs or gradients are written to.")
  var output: String?

  @Option(help: "NAME=FILE: the cotangent of an output, for --task gradient. May be repeated.")
  var cotangent: [String] = []

  @Option(help: "Mode of the gradient: train or eval.")
  var mode: ModeName = .train

  @Option(name: .customLong("set"), help: "PATH=VALUE: changes the spec, for example train.epochs=5. May be repeated.")
  var settings: [String] = []

  @Option(help: "Seed of initial values, order and random ops.")
  var seed: Int?

  @Option(help: "Worker threads (default: one per processor).")
  var threads: Int?

  @Option(help: "Folder of an interrupted run to continue.")
  var resume: String?

  @Flag(help: "Print no progress.")
  var quiet = false

  @Flag(help: "Print results as JSON.")
  var json = false

  @Flag(name: .customLong("no-manual-backward"), help: "Differentiate bodies instead of using hand-written backwards.")
  var withoutManualBackward = false

  @Option(name: .long, help: "A pass to leave out. May be repeated.")
  var disable: [String] = []

  enum TaskName: String, ExpressibleByArgument, CaseIterable { case train, eval, predict, gradient }
  enum ModeName: String, ExpressibleByArgument, CaseIterable { case train, eval }

  func validate() throws {
    if let threads, threads < 1 || threads > 256 { throw ValidationError("--threads must be between 1 and 256") }
    for text in input + cotangent where !text.contains("=") { throw ValidationError("'\(text)' is not NAME=FILE") }
    for text in settings where !text.contains("=") { throw ValidationError("'\(text)' is not PATH=VALUE") }
    let known = Pipeline.all.map { $0.name } + [Hoist.name]
    for name in disable where !known.contains(name) {
      throw ValidationError("there is no pass '\(name)'; passes: \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    try Console.handlingProblems {
      let loaded = try plan()
      let session = Session(loaded.plan, threads: threads ?? ThreadPool.availableProcessors)
      let request = RunRequest(
        task: loaded.task, inputs: try InputFiles(input, flag: "--input"),
        cotangents: try InputFiles(cotangent, flag: "--cotangent"), weights: weights, output: output, seed: seed,
        resume: resume, mode: mode.rawValue, isJSON: json, progress: ProgressLine(isQuiet: quiet || json),
        session: session, forward: loaded.forward)
      let text =
        switch loaded.task {
        case .train: try request.train()
        case .eval: try request.evaluate()
        case .predict: try request.predict()
        case .gradient: try request.gradient()
        }
      print(text)
    }
  }

  /// The plan of the file for the task, and a function that has all inputs and outputs.
  private func plan() throws -> (plan: Plan, task: Task, forward: Function) {
    let registry = Catalogue.registry
    let asked = task.flatMap { Task(rawValue: $0.rawValue) }
    if file.hasSuffix(".geoplan") {
      let library = try KernelLibrary.installed()
      let plan = try PlanFile.load(file, registry: registry, kernel: library.kernel)
      guard let forward = plan.module["forward"] else {
        throw GeocError(Diagnostic(.plan.noFunction, "the plan has no function 'forward'", item: file))
      }
      let task = asked ?? (plan.run.training != nil && plan.module["step"] != nil ? .train : .predict)
      return (plan, task, forward)
    }
    let model = try Console.model(file, overrides: settings)
    let task = asked ?? (model.run.training != nil ? .train : .predict)
    let options = PassOptions(
      registry: registry, disabled: Set(disable), usesManualBackward: !withoutManualBackward)
    let plan = try PlanBuilder.plan(model, purposes: PlanBuilder.purposes(model, task: task), options: options)
    guard let forward = model.module["forward"] else { throw InternalError("a model without a function") }
    return (plan, task, forward)
  }
}
