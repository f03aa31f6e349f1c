import GeocIR

/// Batch normalisation under the (generalised) Bures–Wasserstein metric.
enum BWBNOp: Op {
  static let name = "bwbn"
  static let doc = OpDoc(
    family: "spd",
    summary:
      "Riemannian batch normalisation under the Bures–Wasserstein metric, with power deformation and a learned metric.",
    formula: """
      x̃ = M^{−1/2} x^θ M^{−1/2}; B = BW mean of the batch; v = mean d²(x̃, I)/θ²; H = transport of log_B x̃ to I, halved, + I; \
      J = I + s/√(v+ε) (|H| − I); Y = exp at Ã of the transport of 2(|J| − I); y = (M^{1/2} Y M^{1/2})^{1/θ}
      """,
    backward:
      "closed form through |·|, the pair kernels and spectral maps, gap-free; B and v constant unless detach_statistics is off",
    source: "GBWBN (CVPR 2025, arXiv 2504.00660)",
    parameters: [
      "theta": "power deformation θ", "metric": "M: the identity, or learned",
      "learn_bias": "whether the bias G is learned",
      "learn_scale": "whether the scale s is learned", "eps": "added to the variance",
      "momentum": "weight of the new batch in the running statistics",
      "mean_iterations": "fixed-point steps of the mean, from the arithmetic mean",
      "variance_about": "variance about the identity, as the reference code, or about the mean",
      "detach_statistics": "whether mean and variance are constants of the backward",
    ], example: "- bwbn: { theta: 0.5, metric: learn }")
  static let signature: Signature = """
    (x: [B] SPD(n)[*]; weight metric: SPD(n) = identity if metric == learn, bias: SPD(n) = identity if learn_bias, \
    scale: R[1] = ones if learn_scale, state running_mean: SPD(n) = identity, running_var: R = ones) \
    {theta: real = 1, metric: identity|learn = identity, learn_bias: bool = true, learn_scale: bool = true, \
    eps: real = 1e-05 in 0..., momentum: real = 0.1 in 0...1, mean_iterations: int = 1 in 1...100, \
    variance_about: identity|mean = identity, detach_statistics: bool = true} \
    -> (y: SPD(n)[*], folded_centering: R, folded_scaling: R)
    """
  static let traits: OpTraits = [.mode, .seesBatch, .transparent]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    if call.attributes.real("theta", 1) == 0 {
      throw TypeProblem(.parameter, "bwbn needs theta ≠ 0", parameter: "theta")
    }
    return try call.inferred(signature).results
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let theta = c.attributes.real("theta", 1)
    let shape = c.inputShape(0)
    let n = shape.last ?? 1
    let leading = shape.count - 2
    let one = try b.identity(n)
    let xt = theta == 1 ? c.inputs[0] : try b.matrixPower(c.inputs[0], theta)

    // M^{±1/2}; the coordinates x̃ are never formed where a congruence can absorb them.
    var whitening: Value?
    var colouring: Value?
    if c.has("metric") {
      let m = try c.value("metric")
      whitening = try b.matrixPower(m, -0.5)
      colouring = try b.matrixPower(m, 0.5)
    }
    func inside(_ factor: Value) throws -> Value { try whitening.map { try b.matmul($0, factor) } ?? factor }
    let bias = c.has("bias") ? try c.value("bias") : one
    let deformed = theta == 1 ? bias : try b.matrixPower(bias, theta)
    let target = try whitening.map { try b.congruence($0, deformed) } ?? deformed

    let detaches = c.attributes.bool("detach_statistics", true)
    let s = try statistics(&b, c, xt, whitening, detaches: detaches, leading: leading)

