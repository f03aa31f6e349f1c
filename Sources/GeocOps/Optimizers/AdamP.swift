import GeocIR

/// Adam with the radial part of the update removed for scale-invariant weights.
enum AdamP: OptimizerRule {
  static let name = "adamp"
  static let doc = OpDoc(
    family: "optimizer",
    summary: "Adam with decoupled decay whose update loses its radial part where a weight is scale-invariant.",
    formula: """
      m, v as Adam; p = m/(√v/√(1−β2^t) + ε), or (β1 m + (1−β1) g)/(…) with nesterov; \
      p_i ← p_i − n_i⟨n_i, p_i⟩ with n_i = x_i/(‖x_i‖ + ε); x ← x (1 − ηλr) − η/(1−β1^t) p
      """,
    source: "Heo et al., ICLR 2021; adamp 0.3.0",
    parameters: AdamParameters.documentation.filter { $0.key != "amsgrad" }.merging(RadialProjection.documentation) {
      a, _ in a
    }.merging(["nesterov": "look ahead along the first moment"]) { a, _ in a },
    example: "optimizer: { adamp: { lr: 1.0e-3, weight_decay: 0.01 } }")
  static let signature: Signature = """
    () {lr: real = 0.001 in (0..., betas: [real] = [0.9, 0.999], eps: real = 1e-08 in 0..., \
    weight_decay: real = 0 in 0..., nesterov: bool = false, scale_test: proof|cosine = proof, \
    delta: real = 0.1 in (0..., wd_ratio: real = 0.1 in 0...1} ->
    """
  static let readsScale = true
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    AdamParameters.slots(spaces.shape(type), spaces.shape(type), attributes)
  }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let (beta1, _) = AdamParameters.betas(u.attributes)
    let corrections = try AdamParameters.corrections(&b, u)
    let moments = try AdamParameters.moments(
      &b, u, direction: u.gradient, square: try b.mul(u.gradient, u.gradient))
    let ahead =
      u.attributes.bool("nesterov")
      ? try b.map("\(beta1) * x0 + \(1 - beta1) * x1", [moments.slots[0], u.gradient]) : moments.slots[0]
    let direction = try b.map(
      "x0 / (sqrt(x1) * x2 + \(u.attributes.real("eps", 1e-8))) * x3",
      [ahead, moments.second, corrections.root, corrections.first])
    let projected = try RadialProjection.apply(&b, u, direction)
    let shrunk = try projected.decayed(&b, u, by: u.attributes.real("weight_decay"))
    return (try b.map("x0 - x1 * x2", [shrunk, u.learningRate, projected.direction]), moments.slots)
  }
}
