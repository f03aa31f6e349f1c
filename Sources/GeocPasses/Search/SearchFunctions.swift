import GeocIR

/// The functions of a second-order search, made from a model and its gradient.
///
/// - `curvature`: at the current point over the batch the loss, its gradient, what stands for the Hessian and the metric;
///   kept as `prepared.search.…` for all trials of an iteration.
/// - `trial`: from these and the slots a step, the loss and gradient behind it, whether it is accepted, and the new
///   weights and slots.
/// - `curvature_by_rows`, `trial_by_rows`: the same for data with fewer rows than weights, where the model has such a
///   form: no matrix is kept, each trial solves with the rows of the samples (`HessianAssembly.rows`).
/// - `spectrum`: the smallest eigenvalue of what stands for the Hessian, for the message when no step is found.
enum SearchFunctions {
  static let pass = "insert-search"
  private static let prefix = "prepared.search."

  /// What the optimizer and the model agree on.
  private struct Setting {
    let optimizer: OptimizerDescription
    let rule: any SearchRule.Type
    let options: PassOptions
    var registry: OpRegistry { options.registry }
    var attributes: Attributes { optimizer.attributes }
  }

  private static func setting(
    _ f: Function, _ optimizer: OptimizerDescription?, _ options: PassOptions
  ) throws -> Setting {
    guard let optimizer, let rule = options.registry.optimizers[optimizer.name] as? any SearchRule.Type else {
      throw InternalError("a search needs an optimizer that searches")
    }
    func refuse(_ why: String, _ origin: Origin?, help: String) -> RewriteProblem {
      RewriteProblem(
        "the optimizer '\(rule.name)' cannot train this model: \(why)", origin: origin ?? Origin(pass: pass), help: help
      )
    }
    for p in f.parameters {
      let reader = f.nodes.first { $0.inputs.contains(p.value) }?.origin
      if p.kind == .state {
        throw refuse(
          "'\(p.name)' is a running statistic, and its trials compare losses that depend on the weights alone", reader,
          help: "leave the normalisation out, or use another optimizer")
      }
      if p.kind == .param, let problem = rule.problem(f.type(p.value), optimizer.attributes, options.registry.spaces) {
        throw RewriteProblem(
          "the optimizer '\(rule.name)' cannot step '\(p.name)': \(problem.message)",
          origin: reader ?? Origin(pass: pass, path: p.name), help: problem.help)
      }
    }
    if let node = f.nodes.first(where: { options.registry[$0.op]?.traits.contains(.random) == true }) {
      throw refuse("'\(node.op)' is random", node.origin, help: "leave it out, or use another optimizer")
    }
    guard f.parameters.contains(where: { $0.kind == .param }) else {
      throw refuse("it has no weights", nil, help: "add a layer with weights")
    }
    return Setting(optimizer: optimizer, rule: rule, options: options)
  }

  /// The function `curvature` of a model `f` and its gradient `g`; `byRows` without the Hessian, which the trials then
  /// make themselves. Throws `RewriteProblem` where the second derivatives cannot be had.
  static func curvature(
    _ f: Function, gradient g: Function, _ optimizer: OptimizerDescription?, _ options: PassOptions, byRows: Bool
  ) throws -> Function {
    let setting = try setting(f, optimizer, options)
    let layout = ParameterLayout(f, options.registry)
    var source = g
    source.name = byRows ? "curvature_by_rows" : "curvature"
    var rebuilder = Rebuilder(source, options.registry)
    for node in source.nodes { try rebuilder.copy(node) }
    guard let loss = source.result("loss") else { throw InternalError("no loss") }
    let value = try rebuilder.value(loss)
    var b = rebuilder.builder
    b.origin = Origin(pass: pass)
    let results = source.resultsByName()
    let gradient = try layout.vector(&b) { name in
      guard let own = results["grad.\(name)"] else { throw InternalError("no gradient of '\(name)'") }
      return try rebuilder.value(own)
    }
    var (hessian, metric): (SearchHessian?, Value?) = (nil, nil)
    if !byRows {
      let found = try secondDerivatives(f, g, setting, layout, &b)
      hessian = found.0
      metric = found.metric
    }
    b.origin = Origin(pass: pass)
    b.result("loss", value)
    b.result(prefix + "loss", value)
    b.result(prefix + "gradient", gradient)
    b.result(prefix + "norm", try norm(gradient, metric, &b))
    if let metric { b.result(prefix + "metric", metric) }
    switch hessian {
    case .matrix(let h): b.result(prefix + "hessian", h)
    case .lowRank(let rows, let weights, let shift):
      b.result(prefix + "rows", rows)
      b.result(prefix + "weights", weights)
      b.result(prefix + "shift", shift)
    case .rows, nil: break
    }
    return b.function
  }

