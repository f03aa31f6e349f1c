import GeocIR

/// Cross-entropy between the views of a sample.
enum SelfDistillationOp: Op {
  static let name = "self_distillation"
  static let doc = OpDoc(
    family: "loss",
    summary: "Cross-entropy of each view with the sharpened prediction of the other view as its target.",
    formula: "−Σ_k q_k log softmax(z/T_s)_k, q = softmax(z'/T_t) of the other view, held constant; mean over all rows",
    backward: "z̄ = (softmax(z/T_s) − q) ȳ/T_s",
    source: "SimGCD, HypCD (CVPR 2025)",
    parameters: [
      "teacher_temp": "T_t, a number or a schedule over epochs", "student_temp": "T_s",
      "views": "views of a sample; view 1 of all samples comes first in the batch, then view 2, and so on",
    ],
    example: "self_distillation: { logits: logits, teacher_temp: 0.04 }")
  static let signature: Signature = """
    (logits: [B] R[k]; hyper epoch: R) \
    {teacher_temp: schedule in (0..., student_temp: real = 0.1 in (0..., views: int = 2 in 2...} -> R
    """
  static let traits: OpTraits = [.loss, .seesBatch]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    guard call.isBatched, call.shape(0).count == 1 else {
      throw TypeProblem(.mismatch, "self_distillation expects R[k], found \(call.inputs[0].shown)", operand: 0)
    }
    return [.real([], isBatched: true)]
  }

  /// softmax of the other views at the temperature of the teacher, averaged over them.
  private static func teacher(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let views = c.attributes.int("views", 2)
    let temperature = try EpochSchedule(c.attributes, "teacher_temp").value(&b, epoch: try c.value("epoch"))
    let scaled = try b.map("x0 / x1", [c.inputs[0], temperature])
    let own = try b.detached(try b.one("softmax", [scaled]))
    var sum = try b.otherView(own, views: views, further: 1)
    for k in 2..<max(2, views) { sum = try b.add(sum, try b.otherView(own, views: views, further: k)) }
    return views == 2 ? sum : try b.scale(sum, 1 / Double(views - 1))
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let scaled = try b.scale(c.inputs[0], 1 / c.attributes.real("student_temp", 0.1))
    let product = try b.mul(try teacher(&b, c), try b.one("log_softmax", [scaled]))
    return [try b.negate(try b.sumLast(product, 1))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let sharpness = 1 / c.attributes.real("student_temp", 0.1)
    let p = try b.one("softmax", [try b.scale(c.inputs[0], sharpness)])
    let wide = b.shape(dy).isEmpty ? try b.reshape(dy, [1]) : dy
    return [try b.map("(x0 - x1) * x2 * \(sharpness)", [p, try teacher(&b, c), wide]), nil]
  }
}

/// Regulariser against one class taking all rows.
enum MeanEntropyOp: Op {
  static let name = "mean_entropy"
  static let doc = OpDoc(
    family: "loss", summary: "What the mean prediction of the batch lacks to the entropy of equal shares.",
    formula: "log K + Σ_k p̄_k log p̄_k, p̄ = mean of softmax(z/T) over the batch",
    backward: "z̄ = p (log p̄ − ⟨p, log p̄⟩) ȳ/(N T)", source: "SimGCD, HypCD (CVPR 2025)",
    parameters: ["temperature": "T"], example: "mean_entropy: { logits: logits }")
  static let signature: Signature = "(logits: [B] R[k]) {temperature: real = 0.1 in (0...} -> R"
  static let traits: OpTraits = [.loss, .seesBatch]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    guard call.isBatched, call.shape(0).count == 1 else {
      throw TypeProblem(.mismatch, "mean_entropy expects R[k], found \(call.inputs[0].shown)", operand: 0)
    }
    return [.real()]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let scaled = try b.scale(c.inputs[0], 1 / c.attributes.real("temperature", 0.1))
    let mean = try b.batchMean(try b.one("softmax", [scaled]))
    let sum = try b.sumLast(try b.map("x0 * log(max(x0, 1e-30))", [mean]), 1)
    return [try b.map("log(\(c.inputShape(0)[0])) + x0", [sum])]
  }
}
