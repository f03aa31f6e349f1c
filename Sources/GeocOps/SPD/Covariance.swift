import GeocIR

/// Covariance matrix of a multivariate series.
enum CovarianceOp: Op {
  static let name = "covariance"
  static let doc = OpDoc(
    family: "spd", summary: "Covariance of the rows of a series, with eps·I added.",
    formula: "scm x̃x̃ᵀ/T · cov x̃x̃ᵀ/(T−1) · shrinkage (1−α)S + αμI · oas, ledoit_wolf (1−ρ)S + ρμI with their own ρ",
    backward: "x̄ = 2k sym(ȳ) x̃ for scm and cov", source: "pyriemann, scikit-learn",
    parameters: [
      "estimator": "which estimator", "eps": "added to the diagonal", "alpha": "weight of the shrinkage estimator",
    ],
    example: "- covariance: { estimator: scm, eps: 1.0e-4 }",
    invariances: ["covariance(g x) = g covariance(x) gᵀ for scm and cov with eps = 0"])
  static let signature: Signature = """
    (x: R[c, t]) {estimator: scm|cov|oas|ledoit_wolf|shrinkage = scm, eps: real = 0 in 0..., alpha: real = 0.1 in 0...1} \
    -> SPD(c)
    """
  static let traits: OpTraits = [.converter]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var type = try call.inferred(signature).results[0]
    let eps = call.attributes.real("eps")
    if eps > 0 { type.space["min"] = .real(eps) }
    return [type]
  }

  /// The factor of x̃x̃ᵀ.
  private static func factor(_ c: OpContext) -> Double {
    let t = Double(c.inputShape(0).last ?? 1)
    return c.attributes.name("estimator") == "cov" ? 1 / max(t - 1, 1) : 1 / t
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let s = try b.scatterMatrix(c.inputs[0], alpha: factor(c))
    return [
      try CovarianceEstimator.result(&b, s, samples: c.inputShape(0).last ?? 1, c.attributes) { b in
        let x = try b.centred(c.inputs[0])
        let squares = try b.mul(x, x)
        let column = try b.reduce(squares, "sum", axes: [b.shape(squares).count - 2])
        return try b.sumLast(try b.mul(column, column), 1)
      }
    ]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard ["scm", "cov"].contains(c.attributes.name("estimator")) else { return nil }
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.scale(try b.matmul(try b.sym(dy), try b.centred(c.inputs[0])), 2 * factor(c))]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    .lost("a series and its negative have one covariance")
  }
}

/// What an estimator makes of the scatter of a series.
enum CovarianceEstimator {
  /// `s` shrunk as `estimator` says, with eps on the diagonal. `fourth` gives Σ_t ‖x̃_t‖⁴, which Ledoit–Wolf needs.
  static func result(
    _ b: inout Builder, _ s: Value, samples: Int, _ attributes: Attributes,
    fourth: (inout Builder) throws -> Value
  ) throws -> Value {
    let n = Double(b.shape(s).last ?? 1)
    let t = Double(samples)
    let eps = attributes.real("eps")
    let mu = try b.scale(try b.trace(s), 1 / n)
    func column(_ v: Value) throws -> Value { try b.reshape(v, b.shape(v) + [1, 1]) }
    let rho: Value
    switch attributes.name("estimator") {
    case "shrinkage": rho = try b.fill(b.shape(mu), attributes.real("alpha"))
    case "oas":
      let squares = try b.sumLast(try b.mul(s, s), 2)
      rho = try b.map(
        "min(1, (x0 / \(n * n) + x1 * x1) / (\(t + 1) * (x0 / \(n * n) - x1 * x1 / \(n))))", [squares, mu])
    case "ledoit_wolf":
      let squares = try b.sumLast(try b.mul(s, s), 2)
      rho = try b.map(
        "select(less(0, x1), min(x0, x1) / x1, 0)",
        [
          try b.map("(x0 / \(t) - x1) / \(n * t)", [try fourth(&b), squares]),
          try b.map("(x0 - \(n) * x1 * x1) / \(n)", [squares, mu]),
        ])
    default: return eps == 0 ? s : try b.map("x0 + \(eps) * x1", [s, try b.identity(Int(n))])
    }
    return try b.map(
      "(1 - x2) * x0 + (x2 * x3 + \(eps)) * x1", [s, try b.identity(Int(n)), try column(rho), try column(mu)])
  }
}

/// Matrices of mean eigenvalue one.
enum TraceNormalizeOp: Op {
  static let name = "trace_normalize"
  static let doc = OpDoc(
    family: "spd", summary: "Divides by the mean eigenvalue and adds eps·I.", formula: "S/(tr S / n) + εI",
    backward: "S̄ = Ȳ/m − ⟨Ȳ, S⟩/(n m²) I with m = tr S / n", source: "spd_learn",
    parameters: ["eps": "added to the diagonal"], example: "- trace_normalize: { eps: 1.0e-5 }",
    invariances: ["trace_normalize(a x) = trace_normalize(x) for a > 0"])
  static let signature: Signature = "(x: SPD(n)) {eps: real = 1e-06 in 0...} -> SPD(n)"

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var type = try call.inferred(signature).results[0]
    let eps = call.attributes.real("eps")
    if eps > 0 { type.space["min"] = .real(eps) }
    return [type]
  }
  private static func size(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let n = c.inputShape(0).last ?? 1
    let m = try b.scale(try b.trace(c.inputs[0]), 1 / Double(n))
    return try b.reshape(m, b.shape(m) + [1, 1])
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let one = try b.identity(c.inputShape(0).last ?? 1)
    return [try b.map("x0 / x1 + \(c.attributes.real("eps")) * x2", [c.inputs[0], try size(&b, c), one])]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let raw = cotangents[0] else { return [nil] }
    let dy = try b.sym(raw)
    let n = c.inputShape(0).last ?? 1
    let dot = try b.sumLast(try b.mul(dy, c.inputs[0]), 2, keep: true)
    return [
      try b.map("x0 / x1 - x2 / (\(Double(n)) * x1 * x1) * x3", [dy, try size(&b, c), dot, try b.identity(n)])
    ]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("the trace is gone") }
}
