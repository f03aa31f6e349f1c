import GeocIR

/// How far points stay from the sphere at infinity, as the parameter `margin` of ops that project.
enum Margin {
  /// The text in signatures: 4e-3 in f32, 1e-5 in f64 where it is left out.
  static let meaning = "distance kept from the sphere at infinity, relative; 4e-3 in f32, 1e-5 in f64"
  static func of(_ c: OpContext) -> Double { c.attributes.real("margin", of(.f64)) }
  static func of(_ dtype: DType) -> Double { dtype == .f32 ? 4e-3 : 1e-5 }
}

/// Tangent vectors at the origin to points.
enum ExpMap0Op: Op {
  static let name = "expmap0"
  static let doc = OpDoc(
    family: "ball", summary: "Exponential map at the origin: vectors to points of the ball of curvature −c.",
    formula: "project(tanh(κ‖v‖)/(κ‖v‖) v), κ = √c",
    backward: "v̄ = T ȳ + K⟨ȳ, v⟩v/‖v‖², c̄ = Σ⟨ȳ, v⟩K/2c, K = sech²κ‖v‖ − T, T = tanh(κ‖v‖)/(κ‖v‖)",
    source: "Hyperbolic neural networks++; HypLL",
    parameters: [
      "c": "curvature c > 0, or learn(x): a parameter that starts at x; tangent vectors of a ball have its own",
      "learn_c": "whether c is a parameter: set by learn(x)",
      "axis": "axis of the coordinates; -1 is the last",
      "profile": "hyptorch: the margin 1e-3 of HypCD's library", "margin": Margin.meaning,
    ], example: "- expmap0: { c: 0.1 }", invariances: ["expmap0(g v) = g expmap0(v) for g in O(n)"])
  static let signature: Signature = """
    (v: R[*] at origin; weight c: Positive = constant(c) if learn_c) {c: real = 1 in (0..., learn_c: bool = false, \
    axis: int = 0, profile: exact|hyptorch = exact, margin: real? in (0...1)} -> Ball(n)
    """
  static let traits: OpTraits = [.transparent, .converter]

