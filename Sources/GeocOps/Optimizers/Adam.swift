import GeocIR

/// Adam as PyTorch's.
enum Adam: OptimizerRule {
  static let name = "adam"
  static let isStraight = true
  static let doc = OpDoc(
    family: "optimizer", summary: "Adam with coupled weight decay, on every parameter as an array.",
    formula: "m ← β1 m + (1−β1) g; v ← β2 v + (1−β2) g²; x ← x − η/(1−β1^t) · m / (√v/√(1−β2^t) + ε)",
    source: "PyTorch Adam",
    parameters: AdamParameters.documentation, example: "optimizer: { adam: { lr: 1.0e-3 } }")
  static let signature: Signature = """
    () {lr: real = 0.001 in (0..., betas: [real] = [0.9, 0.999], eps: real = 1e-08 in 0..., \
    weight_decay: real = 0 in 0..., amsgrad: bool = false} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    AdamParameters.slots(spaces.shape(type), spaces.shape(type), attributes)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    try AdamParameters.update(&b, u, parameter: u.parameter, gradient: try Decay.coupled(&b, u))
  }
}

/// AdamW as PyTorch's.
enum AdamW: OptimizerRule {
  static let name = "adamw"
  static let isStraight = true
  static let doc = OpDoc(
    family: "optimizer", summary: "Adam with decoupled weight decay.",
    formula: "x ← (1 − ηλ) x, then Adam without decay",
    source: "PyTorch AdamW",
    parameters: AdamParameters.documentation, example: "optimizer: { adamw: { lr: 1.0e-3, weight_decay: 0.01 } }")
  static let signature: Signature = """
    () {lr: real = 0.001 in (0..., betas: [real] = [0.9, 0.999], eps: real = 1e-08 in 0..., \
    weight_decay: real = 0.01 in 0..., amsgrad: bool = false} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    AdamParameters.slots(spaces.shape(type), spaces.shape(type), attributes)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let shrunk = try b.map(
      "x0 * (1 - \(u.attributes.real("weight_decay")) * x1)", [u.parameter, u.learningRate])
    return try AdamParameters.update(&b, u, parameter: shrunk, gradient: u.gradient)
  }
}

/// What the members of the Adam family share.
enum AdamParameters {
  static let documentation = [
    "lr": "learning rate η", "betas": "decay rates β1 and β2 of the moments", "eps": "ε, added after the root",
    "weight_decay": "λ", "amsgrad": "divide by the largest second moment so far",
  ]

  /// β1 and β2.
  static func betas(_ attributes: Attributes) -> (Double, Double) {
    let betas = attributes.reals("betas")
    return (betas.first ?? 0.9, betas.count > 1 ? betas[1] : 0.999)
  }

  static func slots(_ shape: [Int], _ second: [Int], _ attributes: Attributes) -> [OptimizerSlot] {
    var slots = [
      OptimizerSlot(name: "exp_avg", type: .real(shape)), OptimizerSlot(name: "exp_avg_sq", type: .real(second)),
    ]
    if attributes.bool("amsgrad") { slots.append(OptimizerSlot(name: "max_exp_avg_sq", type: .real(second))) }
    return slots
  }

  /// Moments of `direction` and `square`: the first, the second to divide by, and the new slots.
  static func moments(
    _ b: inout Builder, _ u: UpdateContext, direction: Value, square: Value
  ) throws -> (first: Value, second: Value, slots: [Value]) {
    let (beta1, beta2) = betas(u.attributes)
    let m = try b.map("\(beta1) * x0 + \(1 - beta1) * x1", [u.slots[0], direction])
    let v = try b.map("\(beta2) * x0 + \(1 - beta2) * x1", [u.slots[1], square])
    var slots = [m, v]
    var largest = v
    if u.attributes.bool("amsgrad") {
      largest = try b.map("max(x0, x1)", [u.slots[2], v])
      slots.append(largest)
    }
    return (m, largest, slots)
  }

  /// Corrections of the bias, numbers that all parameters share: 1/(1−β1^t), and 1/√(1−β2^t) for the root of the second
  /// moment.
  static func corrections(_ b: inout Builder, _ u: UpdateContext) throws -> (first: Value, root: Value) {
    let (beta1, beta2) = betas(u.attributes)
    // 1 − β^t through expm1, exact for t = 1.
    return (
      try b.map("1 / -expm1(x0 * log(\(beta1)))", [u.step]), try b.map("1 / sqrt(-expm1(x0 * log(\(beta2))))", [u.step])
    )
  }

  static func update(
    _ b: inout Builder, _ u: UpdateContext, parameter: Value, gradient: Value
  ) throws -> (parameter: Value, slots: [Value]) {
    let square = try b.mul(gradient, gradient)
    let r = try moments(&b, u, direction: gradient, square: square)
    let corrections = try corrections(&b, u)
    let rate = try b.mul(u.learningRate, corrections.first)
    let new = try b.map(
      "x0 - x1 * (x2 / (sqrt(x3) * x4 + \(u.attributes.real("eps", 1e-8))))",
      [parameter, rate, r.first, r.second, corrections.root])
    return (new, r.slots)
  }
}
