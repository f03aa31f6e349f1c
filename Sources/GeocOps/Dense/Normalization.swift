import GeocIR

/// Batch normalisation of Euclidean features, as PyTorch's `BatchNorm1d/2d`.
enum BatchNormOp: Op {
  static let name = "batch_norm"
  static let doc = OpDoc(
    family: "dense", summary: "Batch normalisation per feature (first axis).",
    formula: "y = γ (x − μ)/√(σ² + ε) + β; running statistics by momentum, the variance unbiased",
    backward: "through the batch statistics", source: "PyTorch BatchNorm",
    parameters: ["eps": "ε", "momentum": "weight of the new batch in the running statistics"], example: "- batch_norm")
  static let signature: Signature = """
    (x: [B] R[*]; weight weight: R[*] = ones, bias: R[*] = zeros, state running_mean: R[*] = zeros, \
    running_var: R[*] = ones) {eps: real = 1e-05 in (0..., momentum: real = 0.1 in 0...1} -> R[*]
    """
  static let traits: OpTraits = [.mode, .seesBatch, .normalization, .channelsFirst]

  static func features(_ call: TypeCall) throws -> Int {
    let shape = call.shape(0)
    guard call.inputs[0].isReal, let first = shape.first else {
      throw TypeProblem(
        .mismatch, "batch_norm expects R[c, …], found \(call.inputs[0].batched(false))", operand: 0,
        expected: signature.inputs[0].pattern)
    }
    return first
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let c = try features(call)
    return [call.inputs[0], .real([c]), .real([c])]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    let c = try features(call)
    return signature.operands.filter { $0.role != .input }.map {
      TypedOperand(name: $0.name, role: $0.role, initial: $0.initial, type: .real([c]))
    }
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let shape = c.inputShape(0)
    let features = shape[0]
    let points = shape.dropFirst().reduce(1, *)
    let x = try b.reshape(c.inputs[0], [features, points])
    func column(_ v: Value) throws -> Value { try b.reshape(v, [features, 1]) }
    var newMean = try c.value("running_mean")
    var newVar = try c.value("running_var")
    var mean = try column(newMean)
    var variance = try column(newVar)
    if c.isTraining {
      let momentum = c.attributes.real("momentum", 0.1)
      mean = try b.scale(try b.batchMean(try b.reduce(x, "sum", axes: [1], keep: true)), 1 / Double(points))
      let centred = try b.sub(x, mean)
      let squares = try b.reduce(try b.mul(centred, centred), "sum", axes: [1], keep: true)
      variance = try b.scale(try b.batchMean(squares), 1 / Double(points))
      let count = try b.map("x0 * \(Double(points))", [try b.one("batch_size", [])])
      let flatMean = try b.detached(try b.reshape(mean, [features]))
      let flatVar = try b.detached(try b.reshape(variance, [features]))
      newMean = try b.map("\(1 - momentum) * x0 + \(momentum) * x1", [newMean, flatMean])
      newVar = try b.map("\(1 - momentum) * x0 + \(momentum) * x1 * (x2 / max(x2 - 1, 1))", [newVar, flatVar, count])
    }
    let y = try b.map(
      "(x0 - x1) / sqrt(x2 + \(c.attributes.real("eps", 1e-5))) * x3 + x4",
      [x, mean, variance, try column(try c.value("weight")), try column(try c.value("bias"))])
    return [try b.reshape(y, shape), newMean, newVar]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { c.normalized(Moments(mean: 0, variance: 1)) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .unproved("its weight may become 0") }
}

/// Layer normalisation over the last axis, as PyTorch's `LayerNorm`.
enum LayerNormOp: Op {
  static let name = "layer_norm"
  static let doc = OpDoc(
    family: "dense", summary: "Normalises the last axis of every sample.",
    formula: "y = γ (x − mean x)/√(var x + ε) + β, the variance biased", source: "PyTorch LayerNorm",
    parameters: ["eps": "ε", "affine": "whether γ and β are there"], example: "- layer_norm")
  static let traits: OpTraits = [.normalization]
  static let signature: Signature = """
    (x: R[n]; weight weight: R[n] = ones if affine, bias: R[n] = zeros if affine) \
    {eps: real = 1e-05 in 0..., affine: bool = true} -> R[n]
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let n = Double(c.inputShape(0).last ?? 1)
    let x = c.inputs[0]
    let mean = try b.scale(try b.sumLast(x, 1, keep: true), 1 / n)
    let centred = try b.sub(x, mean)
    let variance = try b.scale(try b.sumLast(try b.mul(centred, centred), 1, keep: true), 1 / n)
    let normal = "x0 / sqrt(x1 + \(c.attributes.real("eps", 1e-5)))"
    guard c.has("weight") else { return [try b.map(normal, [centred, variance])] }
    return [
      try b.map(normal + " * x2 + x3", [centred, variance, try c.value("weight"), try c.value("bias")])
    ]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { c.normalized(Moments(mean: 0, variance: 1)) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("the mean of each sample is gone") }
}

/// Division of the last axis by its root mean square, as PyTorch's `RMSNorm`.
enum RMSNormOp: Op {
  static let name = "rms_norm"
  static let doc = OpDoc(
    family: "dense", summary: "Divides the last axis of every sample by its root mean square.",
    formula: "y = γ x/√(mean x² + ε)", backward: "x̄ = s(γȳ − n mean(n γȳ)) for n = s x, s = 1/√(mean x² + ε)",
    source: "PyTorch RMSNorm", parameters: ["eps": "ε", "affine": "whether γ is there"], example: "- rms_norm",
    invariances: ["rms_norm(c x) = rms_norm(x) for c > 0, up to ε"])
  static let traits: OpTraits = [.normalization]
  static let signature: Signature = """
    (x: R[n]; weight weight: R[n] = ones if affine) {eps: real = 1e-05 in 0..., affine: bool = true} -> R[n]
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let x = c.inputs[0]
    let square = try b.scale(
      try b.sumLast(try b.mul(x, x), 1, keep: true), 1 / Double(c.inputShape(0).last ?? 1))
    let normal = "x0 / sqrt(x1 + \(c.attributes.real("eps", 1e-5)))"
    guard c.has("weight") else { return [try b.map(normal, [x, square])] }
    return [try b.map(normal + " * x2", [x, square, try c.value("weight")])]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    c.normalized(
      c.input.flatMap { x in
        x.second > 0 ? Moments(mean: x.mean / x.second.squareRoot(), variance: x.variance / x.second) : nil
      })
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("the length of each sample is gone") }
}

