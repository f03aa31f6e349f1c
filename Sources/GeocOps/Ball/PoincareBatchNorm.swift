import GeocIR

/// Batch normalisation about the midpoint.
enum PoincareBatchNormOp: Op {
  static let name = "poincare_batch_norm"
  static let doc = OpDoc(
    family: "ball",
    summary:
      "Batch normalisation: points are moved from their mean to a learned point and scaled to a learned variance.",
    formula: """
      y = expmap(β, √(γ/(σ² + ε)) transport(m → β, logmap(m, x))), β = expmap0(bias), γ the weight, m the gyromidpoint \
      of all rows, σ² the mean of d(x, m)²
      """, backward: "through mean and variance",
    source: "Poincaré ResNet, 2023; running statistics along the geodesic",
    parameters: [
      "momentum": "weight of the new batch in the running statistics", "eps": "added to the variance",
      "mean": "midpoint, or frechet: the Fréchet mean by iterations from the midpoint",
      "stats": "what evaluation uses: running statistics or those of the batch", "margin": Margin.meaning,
    ], example: "- poincare_batch_norm")
  static let signature: Signature = """
    (x: [B] Ball(n, c=k)[*]; weight weight: R = ones, bias: R[n] = zeros, c: Positive = ones if learn_c, \
    state running_mean: Ball(n, c=k) = zeros, running_var: R = ones) {momentum: real = 0.1 in 0...1, eps: real = 1e-06 in (0..., \
    mean: midpoint|frechet = midpoint, stats: running|batch = running, margin: real? in (0...1)} -> Ball(n, c=k)[*]
    """
  static let traits: OpTraits = [.mode, .seesBatch, .transparent]
  private static let frechetIterations = 10

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try normalized(&b, c) { ball, r, x, mean, target, factor, margin in
      let moved = try ball.transport(&r, from: mean, to: target, try ball.log(&r, at: mean, x))
      return try ball.exp(&r, at: target, r.scaled(moved, factor), margin: margin)
    }
  }

  /// The conformal factors of logarithm, transport and exponential cancel: β ⊕ gyr[β, −m](a ⊗ ((−m) ⊕ x)).
  static func rewritten(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try normalized(&b, c) { ball, r, x, mean, target, factor, margin in
      let centred = r.fixed(try ball.add(&r, r.negated(mean), x))
      let scaled = r.fixed(try ball.scale(&r, by: factor, centred))
      let turned = r.fixed(try ball.gyration(&r, target, r.negated(mean), scaled))
      return try ball.project(&r, try ball.add(&r, target, turned), margin: margin)
    }
  }

  private typealias Placement = (
    BallAlgebra, inout RowBuilder, _ x: RowVector, _ mean: RowVector, _ target: RowVector, _ factor: RowNumber,
    _ margin: Double
  ) throws -> RowVector

  private static func normalized(_ b: inout Builder, _ c: OpContext, _ place: Placement) throws -> [Value] {
    let curvature = try Curvature(&b, c, input: 0)
    let x = c.inputs[0]
    let n = c.inputShape(0).last ?? 1
    let margin = Margin.of(c)
    var (runningMean, runningVar) = (try c.value("running_mean"), try c.value("running_var"))
    var (mean, variance) = (runningMean, try b.reshape(runningVar, [1]))
    if c.isTraining || c.attributes.name("stats") == "batch" {
      mean = try b.midpoint(x, curvature)
      if c.attributes.name("mean") == "frechet" { mean = try frechet(&b, x, from: mean, curvature, margin) }
      variance = try b.meanOfRows([x, mean], curvature) { ball, r, v in
        r.result(try ball.squaredDistance(&r, v[0], v[1]))
      }
      if c.isTraining {
        let momentum = c.attributes.real("momentum", 0.1)
        let (m, s) = (try b.detached(mean), try b.detached(try b.reshape(variance, [])))
        let r = try b.rows([runningMean, m], curvature.operands) { r, v, s in
          let ball = BallAlgebra(c: curvature.scalar(&r, s))
          let step = r.scaled(try ball.log(&r, at: v[0], v[1]), r.constant(momentum))
          r.result(try ball.exp(&r, at: v[0], step, margin: margin))
        }[0]
        runningMean = try b.detached(try b.reshape(r, [n]))
        runningVar = try b.map("\(1 - momentum) * x0 + \(momentum) * x1", [runningVar, s])
      }
    }
    let target = try b.radial(
      try c.value("bias"), RadialFunction(.tangent, [.clamp(margin)], to: .ball), curvature)
    let factor = try b.map(
      "sqrt(x0 / (x1 + \(c.attributes.real("eps", 1e-6))))", [try b.reshape(try c.value("weight"), [1]), variance])
    let y = try b.rows([x, mean, target], curvature.operands + [factor], margin: margin, curvature: curvature.number) {
      r, v, s in
      let ball = BallAlgebra(c: curvature.scalar(&r, s))
      r.result(try place(ball, &r, v[0], v[1], v[2], curvature.rest(s)[0], margin))
    }[0]
    return [y, runningMean, runningVar]
  }

  /// Fréchet mean: Karcher steps m ← exp_m(mean log_m(x)).
  private static func frechet(
    _ b: inout Builder, _ x: Value, from start: Value, _ curvature: Curvature, _ margin: Double
  ) throws -> Value {
    var mean = start
    for _ in 0..<frechetIterations {
      let step = try b.meanOfRows([x, mean], curvature) { ball, r, v in
        r.result(try ball.log(&r, at: v[1], v[0]))
      }
      mean = try b.rows([mean, step], curvature.operands) { r, v, s in
        r.result(try BallAlgebra(c: curvature.scalar(&r, s)).exp(&r, at: v[0], v[1], margin: margin))
      }[0]
    }
    return mean
  }
}