  private static func axis(_ call: TypeCall) throws -> Int {
    try BallTypes.count(call, ["v"])
    if call.inputs[0].isTangent {
      try call.checkBase(0, at: nil)
      return call.shape(0).count - 1
    }
    guard call.inputs[0].isReal, let rank = Optional(call.shape(0).count), rank > 0 else {
      throw TypeProblem(.mismatch, "expmap0 expects R[n] or R[n, …], found \(call.inputs[0].shown)", operand: 0)
    }
    let axis = call.attributes.int("axis")
    guard (-rank..<rank).contains(axis) else {
      throw TypeProblem(
        .parameter, "expmap0 has no axis \(axis) in \(call.inputs[0].shown)", operand: 0, parameter: "axis")
    }
    return axis < 0 ? axis + rank : axis
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var field = call.shape(0)
    let n = field.remove(at: try axis(call))
    if let ball = call.inputs[0].space.inner, ball.name == BallSpace.name {
      return [GeoType(ball, field: field, isBatched: call.isBatched)]
    }
    return [GeoType(BallTypes.opened(n, call), field: field, isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let rank = c.inputShape(0).count
    let raw = c.inputTypes[0].isTangent ? -1 : c.attributes.int("axis")
    let axis = raw < 0 ? raw + rank : raw
    var v = c.inputs[0]
    if axis != rank - 1 {
      v = try b.one("permute", [v], ["order": .ints((0..<rank).filter { $0 != axis } + [axis])])
    }
    let margin = c.attributes.name("profile") == "hyptorch" ? 1e-3 : Margin.of(c)
    let curvature = try Curvature(&b, c, input: 0)
    return [try b.radial(v, RadialFunction(.tangent, [.clamp(margin)], to: .ball), curvature)]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// The operand of a learned curvature.
enum BallCurvature {
  /// The weight `c` of an op on balls, where it is learned.
  static func weights(_ call: TypeCall) -> [TypedOperand] {
    guard call.attributes.bool("learn_c") else { return [] }
    return [
      TypedOperand(
        name: "c", role: .weight, initial: "constant(\(call.attributes.real("c", 1)))",
        type: GeoType(Space(PositiveSpace.name)))
    ]
  }
}

/// Points to tangent vectors at the origin.
enum LogMap0Op: Op {
  static let name = "logmap0"
  static let doc = OpDoc(
    family: "ball", summary: "Logarithmic map at the origin: points to vectors, coordinates last.",
    formula: "artanh(κ‖y‖)/(κ‖y‖) y",
    backward: "ȳ = A v̄ + K⟨v̄, y⟩y/‖y‖², c̄ = Σ⟨v̄, y⟩K/2c, K = 1/(1 − c‖y‖²) − A, A = artanh(κ‖y‖)/(κ‖y‖)",
    source: "HypLL", example: "- logmap0", invariances: ["logmap0(g y) = g logmap0(y) for g in O(n)"],
    effect: "the logarithm leaves the ball")
  static let signature: Signature = "(y: Ball(n, c=k); weight c: Positive = ones if learn_c) -> R[n]"
  static let traits: OpTraits = [.transparent, .converter]
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), try Curvature(&b, c, input: 0))]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// Points held inside the ball.
enum BallProjectOp: Op {
  static let name = "ball_project"
  static let doc = OpDoc(
    family: "ball", summary: "Moves points that are too close to the sphere at infinity, or beyond, to the margin.",
    formula: "x min(1, (1 − ε)/(κ‖x‖))",
    backward: "where it acts: x̄ = (m/‖x‖)(ȳ − ⟨ȳ, x⟩x/‖x‖²), c̄ = −Σ⟨ȳ, x⟩m/(2c‖x‖), m = (1 − ε)/κ; else ȳ",
    source: "HypLL",
    parameters: [
      "c": "curvature, where the input is an array R[n]; a ball has its own",
      "learn_c": "whether c is a parameter: set by learn(x)", "margin": Margin.meaning,
    ], example: "- ball_project: { c: 1 }", invariances: ["ball_project(g x) = g ball_project(x) for g in O(n)"])
  static let signature: Signature = """
    (x: T[*]; weight c: Positive = constant(c) if learn_c) {c: real = 1 in (0..., learn_c: bool = false, \
    margin: real? in (0...1)} -> Ball(n)
    """
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x"])
    if call.inputs[0].isReal, let n = call.shape(0).last {
      return [GeoType(BallTypes.opened(n, call), field: call.shape(0).dropLast(), isBatched: call.isBatched)]
    }
    return [try BallTypes.point(call, 0)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [
      try b.radial(
        c.inputs[0], RadialFunction(.ball, [.clamp(Margin.of(c))], to: .ball), try Curvature(&b, c, input: 0))
    ]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.inputTypes[0].isReal ? .lost("what is outside of the ball goes to its margin") : .exact
  }
}

/// Multiples of points along their geodesics from the origin.
enum MobiusScaleOp: Op {
  static let name = "mobius_scale"
  static let doc = OpDoc(
    family: "ball", summary: "Möbius scalar multiplication, by a number or by a second input R.",
    formula: "tanh(r artanh(κ‖x‖))/(κ‖x‖) x",
    backward: "x̄ = f ȳ + s f′⟨ȳ, x⟩x/‖x‖², r̄ = Σ⟨ȳ, x⟩u sech²(ru)/s, c̄ = Σ⟨ȳ, x⟩s f′/2c, u = artanh s, s = κ‖x‖",
    source: "Hyperbolic neural networks, 2018", parameters: ["by": "the factor, where there is no second input"],
    example: "- mobius_scale: { by: 0.5 }")
  static let signature: Signature =
    "(x...: T[*]; weight c: Positive = ones if learn_c) {by: real = 1} -> Ball(n)"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let type = try BallTypes.point(call, 0)
    guard call.inputs.count <= 2 else { throw TypeProblem(.inputCount, "mobius_scale takes a point and a factor") }
    if call.inputs.count == 2, !call.inputs[1].isReal || !(call.shape(1).isEmpty || call.shape(1) == type.field) {
      throw TypeProblem(
        .mismatch, "mobius_scale expects a factor R for \(type.shown), found \(call.inputs[1].shown)", operand: 1)
    }
    return [type.batched(call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }

  /// The point that `node` turns about, where it is −x.
  static func negated(_ node: Node?) -> Value? {
    guard let node, node.op == name, node.attributes.real("by", 1) == -1 else { return nil }
    let own = node.inputs.count - (node.attributes.bool("learn_c") ? 1 : 0)
    return own == 1 ? node.inputs[0] : nil
  }
  /// Whether `node` is 0 ⊗ x, the origin.
  static func isOrigin(_ node: Node?) -> Bool {
    guard let node, node.op == name, node.attributes.real("by", 1) == 0 else { return false }
    return node.inputs.count == (node.attributes.bool("learn_c") ? 2 : 1)
  }

  static func simplified(_ b: inout Builder, _ c: OpContext, _ maker: (Value) -> Node?) throws -> Simplification? {
    guard c.attributes.real("by", 1) == -1, c.inputNames.count(where: { $0 == "x" }) == 1,
      let sum = maker(c.inputs[0]), sum.op == MobiusAddOp.name,
      let x = negated(maker(sum.inputs[0])), let y = negated(maker(sum.inputs[1]))
    else { return nil }
    let same = try b.node(MobiusAddOp.name, [x, y] + sum.inputs.dropFirst(2), sum.attributes)
    return Simplification(same, "−((−x) ⊕ (−y)) = x ⊕ y")
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    guard c.inputNames.count(where: { $0 == "x" }) == 2 else {
      return [
        try b.radial(c.inputs[0], RadialFunction(.ball, [.scale(c.attributes.real("by", 1))], to: .ball), curvature)
      ]
    }
    let factor = try b.reshape(c.inputs[1], c.inputShape(1) + [1])
    return try b.rows([c.inputs[0]], curvature.operands + [factor]) { r, v, s in
      let ball = BallAlgebra(c: curvature.scalar(&r, s))
      r.result(try ball.scale(&r, by: curvature.rest(s)[0], v[0]))
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    if c.inputNames.filter({ $0 == "x" }).count > 1 { return .unproved("its factor may be 0") }
    return c.attributes.real("by", 1) == 0 ? .lost("everything becomes the origin") : .exact
  }
}

/// Vectors of bounded norm.
enum ClipNormOp: Op {
  static let name = "clip_norm"
  static let doc = OpDoc(
    family: "ball", summary: "Vectors shortened to a norm of at most max.", formula: "z min(1, max/(‖z‖ + eps))",
    backward: "where it acts: z̄ = (max/n)(ȳ − ⟨ȳ, z⟩z/(‖z‖ n)), n = ‖z‖ + eps", source: "HypCD, CVPR 2025",
    parameters: ["max": "the largest norm", "eps": "added to the norm"], example: "- clip_norm: { max: 2.3 }",
    invariances: ["clip_norm(g z) = g clip_norm(z) for g in O(n)"])
  static let signature: Signature = "(z: R[n]) {max: real in (0..., eps: real = 1e-05 in 0...} -> R[n]"
  static let traits: OpTraits = [.transparent]
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let clip = RadialFunction.Step.clip(max: c.attributes.real("max", 1), eps: c.attributes.real("eps", 1e-5))
    return [try b.radial(c.inputs[0], RadialFunction(.tangent, [clip], to: .tangent), Curvature(1))]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    .lost("longer vectors become equal to shorter ones")
  }
}

/// ReLU in the tangent space at the origin.
enum BallReluOp: Op {
  static let name = "ball_relu"
  static let doc = OpDoc(
    family: "ball", summary: "ReLU of the tangent vectors at the origin.", formula: "expmap0(max(0, logmap0(x)))",
    backward: "through the two maps", source: "Poincaré ResNet", parameters: ["margin": Margin.meaning],
    example: "- ball_relu")
  static let signature: Signature =
    "(x: Ball(n, c=k); weight c: Positive = ones if learn_c) {margin: real? in (0...1)} -> Ball(n, c=k)"
  static let traits: OpTraits = [.transparent]
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let v = try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), curvature)
    let positive = try b.map("max(x0, 0)", [v])
    return [try b.radial(positive, RadialFunction(.tangent, [.clamp(Margin.of(c))], to: .ball), curvature)]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("all coordinates below 0 become 0") }
}
