import GeocIR

/// Momentum orthogonalised by a Newton–Schulz iteration.
enum Muon: OptimizerRule {
  static let name = "muon"
  static let isForHiddenMatrices = true
  static let doc = OpDoc(
    family: "optimizer", summary: "Steps along the approximate polar factor of the momentum of each matrix.",
    formula: """
      m ← μm + (1−μ)g; G = (1−μ)g + μm; x ← x (1 − ηλ) − η √max(1, rows/columns) newton_schulz(G)
      """,
    source: "Jordan et al. 2024, Muon",
    parameters: MatrixMomentum.documentation.merging([
      "ns_steps": "Newton–Schulz iterations", "conv_view": MatrixMomentum.viewText,
    ]) { a, _ in a },
    example: "optimizer: { muon: { lr: 0.02 } }")
  static let signature: Signature = """
    () {lr: real = 0.02 in (0..., momentum: real = 0.95 in 0...1), weight_decay: real = 0.01 in 0..., \
    ns_steps: int = 5 in 1..., conv_view: flatten|last_two = flatten} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    [Slot(name: "momentum_buffer", type: .real(spaces.shape(type)))]
  }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    if let problem = ArraysOnly.problem(type) { return problem }
    if spaces.shape(type).count > 1 { return nil }
    return OptimizerProblem(
      "it orthogonalises matrices, and this is \(type)",
      help: "use 'hybrid_auon', which also steps vectors, or a model without vectors ('bias: false')")
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    let (mixed, buffer) = try MatrixMomentum.mixed(&b, u)
    let view = MatrixMomentum.view(b.shape(mixed), u.attributes)
    let polar = try MatrixMomentum.polar(&b, try b.reshape(mixed, view), u.attributes)
    let shrunk = try MatrixMomentum.decayed(&b, u)
    let direction = try b.reshape(polar, b.shape(u.parameter))
    let aspect = MatrixMomentum.aspect(view)
    return (try b.map("x0 - \(aspect) * x1 * x2", [shrunk, u.learningRate, direction]), [buffer])
  }
}

/// What the rules on matrices share: an averaged momentum that looks ahead, and the view of a kernel as a matrix.
enum MatrixMomentum {
  static let documentation = ["lr": "learning rate η", "momentum": "μ", "weight_decay": "λ, decoupled"]
  static let viewText = "a kernel as one matrix [out, rest], or as a matrix of its last two axes per slice"

  /// G = (1−μ)g + μm for the new average m, and m.
  static func mixed(_ b: inout Builder, _ u: UpdateContext) throws -> (mixed: Value, buffer: Value) {
    let momentum = u.attributes.real("momentum", 0.95)
    let average = "\(momentum) * x0 + \(1 - momentum) * x1"
    let buffer = try b.map(average, [u.slots[0], u.gradient])
    return (try b.map(average, [buffer, u.gradient]), buffer)
  }

  /// The shape that matrix rules see.
  static func view(_ shape: [Int], _ attributes: Attributes) -> [Int] {
    guard shape.count > 2, attributes.name("conv_view") != "last_two" else { return shape }
    return [shape[0], shape.dropFirst().reduce(1, *)]
  }

  /// √max(1, rows/columns); 1 for vectors.
  static func aspect(_ view: [Int]) -> Double {
    guard view.count > 1 else { return 1 }
    return max(1, Double(view[view.count - 2]) / Double(view[view.count - 1])).squareRoot()
  }

  /// The Newton–Schulz factor with the steps of the attributes.
  static func polar(_ b: inout Builder, _ x: Value, _ attributes: Attributes) throws -> Value {
    var all: Attributes = [:]
    for p in NewtonSchulzOp.signature.parameters { all[p.name] = p.defaultValue }
    all["steps"] = .int(attributes.int("ns_steps", 5))
    return try b.one("newton_schulz", [x], all)
  }

  /// x (1 − ηλ).
  static func decayed(_ b: inout Builder, _ u: UpdateContext) throws -> Value {
    let decay = u.attributes.real("weight_decay")
    return decay == 0 ? u.parameter : try b.map("x0 * (1 - \(decay) * x1)", [u.parameter, u.learningRate])
  }
}
