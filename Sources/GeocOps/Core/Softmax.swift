import GeocIR

/// Exponentials that sum to one.
enum SoftmaxOp: Op {
  static let name = "softmax"
  static let doc = OpDoc(
    family: "dense", summary: "Exponentials over the last axis that sum to one.",
    formula: "e^{x−max x} / Σ e^{x−max x}",
    backward: "x̄ = y (ȳ − Σ y ȳ)", example: "- softmax")
  static let signature: Signature = "(x: R[k]) -> R[k]"
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("softmax_vjp", [c.results[0], dy])]
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Softmax", ["axis": .int(-1)]) }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("softmax", sizes: RowShape.sizes(c.inputShape(0)))
  }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("a number added to all of them is gone") }
}

/// Rows of an array.
private enum RowShape {
  /// `[outer, n]`.
  static func sizes(_ shape: [Int]) -> [Int] { [shape.dropLast().reduce(1, *), shape.last ?? 1] }
}

/// Backward of softmax.
enum SoftmaxVJPOp: Op {
  static let name = "softmax_vjp"
  static let doc = OpDoc(
    family: "core", summary: "y (dy − Σ y dy) over the last axis.",
    backward: "of z̄: ȳ = z̄ (dy − Σ y dy) − dy Σ y z̄, that of dy is y (z̄ − Σ y z̄)")
  static let signature: Signature = "(y: R[k], dy: R[k]) -> R[k]"
  static let isPublic = false
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dz = cotangents[0] else { return [nil, nil] }
    let (y, dy) = (c.inputs[0], c.inputs[1])
    let own = try b.sumLast(try b.mul(y, dy), 1, keep: true)
    let other = try b.sumLast(try b.mul(y, dz), 1, keep: true)
    return [try b.map("x0 * (x1 - x2) - x1 * x3", [dz, dy, own, other]), try b.one("softmax_vjp", [y, dz])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("softmax_vjp", sizes: RowShape.sizes(c.inputShape(0)))
  }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) }
}

/// Logarithm of softmax.
enum LogSoftmaxOp: Op {
  static let name = "log_softmax"
  static let doc = OpDoc(
    family: "dense", summary: "Logarithms of softmax over the last axis.", formula: "x − max x − log Σ e^{x−max x}",
    backward: "x̄ = ȳ − e^y Σ ȳ", example: "- log_softmax")
  static let signature: Signature = "(x: R[k]) -> R[k]"
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.map("x1 - exp(x0) * x2", [c.results[0], dy, try b.sumLast(dy, 1, keep: true)])]
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("LogSoftmax", ["axis": .int(-1)]) }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("log_softmax", sizes: RowShape.sizes(c.inputShape(0)))
  }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("a number added to all of them is gone") }
}

/// Cross-entropy of one row of logits, with the probabilities that its backward needs.
enum CrossEntropyCoreOp: Op {
  static let name = "cross_entropy_core"
  static let doc = OpDoc(
    family: "core", summary: "log Σ e^z − z_y and softmax(z) of one row of logits z and a class index y.",
    backward: "z̄ = (softmax(z) − onehot(y)) ȳ")
  static let signature: Signature = "(logits: R[k], label: T[*]) -> (loss: R, probabilities: R[k])"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.shape(0).count == 1, call.shape(1).isEmpty else {
      throw TypeProblem(
        .mismatch, "cross_entropy_core takes one row and one label, found \(call.shape(0)) and \(call.shape(1))")
    }
    return [.real([], isBatched: call.isBatched), .real(call.shape(0), isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    var parts: [Value] = []
    if let dy = cotangents[0] { parts.append(try gradient(&b, c.results[1], label: c.inputs[1], dy)) }
    // Of second derivatives, where the backward of the loss reads the probabilities.
    if let dp = cotangents[1] { parts.append(try b.one("softmax_vjp", [c.results[1], dp])) }
    guard let first = parts.first else { return [nil, nil] }
    return [parts.count == 1 ? first : try b.add(first, parts[1]), nil]
  }
  /// (p − onehot(y)) ȳ.
  static func gradient(_ b: inout Builder, _ probabilities: Value, label: Value, _ dy: Value) throws -> Value {
    let ramp = try b.one("ramp", [], ["count": .int(b.shape(probabilities)[0])])
    return try b.map("(x0 - select(less(abs(x1 - x2), 0.5), 1, 0)) * x3", [probabilities, ramp, label, dy])
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { KernelRequest("cross_entropy", sizes: c.inputShape(0)) }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) }
}
