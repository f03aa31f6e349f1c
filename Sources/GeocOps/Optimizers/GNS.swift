import GeocIR

/// Newton's method with a gradient-regularised Hessian whose weight is searched.
enum GNS: SearchRule {
  static let name = "gns"
  static let doc = OpDoc(
    family: "optimizer",
    summary: """
      Newton steps with a Hessian, or what stands for it, regularised by the length of the gradient over γ, the \
      gradient-normalised smoothness, which doubles after a step and halves after a rejected trial. On all rows at once \
      ('batch: whole'). Data with fewer rows than weights are solved for by the Gram matrix of the rows. γ, linear solves \
      and the length of the gradient are in the metrics.
      """,
    formula: """
      λ = ‖g‖/(γ + ε), δ = −(H + λB)⁻¹ g, accepted if f − f⁺ ≥ ‖g⁺‖²/(8λ), or where f − f⁺ is rounding and ‖g⁺‖ < ‖g‖; \
      ‖g‖² = gᵀB⁻¹g
      """,
    source: "Semenov, Jaggi, Doikov, ICLR 2026 (Algorithm 1, adaptive)",
    parameters: [
      "hessian": """
      H: the second derivatives (exact), the mean of ∇f_i ∇f_iᵀ (fisher), the curvature of the loss alone \
      (gauss_newton), that without its rank-one part (weighted_gauss_newton), a bound of it (bound), or the rank-one \
      part of a power of a norm (fisher_term)
      """,
      "gamma0": "γ at the start", "gamma_min": "least γ after a step", "gamma_max": "largest γ",
      "adaptive": "whether γ is searched; otherwise it stays, and every step is taken",
      "metric": "B: the identity, or AᵀA for the data A that the parameters multiply (gram)",
      "tol": "training ends where ‖g‖ is below; 1e-8 in f64 and 1e-4 in f32 where it is not given",
      "max_search": "trials of one iteration, the last of which is taken anyway", "eps": "ε",
    ], example: "optimizer: { gns: { hessian: exact } }")
  static let signature: Signature = """
    () {hessian: exact|fisher|gauss_newton|weighted_gauss_newton|bound|fisher_term = exact, \
    gamma0: real = 1 in (0..., adaptive: bool = true, metric: identity|gram = identity, tol: real? in 0..., \
    max_search: int = 41 in 1..., eps: real = 1e-08 in 0..., gamma_min: real = 1e-09 in (0..., \
    gamma_max: real = 1e12 in (0...} ->
    """

  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func search(_ attributes: Attributes, isSingle: Bool) -> SearchDescription {
    SearchDescription(
      tolerance: attributes.real("tol", isSingle ? 1e-4 : 1e-8),
      trials: attributes.bool("adaptive", true) ? attributes.int("max_search", 41) : 1)
  }
  static func hessian(_ attributes: Attributes) -> HessianForm {
    HessianForm(rawValue: attributes.name("hessian", "exact")) ?? .exact
  }
  static func usesGram(_ attributes: Attributes) -> Bool { attributes.name("metric") == "gram" }
  static func searchSlots(_ attributes: Attributes) -> [OptimizerSlot] {
    [OptimizerSlot(name: "gamma", type: .real(), initial: "constant(\(attributes.real("gamma0", 1)))")]
  }

  /// ‖g‖/(γ + ε).
  private static func weight(_ b: inout Builder, _ t: TrialContext) throws -> Value {
    try b.map("x0 / (x1 + \(t.attributes.real("eps", 1e-8)))", [t.norm, t.slots[0]])
  }

  static func step(_ b: inout Builder, _ t: TrialContext) throws -> Value {
    let weight = try weight(&b, t)
    switch t.hessian {
    case .lowRank(let rows, let weights, let shift) where t.metric == nil:
      // Woodbury, by (I + s J Jᵀ S)⁻¹ so that S may be singular; Sherman–Morrison for one row.
      let d = b.shape(rows)[1]
      let g = try b.reshape(t.gradient, [d, 1])
      let s = try b.map("1 / (x0 + x1)", [weight, shift])
      let gram = try b.matmul(try b.matmul(rows, rows, tb: true), weights)
      let inner = try b.map("x0 + x1 * x2", [try b.identity(b.shape(rows)[0]), s, gram])
      let reduced = try b.solve(inner, try b.matmul(rows, g))
      let back = try b.matmul(rows, try b.matmul(weights, reduced), ta: true)
      return try b.reshape(try b.map("x0 * x0 * x2 - x0 * x1", [s, g, back]), [d])
    case .lowRank(let rows, let weights, let shift):
      let product = try b.matmul(rows, try b.matmul(weights, rows), ta: true)
      let matrix = try b.map("x0 + x1 * x2", [product, try b.identity(b.shape(rows)[1]), shift])
      return try solve(&b, matrix, weight, t)
    case .matrix(let h): return try solve(&b, h, weight, t)
    case .rows(let rows, let weights, let diagonal):
      return try b.negate(try b.solveRows(rows, weights, try b.map("x0 + x1", [diagonal, weight]), t.gradient))
    }
  }

  private static func solve(_ b: inout Builder, _ h: Value, _ weight: Value, _ t: TrialContext) throws -> Value {
    let d = b.shape(h)[0]
    let metric = try t.metric ?? b.identity(d)
    let m = try b.map("x0 + x1 * x2", [h, weight, metric])
    return try b.negate(try b.reshape(try b.solveSPD(m, try b.reshape(t.gradient, [d, 1])), [d]))
  }

  static func judge(
    _ b: inout Builder, _ t: TrialContext, _ o: TrialOutcome
  ) throws -> (isAccepted: Value, slots: [Value]) {
    guard t.attributes.bool("adaptive", true) else { return (try b.fill([], 1), t.slots) }
    let rounding = 10 * t.attributes.real("unit_roundoff", 1.1102230246251565e-16)
    // Each comparison is false for a loss that is not finite.
    let accepted = try b.map(
      """
      select(less(x3 * x3 / (8 * x4), x0 - x1), 1, \
      select(less(abs(x0 - x1), \(rounding) * abs(x0)), less(x3, x2), 0))
      """, [t.loss, o.loss, t.norm, o.norm, try weight(&b, t)])
    let (low, high) = (t.attributes.real("gamma_min", 1e-9), t.attributes.real("gamma_max", 1e12))
    let gamma = try b.map(
      "select(less(0.5, x1), min(max(2 * x0, \(low)), \(high)), 0.5 * x0)", [t.slots[0], accepted])
    return (accepted, [gamma])
  }
}