  /// Whether the Hessian of a model has the form of rows: then it is a sum over samples of products of few rows, and the
  /// metric is the identity.
  static func hasRows(
    _ f: Function, _ optimizer: OptimizerDescription?, _ options: PassOptions
  ) throws -> Bool {
    let setting = try setting(f, optimizer, options)
    var b = Builder(name: f.name, stage: .layers, registry: options.registry)
    var map = ValueMap()
    b.copyParameters(of: f, &map)
    return try rows(f, setting, ParameterLayout(f, options.registry), &b) != nil
  }

  /// Says in the report, at the loss, up to how many samples a search steps by rows.
  static func describeRows(_ f: Function, _ registry: OpRegistry, _ report: inout PassReport) {
    guard let rows = f.nodes.first(where: { $0.op == "solve_rows" })?.inputs.first else { return }
    let (own, count) = (registry.spaces.shape(f.type(rows))[0], registry.spaces.shape(f.type(rows))[1])
    let loss = f.nodes.first { registry[$0.op] is any CurvedLoss.Type && f.type($0.results[0]).isBatched }
    let (most, r) = ((count - 1) / own, own == 1 ? "1 row" : "\(own) rows")
    report.record(
      pass, f,
      "the Hessian of \(count) weights is a sum over \(r) per sample: with up to \(most) samples a step solves a system "
        + "of their rows, of order \(own == 1 ? "n" : "\(own) n"), in place of one of the weights",
      at: loss?.origin ?? Origin(pass: pass))
  }

  /// The Hessian by rows at the weights of `b`; nil where the model has no such form.
  private static func rows(
    _ f: Function, _ setting: Setting, _ layout: ParameterLayout, _ b: inout Builder
  ) throws -> SearchHessian? {
    guard !setting.rule.usesGram(setting.attributes) else { return nil }
    do {
      let assembly = try Self.assembly(f, setting, layout, &b)
      guard assembly.form != .exact || assembly.isLinear else { return nil }
      return try assembly.rows(&b)
    } catch is RewriteProblem {
      return nil
    }
  }

  /// The terms of the loss at the weights of `b`. Throws `RewriteProblem` for a loss that is no sum of losses.
  private static func assembly(
    _ f: Function, _ setting: Setting, _ layout: ParameterLayout, _ b: inout Builder
  ) throws -> HessianAssembly {
    let opened = try LossTerms.opened(f, setting.registry)
    var map = ValueMap()
    for p in opened.parameters {
      guard let own = b.function.parameter(p.name) else { throw InternalError("no parameter '\(p.name)'") }
      map[p.value] = own.value
    }
    for node in opened.nodes { try b.copy(node, from: opened, &map) }
    let form = setting.rule.hessian(setting.attributes)
    return HessianAssembly(try LossTerms(opened, &b, map), layout, form, setting.options, map)
  }

