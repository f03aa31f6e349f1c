import GeocIR

/// Riemannian stochastic gradient descent, in geoopt's order of operations.
enum RSGD: OptimizerRule {
  static let name = "rsgd"
  static let doc = OpDoc(
    family: "optimizer",
    summary: "Riemannian gradient descent with momentum; Euclidean parameters take the plain step.",
    formula: """
      r ← rgrad(x, g + λx); b ← μb + (1−τ)r; x⁺ ← Retr_x(−η(b, or r + μb with nesterov)); b ← transport of b to x⁺; \
      without transport b ← μb + (1−τ)g; x⁺ ← Retr_x(−η rgrad(x, b))
      """,
    source: "geoopt RiemannianSGD; for subspaces Wang, Li, Zhang, ICCV 2023",
    parameters: [
      "lr": "learning rate η", "momentum": "μ", "dampening": "τ",
      "weight_decay": "λ, coupled; nothing on spaces without a direction to shrink in",
      "nesterov": "look ahead along the buffer",
      "momentum_init": "first buffer: the Riemannian gradient, or the raw Euclidean one as geoopt",
      "metric": "metric of the manifold", "retraction": "retraction or exponential of the manifold",
      "stabilize_every": "steps from one projection onto the manifold to the next",
      "lr_factor": "factor on η for points of manifolds",
      "transport": """
      how the buffer follows the point: by the space's own transport, by projection at the new point, or not at all, as a \
      sum of Euclidean gradients; `auto` is `none` for subspaces and the space's own elsewhere
      """,
      "reorth_every": """
      for subspaces: the basis is made orthonormal in the first step and every so many behind it; 0 for never
      """,
      "qr_sign": "for subspaces: columns of a new basis keep their directions, or turn over as LAPACK leaves them",
    ], example: "optimizer: { rsgd: { lr: 0.01, momentum: 0.9 } }")
  static let signature: Signature = """
    () {lr: real in (0..., momentum: real = 0 in 0...1), dampening: real = 0 in 0...1, weight_decay: real = 0 in 0..., \
    nesterov: bool = false, momentum_init: riemannian|euclidean = riemannian, metric: text?, retraction: text?, \
    stabilize_every: int? in 1..., lr_factor: real = 1 in (0..., transport: auto|none|project = auto, \
    reorth_every: int = 5 in 0..., qr_sign: positive|lapack = positive} ->
    """

  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    attributes.real("momentum") == 0 ? [] : [Slot(name: "momentum_buffer", type: .real(spaces.shape(type)))]
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let hasMomentum = u.attributes.real("momentum") != 0
    let factor = u.attributes.real("lr_factor", 1)
    let rate = u.type.isReal || factor == 1 ? u.learningRate : try b.scale(u.learningRate, factor)
    let transport = u.attributes.name("transport", "auto")
    if !hasMomentum || transport == "none" || (transport == "auto" && u.space.keepsRawMomentum) {
      return try descended(&b, u, rate: rate)
    }
    let (momentum, dampening) = (u.attributes.real("momentum"), u.attributes.real("dampening"))
    let r = try u.space.gradient(&b, at: u.parameter, try Decay.tangential(&b, u), u.geometry)
    // The buffers of SO live in its Lie algebra, where the raw gradient has no meaning.
    let startsEuclidean = u.attributes.name("momentum_init") == "euclidean" && u.type.space.name != "SO"
    let mixed = try b.map("\(momentum) * x0 + \(1 - dampening) * x1", [u.slots[0], r])
    let first =
      startsEuclidean ? try b.map("\(momentum) * x0 + \(1 - dampening) * x1", [u.gradient, r]) : r
    let buffer = try b.map("select(less(x2, 1.5), x1, x0)", [mixed, first, u.step])
    let direction = u.attributes.bool("nesterov") ? try b.map("x0 + \(momentum) * x1", [r, buffer]) : buffer
    let move = try b.map("-x0 * x1", [rate, direction])
    let point = try u.space.retract(&b, at: u.parameter, move, u.geometry)
    let moved =
      transport == "project"
      ? try u.space.tangent(&b, at: point, buffer, u.geometry)
      : try u.space.transport(&b, from: u.parameter, to: point, along: move, buffer, u.geometry)
    return try Stabilization.apply(&b, u, point, [moved], tangent: 1)
  }

  /// A step along the Riemannian gradient of a sum of Euclidean gradients.
  private static func descended(
    _ b: inout Builder, _ u: UpdateContext, rate: Value
  ) throws -> (parameter: Value, slots: [Value]) {
    let (momentum, dampening) = (u.attributes.real("momentum"), u.attributes.real("dampening"))
    let g = try Decay.tangential(&b, u)
    var (direction, slots) = (g, [Value]())
    if momentum != 0 {
      let buffer = try Momentum.buffer(&b, u, g, momentum, dampening)
      slots = [buffer]
      direction = u.attributes.bool("nesterov") ? try b.map("x0 + \(momentum) * x1", [g, buffer]) : buffer
    }
    let every = u.attributes.int("reorth_every", 5)
    let refresh =
      every == 0
      ? nil
      : BasisRefresh(every: every, step: u.step, keepsLapackSigns: u.attributes.name("qr_sign") == "lapack")
    let point = try u.space.descend(
      &b, at: u.parameter, direction, rate: rate, u.geometry, refresh: refresh)
    return try Stabilization.apply(&b, u, point, slots, tangent: 0)
  }
}

