import GeocIR

/// Gradient descent with momentum whose update loses its radial part for scale-invariant weights.
enum SGDP: OptimizerRule {
  static let name = "sgdp"
  static let doc = OpDoc(
    family: "optimizer",
    summary: "Gradient descent with momentum whose update loses its radial part where a weight is scale-invariant.",
    formula: """
      b ← μb + (1−τ)g; p = b, or g + μb with nesterov; p_i ← p_i − n_i⟨n_i, p_i⟩ with n_i = x_i/(‖x_i‖ + ε); \
      x ← x (1 − ηλr/(1−μ)) − ηp
      """,
    source: "Heo et al., ICLR 2021; adamp 0.3.0",
    parameters: RadialProjection.documentation.merging([
      "lr": "learning rate η", "momentum": "μ", "dampening": "τ, from the first step on", "eps": "ε",
      "weight_decay": "λ, decoupled and divided by 1 − μ", "nesterov": "look ahead along the buffer",
      "project_momentum_state": "remove the radial part from the buffer too, as the library does without nesterov",
    ]) { a, _ in a },
    example: "optimizer: { sgdp: { lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 1.0e-5 } }")
  static let signature: Signature = """
    () {lr: real in (0..., momentum: real = 0 in 0...1), dampening: real = 0 in 0...1, weight_decay: real = 0 in 0..., \
    nesterov: bool = false, eps: real = 1e-08 in 0..., project_momentum_state: bool = false, \
    scale_test: proof|cosine = proof, delta: real = 0.1 in (0..., wd_ratio: real = 0.1 in 0...1} ->
    """
  static let readsScale = true
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    attributes.real("momentum") == 0 ? [] : [Slot(name: "momentum_buffer", type: .real(spaces.shape(type)))]
  }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let (momentum, kept) = (u.attributes.real("momentum"), 1 - u.attributes.real("dampening"))
    let buffer =
      momentum == 0
      ? try b.scale(u.gradient, kept) : try b.map("\(momentum) * x0 + \(kept) * x1", [u.slots[0], u.gradient])
    let isNesterov = u.attributes.bool("nesterov")
    let direction = isNesterov ? try b.map("x0 + \(momentum) * x1", [u.gradient, buffer]) : buffer
    let projected = try RadialProjection.apply(&b, u, direction)
    let shrunk = try projected.decayed(&b, u, by: u.attributes.real("weight_decay") / (1 - momentum))
    let new = try b.map("x0 - x1 * x2", [shrunk, u.learningRate, projected.direction])
    guard momentum != 0 else { return (new, []) }
    return (new, [u.attributes.bool("project_momentum_state") && !isNesterov ? projected.direction : buffer])
  }
}