  /// What stands for the Hessian, and the metric; nil for the identity.
  private static func secondDerivatives(
    _ f: Function, _ g: Function, _ setting: Setting, _ layout: ParameterLayout, _ b: inout Builder
  ) throws -> (SearchHessian, metric: Value?) {
    let form = setting.rule.hessian(setting.attributes)
    let usesGram = setting.rule.usesGram(setting.attributes)
    var assembly: HessianAssembly
    do {
      assembly = try Self.assembly(f, setting, layout, &b)
    } catch let problem as RewriteProblem {
      guard form == .exact, !usesGram else { throw problem }
      return (.matrix(try derivatives(g, setting, layout, &b)), nil)
    }
    let metric = usesGram ? try assembly.gram(&b) : nil
    if form == .exact, !assembly.isLinear { return (.matrix(try derivatives(g, setting, layout, &b)), metric) }
    return (try assembly.hessian(&b), metric)
  }

  /// Weights up to which every row of the Hessian is a backward of its own.
  private static let mostRows = 128

  /// The Hessian row by row: the gradient differentiated once more, along every unit vector.
  private static func derivatives(
    _ g: Function, _ setting: Setting, _ layout: ParameterLayout, _ b: inout Builder
  ) throws -> Value {
    guard layout.count <= mostRows else {
      let weights = Set(g.parameters.filter { $0.kind == .param }.map(\.value))
      let place = g.nodes.first { $0.inputs.contains(where: weights.contains) }
      throw RewriteProblem(
        """
        the optimizer '\(setting.rule.name)' has no cheap form of the exact Hessian of this model, and its \
        \(layout.count) weights are more than \(mostRows)
        """, origin: place?.origin ?? Origin(pass: pass), help: "use 'hessian: fisher' or 'hessian: gauss_newton'")
    }
    var source = g
    source.results = g.results.filter { $0.name.hasPrefix("grad.") }.map {
      FunctionResult(name: "first." + $0.name.dropFirst("grad.".count), value: $0.value)
    }
    var report = PassReport()
    let second: Function
    do {
      second = try Differentiate.run(
        source, seeds: layout.pieces.map { .init(result: "first.\($0.name)", cotangent: "search.\($0.name)") },
        wants: { $0.kind == .param }, options: setting.options, &report)
    } catch let problem as RewriteProblem {
      throw RewriteProblem(
        "the optimizer '\(setting.rule.name)' has no exact Hessian of this model: \(problem.message) of second order",
        origin: problem.origin, help: "use 'hessian: fisher' or 'hessian: gauss_newton'")
    }
    let rows = try (0..<layout.count).map { k -> Value in
      let unit = try layout.unit(&b, k)
      var own = ValueMap()
      for p in second.parameters {
        own[p.value] =
          p.kind == .cotangent ? unit[String(p.name.dropFirst("search.".count))] : b.function.parameter(p.name)?.value
      }
      let results = try b.instance(of: second, own)
      let row = try layout.vector(&b) { name in
        guard let value = results["grad.\(name)"] else { throw InternalError("no derivative of '\(name)'") }
        return value
      }
      return try b.one("reshape", [row], ["shape": .ints([1, layout.count])])
    }
    let matrix = rows.count == 1 ? rows[0] : try b.one("concat", rows, ["axis": .int(0)])
    return try b.one("sym", [matrix])
  }

  /// √gᵀB⁻¹g.
  private static func norm(_ g: Value, _ metric: Value?, _ b: inout Builder) throws -> Value {
    let d = b.shape(g)[0]
    var dual = g
    if let metric {
      let column = try b.one("reshape", [g], ["shape": .ints([d, 1])])
      dual = try b.one("reshape", [try b.one("solve_spd", [metric, column])], ["shape": .ints([d])])
    }
    let square = try b.one(
      "reduce", [try b.expression("x0 * x1", [g, dual])],
      ["kind": .name("sum"), "axes": .ints([0]), "keep": .bool(false)])
    return try b.expression("sqrt(x0)", [square])
  }

