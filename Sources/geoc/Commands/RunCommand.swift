import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocRuntime
import GeocThreads

/// `geoc run`: trains, evaluates, predicts, or computes gradients.
struct RunCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train a model, evaluate it, predict with it, or compute gradients.",
    discussion: "Ctrl-C keeps a checkpoint and exits with 130; continue with --resume.")

  @OptionGroup var common: CommonOptions
  @Argument(
    help: "A spec, or a plan made by 'geoc compile'.", completion: .file(extensions: ["yaml", "yml", "geoplan"]))
  var file: String
  @Option(help: "train, eval, predict or gradient; without it, train where the spec has a 'train', else predict.")
  var task: Task?
  @Option(help: ArgumentHelp("The samples of an input (npz, npy, csv, safetensors).", valueName: "name=file"))
  var input: [String] = []
  @Option(help: "Weights to start from, a safetensors file.", completion: .file(extensions: ["safetensors"]))
  var weights: String?
  @Option(name: .shortAndLong, help: "File that outputs or gradients are written to.")
  var output: String?
  @Option(help: ArgumentHelp("The cotangent of an output, for --task gradient.", valueName: "name=file"))
  var cotangent: [String] = []
  @Option(help: "Mode of the gradient: train or eval.")
  var mode: Mode = .train
  @Option(help: "Epoch, from 1, that schedules of the model are in, for --task gradient.")
  var epoch: Int?
  @Option(help: "Seed of initial values, order and random ops.")
  var seed: Int?
  @Option(help: "Worker threads; without it, one per processor.")
  var threads: Int?
  @Option(help: "Folder of an interrupted run to continue.", completion: .directory)
  var resume: String?
  @Flag(
    inversion: .prefixedNo, help: "Observe a training after each epoch and draw report.html in the folder of the run.")
  var report = true
  @Flag(help: "Print no progress.")
  var quiet = false
  @Flag(help: "Print results as JSON.")
  var json = false
  @OptionGroup var options: CompileOptions

  enum Mode: String, ExpressibleByArgument, CaseIterable { case train, eval }

  func validate() throws {
    if let epoch, epoch < 1 { throw ValidationError("--epoch counts from 1") }
    if let threads, threads < 1 || threads > 256 { throw ValidationError("--threads must be between 1 and 256") }
    if resume != nil, weights != nil {
      throw ValidationError("--resume goes on with the weights of its run, so that --weights has no place beside it")
    }
    if let task {
      if resume != nil, task != .train { throw ValidationError("--resume goes with --task train") }
      if epoch != nil, task != .gradient { throw ValidationError("--epoch goes with --task gradient") }
      if !cotangent.isEmpty, task != .gradient { throw ValidationError("--cotangent goes with --task gradient") }
      if output != nil, task == .train || task == .eval {
        throw ValidationError("--output goes with --task predict and --task gradient")
      }
    }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    let (inputs, cotangents) = (try InputFiles(input, flag: "--input"), try InputFiles(cotangent, flag: "--cotangent"))
    let loaded = try PlanSource.load(file, task: task, options, console, observes: report)
    if resume != nil, loaded.task != .train { throw ValidationError("--resume goes with a spec that has a 'train'") }
    if output != nil, loaded.task == .train { throw ValidationError("a training writes a folder, not an --output") }
    let sweep = loaded.task == .train ? loaded.sweep : nil
    if sweep != nil, resume != nil { throw ValidationError("a sweep is not resumed: start it anew") }
    if sweep != nil, !input.isEmpty { throw ValidationError("a sweep reads the 'data' of the spec, not --input") }
    let session = Session(loaded.plan, threads: threads ?? ThreadPool.availableProcessors)
    let request = RunRequest(
      task: loaded.task, inputs: inputs, cotangents: cotangents, weights: weights, output: output, seed: seed,
      resume: resume, mode: mode.rawValue, epoch: epoch, hasReport: report, isJSON: json,
      progress: ProgressLine(console: console, isQuiet: quiet || json), session: session, forward: loaded.forward)
    do {
      switch loaded.task {
      case .train:
        if let sweep {
          console.print(try request.run(try PlanSource.sweep(sweep, of: file, options, console, observes: report)))
        } else {
          console.print(try request.train())
        }
      case .eval: console.print(try request.evaluate())
      case .predict: console.print(try request.predict())
      case .gradient: console.print(try request.gradient())
      }
    } catch is Trainer.Interrupted {
      return .interrupted
    }
    return .success
  }
}

/// What `geoc run` is asked to do.
enum Task: String, ExpressibleByArgument, CaseIterable, Sendable {
  case train, eval, predict, gradient
}
