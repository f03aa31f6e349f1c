import GeocIR

/// The logarithmic loss of margins.
enum LogisticOp: CurvedLoss {
  static let name = "logistic"
  static let doc = OpDoc(
    family: "loss",
    summary: """
      Logistic loss of margins, positive where a sample is classified; with a target, of (2y − 1) times what is given. \
      'mean_probability' divides the gradient of training by the mean probability of error, as a constant: all samples \
      together then pull with the weights softmax(−softplus(m)), which never become 0/0.
      """,
    formula: "log(1 + e^{−m})",
    backward: """
      m̄ = −q ȳ, q = σ(−m); with 'mean_probability' m̄_i = −n softmax_i(−softplus(m)) ȳ, n the size of the batch
      """,
    source: "Tyurin, AAAI 2025 (normalised)",
    parameters: ["normalize": "what the gradient of training is divided by"],
    example: "logistic: { margins: logit, target: label, normalize: mean_probability }")
  static let signature: Signature = """
    (margins: R[*], target?: Label(2)) {normalize: none|mean_probability = none} -> R
    """
  static let traits: OpTraits = [.loss, .mode, .largeSteps]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try oneNumber("margin", call, signature)
  }

  /// The type of a loss of one number per sample, its first input. Throws `TypeProblem`.
  fileprivate static func oneNumber(_ what: String, _ call: TypeCall, _ signature: Signature) throws -> [GeoType] {
    _ = try call.inferred(signature)
    guard call.shape(0).reduce(1, *) == 1 else {
      throw TypeProblem(
        .mismatch, "\(call.op) takes one \(what) per sample, found \(call.inputs[0].batched(false))", operand: 0,
        help: "for more classes use 'cross_entropy'")
    }
    return [.real([], isBatched: call.isBatched)]
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let m = try margins(&b, c)
    let value = try b.map("softplus(-x0)", [m])
    guard c.isTraining, MarginWeights.areSpecial(c.attributes) else { return [value] }
    // The value of the loss with the gradient of the weights.
    let weights = try b.detached(try MarginWeights.weights(&b, m, c.attributes))
    let change = try b.sub(m, try b.detached(m))
    return [try b.map("x0 - x1 * x2", [try b.detached(value), weights, change])]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    let none = [Value?](repeating: nil, count: c.inputs.count - 1)
    guard let dy = cotangents[0] else { return [nil] + none }
    let m = try margins(&b, c)
    let weights =
      c.isTraining ? try MarginWeights.weights(&b, m, c.attributes) : try b.map("sigmoid(-x0)", [m])
    var dm = try b.map("-x0 * x1", [weights, dy])
    if c.has("target") { dm = try b.map("x0 * (2 * x1 - 1)", [dm, try c.value("target")]) }
    return [try b.reshape(dm, c.inputShape(0))] + none
  }

  static func margin(_ b: inout Builder, _ c: OpContext) throws -> Value? { try margins(&b, c) }

  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    guard c.attributes.name("normalize", "none") == "none" else { return nil }
    let q = try b.reshape(try b.map("sigmoid(-x0)", [try margins(&b, c)]), [1])
    switch form {
    case .exact, .gaussNewton: return .weighted(factors: nil, weights: try b.map("x0 * (1 - x0)", [q]))
    case .fisher: return .weighted(factors: nil, weights: try b.map("x0 * x0", [q]))
    case .weightedGaussNewton: return .weighted(factors: nil, weights: q)
    case .bound: return .multiple(0.25)
    case .fisherTerm: return nil
    }
  }

  /// One number per sample.
  private static func margins(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let x = try b.reshape(c.inputs[0], [])
    return c.has("target") ? try b.map("x0 * (2 * x1 - 1)", [x, try c.value("target")]) : x
  }
}

/// The logistic loss of a logit and a class, under its name in PyTorch.
enum BinaryCrossEntropyOp: CurvedLoss {
  static let name = "binary_cross_entropy"
  static let doc = OpDoc(
    family: "loss", summary: "Negative log-probability of the true one of two classes, from the logit of class 1.",
    formula: "log(1 + e^{−z}) for class 1, log(1 + e^z) for class 0", backward: "z̄ = (σ(z) − y) ȳ",
    source: "PyTorch BCEWithLogitsLoss", example: "binary_cross_entropy: { logits: logit, target: label }")
  static let signature: Signature = "(logits: R[*], target: Label(2)) -> R"
  static let traits: OpTraits = [.loss, .mode, .largeSteps]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try LogisticOp.oneNumber("logit", call, signature)
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { try LogisticOp.body(&b, c) }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    try LogisticOp.vjp(&b, c, cotangents)
  }
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives? {
    try LogisticOp.curvature(&b, c, form)
  }
  static func margin(_ b: inout Builder, _ c: OpContext) throws -> Value? { try LogisticOp.margin(&b, c) }
}

/// With which weight each sample of a batch pulls at a linear classifier.
enum MarginWeights {
  /// Whether the weights are others than the probabilities of error.
  static func areSpecial(_ attributes: Attributes) -> Bool {
    attributes.name("normalize", "none") != "none" || attributes.name("steps", "finite") == "infinite"
  }

  /// n times the weights that add up to one, or the probabilities of error q = σ(−m).
  ///
  /// `steps = infinite` is the limit of steps of length γ → ∞ from 0, with margins divided by γ: q becomes 1 where
  /// m ≤ 0 and 0 elsewhere, and ½ at the start, where all margins are 0.
  static func weights(_ b: inout Builder, _ m: Value, _ attributes: Attributes) throws -> Value {
    let isNormalized = attributes.name("normalize", "none") == "mean_probability"
    let isLimit = attributes.name("steps", "finite") == "infinite"
    let isBatched = b.type(m).isBatched
    let count = isBatched ? try b.one("batch_size", []) : try b.fill([], 1)
    if isLimit {
      let missed = try b.map("select(less(0, x0), 0, 1)", [m])
      if isNormalized {
        let total = isBatched ? try b.batchSum(missed) : missed
        return try b.map("x0 * x1 / max(1, x2)", [missed, count, total])
      }
      let size = try b.map("abs(x0)", [m])
      let largest = isBatched ? try b.batchMax(size) : size
      return try b.map("x0 * select(less(0, x1), 1, 0.5)", [missed, largest])
    }
    guard isNormalized else { return try b.map("sigmoid(-x0)", [m]) }
    let logarithm = try b.map("-softplus(x0)", [m])
    let top = isBatched ? try b.batchMax(logarithm) : logarithm
    let share = try b.map("exp(x0 - x1)", [logarithm, top])
    let total = isBatched ? try b.batchSum(share) : share
    return try b.map("x0 * x1 / x2", [share, count, total])
  }
}
