import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan
import GeocSpec
import GeocThreads
import Synchronization

/// Compiles the functions of a model; turns problems of passes into diagnostics.
struct ModelCompiler: Sendable {
  let model: Model
  var options = PassOptions(registry: Catalogue.registry)
  /// Whether settings of the command line changed the spec.
  var isOverridden = false
  private let known = Known()

  /// What was compiled so far, for all copies of a compiler: a report asks for one function several times.
  private final class Known: Sendable {
    struct Key: Hashable {
      var purpose: Pipeline.Purpose
      var disabled: Set<String>
      var usesManualBackward: Bool
      var keepsStages: Bool
    }
    let outcomes = Mutex<[Key: Pipeline.Outcome]>([:])
    let proofs = Mutex<[String: ScaleProof]?>(nil)
    let stepsByRows = Mutex<Bool?>(nil)
    /// What nobody asks for again, for as long as the compiler lives.
    private let derived = Mutex<[Pipeline.Outcome]>([])

    func keep(_ outcome: Pipeline.Outcome) { derived.withLock { $0.append(outcome) } }
  }

  /// A compiler of the same model in f64, for what is tested to rounding.
  var inDoubles: ModelCompiler {
    var model = model
    model.module.dtype = .f64
    return ModelCompiler(model: model, options: options)
  }

  /// The model's one function, as written. Throws `InternalError` where it is missing.
  func forward() throws -> Function {
    guard let function = model.module["forward"] else { throw InternalError("the model has no function 'forward'") }
    return function
  }

  /// Whether there is a loss.
  var hasLoss: Bool { model.module["forward"]?.result("loss") != nil }

  /// The function that metrics are taken from.
  var evaluation: Pipeline.Purpose { hasLoss && model.run.data?.isLossOfTraining != true ? .evaluate : .predict }

  /// Whether the optimizer searches its steps: its functions are then `curvature` and `trial` instead of `step`.
  var isSearch: Bool {
    model.optimizer.map { options.registry.optimizers[$0.name] is any SearchRule.Type } ?? false
  }

  /// Whether a search can step by the rows of the samples. A model that cannot be compiled cannot; what is wrong with it,
  /// its other functions tell.
  private var stepsByRows: Bool {
    if let found = known.stepsByRows.withLock(\.self) { return found }
    let found =
      isSearch && (try? Pipeline.stepsByRows(try forward(), optimizer: model.optimizer, options: options)) == true
    known.stepsByRows.withLock { $0 = found }
    return found
  }

  /// The function that changes the weights.
  var update: Pipeline.Purpose { isSearch ? .trial : .step }

  /// The functions that a plan of this model holds.
  var purposes: [Pipeline.Purpose] {
    var all: [Pipeline.Purpose] = [.initialize, .predict]
    if hasLoss { all.append(.evaluate) }
    if model.optimizer != nil { all += isSearch ? [.curvature, .trial, .spectrum] : [.step] }
    if stepsByRows { all += [.curvatureByRows, .trialByRows] }
    if model.run.training?.reportsSeparation == true { all.append(.separation) }
    return all
  }

  /// The nodes whose states are estimated, in order. Throws `GeocError` for one that cannot be.
  func fits() throws -> [FitDescription] {
    do {
      return try FitFunctions.descriptions(try forward(), options.registry)
    } catch let problem as RewriteProblem {
      throw GeocError(Diagnostic(.rewrite.notDifferentiable, problem.message, at: problem.origin.span ?? .none))
    }
  }

  /// The functions of a fit.
  static func purposes(_ fit: FitDescription) -> [Pipeline.Purpose] {
    fit.parts.map { .fit(node: fit.node, part: $0) }
  }

  /// What is printed where no function is named: the functions of a plan without gradients.
  func reported() throws -> [Pipeline.Purpose] { purposes + (try fits()).flatMap(Self.purposes) }

  /// The functions that tell how a training goes.
  var observations: [Pipeline.Purpose] {
    guard model.optimizer != nil, hasLoss else { return [] }
    let metric = model.run.metrics.first
    let head = (metric?.prediction ?? model.outputs.first).map {
      Observe.Head(prediction: $0, isEmbedding: metric?.clustering?.clusters != nil)
    }
    return [.observeValues(head), .observeGradient]
  }

  /// Purposes by the name of their function: those of `purposes`, of fits, the gradients, and the observations of a
  /// training.
  func named() throws -> [(name: String, purpose: Pipeline.Purpose)] {
    var all = purposes + (try fits()).flatMap(Self.purposes)
    for mode in ["train", "eval"] {
      all.append(.gradient(mode: mode, ofLoss: false))
      if hasLoss { all.append(.gradient(mode: mode, ofLoss: true)) }
    }
    return (all + observations).map { ($0.functionName, $0) }
  }

