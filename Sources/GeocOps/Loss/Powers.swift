import GeocIR

/// Half the squared length of a weight.
enum L2PenaltyOp: CurvedLoss {
  static let name = "l2_penalty"
  static let doc = OpDoc(
    family: "loss",
    summary: "Half the sum of the squares of a weight or value; with 'weight: ρ' the gradient of a loss grows by ρx.",
    formula: "½‖x‖²", backward: "x̄ = ȳ x", example: "- l2_penalty: { x: logits.weight }\n    weight: 0.001")
  static let signature: Signature = "(x: R[*]) -> R"
  static let traits: OpTraits = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    return [.real([], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.scale(try b.sumAll(try b.mul(c.inputs[0], c.inputs[0])), 0.5)]
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    .multiple(1)
  }
}

/// A power of the Euclidean norm.
enum NormPowerOp: CurvedLoss {
  static let name = "norm_power"
  static let doc = OpDoc(
    family: "loss", summary: "A power of the length of a vector, for systems of equations u(x) = 0.",
    formula: "‖u‖^p / p", backward: "ū = ȳ ‖u‖^{p−2} u", parameters: ["p": "the power"],
    example: "norm_power: { u: residual, p: 5 }")
  static let signature: Signature = "(u: R[*]) {p: real = 2 in 2...} -> R"
  static let traits: OpTraits = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    return [.real([], isBatched: call.isBatched)]
  }
  /// ‖u‖^power.
  private static func power(_ b: inout Builder, _ u: Value, _ power: Double) throws -> Value {
    power == 0
      ? try b.fill([], 1) : try b.map("pow(x0, \(power / 2))", [try b.sumAll(try b.mul(u, u))])
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let p = c.attributes.real("p", 2)
    return [try b.scale(try power(&b, c.inputs[0], p), 1 / p)]
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    let (u, p) = (c.inputs[0], c.attributes.real("p", 2))
    let m = c.inputShape(0).reduce(1, *)
    let flat = try b.reshape(u, [m])
    let steep = p == 2 ? try b.fill([], 0) : try b.scale(try power(&b, u, p - 4), p - 2)
    let level = try power(&b, u, p - 2)
    switch form {
    case .fisherTerm: return .outer(factor: flat, scale: steep)
    case .fisher: return .outer(factor: flat, scale: try b.mul(level, level))
    case .weightedGaussNewton: return .weighted(factors: nil, weights: try b.mul(try b.fill([m], 1), level))
    case .exact, .gaussNewton:
      // The rows of the identity, and u.
      let rows = try b.one("concat", [try b.identity(m), try b.reshape(u, [1, m])], ["axis": .int(0)])
      let weights = try b.one(
        "concat", [try b.mul(try b.fill([m], 1), level), try b.reshape(steep, [1])], ["axis": .int(0)])
      return .weighted(factors: rows, weights: weights)
    case .bound: return p == 2 ? .multiple(1) : nil
    }
  }
}

/// A smooth maximum.
enum LogSumExpOp: CurvedLoss {
  static let name = "log_sum_exp"
  static let doc = OpDoc(
    family: "loss", summary: "A smooth maximum of numbers, less a shift where one is given.",
    formula: "μ log Σ e^{(x − b)/μ}", backward: "x̄ = ȳ softmax((x − b)/μ)",
    parameters: ["mu": "μ; the maximum for μ → 0"], example: "log_sum_exp: { x: rows, shift: b, mu: 0.5 }")
  static let signature: Signature = "(x: R[*], shift?: R[*]) {mu: real = 1 in (0...} -> R"
  static let traits: OpTraits = [.loss]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    return [.real([], isBatched: call.isBatched)]
  }
  /// (x − b)/μ as one row.
  private static func row(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let m = c.inputShape(0).reduce(1, *)
    let mu = c.attributes.real("mu", 1)
    let x = try b.reshape(c.inputs[0], [m])
    guard c.has("shift") else { return try b.scale(x, 1 / mu) }
    return try b.map("(x0 - x1) / \(mu)", [x, try b.reshape(try c.value("shift"), [m])])
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let row = try row(&b, c)
    let top = try b.detached(try b.reduce(row, "max", axes: [0]))
    let sum = try b.sumAll(try b.map("exp(x0 - x1)", [row, top]))
    return [try b.map("\(c.attributes.real("mu", 1)) * (x0 + log(x1))", [top, sum])]
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    let p = try b.one("softmax", [try row(&b, c)])
    return try SoftmaxCurvature.form(&b, p, form, scale: 1 / c.attributes.real("mu", 1), gradient: p)
  }
}

/// Second derivatives of scale⁻¹ log Σ e^{scale z} with probabilities p.
enum SoftmaxCurvature {
  static func form(
    _ b: inout Builder, _ p: Value, _ form: HessianForm, scale: Double, gradient: Value
  ) throws -> SecondDerivatives? {
    let m = b.shape(p)[0]
    switch form {
    case .exact, .gaussNewton:
      // diag(p) − ppᵀ = (I − 1pᵀ)ᵀ diag(p) (I − 1pᵀ): no weight is negative.
      let factors = try b.sub(try b.identity(m), try b.reshape(p, [1, m]))
      return .weighted(factors: factors, weights: try b.scale(p, scale))
    case .weightedGaussNewton: return .weighted(factors: nil, weights: try b.scale(p, scale))
    case .fisher: return .outer(factor: gradient, scale: try b.fill([], 1))
    case .bound:
      // I − 11ᵀ/m is its own square.
      let factors = try b.map("x0 - \(1 / Double(m))", [try b.identity(m)])
      return .weighted(factors: factors, weights: try b.fill([m], 0.5 * scale))
    case .fisherTerm: return nil
    }
  }
}
