import GeocIR

/// Cross-entropy of logits and a class.
enum CrossEntropyOp: CurvedLoss {
  static let name = "cross_entropy"
  static let doc = OpDoc(
    family: "loss",
    summary: "Negative log-probability of the true class, mean over the batch or over its labelled rows.",
    formula: "log Σ e^{z_k} − z_y", backward: "z̄ = softmax(z) − onehot(y)", source: "PyTorch CrossEntropyLoss",
    example: "cross_entropy: { logits: logits, target: gesture }")
  static let signature: Signature = "(logits: R[k], target: Label(k), labelled?: R) -> R"
  static let traits: OpTraits = [.loss]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try LabelledRows.check(call, signature, mask: 2)
    return [.real(Array(call.inputs[0].field.dropLast()), isBatched: call.isBatched)]
  }

  private static func fused(_ b: inout Builder, _ c: OpContext) throws -> (loss: Value, probabilities: Value)? {
    guard c.inputShape(0).count == 1 else { return nil }
    let r = try b.node("cross_entropy_core", [c.inputs[0], c.inputs[1]])
    return (r[0], r[1])
  }
  /// Ones at the classes of the labels, for logits with leading axes.
  private static func hits(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let shape = c.inputShape(0)
    let label = try b.reshape(c.inputs[1], shape.dropLast() + [1])
    let ramp = try b.one("ramp", [], ["count": .int(shape[shape.count - 1])])
    return try b.map("select(less(abs(x0 - x1), 0.5), 1, 0)", [ramp, label])
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    if let fused = try fused(&b, c) { return [try shared(&b, c, fused.loss)] }
    let picked = try b.mul(try b.one("log_softmax", [c.inputs[0]]), try hits(&b, c))
    return [try shared(&b, c, try b.negate(try b.sumLast(picked, 1)))]
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    guard c.inputShape(0).count == 1, !c.has("labelled") else { return nil }
    let p = try b.one("softmax", [c.inputs[0]])
    return try SoftmaxCurvature.form(&b, p, form, scale: 1, gradient: try b.sub(p, try hits(&b, c)))
  }
  static func margin(_ b: inout Builder, _ c: OpContext) throws -> Value? {
    guard c.inputShape(0).count == 1 else { return nil }
    let hits = try hits(&b, c)
    let own = try b.sumLast(try b.mul(c.inputs[0], hits), 1)
    let others = try b.reduce(try b.map("select(x1, -1e38, x0)", [c.inputs[0], hits]), "max", axes: [0])
    return try b.sub(own, others)
  }
  /// `value` of the labelled rows, scaled so that its mean over the batch is that over them.
  private static func shared(_ b: inout Builder, _ c: OpContext, _ value: Value) throws -> Value {
    c.has("labelled") ? try b.mul(value, try b.labelledShare(try c.value("labelled"))) : value
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    let none = [Value?](repeating: nil, count: c.inputs.count - 1)
    guard let raw = cotangents[0] else { return [nil] + none }
    let dy = try shared(&b, c, raw)
    if let fused = try fused(&b, c) {
      return [try CrossEntropyCoreOp.gradient(&b, fused.probabilities, label: c.inputs[1], dy)] + none
    }
    let p = try b.one("softmax", [c.inputs[0]])
    let wide = try b.reshape(dy, c.inputShape(0).dropLast() + [1])
    return [try b.map("(x0 - x1) * x2", [p, try hits(&b, c), wide])] + none
  }
}

/// Mean squared error.
enum MSEOp: CurvedLoss {
  static let name = "mse"
  static let doc = OpDoc(
    family: "loss", summary: "Mean of squared differences over the elements, mean over the batch.",
    formula: "mean (p − t)²", backward: "p̄ = 2 (p − t) / count", source: "PyTorch MSELoss",
    example: "mse: { prediction: y, target: t }")
  static let signature: Signature = "(prediction: R[*], target: R[*]) -> R"
  static let traits: OpTraits = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    return [.real([], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let square = try b.map("(x0 - x1) * (x0 - x1)", c.inputs)
    return [try b.scale(try b.sumAll(square), 1 / Double(c.inputShape(0).reduce(1, *)))]
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    let scale = 2 / Double(max(1, c.inputShape(0).reduce(1, *)))
    switch form {
    case .fisher: return .outer(factor: try b.sub(c.inputs[0], c.inputs[1]), scale: try b.fill([], scale * scale))
    case .fisherTerm: return nil
    default: return .multiple(scale)
    }
  }
}