/// Riemannian Adam, as geoopt.
enum RAdam: OptimizerRule {
  static let name = "radam"
  static let doc = OpDoc(
    family: "optimizer",
    summary: "Riemannian Adam; the second moment is one number per point, elementwise for Euclidean parameters.",
    formula: "m ← β1 m + (1−β1) r; v ← β2 v + (1−β2)⟨r, r⟩_x; x⁺ ← Retr_x(−η m̂/(√v̂ + ε)); m ← transport of m to x⁺",
    source: "geoopt RiemannianAdam",
    parameters: AdamParameters.documentation.merging([
      "metric": "metric of the manifold", "retraction": "retraction or exponential of the manifold",
      "stabilize_every": "steps from one projection onto the manifold to the next",
    ]) { a, _ in a }, example: "optimizer: { radam: { lr: 1.0e-2 } }")
  static let signature: Signature = """
    () {lr: real = 0.001 in (0..., betas: [real] = [0.9, 0.999], eps: real = 1e-08 in 0..., \
    weight_decay: real = 0 in 0..., amsgrad: bool = false, metric: text?, retraction: text?, \
    stabilize_every: int? in 1...} ->
    """

  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    let shape = spaces.shape(type)
    guard !type.isReal else { return AdamParameters.slots(shape, shape, attributes) }
    let ones = [Int](repeating: 1, count: shape.count - type.field.count)
    return AdamParameters.slots(shape, type.field + ones, attributes)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let r = try u.space.gradient(&b, at: u.parameter, try Decay.tangential(&b, u), u.geometry)
    let square = try u.space.inner(&b, at: u.parameter, r, r, u.geometry)
    let moments = try AdamParameters.moments(&b, u, direction: r, square: square)
    let corrections = try AdamParameters.corrections(&b, u)
    let move = try b.map(
      "-x0 * (x1 / (sqrt(x2) * x3 + \(u.attributes.real("eps", 1e-8))))",
      [try b.mul(u.learningRate, corrections.first), moments.first, moments.second, corrections.root])
    let point = try u.space.retract(&b, at: u.parameter, move, u.geometry)
    var slots = moments.slots
    slots[0] = try u.space.transport(&b, from: u.parameter, to: point, along: move, slots[0], u.geometry)
    return try Stabilization.apply(&b, u, point, slots, tangent: 1)
  }
}

/// Projection back to the manifold every K steps.
enum Stabilization {
  /// The first `tangent` slots are tangent vectors at the point.
  static func apply(
    _ b: inout Builder, _ u: UpdateContext, _ point: Value, _ slots: [Value], tangent: Int
  ) throws -> (parameter: Value, slots: [Value]) {
    let every = u.attributes.int("stabilize_every")
    guard every > 0, !u.type.isReal else { return (point, slots) }
    // 1 on every K-th step, by the distance of t/K from the next whole number.
    let near = try u.space.project(&b, point, u.type.space)
    let phase = "abs(sin(3.141592653589793 * x2 / \(every)))"
    let choice = "select(less(\(phase), \(0.5 / Double(every))), x0, x1)"
    let new = try b.map(choice, [near, point, u.step])
    var moved = slots
    for k in 0..<tangent {
      let projected = try u.space.tangent(&b, at: new, slots[k], u.geometry)
      moved[k] = try b.map(choice, [projected, slots[k], u.step])
    }
    return (new, moved)
  }
}