/// Random zeros in training.
enum DropoutOp: Op {
  static let name = "dropout"
  static let doc = OpDoc(
    family: "dense", summary: "Zeroes elements with probability p in training and scales the others by 1/(1−p).",
    source: "PyTorch Dropout",
    parameters: [
      "p": "probability of a zero", "stream": "number of the random stream; one of its own where it is left out",
    ],
    example: "- dropout: { p: 0.5 }")
  static let signature: Signature = "(x: R[*]) {p: real = 0.5 in 0...1), stream: int = 0} -> R[*]"
  static let traits: OpTraits = [.mode, .random]
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let p = c.attributes.real("p", 0.5)
    guard c.isTraining, p > 0 else { return [c.inputs[0]] }
    let u = try b.one(
      "random_uniform", [c.inputs[0]],
      ["shape": .ints(c.inputShape(0)), "stream": .int(c.attributes.int("stream"))])
    return [try b.map("x0 * select(less(x1, \(p)), 0, \(1 / (1 - p)))", [c.inputs[0], u])]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let p = c.node.attributes.real("p", 0.5)
    guard p > 0 else { return MomentTransfer([c.input], isOdd: true) }
    return MomentTransfer(
      [c.input.map { Moments(mean: $0.mean, second: $0.second / (1 - p)) }],
      obstacle: "dropout divides the mean of squares by \(MomentContext.short(1 - p))",
      help: "use 'alpha_dropout', which keeps mean and variance", isOdd: true)
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}
