import GeocIR

/// Gradient descent with steps of one length.
enum NormalizedGD: OptimizerRule {
  static let name = "normalized_gd"
  static let doc = OpDoc(
    family: "optimizer", summary: "Gradient descent along the gradient divided by its norm.",
    formula: "x ← x − η g/(‖g‖ + ε)",
    parameters: [
      "lr": "length of the step η", "eps": "ε, added to the norm",
      "scope": "the norm over all parameters with these settings together, or of each tensor alone",
    ], example: "optimizer: { normalized_gd: { lr: 0.1 } }")
  static let signature: Signature = """
    () {lr: real in (0..., eps: real = 1e-12 in 0..., scope: group|tensor = group} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] { [] }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
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
