import GeocIR

/// The passes in their order.
package enum Pipeline {
  /// On layers, before differentiation.
  package static let layerPasses: [any Pass.Type] = [
    RewriteLayers.self, Inline.self, FuseMaps.self, FuseRadial.self, FuseRows.self, GuardClamps.self,
  ]
  /// On core ops, after differentiation and step insertion.
  package static let corePasses: [any Pass.Type] = [
    Expand.self, Share.self, Simplify.self, FuseElementwise.self, SplitMaps.self, MergeMaps.self, Prune.self,
  ]
  /// All of them.
  package static var all: [any Pass.Type] { layerPasses + corePasses }
  /// Names of those that a program is executable without.
  package static var optional: Set<String> { Set(all.filter { $0.isOptional }.map { $0.name }) }

  /// What a function can be compiled for.
  package enum Purpose: Hashable, Sendable {
    /// Outputs in evaluation mode.
    case predict
    /// Outputs and loss in evaluation mode.
    case evaluate
    /// One training step.
    case step
    /// What the optimizer does, on gradients that are parameters `given.<name>`.
    case update
    /// Outputs, gradients and new states; cotangents of outputs as parameters, or of the loss (1).
    case gradient(mode: String, ofLoss: Bool)
    /// The smallest margin of a batch, in training mode.
    case separation
    /// Second derivatives at the point of a search.
    case curvature
    /// One trial of a search.
    case trial
    /// The point of a search, for data with fewer rows than weights.
    case curvatureByRows
    /// One trial of a search, for data with fewer rows than weights.
    case trialByRows
    /// The smallest second derivative at the point of a search.
    case spectrum
    /// Initial values of parameters, states and optimizer slots.
    case initialize
    /// Every result of the function as it stands, in a mode.
    case observe(mode: String)
    /// A part of the estimation of the states of a node.
    case fit(node: String, part: FitDescription.Part)
    /// What a report shows of the values of a model, in evaluation mode.
    case observeValues(Observe.Head?)
    /// Norms of the gradients of a training batch.
    case observeGradient

    /// How long it takes to compile, compared with others: a function with a gradient longest.
    package var effort: Int {
      switch self {
      case .predict, .evaluate, .separation, .observe, .observeValues, .update, .fit: 0
      case .initialize: 1
      case .step, .gradient, .observeGradient, .curvature, .trial, .curvatureByRows, .trialByRows, .spectrum: 2
      }
    }

    /// Whether only training needs it.
    package var isOfTraining: Bool {
      [.step, .separation, .curvature, .trial, .curvatureByRows, .trialByRows, .spectrum].contains(self)
    }

    /// Name of the function.
    package var functionName: String {
      switch self {
      case .predict: "predict"
      case .evaluate: "evaluate"
      case .step: "step"
      case .update: "update"
      case .gradient(let mode, let ofLoss): "gradient_\(mode)" + (ofLoss ? "_loss" : "")
      case .separation: "separation"
      case .curvature: "curvature"
      case .trial: "trial"
      case .curvatureByRows: "curvature_by_rows"
      case .trialByRows: "trial_by_rows"
      case .spectrum: "spectrum"
      case .initialize: "initialize"
      case .observe(let mode): "observe_\(mode)"
      case .fit(let node, let part): FitDescription.function(part, of: node)
      case .observeValues: "observe"
      case .observeGradient: "observe_gradient"
      }
    }
  }

  /// A compiled function, the text after each pass, and what the passes did.
  package struct Outcome: Sendable {
    /// The function at the core stage.
    package var function: Function
    /// The function with layers, as differentiation and step insertion left it.
    package var layers: Function
    /// Function after each pass, by name of the pass; none where the options keep none.
    package var stages: [(pass: String, function: Function)]
    /// Rewrites.
    package var report: PassReport

    /// The same for a function of another name.
    package func named(_ name: String) -> Outcome {
      func named(_ f: Function) -> Function {
        var copy = f
        copy.name = name
        return copy
      }
      return Outcome(
        function: named(function), layers: named(layers), stages: stages.map { ($0.pass, named($0.function)) },
        report: report.named(name))
    }
  }

  /// A purpose whose function for a model `forward` is that of `purpose` but for its name: where no op depends on the mode,
  /// the gradients of both modes are the same.
  package static func twin(_ purpose: Purpose, _ forward: Function, _ registry: OpRegistry) -> Purpose {
    guard case .gradient(_, let ofLoss) = purpose,
      !forward.nodes.contains(where: { registry[$0.op]?.traits.contains(.mode) == true })
    else { return purpose }
    return .gradient(mode: "train", ofLoss: ofLoss)
  }

  /// Compiles `forward` (results: outputs, `loss`, `loss.<k>`, `state.<name>`) for a purpose.
  /// Throws `RewriteProblem` for what the model does not admit and `InternalError` for a broken pass.
  package static func compile(
    _ forward: Function, for purpose: Purpose, optimizer: OptimizerDescription?, options: PassOptions
  ) throws -> Outcome {
    var outcome = try derive(forward, for: purpose, optimizer: optimizer, options: options)
    var stages = Stages(options, outcome.stages)
    for pass in corePasses { try apply(pass, &outcome.function, options, &outcome.report, &stages) }
    outcome.stages = stages.all
    outcome.function = outcome.function.numbered()
    return outcome
  }

  /// The first half of `compile`: the function with layers, differentiated, with its step, before lowering. Enough to
  /// know whether the model admits the purpose. Throws like `compile`.
  package static func derive(
    _ forward: Function, for purpose: Purpose, optimizer: OptimizerDescription?, options: PassOptions
  ) throws -> Outcome {
    var report = PassReport()
    var stages = Stages(options)
    func isOutput(_ name: String) -> Bool {
      !name.hasPrefix("state.") && !name.hasPrefix("loss.") && name != "loss"
    }
    var f: Function
    let registry = options.registry
    switch purpose {
    case .predict:
      f = try Specialize.run(forward, name: "predict", mode: "eval", registry: registry, keeps: isOutput)
    case .evaluate:
      f = try Specialize.run(forward, name: "evaluate", mode: "eval", registry: registry) {
        isOutput($0) || $0 == "loss"
      }
    case .step:
      let adapted = try AdaptLoss.run(forward, optimizer, registry)
      f = try Specialize.run(adapted, name: "step", mode: "train", registry: registry) {
        $0 == "loss" || $0.hasPrefix("state.")
      }
    case .gradient(let mode, let ofLoss):
      f = try Specialize.run(forward, name: purpose.functionName, mode: mode, registry: registry) {
        isOutput($0) || $0.hasPrefix("state.") || (ofLoss && $0 == "loss")
      }
    case .curvature, .trial, .curvatureByRows, .trialByRows, .spectrum:
      f = try Specialize.run(forward, name: purpose.functionName, mode: "train", registry: registry) { $0 == "loss" }
    case .separation:
      f = try Specialize.run(forward, name: "separation", mode: "train", registry: registry) { $0 == "loss.margin" }
    case .observe(let mode):
      f = try Specialize.run(forward, name: purpose.functionName, mode: mode, registry: registry) { _ in true }
    case .fit(let node, let part): f = try FitFunctions.function(part, of: node, forward, registry)
    case .observeValues(let head):
      let values = try Observe.values(forward, head: head, registry: registry)
      f = try Specialize.run(values, name: purpose.functionName, mode: "eval", registry: registry) { _ in true }
    case .observeGradient:
      f = try Specialize.run(forward, name: purpose.functionName, mode: "train", registry: registry) { $0 == "loss" }
    case .update:
      var b = Builder(name: "update", stage: .layers, registry: registry)
      for p in forward.parameters where p.kind == .param {
        let type = forward.type(p.value)
        _ = b.parameter(p.name, type, .param, initial: p.initial)
        b.result("grad.\(p.name)", b.parameter("given.\(p.name)", b.storageType(type), .param))
      }
      f = b.function
    case .initialize:
      let step = try optimizer.map {
        let isSearch = registry.optimizers[$0.name] is any SearchRule.Type
        return try derive(forward, for: isSearch ? .trial : .step, optimizer: $0, options: options).layers
      }
      f = try Initialization.function(
        forward, slots: step?.parameters.filter { $0.kind == .slot } ?? [], step, registry)
    }
    try check(f, "specialize", options)
    for pass in layerPasses { try apply(pass, &f, options, &report, &stages) }
    var verified = f
    switch purpose {
    case .gradient(_, let ofLoss):
      let seeds =
        ofLoss
        ? [Differentiate.Seed(result: "loss")]
        : f.results.map(\.name).filter(isOutput).map { Differentiate.Seed(result: $0, cotangent: "cotangent.\($0)") }
      let wanted = differentiable(forward, registry)
      f = try Differentiate.run(f, seeds: seeds, wants: { wanted.contains($0.name) }, options: options, &report)
      stages.append((Differentiate.pass, f))
    case .fit(_, .objective):
      f = try Differentiate.run(
        f, seeds: [.init(result: "objective")], wants: { $0.kind == .state }, options: options, &report)
      stages.append((Differentiate.pass, f))
    case .update:
      guard let optimizer else { throw InternalError("an update without an optimizer") }
      f = try InsertStep.run(
        f, optimizer: optimizer, scale: try scales(forward, optimizer, registry), registry: registry)
      f.name = "update"
      stages.append((InsertStep.pass, f))
    case .step:
      f = try Differentiate.run(
        f, seeds: [.init(result: "loss")], wants: { $0.kind == .param }, options: options, &report)
      stages.append((Differentiate.pass, f))
      try check(f, Differentiate.pass, options, since: verified)
      verified = f
      if let optimizer {
        f = try InsertStep.run(
          f, optimizer: optimizer, scale: try scales(forward, optimizer, registry), registry: registry,
          dtype: options.dtype)
        stages.append((InsertStep.pass, f))
      }
    case .observeGradient:
      f = try Differentiate.run(
        f, seeds: [.init(result: "loss")], wants: { $0.kind == .param }, options: options, &report)
      f = try Observe.gradientNorms(f, optimizer: optimizer, registry: registry, dtype: options.dtype)
    case .curvature, .trial, .curvatureByRows, .trialByRows, .spectrum:
      let gradient = try Differentiate.run(
        f, seeds: [.init(result: "loss")], wants: { $0.kind == .param }, options: options, &report)
      stages.append((Differentiate.pass, gradient))
      try check(gradient, Differentiate.pass, options, since: verified)
      f =
        switch purpose {
        case .curvature, .curvatureByRows:
          try SearchFunctions.curvature(f, gradient: gradient, optimizer, options, byRows: purpose == .curvatureByRows)
        case .trial, .trialByRows:
          try SearchFunctions.trial(f, gradient: gradient, optimizer, options, byRows: purpose == .trialByRows)
        default: try SearchFunctions.spectrum(f, gradient: gradient, optimizer, options)
        }
      if purpose == .trialByRows { SearchFunctions.describeRows(f, registry, &report) }
      stages.append((SearchFunctions.pass, f))
    default: break
    }
    try check(f, Differentiate.pass, options, since: verified)
    return Outcome(function: f, layers: f, stages: stages.all, report: report)
  }

  /// What is proved of the scales of weights, by name; nothing where no update differs with it.
  private static func scales(
    _ forward: Function, _ optimizer: OptimizerDescription, _ registry: OpRegistry
  ) throws -> [String: ScaleInvariance] {
    let isRead = forward.parameters.contains {
      $0.kind == .param && registry.optimizers[optimizer.rule(for: $0.name)]?.readsScale == true
    }
    guard isRead || !optimizer.projections.isEmpty else { return [:] }
    return try ScaleAnalysis.proofs(forward, registry: registry).mapValues(\.invariance)
  }

  /// Whether the Hessian of a search has the form of rows, so that a plan has `curvatureByRows` and `trialByRows`. Throws
  /// like `compile`.
  package static func stepsByRows(
    _ forward: Function, optimizer: OptimizerDescription?, options: PassOptions
  ) throws -> Bool {
    var report = PassReport()
    var stages = Stages(options)
    var f = try Specialize.run(forward, name: "rows", mode: "train", registry: options.registry) { $0 == "loss" }
    for pass in layerPasses { try apply(pass, &f, options, &report, &stages) }
    return try SearchFunctions.hasRows(f, optimizer, options)
  }

  /// Names of the inputs that hold real numbers, and of the weights.
  private static func differentiable(_ f: Function, _ registry: OpRegistry) -> Set<String> {
    Set(
      f.parameters.filter {
        ($0.kind == .input || $0.kind == .param) && registry.spaces[f.type($0.value).space.name]?.isIndex != true
      }.map(\.name))
  }

  private static func apply(
    _ pass: any Pass.Type, _ f: inout Function, _ options: PassOptions, _ report: inout PassReport,
    _ stages: inout Stages
  ) throws {
    if pass.isOptional && options.disabled.contains(pass.name) { return }
    let before = f
    f = try pass.run(f, options, &report)
    stages.append((pass.name, f))
    if f != before { try check(f, pass.name, options, since: before) }
  }

  /// The function after each pass, where the options keep them.
  private struct Stages {
    private(set) var all: [(pass: String, function: Function)]
    private let areKept: Bool

    init(_ options: PassOptions, _ all: [(pass: String, function: Function)] = []) {
      self.all = all
      areKept = options.keepsStages
    }

    mutating func append(_ stage: (pass: String, function: Function)) { if areKept { all.append(stage) } }
  }

  /// Verifies what a pass gave; `verified` is the valid function that it was given.
  private static func check(
    _ f: Function, _ pass: String, _ options: PassOptions, since verified: Function? = nil
  ) throws {
    let problems = Verifier.problems(f, options.registry, since: verified)
    if let first = problems.first { throw InternalError("after '\(pass)': \(first)\n\(IRPrinter.print(f))") }
  }
}
