import GeocIR

/// Stochastic gradient descent as PyTorch's `SGD`.
enum SGD: OptimizerRule {
  static let name = "sgd"
  static let isStraight = true
  static let doc = OpDoc(
    family: "optimizer", summary: "Stochastic gradient descent with momentum, on every parameter as an array.",
    formula: "g ← g + λx; b ← μb + (1−τ)g (b ← g on the first step); x ← x − η(b, or g + μb with nesterov)",
    source: "PyTorch SGD",
    parameters: [
      "lr": LargeSteps.rateText, "momentum": "μ", "dampening": "τ", "weight_decay": "λ, coupled",
      "nesterov": "look ahead along the buffer",
    ], example: "optimizer: { sgd: { lr: 0.1, momentum: 0.9 } }")
  static let signature: Signature = """
    () {lr: real in (0...inf, momentum: real = 0 in 0...1), dampening: real = 0 in 0...1, weight_decay: real = 0 in 0..., \
    nesterov: bool = false} ->
    """

  static func adapt(
    _ forward: inout Function, _ attributes: Attributes, _ registry: OpRegistry
  ) -> OptimizerProblem? {
    LargeSteps.adapt(&forward, attributes, isNormalized: false, registry)
  }
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    attributes.real("momentum") == 0 ? [] : [Slot(name: "momentum_buffer", type: .real(spaces.shape(type)))]
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let (momentum, dampening) = (u.attributes.real("momentum"), u.attributes.real("dampening"))
    let g = try Decay.coupled(&b, u)
    var direction = g
    var slots: [Value] = []
    if momentum != 0 {
      let buffer = try Momentum.buffer(&b, u, g, momentum, dampening)
      slots = [buffer]
      direction = u.attributes.bool("nesterov") ? try b.map("x0 + \(momentum) * x1", [g, buffer]) : buffer
    }
    return (try b.map("x0 - x1 * x2", [u.parameter, u.learningRate, direction]), slots)
  }
}

/// The buffer that starts with the first gradient.
enum Momentum {
  /// g in the first step, μb + (1−τ)g behind it: the factors are numbers that all parameters share.
  static func buffer(
    _ b: inout Builder, _ u: UpdateContext, _ g: Value, _ momentum: Double, _ dampening: Double
  ) throws -> Value {
    let kept = try b.map("select(less(x0, 1.5), 0, \(momentum))", [u.step])
    if dampening == 0 { return try b.map("x2 * x0 + x1", [u.slots[0], g, kept]) }
    let gain = try b.map("select(less(x0, 1.5), 1, \(1 - dampening))", [u.step])
    return try b.map("x2 * x0 + x3 * x1", [u.slots[0], g, kept, gain])
  }
}

/// Weight decay added to the gradient.
enum Decay {
  static func coupled(_ b: inout Builder, _ u: UpdateContext) throws -> Value {
    let decay = u.attributes.real("weight_decay")
    return decay == 0 ? u.gradient : try b.map("x0 + \(decay) * x1", [u.gradient, u.parameter])
  }

  /// On a compact space the decay is normal to it and no part of a Riemannian gradient: it is left out. A buffer that
  /// starts with a Euclidean gradient steps off the space, where it counts.
  static func tangential(_ b: inout Builder, _ u: UpdateContext) throws -> Value {
    u.space.isCompact && u.attributes.name("momentum_init") != "euclidean" ? u.gradient : try coupled(&b, u)
  }
}
