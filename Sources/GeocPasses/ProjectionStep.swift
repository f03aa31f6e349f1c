import GeocIR

/// What a training step does to parameters after their rules: projection to the norm that a weight started with, and the
/// treatment of scales and offsets (Lyle et al., NeurIPS 2024).
///
/// A projected weight has the slot `optimizer.<weight>.radius`, its norm in front of the first step, which may start from
/// weights that were loaded. Projections every k-th step count steps in `optimizer.projection.phase`.
struct ProjectionStep {
  var builder: Builder
  /// What is proved of the scales of weights, by name.
  let scale: [String: ScaleInvariance]
  /// Number of the step, from 1.
  let step: Value
  /// Results of the step: `param.<name>` and slots.
  var updates: [FunctionResult]
  /// Parameters as the step finds them, by name.
  let before: [String: Value]

  /// Adds a projection. Throws `InternalError`.
  mutating func apply(_ projection: Projection) throws {
    guard projection.every > 0 else { return }
    let isDue = try due(every: projection.every)
    let outputs = projection.projectsOutputs ? projection.outputs : []
    for name in projection.weights where scale[name] ?? .unproved != .unproved { try project(name, isDue) }
    for name in outputs { try project(name, isDue) }
    for norm in projection.norms {
      switch projection.treatment {
      case .none: continue
      case .joint: try rescale([norm.scale] + (norm.offset.map { [$0] } ?? []), isDue)
      case .decay(let rate):
        try replace(norm.scale, "\(1 - rate) * x0 + \(rate)", isDue)
        if let offset = norm.offset { try replace(offset, "\(1 - rate) * x0", isDue) }
      }
    }
  }

  /// 1 on every k-th step and 0 on others; nil for each step.
  private mutating func due(every k: Int) throws -> Value? {
    guard k > 1 else { return nil }
    builder.origin = Origin(pass: InsertStep.pass, path: "projection")
    let name = "optimizer.projection.phase"
    let phase = builder.parameter(name, .real(), .slot, initial: "zeros")
    let isDue = try map("1 - less(x0, \(Double(k) - 1.5))", [phase])
    updates.append(FunctionResult(name: name, value: try map("select(x0, 0, x1 + 1)", [isDue, phase])))
    return isDue
  }

  private mutating func map(_ text: String, _ inputs: [Value]) throws -> Value {
    try builder.one("map", inputs, ["expr": .expression(try ScalarExpression.parse(text))])
  }

  /// Position of the new value of a parameter; nil where the step leaves it alone.
  private mutating func position(_ name: String) -> Int? {
    builder.origin = Origin(pass: InsertStep.pass, path: name)
    return updates.firstIndex { $0.name == "param.\(name)" }
  }

  /// Replaces a parameter by an expression of its new value, on the steps that are due.
  private mutating func replace(_ name: String, _ text: String, _ isDue: Value?) throws {
    guard let at = position(name) else { return }
    let new = updates[at].value
    updates[at].value = try isDue.map { try map("select(x1, \(text), x0)", [new, $0]) } ?? map(text, [new])
  }

  /// Brings a weight back to its first norm. One of norm 0 has no direction and stays.
  private mutating func project(_ name: String, _ isDue: Value?) throws {
    guard let at = position(name), let start = before[name] else { return }
    let slot = "optimizer.\(name).radius"
    let known = builder.parameter(slot, .real(), .slot, initial: "zeros")
    let radius = try map("select(less(x0, 1.5), x1, x2)", [step, try norm([start]), known])
    let length = try norm([updates[at].value])
    try multiply([at], by: "select(less(0, min(x0, x1)), x0 / x1, 1)", [radius, length], isDue)
    updates.append(FunctionResult(name: slot, value: radius))
  }

  /// Brings parameters of one shape to the common norm √d, d being the number of elements of one.
  private mutating func rescale(_ names: [String], _ isDue: Value?) throws {
    let places = names.compactMap { position($0) }
    guard let first = places.first else { return }
    let size = builder.shape(updates[first].value).reduce(1, *)
    let length = try norm(places.map { updates[$0].value })
    try multiply(places, by: "select(less(0, x0), \(Double(size).squareRoot()) / x0, 1)", [length], isDue)
  }

  private mutating func multiply(_ places: [Int], by text: String, _ inputs: [Value], _ isDue: Value?) throws {
    var factor = try map(text, inputs)
    if let isDue { factor = try map("select(x1, x0, 1)", [factor, isDue]) }
    for at in places { updates[at].value = try map("x0 * x1", [updates[at].value, factor]) }
  }

  /// Euclidean norm of all elements of some values.
  private mutating func norm(_ values: [Value]) throws -> Value {
    var total: Value?
    for value in values {
      let square = try map("x0 * x0", [value])
      let axes = Array(builder.shape(value).indices)
      let sum =
        axes.isEmpty
        ? square
        : try builder.one("reduce", [square], ["kind": .name("sum"), "axes": .ints(axes), "keep": .bool(false)])
      total = try total.map { try map("x0 + x1", [$0, sum]) } ?? sum
    }
    guard let total else { throw InternalError("the norm of nothing") }
    return try map("sqrt(x0)", [total])
  }
}
