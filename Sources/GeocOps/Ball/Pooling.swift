import GeocIR

/// Averages of windows of a field of points.
enum BallAvgPool2dOp: Op {
  static let name = "ball_avg_pool2d"
  static let doc = OpDoc(
    family: "ball", summary: "Average of windows of a field of points, in the tangent space at 0 or as midpoints.",
    formula: "tangent: expmap0(mean logmap0(x)); midpoint: the gyromidpoint of each window; the stride is the kernel",
    backward: "through the mean", source: "Poincaré ResNet, 2023",
    parameters: ["kernel": "size of the square window", "mode": "tangent or midpoint", "margin": Margin.meaning],
    example: "- ball_avg_pool2d: { kernel: 2 }")
  static let signature: Signature = """
    (x: Ball(n, c=k)[h, w]; weight c: Positive = ones if learn_c) {kernel: int in 1..., mode: tangent|midpoint = tangent, \
    margin: real? in (0...1)} -> Ball(n, c=k)[h/kernel, w/kernel]
    """
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x"])
    let type = try BallTypes.point(call, 0, axes: 2)
    let k = call.attributes.int("kernel", 1)
    guard type.field.allSatisfy({ $0 >= k }) else {
      throw TypeProblem(
        .parameter, "\(name): a window of \(k) does not fit \(type.shown)", operand: 0, parameter: "kernel")
    }
    return [GeoType(type.space, field: type.field.map { $0 / k }, isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let k = c.attributes.int("kernel", 1)
    if c.attributes.name("mode") == "midpoint" {
      let w = try b.radial(c.inputs[0], RadialFunction(.ball, to: .hyperboloid), curvature)
      let depth = try b.rows([w], curvature.operands) { r, v, s in
        r.result(try r.number("sqrt(1 + x0 * x1)", curvature.scalar(&r, s), r.square(v[0])))
      }[0]
      return [try b.midpoint(ofSum: try b.windows(w, k), depth: try b.windows(depth, k), curvature)]
    }
    let v = try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), curvature)
    let mean = try b.scale(try b.windows(v, k), 1 / Double(k * k))
    return [try b.radial(mean, RadialFunction(.tangent, [.clamp(Margin.of(c))], to: .ball), curvature)]
  }
}

/// Points joined to one point of a larger ball.
enum BetaConcatOp: Op {
  static let name = "beta_concat"
  static let doc = OpDoc(
    family: "ball", summary: "The points of the last field axis as one point of a larger ball, expected norm kept.",
    formula: "expmap0(concat(β logmap0(x_j))), β = B(mn/2, ½)/B(n/2, ½)", source: "Hyperbolic neural networks++",
    parameters: ["margin": Margin.meaning], example: "- beta_concat")
  static let signature: Signature =
    "(x: Ball(n, c=k)[m]; weight c: Positive = ones if learn_c) {margin: real? in (0...1)} -> Ball(m*n, c=k)"
  static let traits: OpTraits = [.transparent]
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let shape = c.inputShape(0)
    let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
    let v = try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), curvature)
    let joined = try b.reshape(try b.scale(v, BetaRatio.value(parts: m, dim: n)), shape.dropLast(2) + [m * n])
    return [try b.radial(joined, RadialFunction(.tangent, [.clamp(Margin.of(c))], to: .ball), curvature)]
  }
}

/// The midpoint of points.
enum GyromidpointOp: Op {
  static let name = "gyromidpoint"
  static let doc = OpDoc(
    family: "ball",
    summary: """
      Gyromidpoint of the points of the last field axis, or of the rows of a batch where there is no field; a second \
      input gives weights.
      """,
    formula: "m = f/(1 + √(1 − c f²)), f = Σ ω λ_x x/Σ ω(λ_x − 1)",
    backward: "x̄ = ω[λN̄ + cλ²(⟨N̄, x⟩ + M̄)x], ω̄ = λ⟨N̄, x⟩ + M̄(λ − 1)", source: "Ungar; HypLL",
    example: "- gyromidpoint")
  static let signature: Signature = "(x...: T[*]; weight c: Positive = ones if learn_c) -> Ball(n)"
  static let traits: OpTraits = [.seesBatch]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let type = try BallTypes.point(call, 0)
    guard call.inputs.count <= 2 else { throw TypeProblem(.inputCount, "gyromidpoint takes points and weights") }
    if call.inputs.count == 2, !call.inputs[1].isReal || call.shape(1) != type.field {
      throw TypeProblem(
        .mismatch, "gyromidpoint expects one weight for each point of \(type.shown), found \(call.inputs[1].shown)",
        operand: 1)
    }
    if type.field.isEmpty { return [GeoType(type.space)] }
    return [GeoType(type.space, field: Array(type.field.dropLast()), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let x = c.inputs[0]
    let shape = c.inputShape(0)
    let hasWeights = c.inputNames.count(where: { $0 == "x" }) == 2
    let weight = hasWeights ? [try b.reshape(c.inputs[1], c.inputShape(1) + [1])] : []
    let isBatch = shape.count == 1
    let parts = try b.rows([x], curvature.operands + weight, summed: isBatch) { r, v, s in
      let ball = BallAlgebra(c: curvature.scalar(&r, s))
      let own = curvature.rest(s).first ?? r.constant(1)
      r.result(r.scaled(try ball.lift(&r, v[0]), own))
      r.result(try r.number("x1 * (2 / x0 - 1)", try ball.alpha(&r, v[0]), own))
    }
    if isBatch { return [try b.midpoint(ofSum: parts[0], depth: parts[1], curvature)] }
    let axis = shape.count - 2
    return [
      try b.midpoint(
        ofSum: try b.reduce(parts[0], "sum", axes: [axis]), depth: try b.reduce(parts[1], "sum", axes: [axis]),
        curvature)
    ]
  }
}

extension Builder {
  /// Sums of k×k windows of a field [H, W, n].
  mutating func windows(_ x: Value, _ k: Int) throws -> Value {
    let shape = self.shape(x)
    let (h, w, n) = (shape[0] / k, shape[1] / k, shape[2])
    var value = x
    for (axis, count) in [h * k, w * k].enumerated() where self.shape(value)[axis] != count {
      value = try one("slice", [value], ["axis": .int(axis), "start": .int(0), "count": .int(count)])
    }
    value = try reduce(try reshape(value, [h, k, w * k * n]), "sum", axes: [1])
    value = try reduce(try reshape(value, [h * w, k, n]), "sum", axes: [1])
    return try reshape(value, [h, w, n])
  }
}