  /// What `body` gives for each purpose and its compiled function, functions at the same time, and once for functions that
  /// are equal but for their names; with the name of a function that was made for another. All functions are compiled
  /// first: one with a gradient takes longest in both, and the others are ready for `body` before it is. Throws what the
  /// first that fails throws.
  func compileAll<Part: Sendable>(
    _ purposes: [Pipeline.Purpose], _ body: @escaping @Sendable (Pipeline.Purpose, Function) throws -> Part
  ) throws -> [(name: String?, part: Part)] {
    let forward = try forward()
    let twins = purposes.map { Pipeline.twin($0, forward, options.registry) }
    var places: [Pipeline.Purpose: Int] = [:]
    var distinct: [Pipeline.Purpose] = []
    for twin in twins where places[twin] == nil {
      places[twin] = distinct.count
      distinct.append(twin)
    }
    let functions = try ThreadPool.map(distinct, weight: \.effort) { ($0, try compile($0).function) }
    let parts = try ThreadPool.map(functions, weight: \.1.nodes.count) { try body($0, $1) }
    return zip(purposes, twins).compactMap { purpose, twin in
      places[twin].map { (purpose == twin ? nil : purpose.functionName, parts[$0]) }
    }
  }

  /// One function. Throws `GeocError` where the model does not admit it.
  func compile(_ purpose: Pipeline.Purpose) throws -> Pipeline.Outcome {
    let twin = Pipeline.twin(purpose, try forward(), options.registry)
    if twin != purpose { return try compile(twin).named(purpose.functionName) }
    var key = Known.Key(
      purpose: purpose, disabled: options.disabled, usesManualBackward: options.usesManualBackward, keepsStages: true)
    if let outcome = known.outcomes.withLock({ $0[key] }) { return outcome }
    key.keepsStages = options.keepsStages
    if let outcome = known.outcomes.withLock({ $0[key] }) { return outcome }
    let outcome = try outcome(purpose, Pipeline.compile)
    known.outcomes.withLock { $0[key] = outcome }
    return outcome
  }

  /// What is proved of the scales of weights, by name. Throws `InternalError`.
  func scaleProofs() throws -> [String: ScaleProof] {
    if let proofs = known.proofs.withLock(\.self) { return proofs }
    let proofs = try ScaleAnalysis.proofs(try forward(), registry: options.registry)
    known.proofs.withLock { $0 = proofs }
    return proofs
  }

  private func outcome(
    _ purpose: Pipeline.Purpose,
    _ pipeline: (Function, Pipeline.Purpose, OptimizerDescription?, PassOptions) throws -> Pipeline.Outcome
  ) throws -> Pipeline.Outcome {
    let function = try forward()
    var options = options
    options.dtype = model.module.dtype
    do {
      return try pipeline(function, purpose, model.optimizer, options)
    } catch let problem as RewriteProblem {
      throw GeocError(
        Diagnostic(
          code(problem), problem.message, at: problem.origin.span ?? .none, help: problem.help.map { [$0] } ?? []))
    } catch let error as InternalError {
      if error.description.contains("\n") { throw error }
      throw InternalError("compiling '\(purpose.functionName)': \(error.description)\n\(IRPrinter.print(function))")
    } catch {
      // A type or space problem after elaboration is the compiler's own: the user's program was accepted.
      throw InternalError("compiling '\(purpose.functionName)': \(error)\n\(IRPrinter.print(function))")
    }
  }

  /// The schedule of a compiled function. Throws `InternalError`.
  func schedule(_ function: Function) throws -> Schedule {
    do {
      return try Scheduler.schedule(function, registry: options.registry, dtype: model.module.dtype)
    } catch {
      throw InternalError("scheduling '\(function.name)': \(error)\n\(IRPrinter.print(function))")
    }
  }

  /// The plan of all functions. Throws `GeocError` where the model does not admit one.
  func plan() throws -> Plan { try plan(named().map(\.purpose)) }

  /// The spec as written, or in canonical form where the command line changed it.
  var specText: String {
    guard !isOverridden, let file = model.spec.root.span.file else { return model.spec.rendered(options.registry) }
    return file.text
  }

  /// Verifies the model, that its step can be derived where it is trained, and its claims. Whether it can does not depend
  /// on the passes that make it faster: they are left to `compile`.
  func check(_ sink: inout DiagnosticSink) throws {
    var plain = self
    plain.options.disabled = Pipeline.optional
    let function = try forward()
    if let problem = Verifier.problems(function, options.registry).first {
      throw InternalError("after 'elaborate': \(problem)\n\(IRPrinter.print(function))")
    }
    do {
      if model.optimizer != nil {
        known.keep(try plain.outcome(update, Pipeline.derive))
        try ProjectionCheck(compiler: self).run(&sink)
      }
      for purpose in try fits().flatMap(Self.purposes) { _ = try plain.outcome(purpose, Pipeline.derive) }
      try SelfNormalization(self).check(&sink)
      try ClaimCheck(self).run(&sink)
    } catch let error as GeocError {
      sink.report(error)
    }
  }

  private func code(_ problem: RewriteProblem) -> DiagnosticCode {
    problem.message.contains("retraction") || problem.message.contains("optimizer")
      ? .rewrite.noRetraction : .rewrite.notDifferentiable
  }
}
