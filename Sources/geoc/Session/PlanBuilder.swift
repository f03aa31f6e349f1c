import GeocDiagnostics
import GeocIR
import GeocPasses
import GeocPlan
import GeocSpec

/// Compiles a model to a plan.
enum PlanBuilder {
  /// The functions that a task needs.
  static func purposes(_ model: Model, task: Task?) -> [Pipeline.Purpose] {
    let hasLoss = model.module["forward"]?.result("loss") != nil
    let gradients: [Pipeline.Purpose] = ["train", "eval"].flatMap { mode -> [Pipeline.Purpose] in
      let own = Pipeline.Purpose.gradient(mode: mode, ofLoss: false)
      return hasLoss ? [own, .gradient(mode: mode, ofLoss: true)] : [own]
    }
    let trains = hasLoss && model.optimizer != nil
    switch task {
    case .train: return [.initialize, .evaluate] + (trains ? [.step] : [])
    case .eval: return [.initialize, hasLoss ? .evaluate : .predict]
    case .predict: return [.initialize, .predict]
    case .gradient: return [.initialize] + gradients
    case nil:
      return [.initialize, .predict] + (hasLoss ? [.evaluate] : []) + (trains ? [.step] : []) + gradients
    }
  }

  /// Compiles for the given purposes. Evaluation functions are split into what depends on parameters only
  /// (`prepare_<name>`) and the rest. Throws `GeocError` for what the model does not admit, `InternalError` for a
  /// mistake of the compiler.
  static func plan(_ model: Model, purposes: [Pipeline.Purpose], options: PassOptions) throws -> Plan {
    guard let forward = model.module["forward"] else { throw InternalError("a model without a function") }
    var module = Module(name: model.module.name, dtype: model.module.dtype)
    do {
      for purpose in purposes {
        let function = try Pipeline.compile(
          forward, for: purpose, optimizer: model.optimizer, options: options
        ).function
        let isEvaluation = purpose == .predict || purpose == .evaluate
        if isEvaluation, !options.disabled.contains(Hoist.name),
          let split = try Hoist.run(function, registry: options.registry)
        {
          module.functions += [split.prepare, split.main]
        } else {
          module.functions.append(function)
        }
      }
    } catch let problem as RewriteProblem {
      throw GeocError(Diagnostic(.rewrite.notDifferentiable, problem.message, at: problem.origin.span ?? .none))
    }
    return try Plan.make(module, registry: options.registry, run: model.run, spec: model.spec.text)
  }
}

/// What `geoc run` is asked to do.
enum Task: String, CaseIterable, Sendable {
  case train, eval, predict, gradient
}
