import GeocIR

/// Turns a gradient function into a training step: clipping, then for each parameter the update rule of its optimizer
/// with the geometry of its space, then the projections that the spec asks for.
///
/// Parameters added: `hyper.lr`, `hyper.lr.<group>` for each group with a schedule of its own, `hyper.step`, and one slot per moment, `optimizer.<param>.<slot>`. Results:
/// `param.<name>` and `optimizer.<param>.<slot>` with the new values, beside the results that the function had.
package enum InsertStep {
  /// Its name in the origins of nodes.
  package static let pass = "insert-step"

  /// The step function of `gradient` (results `grad.<name>`); parameters without a gradient result stay as they are.
  /// `scale` says what is proved of the scales of weights, by name. Throws `RewriteProblem` for a parameter that the
  /// optimizer cannot step.
  package static func run(
    _ gradient: Function, optimizer: OptimizerDescription, scale: [String: ScaleInvariance] = [:],
    registry: OpRegistry, dtype: DType = .f64
  ) throws -> Function {
    var source = gradient
    source.name = "step"
    var rebuilder = Rebuilder(source, registry)
    for node in source.nodes { try rebuilder.copy(node) }
    var b = rebuilder.builder
    b.origin = Origin(pass: pass)
    let baseRate = b.parameter("hyper.lr", .real(), .hyper)
    let step = b.parameter("hyper.step", .real(), .hyper)
    var gradients: [(parameter: Parameter, value: Value)] = []
    let results = source.resultsByName()
    for p in source.parameters where p.kind == .param {
      guard let old = results["grad.\(p.name)"] else { continue }
      gradients.append((p, try rebuilder.value(old)))
    }
    if let limit = optimizer.clip { try clip(&gradients, to: limit, &b) }
    let groups = Dictionary(grouping: gradients) { optimizer.attributes(for: $0.parameter.name) }
    var updates: [FunctionResult] = []
    var ownRates: [String: Value] = [:]
    for (p, g) in gradients {
      var type = source.type(p.value)
      guard var space = registry.spaces[type.space.name] else {
        throw InternalError("unknown space '\(type.space.name)'")
      }
      let attributes = optimizer.attributes(for: p.name)
      guard let rule = registry.optimizers[optimizer.rule(for: p.name)] else {
        throw InternalError("unknown optimizer '\(optimizer.rule(for: p.name))'")
      }
      b.origin = Origin(pass: pass, path: p.name)
      let point = try array(try rebuilder.value(p.value), &b)
      let own = space
      let coordinate = try own.coordinate(&b, point)
      let gradient = coordinate == nil ? g : try own.coordinateGradient(&b, at: point, g)
      if coordinate != nil, let flat = registry.spaces[Space.real.name] {
        type = b.storageType(type)
        space = flat
      }
      if let problem = rule.problem(type, attributes, registry.spaces) {
        let reader = source.nodes.first { $0.inputs.contains(p.value) }
        throw RewriteProblem(
          "the optimizer '\(rule.name)' cannot step '\(p.name)': \(problem.message)",
          origin: reader?.origin ?? Origin(pass: pass, path: p.name), help: problem.help)
      }
      let slots = rule.slots(type, attributes, registry.spaces)
      let slotValues = slots.map {
        b.parameter("optimizer.\(p.name).\($0.name)", $0.type, .slot, initial: $0.initial)
      }
      var rate = baseRate
      let ownRate = attributes.real("lr")
      let sharedRate = optimizer.attributes.real("lr")
      if let name = optimizer.ownRate(for: p.name) {
        rate = ownRates[name] ?? b.parameter(name, .real(), .hyper)
        ownRates[name] = rate
      } else if ownRate != sharedRate, sharedRate != 0 {
        rate = try b.one(
          "map", [baseRate], ["expr": .expression(.binary(.multiply, .input(0), .constant(ownRate / sharedRate)))])
      }
      let new = try rule.update(
        &b,
        UpdateContext(
          parameter: coordinate ?? point, gradient: gradient, slots: slotValues, learningRate: rate,
          step: step,
          type: type, space: space, geometry: geometry(type, space, attributes, dtype), attributes: attributes,
          group: groups[attributes]?.map(\.value) ?? [g], scale: scale[p.name] ?? .unproved))
      guard new.slots.count == slots.count else { throw InternalError("'\(rule.name)' gives a wrong number of slots") }
      let next = coordinate == nil ? new.parameter : try own.point(&b, coordinate: new.parameter)
      updates.append(FunctionResult(name: "param.\(p.name)", value: next))
      for (slot, value) in zip(slots, new.slots) {
        updates.append(FunctionResult(name: "optimizer.\(p.name).\(slot.name)", value: value))
      }
    }
    var projecting = ProjectionStep(
      builder: b, scale: scale, step: step, updates: updates,
      before: try Dictionary(
        uniqueKeysWithValues: gradients.map { ($0.parameter.name, try rebuilder.value($0.parameter.value)) }))
    for projection in optimizer.projections { try projecting.apply(projection) }
    (b, updates) = (projecting.builder, projecting.updates)
    rebuilder.builder = b
    for r in source.results where !r.name.hasPrefix("grad.") {
      rebuilder.builder.result(r.name, try rebuilder.value(r.value))
    }
    for update in updates { rebuilder.builder.result(update.name, update.value) }
    return rebuilder.builder.function
  }

  /// A point as the array that stores it: update rules are arithmetic on arrays.
  private static func array(_ value: Value, _ b: inout Builder) throws -> Value {
    if b.type(value).isReal { return value }
    return try b.one("as_type", [value], ["type": .type(b.storageType(b.type(value)))])
  }

  /// The metric and retraction of a parameter: those asked for, else the space's defaults.
  static func geometry(
    _ type: GeoType, _ space: any SpaceDeclaration.Type, _ attributes: Attributes, _ dtype: DType
  ) -> Geometry {
    let metric = attributes.name("metric", space.metrics.first ?? "euclidean")
    let known = space.metrics.contains(metric) ? metric : space.metrics.first ?? "euclidean"
    let retractions = space.retractions(metric: known)
    let retraction = attributes.name("retraction", retractions.first ?? "plus")
    return Geometry(
      space: type.space, metric: known,
      retraction: retractions.contains(retraction) ? retraction : retractions.first ?? "plus", dtype: dtype)
  }

  /// Scales all gradients by min(1, limit / (norm + 1e-6)), as `clip_grad_norm_` in PyTorch.
  private static func clip(
    _ gradients: inout [(parameter: Parameter, value: Value)], to limit: Double, _ b: inout Builder
  ) throws {
    var total: Value?
    for (_, g) in gradients {
      let square = try b.one("map", [g], ["expr": .expression(.binary(.multiply, .input(0), .input(0)))])
      let axes = Array(0..<b.shape(g).count)
      let sum =
        axes.isEmpty
        ? square
        : try b.one("reduce", [square], ["kind": .name("sum"), "axes": .ints(axes), "keep": .bool(false)])
      total =
        try total.map { try b.one("map", [$0, sum], ["expr": .expression(.binary(.add, .input(0), .input(1)))]) } ?? sum
    }
    guard let total else { return }
    let factor = try b.one(
      "map", [total], ["expr": .expression(try ScalarExpression.parse("min(1, \(limit) / (sqrt(x0) + 1e-06))"))])
    for k in gradients.indices {
      gradients[k].value = try b.one(
        "map", [gradients[k].value, factor], ["expr": .expression(.binary(.multiply, .input(0), .input(1)))])
    }
  }
}