extension Builder {
  /// The mean over rows and batch of a result of a row program whose first vector is `vectors[0]`.
  mutating func meanOfRows(
    _ vectors: [Value], _ curvature: Curvature,
    _ write: (BallAlgebra, inout RowBuilder, [RowVector]) throws -> Void
  ) throws -> Value {
    let sum = try rows(vectors, curvature.operands, summed: true) { r, v, s in
      try write(BallAlgebra(c: curvature.scalar(&r, s)), &r, v)
    }[0]
    let points = Double(shape(vectors[0]).dropLast().reduce(1, *))
    guard type(vectors[0]).isBatched else { return try scale(sum, 1 / points) }
    return try map("x0 / (\(points) * x1)", [sum, try one("batch_size", [])])
  }

  /// The gyromidpoint of all rows [n]: Σ w over Σ τ, w = λx and τ = √(1 + c‖w‖²) on the hyperboloid, back on the ball.
  /// Points that come from there are not lifted again.
  mutating func midpoint(_ x: Value, _ curvature: Curvature) throws -> Value {
    let w = try radial(x, RadialFunction(.ball, to: .hyperboloid), curvature)
    let sums = try rows([w], curvature.operands, summed: true) { r, v, s in
      r.result(v[0])
      r.result(try r.number("sqrt(1 + x0 * x1)", curvature.scalar(&r, s), r.square(v[0])))
    }
    return try midpoint(ofSum: sums[0], depth: sums[1], curvature)
  }

  /// The midpoint from N = Σ ω λx [.., n] and M = Σ ω(λ − 1) [.., 1]: f/(1 + √(1 − c f²)), f = N/M.
  mutating func midpoint(ofSum sum: Value, depth: Value, _ curvature: Curvature) throws -> Value {
    try rows([sum], curvature.operands + [depth]) { r, v, s in
      let c = curvature.scalar(&r, s)
      let depth = curvature.rest(s)[0]
      let root = try r.number("sqrt(max(x1 * x1 - x0 * x2, 1e-30))", c, depth, r.square(v[0]))
      r.result(r.scaled(v[0], try r.number("1 / (x0 + x1)", depth, root)))
    }[0]
  }
}
