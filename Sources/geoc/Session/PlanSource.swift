import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan
import GeocRuntime
import GeocTensorFiles

/// A plan to run, from a plan file or compiled from a spec for one task.
enum PlanSource {
  /// A plan, the task to do with it, and the function that has all inputs and outputs.
  struct Loaded {
    var plan: Plan
    var task: Task
    var forward: Function
    /// The settings to choose from; nil without any, and for a plan, which is of one setting.
    var sweep: SweepDescription?
  }

  /// Loads `file`; a training that `observes` gets the functions that its report needs. Throws `GeocError` for a spec
  /// with errors and for a plan that is refused, `ValidationError` for options that a plan cannot take.
  static func load(
    _ file: String, task: Task?, _ options: CompileOptions, _ console: Console, observes: Bool = false
  ) throws -> Loaded {
    if file.hasSuffix(".geoplan") {
      guard !options.changesCompilation else {
        throw ValidationError("a plan is compiled already: --set and the options of passes go with a spec")
      }
      _ = try readingFiles { () throws(TensorFileError) in try TensorArchive.requireFile(file) }
      let library = try KernelLibrary.installed()
      let plan = try PlanFile.load(file, registry: Catalogue.registry, kernel: library.kernel)
      guard let forward = plan.module["forward"] else {
        throw GeocError(Diagnostic(.plan.noFunction, "the plan has no function 'forward'", item: file))
      }
      let isTrained = plan.trains || !plan.run.fits.isEmpty
      return Loaded(plan: plan, task: task ?? (isTrained ? .train : .predict), forward: forward)
    }
    var sink = DiagnosticSink()
    let compiler = try options.compiler(file, console, &sink)
    guard let compiler else { throw GeocError(sink.diagnostics) }
    console.report(sink)
    let isTrained = try compiler.model.run.training != nil || !compiler.fits().isEmpty
    let own = task ?? (isTrained ? .train : .predict)
    let observations = observes && own == .train ? compiler.observations : []
    let plan = try compiler.plan(compiler.purposes(for: own) + observations)
    return Loaded(plan: plan, task: own, forward: try compiler.forward(), sweep: compiler.model.sweep)
  }

  /// The plans of all settings of a sweep of `file`, with the functions of a report where it `observes`. Throws
  /// `GeocError` for a setting with which the spec has errors.
  static func sweep(
    _ description: SweepDescription, of file: String, _ options: CompileOptions, _ console: Console,
    observes: Bool = false
  ) throws -> Sweep {
    guard file != "-" else { throw ValidationError("a sweep reads its spec more than once: give a file") }
    let settings = try description.settings.map { values in
      var own = options
      own.overrides += description.overrides(values)
      var sink = DiagnosticSink()
      guard let compiler = try own.compiler(file, console, &sink) else { throw GeocError(sink.diagnostics) }
      let purposes = try compiler.purposes(for: .train) + (observes ? compiler.observations : [])
      return (values: values, plan: try compiler.plan(purposes))
    }
    return Sweep(description: description, settings: settings)
  }
}

extension Plan {
  /// Whether the plan holds what training runs.
  var trains: Bool { run.training != nil && (module["step"] != nil || module["trial"] != nil) }
}

extension ModelCompiler {
  /// The functions that a task needs.
  func purposes(for task: Task) throws -> [Pipeline.Purpose] {
    let fits = try fits().filter { task == .train || $0.adapts }.flatMap(Self.purposes)
    switch task {
    case .train: return [.initialize, evaluation] + purposes.filter(\.isOfTraining) + fits
    case .eval: return [.initialize, evaluation] + fits
    case .predict: return [.initialize, .predict] + fits
    case .gradient:
      return [.initialize] + fits
        + (try named()).map(\.purpose).filter { if case .gradient = $0 { true } else { false } }
    }
  }

  /// The plan of some functions. Evaluation is split into what depends on parameters only (`prepare_<name>`) and the
  /// rest. Throws `GeocError` where the model does not admit a function.
  func plan(_ purposes: [Pipeline.Purpose]) throws -> Plan {
    var compiler = self
    compiler.options.keepsStages = false
    let registry = options.registry
    let dtype = model.module.dtype
    let compiled = try compiler.compileAll(purposes) { purpose, function in
      var functions = [function]
      if purpose == .predict || purpose == .evaluate, let split = try Hoist.run(function, registry: registry) {
        functions = [split.prepare, split.main]
      }
      return try functions.map { ($0, try Scheduler.schedule($0, registry: registry, dtype: dtype)) }
    }
    var run = model.run
    run.fits = try fits()
    var plan = Plan(module: model.module, schedules: [], run: run, spec: specText)
    plan.module.functions = [try forward()]
    for (name, parts) in compiled {
      for (function, schedule) in parts { plan.add(function, schedule, as: name) }
    }
    return plan
  }
}
