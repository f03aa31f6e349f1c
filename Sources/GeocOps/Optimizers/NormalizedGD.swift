import GeocIR

/// Gradient descent with steps of one length.
enum NormalizedGD: OptimizerRule {
  static let name = "normalized_gd"
  static let doc = OpDoc(
    family: "optimizer",
    summary: """
      Gradient descent along the gradient divided by its norm or, on logistic losses, by the mean probability of error.
      """,
    formula: "x ← x − η g/(‖g‖ + ε), or x ← x − η g/mean q with q = σ(−m)",
    source: "Tyurin, AAAI 2025 (by mean_probability: Normalized LR+GD)",
    parameters: [
      "lr": LargeSteps.rateText, "eps": "ε, added to the norm",
      "scope": "the norm over all parameters with these settings together, or of each tensor alone",
      "by": "what the gradient is divided by; mean_probability gives losses 'normalize: mean_probability'",
    ], example: "optimizer: { normalized_gd: { lr: 100, by: mean_probability } }")
  static let signature: Signature = """
    () {lr: real in (0...inf, eps: real = 1e-12 in 0..., scope: group|tensor = group, \
    by: norm|mean_probability = norm} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] { [] }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func adapt(
    _ forward: inout Function, _ attributes: Attributes, _ registry: OpRegistry
  ) -> OptimizerProblem? {
    let isNormalized = attributes.name("by") == "mean_probability"
    return LargeSteps.adapt(&forward, attributes, isNormalized: isNormalized, registry)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    if u.attributes.name("by") == "mean_probability" {
      return (try b.map("x0 - x1 * x2", [u.parameter, u.learningRate, u.gradient]), [])
    }
    var square = try b.fill([], 0)
    for g in u.attributes.name("scope") == "tensor" ? [u.gradient] : u.group {
      square = try b.add(square, try b.sumAll(try b.mul(g, g)))
    }
    return (
      try b.map(
        "x0 - x1 * x2 / (sqrt(x3) + \(u.attributes.real("eps", 1e-12)))",
        [u.parameter, u.learningRate, u.gradient, square]), []
    )
  }
}
