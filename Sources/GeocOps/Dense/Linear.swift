import GeocIR

/// A x + b.
enum LinearOp: LinearInWeights {
  static let name = "linear"
  static let doc = OpDoc(
    family: "dense", summary: "Affine map of the last axis.", formula: "y = W x + b",
    backward: "x̄ = Wᵀ ȳ, W̄ = Σ ȳ xᵀ, b̄ = Σ ȳ", source: "PyTorch Linear",
    parameters: [
      "out": "number of results", "bias": "whether b is there",
      "init": WeightStart.text,
    ], example: "- linear: { out: 5 }")
  static let traits: OpTraits = [.affine]
  static let signature: Signature = """
    (x: R[n]; weight weight: R[out, n] = uniform_fan_in, bias: R[out] = uniform_fan_in(n) if bias) \
    {out: int in 1..., bias: bool = true, init: uniform_fan_in|lecun_normal|he_normal|zeros = uniform_fan_in} -> R[out]
    """

  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    WeightStart.applied(try call.inferred(signature).weights, call.attributes)
  }

  static func factors(_ b: inout Builder, _ c: OpContext) throws -> [WeightFactor] {
    let shape = c.inputShape(0)
    let rows = shape.dropLast().reduce(1, *)
    var factors = [
      WeightFactor(weight: try c.value("weight"), factor: try b.reshape(c.inputs[0], [rows, shape.last ?? 1]))
    ]
    if c.has("bias") {
      factors.append(WeightFactor(weight: try c.value("bias"), factor: try b.fill([rows, 1], 1)))
    }
    return factors
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let shape = c.inputShape(0)
    let row = try b.reshape(c.inputs[0], shape.dropLast() + [1, shape.last ?? 1])
    let y = try b.matmul(row, try c.value("weight"), tb: true)
    let flat = try b.reshape(y, shape.dropLast() + [b.shape(y).last ?? 1])
    return [c.has("bias") ? try b.add(flat, try c.value("bias")) : flat]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return c.inputs.map { _ in nil } }
    let shape = c.inputShape(0)
    let rows = shape.dropLast() + [1]
    let dyRow = try b.reshape(dy, rows + [b.shape(dy).last ?? 1])
    let xRow = try b.reshape(c.inputs[0], rows + [shape.last ?? 1])
    let dx = try b.reshape(try b.matmul(dyRow, try c.value("weight")), shape)
    let dw = try b.matmul(dyRow, xRow, ta: true)
    return c.has("bias") ? [dx, dw, dy] : [dx, dw]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    c.weightedSum(c.node.inputShape(0).last ?? 1)
  }
  static func onnx(_ c: OpContext) -> ONNXForm? {
    c.inputTypes[0].isBatched && c.inputShape(0).count == 1 ? ONNXForm("Gemm", ["transB": .int(1)]) : nil
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    .unproved("no rank of its weight is known: it may become singular")
  }
}

/// A parameter as a value of the graph.
enum ParameterOp: Op {
  static let name = "parameter"
  static let doc = OpDoc(
    family: "dense", summary: "A learned value of any space, the same for every sample.",
    parameters: ["type": "its type", "init": "its initialiser"],
    example: "- parameter: { type: \"Stiefel(9, 4)\" }\n    as: w")
  static let signature: Signature =
    "(; weight weight: R[*] = random_point) {type: type, init: text = \"random_point\"} -> R[*]"

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard let type = call.attributes.type("type") else {
      throw TypeProblem(.parameter, "parameter needs a type", parameter: "type")
    }
    if let base = type.space["at"] {
      throw TypeProblem(
        .parameter, "parameter has no point '\(base)': its value stands by itself", parameter: "type",
        help: "learn a Tangent(T) at the origin")
    }
    return [type.batched(false)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    [
      TypedOperand(
        name: "weight", role: .weight, initial: call.attributes.name("init", "random_point"), type: try infer(call)[0])
    ]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { [try c.value("weight")] }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { MomentTransfer([c.moments("weight")]) }
}

/// Inner product of two arrays.
enum InnerOp: Op {
  static let name = "inner"
  static let doc = OpDoc(
    family: "dense", summary: "Sum of the products of all elements.", formula: "y = Σ a b",
    backward: "ā = ȳ b, b̄ = ȳ a",
    example: "- inner:\n    from: [w, g]")
  static let signature: Signature = "(a: T[*], b: T[*]) -> R"
  static let traits: OpTraits = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 2 else {
      throw TypeProblem(
        .inputCount, "inner takes 2 inputs, found \(call.inputs.count)", help: "name them: 'from: [a, b]'")
    }
    guard call.shape(0) == call.shape(1) else {
      throw TypeProblem(
        .disagreement,
        "inner takes arrays of one shape, found \(call.inputs[0].batched(false)) and \(call.inputs[1].batched(false))",
        operand: 1)
    }
    return [.real([], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.sumAll(try b.mul(c.inputs[0], c.inputs[1]))]
  }
}
