import GeocIR
import Glibc

/// Momentum braked by the root-mean-square of cosh.
enum AuON: OptimizerRule {
  static let name = "auon"
  static let isForHiddenMatrices = true
  static let doc = OpDoc(
    family: "optimizer",
    summary: """
      Steps along the momentum divided by √mean cosh², a brake between 1 + γ²/2N and 1 + sinh²γ/2N for N elements: \
      in practice normalised momentum descent (paper) or plain momentum descent (code).
      """,
    formula: """
      m ← μm + (1−μ)g; G = (1−μ)g + μm; X = G/(‖G‖ + 10⁻⁷); r = √mean cosh²(γX); \
      x ← x (1 − ηλ) − η a X/(r + 10⁻⁸), a = √max(1, rows/columns); with `code` γ = 1.5, a = 1 and G in place of X
      """,
    source: "Maity 2025, AuON", parameters: CoshBrake.documentation, example: "optimizer: { auon: { lr: 0.055 } }")
  static let signature: Signature = """
    () {lr: real in (0..., momentum: real = 0.95 in 0...1), weight_decay: real = 0 in 0..., \
    variant: paper|code = paper, gamma: real? in (0..., normalize_output: bool?, aspect: bool?, \
    conv_view: flatten|last_two = flatten} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    Muon.slots(type, attributes, spaces)
  }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func remark(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> String? {
    CoshBrake.remark(spaces.shape(type), attributes)
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    try CoshBrake.update(&b, u, isOrthogonalised: false)
  }
}

/// AuON behind a Newton–Schulz iteration.
enum HybridAuON: OptimizerRule {
  static let name = "hybrid_auon"
  static let isForHiddenMatrices = true
  static let doc = OpDoc(
    family: "optimizer", summary: "AuON on the Newton–Schulz factor of the momentum; vectors step as in AuON.",
    formula: """
      G as AuON; paper: X = newton_schulz(G), r = √mean cosh²(γX), x ← x (1 − ηλ) − η a X/(r + 10⁻⁸); \
      code: G ← newton_schulz(G), then as AuON
      """,
    source: "Maity 2025, AuON",
    parameters: CoshBrake.documentation.merging(["ns_steps": "Newton–Schulz iterations"]) { a, _ in a },
    example: "optimizer: { hybrid_auon: { lr: 0.08 } }")
  static let signature: Signature = """
    () {lr: real in (0..., momentum: real = 0.95 in 0...1), weight_decay: real = 0 in 0..., \
    variant: paper|code = paper, ns_steps: int = 5 in 1..., gamma: real? in (0..., normalize_output: bool?, \
    aspect: bool?, conv_view: flatten|last_two = flatten} ->
    """
  static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] {
    Muon.slots(type, attributes, spaces)
  }
  static func problem(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> OptimizerProblem? {
    ArraysOnly.problem(type)
  }
  static func remark(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> String? {
    // With the paper's formulas the polar factor is not normalised, and the bound does not hold for it.
    let isNormalized = attributes.name("variant", "paper") == "code" || spaces.shape(type).count < 2
    return isNormalized ? CoshBrake.remark(spaces.shape(type), attributes) : nil
  }
  static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    try CoshBrake.update(&b, u, isOrthogonalised: true)
  }
}

/// The update that AuON and Hybrid-AuON share.
enum CoshBrake {
  static let documentation = MatrixMomentum.documentation.merging([
    "variant": "the formulas of the paper or those of its repository; sets the four below",
    "gamma": "γ: 1 in the paper, 1.5 in the code", "conv_view": MatrixMomentum.viewText,
    "normalize_output": "whether the normalised momentum is the step (paper) or only its scale (code)",
    "aspect": "whether the step is multiplied by √max(1, rows/columns) (paper)",
  ]) { a, _ in a }

  /// γ: 1 in the paper, 1.5 in the code, unless it is given.
  private static func gamma(_ attributes: Attributes) -> Double {
    attributes.real("gamma", attributes.name("variant", "paper") == "paper" ? 1 : 1.5)
  }

  /// The norm of the argument of cosh is 1, so that sinh² adds up to no more than that of one spike.
  static func remark(_ shape: [Int], _ attributes: Attributes) -> String {
    let bound = sinh(gamma(attributes)) * sinh(gamma(attributes)) / (2 * Double(max(1, shape.reduce(1, *))))
    let exponent = log10(bound).rounded(.down)
    let digits = Int((bound / pow(10, exponent) * 10).rounded())
    return "its brake is 1 up to \(digits / 10).\(digits % 10)e\(Int(exponent))"
  }

  static func update(
    _ b: inout Builder, _ u: UpdateContext, isOrthogonalised: Bool
  ) throws -> (parameter: Value, slots: [Value]) {
    let isPaper = u.attributes.name("variant", "paper") == "paper"
    let gamma = gamma(u.attributes)
    var (g, buffer) = try MatrixMomentum.mixed(&b, u)
    let shape = b.shape(g)
    let view = MatrixMomentum.view(shape, u.attributes)
    let hasPolar = isOrthogonalised && shape.count > 1
    if hasPolar {
      g = try b.reshape(try MatrixMomentum.polar(&b, try b.reshape(g, view), u.attributes), shape)
    }
    let norm = try b.squareRoot(try b.sumAll(try b.mul(g, g)))
    // The paper normalises once, inside Newton–Schulz.
    let x = hasPolar && isPaper ? g : try b.map("x0 / (x1 + 1e-07)", [g, norm])
    // cosh² − 1 = sinh² keeps the digits that the sum 1 + tiny would lose.
    let sinh = try b.map("sinh(\(gamma) * x0) * sinh(\(gamma) * x0)", [x])
    let count = Double(max(1, shape.reduce(1, *)))
    let normalizes = u.attributes.bool("normalize_output", isPaper)
    let aspect = u.attributes.bool("aspect", isPaper) ? MatrixMomentum.aspect(view) : 1
    let new = try b.map(
      "x0 - \(aspect) * x1 * x2 / (sqrt(1 + x3 / \(count)) + 1e-08)",
      [try MatrixMomentum.decayed(&b, u), u.learningRate, normalizes ? x : g, try b.sumAll(sinh)])
    return (new, [buffer])
  }
}
