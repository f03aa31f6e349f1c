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
  }

  /// Loads `file`. Throws `GeocError` for a spec with errors and for a plan that is refused, `ValidationError` for
  /// options that a plan cannot take.
  static func load(_ file: String, task: Task?, _ options: CompileOptions, _ console: Console) throws -> Loaded {
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
      return Loaded(plan: plan, task: task ?? (plan.trains ? .train : .predict), forward: forward)
    }
    var sink = DiagnosticSink()
    let compiler = try options.compiler(file, console, &sink)
    guard let compiler else { throw GeocError(sink.diagnostics) }
    console.report(sink)
    let own = task ?? (compiler.model.run.training == nil ? .predict : .train)
    let plan = try compiler.plan(compiler.purposes(for: own))
    return Loaded(plan: plan, task: own, forward: try compiler.forward())
  }
}

extension Plan {
  /// Whether the plan holds what training runs.
  var trains: Bool { module["step"] != nil || module["trial"] != nil }
}

extension ModelCompiler {
  /// The functions that a task needs.
  func purposes(for task: Task) -> [Pipeline.Purpose] {
    switch task {
    case .train: [.initialize, evaluation] + purposes.filter(\.isOfTraining)
    case .eval: [.initialize, evaluation]
    case .predict: [.initialize, .predict]
    case .gradient: [.initialize] + named.map(\.purpose).filter { if case .gradient = $0 { true } else { false } }
    }
  }

  /// The plan of some functions. Evaluation is split into what depends on parameters only (`prepare_<name>`) and the
  /// rest. Throws `GeocError` where the model does not admit a function.
  func plan(_ purposes: [Pipeline.Purpose]) throws -> Plan {
    var module = model.module
    module.functions = [try forward()]
    for purpose in purposes {
      let function = try compile(purpose).function
      if purpose == .predict || purpose == .evaluate, let split = try Hoist.run(function, registry: options.registry) {
        module.functions += [split.prepare, split.main]
      } else {
        module.functions.append(function)
      }
    }
    return try Plan.make(module, registry: options.registry, run: model.run, spec: specText)
  }
}
