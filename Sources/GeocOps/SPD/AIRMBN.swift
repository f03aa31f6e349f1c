import GeocIR

/// Batch normalisation under the affine-invariant metric.
enum AIRMBNOp: Op {
  static let name = "airm_bn"
  static let doc = OpDoc(
    family: "spd",
    summary: "Riemannian batch normalisation under the affine-invariant metric, optionally with variance.",
    formula: "C = B^{−1/2} x B^{−1/2}; y = G^{1/2} C^p G^{1/2}, p = 1, or s/√(v + ε) with v = mean ‖log C‖²",
    backward: "B constant, v differentiated", source: "SPD batch normalisation (Brooks 2019), spd_learn",
    parameters: [
      "momentum": "weight of the new batch in the running statistics",
      "karcher_iterations": "steps of the mean, from the arithmetic mean",
      "variance": "whether the variance is normalised",
      "eps": "added to the variance",
    ], example: "- airm_bn: { momentum: 0.1 }")
  static let signature: Signature = """
    (x: [B] SPD(n)[*]; weight bias: SPD(n) = identity, scale: R = ones if variance, state running_mean: SPD(n) = identity, \
    running_var: R = ones if variance) {momentum: real = 0.1 in 0...1, karcher_iterations: int = 1 in 1...100, \
    variance: bool = false, eps: real = 1e-05 in 0...} -> SPD(n)[*]
    """
  static let traits: OpTraits = [.mode, .seesBatch, .transparent]

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let leading = c.inputShape(0).count - 2
    let momentum = c.attributes.real("momentum", 0.1)
    let oldMean = try c.value("running_mean")
    var mean = oldMean
    var newMean = oldMean
    if c.isTraining {
      let x = try b.detached(c.inputs[0])
      mean = try b.batchMean(x, leading: leading)
      for _ in 0..<c.attributes.int("karcher_iterations", 1) {
        mean = try AffineInvariant.meanStep(&b, mean, x, leading: leading)
      }
      newMean = try AffineInvariant.geodesic(&b, oldMean, mean, t: momentum)
    }
    mean = try b.detached(mean)
    let whitening = try b.matrixPower(mean, -0.5)
    let colouring = try b.matrixPower(try c.value("bias"), 0.5)
    guard c.attributes.bool("variance") else {
      return [try b.congruence(try b.matmul(whitening, colouring), c.inputs[0]), newMean]
    }
    let centred = try b.congruence(whitening, c.inputs[0])
    let oldVariance = try c.value("running_var")
    var variance = try b.detached(oldVariance)
    var newVariance = oldVariance
    if c.isTraining {
      let log = try b.spectral(SpectralFunction([.log]), centred)
      variance = try b.batchMean(try b.sumLast(try b.mul(log, log), 2), leading: leading)
      newVariance = try b.map("\(1 - momentum) * x0 + \(momentum) * x1", [oldVariance, try b.detached(variance)])
    }
    let power = try b.map("x0 / sqrt(x1 + \(c.attributes.real("eps", 1e-5)))", [try c.value("scale"), variance])
    let scaled = try b.one("power_by", [centred, power])
    return [try b.congruence(colouring, scaled), newMean, newVariance]
  }
}

/// Building blocks of the affine-invariant geometry.
enum AffineInvariant {
  /// log_A X.
  static func log(_ b: inout Builder, _ a: Value, _ x: Value) throws -> Value {
    let (root, inverse) = try SPDSpace.roots(&b, a)
    return try b.congruence(root, try b.spectral(SpectralFunction([.log]), try b.congruence(inverse, x)))
  }
  /// exp_A V.
  static func exp(_ b: inout Builder, _ a: Value, _ v: Value) throws -> Value {
    let (root, inverse) = try SPDSpace.roots(&b, a)
    return try b.congruence(root, try b.spectral(SpectralFunction([.exp]), try b.congruence(inverse, v)))
  }
  /// One Karcher step from M.
  static func meanStep(_ b: inout Builder, _ m: Value, _ x: Value, leading: Int) throws -> Value {
    let (root, inverse) = try SPDSpace.roots(&b, m)
    let logs = try b.spectral(SpectralFunction([.log]), try b.congruence(inverse, x))
    let mean = try b.batchMean(logs, leading: leading)
    return try b.congruence(root, try b.spectral(SpectralFunction([.exp]), mean))
  }
  /// Geodesic from A to X at time t.
  static func geodesic(_ b: inout Builder, _ a: Value, _ x: Value, t: Double) throws -> Value {
    let (root, inverse) = try SPDSpace.roots(&b, a)
    return try b.congruence(root, try b.matrixPower(try b.congruence(inverse, x), t))
  }
}