    // H, the centred point's square root before folding, in the eigenbasis of B where B is a constant.
    let h: Value
    var basis: Value?
    if detaches || !c.isTraining {
      let pair = try b.eigh(s.mean)
      let root = try b.squareRoot(pair.w)
      let factor = try b.mul(pair.u, root)
      let r = try b.matrixPower(try b.congruence(try inside(factor), xt), 0.5)
      let column = try b.reshape(pair.w, [n, 1])
      h = try b.map(
        "sqrt((x1 + x2) / (2 * x1 * x2)) * x0 + (1 - x3) * x4", [r, pair.w, column, root, one])
      basis = pair.u
    } else {
      let point = try whitening.map { try b.congruence($0, xt) } ?? xt
      let v = try BuresWasserstein.log(&b, s.mean, point)
      h = try b.map("x0 + 0.5 * x1", [one, try b.pairMap(s.mean, v, c: 0.5, p: -0.5)])
    }
    let centred = try b.node("guarded_abs", [h])
    let p = centred[0]
    let scale = c.has("scale") ? try c.value("scale") : try b.fill([1], 1)
    let factor = try b.map("x0 / sqrt(x1 + \(c.attributes.real("eps", 1e-5)))", [scale, s.variance])
    let j = try b.map("x1 + x2 * (x0 - x1)", [p, one, factor])
    let scaled = try b.node("guarded_abs", [j])
    var u = try b.map("2 * (x0 - x1)", [scaled[0], one])
    if let basis { u = try b.congruence(basis, u, transpose: true) }
    let y = try b.pairExp(target, u, c: 2, p: -0.5)
    let coloured = try colouring.map { try b.congruence($0, y) } ?? y
    let result = theta == 1 ? coloured : try b.matrixPower(coloured, 1 / theta)
    let share = 1 / Double(max(1, shape.dropLast(2).reduce(1, *)))
    let folded = try [centred, scaled].map { try b.scale(try b.detached($0[3]), share) }
    return [result] + folded + [s.newMean, s.newVariance]
  }

  /// Mean and variance to normalise with, and the new running statistics.
  private struct Statistics {
    var mean: Value
    var variance: Value
    var newMean: Value
    var newVariance: Value
  }

  private static func statistics(
    _ b: inout Builder, _ c: OpContext, _ xt: Value, _ whitening: Value?, detaches: Bool, leading: Int
  ) throws -> Statistics {
    let (oldMean, oldVariance) = (try c.value("running_mean"), try c.value("running_var"))
    guard c.isTraining else {
      return Statistics(
        mean: try b.detached(oldMean), variance: try b.detached(oldVariance), newMean: oldMean, newVariance: oldVariance
      )
    }
    let theta = c.attributes.real("theta", 1)
    let x = detaches ? try b.detached(xt) : xt
    let z = try whitening.map { detaches ? try b.detached($0) : $0 }
    func coordinates(_ y: Value) throws -> Value { try z.map { try b.congruence($0, y) } ?? y }
    var mean = try coordinates(try b.batchMean(x, leading: leading))
    for _ in 0..<c.attributes.int("mean_iterations", 1) {
      mean = try BuresWasserstein.meanStep(&b, mean, leading: leading) { b, f in
        let factor = try z.map { try b.matmul($0, f) } ?? f
        return try b.matrixPower(try b.congruence(factor, x), 0.5)
      }
    }
    let distance: Value
    if c.attributes.name("variance_about") == "mean" {
      let f = try b.cholesky(mean)
      let factor = try z.map { try b.matmul($0, f) } ?? f
      let w = try b.eigvals(try b.congruence(factor, x))
      let traces = try b.add(try b.trace(try coordinates(x)), try b.trace(mean))
      distance = try b.map("x0 - 2 * x1", [traces, try b.sumLast(try b.squareRoot(w), 1)])
    } else {
      let w = try b.eigvals(try coordinates(x))
      distance = try b.sumLast(try b.map("(sqrt(x0) - 1) * (sqrt(x0) - 1)", [w]), 1)
    }
    let variance = try b.scale(try b.batchMean(distance, leading: leading), 1 / (theta * theta))
    let momentum = c.attributes.real("momentum", 0.1)
    let (flatMean, flatVariance) = (try b.detached(mean), try b.detached(variance))
    return Statistics(
      mean: mean, variance: variance,
      newMean: try BuresWasserstein.geodesic(&b, oldMean, flatMean, t: momentum),
      newVariance: try b.map("\(1 - momentum) * x0 + \(momentum) * x1", [oldVariance, flatVariance]))
  }
}