  /// The function `trial` of a model `f` and its gradient `g`, `byRows` where the model has such a form.
  static func trial(
    _ f: Function, gradient g: Function, _ optimizer: OptimizerDescription?, _ options: PassOptions, byRows: Bool
  ) throws -> Function {
    let setting = try setting(f, optimizer, options)
    let layout = ParameterLayout(f, options.registry)
    let curvature = try curvature(f, gradient: g, optimizer, options, byRows: byRows)
    var b = Builder(name: byRows ? "trial_by_rows" : "trial", stage: .layers, registry: options.registry)
    var map = ValueMap()
    b.copyParameters(of: g, &map)
    b.origin = Origin(pass: pass)
    func prepared(_ name: String) -> Value? {
      curvature.result(prefix + name).map { b.parameter(prefix + name, curvature.type($0), .prepared) }
    }
    guard let loss = prepared("loss"), let gradient = prepared("gradient"), let norm = prepared("norm") else {
      throw InternalError("the curvature has no gradient")
    }
    let metric = prepared("metric")
    let hessian: SearchHessian
    if byRows {
      guard let rows = try Self.rows(f, setting, layout, &b) else { throw InternalError("the Hessian has no rows") }
      hessian = rows
    } else if let h = prepared("hessian") {
      hessian = .matrix(h)
    } else if let rows = prepared("rows"), let weights = prepared("weights"), let shift = prepared("shift") {
      hessian = .lowRank(rows: rows, weights: weights, shift: shift)
    } else {
      throw InternalError("the curvature has no Hessian")
    }
    let declared = setting.rule.searchSlots(setting.attributes)
    let slots = declared.map { b.parameter("optimizer.\($0.name)", $0.type, .slot, initial: $0.initial) }
    let context = TrialContext(
      loss: loss, gradient: gradient, norm: norm, hessian: hessian, metric: metric, slots: slots,
      attributes: setting.attributes)
    let step = try setting.rule.step(&b, context)
    var moved: [String: Value] = [:]
    for piece in layout.pieces {
      guard let p = g.parameter(piece.name), let old = map[p.value] else { throw InternalError("no '\(piece.name)'") }
      let new = try b.expression("x0 + x1", [old, try layout.part(&b, step, piece)])
      moved[piece.name] = new
      map[p.value] = new
    }
    let results = try b.instance(of: g, map)
    b.origin = Origin(pass: pass)
    guard let newLoss = results["loss"] else { throw InternalError("no loss") }
    let newGradient = try layout.vector(&b) { name in
      guard let value = results["grad.\(name)"] else { throw InternalError("no gradient of '\(name)'") }
      return value
    }
    let newNorm = try Self.norm(newGradient, metric, &b)
    let verdict = try setting.rule.judge(&b, context, TrialOutcome(loss: newLoss, norm: newNorm))
    b.result("loss", newLoss)
    b.result("norm", newNorm)
    b.result("accepted", verdict.isAccepted)
    for piece in layout.pieces { if let new = moved[piece.name] { b.result("param.\(piece.name)", new) } }
    for (slot, value) in zip(declared, verdict.slots) { b.result("optimizer.\(slot.name)", value) }
    return b.function
  }

  /// The function `spectrum`.
  static func spectrum(
    _ f: Function, gradient g: Function, _ optimizer: OptimizerDescription?, _ options: PassOptions
  ) throws -> Function {
    let curvature = try curvature(f, gradient: g, optimizer, options, byRows: false)
    var b = Builder(name: "spectrum", stage: .layers, registry: options.registry)
    b.origin = Origin(pass: pass)
    guard let h = curvature.result(prefix + "hessian") else {
      // Positive semi-definite, and zero across the rows.
      b.result("smallest", b.parameter(prefix + "shift", .real(), .prepared))
      return b.function
    }
    let matrix = b.parameter(prefix + "hessian", curvature.type(h), .prepared)
    let values = try b.one("eigvals", [matrix])
    b.result(
      "smallest",
      try b.one("reduce", [values], ["kind": .name("min"), "axes": .ints([0]), "keep": .bool(false)]))
    return b.function
  }
}
