import GeocIR

/// Cross-entropy of logits and a class.
enum CrossEntropyOp: Op {
  static let name = "cross_entropy"
  static let doc = OpDoc(
    family: "loss", summary: "Negative log-probability of the true class, mean over the batch.",
    formula: "log Σ e^{z_k} − z_y", backward: "z̄ = softmax(z) − onehot(y)", source: "PyTorch CrossEntropyLoss",
    example: "cross_entropy: { logits: logits, target: gesture }")
  static let signature: Signature = "(logits: R[k], target: Label(k)) -> R"
  static let traits: Set<OpTrait> = [.loss]

  private static func shifted(_ b: inout Builder, _ c: OpContext) throws -> (exps: Value, sum: Value, top: Value, hit: Value) {
    let z = c.inputs[0]
    let shape = c.inputShape(0)
    let axis = shape.count - 1
    let top = try b.detached(try b.reduce(z, "max", axes: [axis], keep: true))
    let exps = try b.map("exp(x0 - x1)", [z, top])
    let sum = try b.reduce(exps, "sum", axes: [axis], keep: true)
    let label = try b.reshape(c.inputs[1], shape.dropLast() + [1])
    let ramp = try b.one("ramp", [], ["count": .int(shape[axis])])
    let hit = try b.map("select(less(abs(x0 - x1), 0.5), 1, 0)", [ramp, label])
    return (exps, sum, top, hit)
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let s = try shifted(&b, c)
    let picked = try b.sumLast(try b.mul(c.inputs[0], s.hit), 1, keep: true)
    let loss = try b.map("log(x0) + x1 - x2", [s.sum, s.top, picked])
    return [try b.reshape(loss, c.inputShape(0).dropLast())]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let s = try shifted(&b, c)
    let wide = try b.reshape(dy, c.inputShape(0).dropLast() + [1])
    return [try b.map("(x0 / x1 - x2) * x3", [s.exps, s.sum, s.hit, wide]), nil]
  }
}

/// Mean squared error.
enum MSEOp: Op {
  static let name = "mse"
  static let doc = OpDoc(
    family: "loss", summary: "Mean of squared differences over the elements, mean over the batch.",
    formula: "mean (p − t)²", backward: "p̄ = 2 (p − t) / count", source: "PyTorch MSELoss",
    example: "mse: { prediction: y, target: t }")
  static let signature: Signature = "(prediction: R[*], target: R[*]) -> R"
  static let traits: Set<OpTrait> = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    return [.real([], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let square = try b.map("(x0 - x1) * (x0 - x1)", c.inputs)
    return [try b.scale(try b.sumAll(square), 1 / Double(c.inputShape(0).reduce(1, *)))]
  }
}
