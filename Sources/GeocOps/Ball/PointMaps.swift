import GeocIR

/// Möbius addition.
enum MobiusAddOp: Op {
  static let name = "mobius_add"
  static let doc = OpDoc(
    family: "ball", summary: "Möbius addition x ⊕ y of two points; it does not commute and does not project.",
    formula: "((1 + 2c⟨x,y⟩ + c y²) x + (1 − c x²) y)/(1 + 2c⟨x,y⟩ + c² x² y²)",
    backward: """
      x̄ = [a ȳ + 2c(p − θ) y − 2c(q + θ c y²) x]/d, ȳ likewise, c̄ = Σ[p(2⟨x,y⟩ + y²) − q x² − 2θ(⟨x,y⟩ + c x² y²)]/d
      """, source: "Ungar; Hyperbolic neural networks, 2018", example: "- mobius_add:\n    from: [h, x]",
    invariances: ["mobius_add(g x, g y) = g mobius_add(x, y) for g in O(n)"])
  static let signature: Signature =
    "(x: Ball(n, c=k), y: Ball(n, c=k); weight c: Positive = ones if learn_c) -> Ball(n, c=k)"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "y"])
    let (x, y) = (try BallTypes.point(call, 0), try BallTypes.point(call, 1))
    try BallTypes.sameBall(call, 0, 1)
    return [GeoType(x.space, field: BallTypes.field(x, y), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in r.result(try ball.add(&r, v[0], v[1])) }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// The exponential map at a point.
enum ExpMapOp: Op {
  static let name = "expmap"
  static let doc = OpDoc(
    family: "ball", summary: "Exponential map: the point reached from x along the tangent vector v.",
    formula: "project(x ⊕ tanh(κ‖v‖/α_x)/(κ‖v‖) v), α_x = 1 − c‖x‖²", backward: "of the step, then of Möbius addition",
    source: "HypLL", parameters: ["margin": Margin.meaning], example: "- expmap:\n    from: [x, v]",
    invariances: ["expmap(g x, g v) = g expmap(x, v) for g in O(n)"])
  static let signature: Signature =
    "(x: Ball(n, c=k), v: T[*] at x; weight c: Positive = ones if learn_c) {margin: real? in (0...1)} -> Ball(n, c=k)"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "v"])
    let x = try BallTypes.point(call, 0)
    try BallTypes.vectors(call, 1, of: x.space, at: 0)
    return [GeoType(x.space, field: try BallTypes.field(call, 0, 1), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in
      r.result(try ball.exp(&r, at: v[0], v[1], margin: Margin.of(c)))
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    input == 1 ? .exact : .unproved("its base point moves")
  }
}

/// The logarithmic map at a point.
enum LogMapOp: Op {
  static let name = "logmap"
  static let doc = OpDoc(
    family: "ball", summary: "Logarithmic map: the tangent vector at x that leads to y.",
    formula: "α_x artanh(κ‖z‖)/(κ‖z‖) z, z = (−x) ⊕ y", backward: "of the factor, then of Möbius addition",
    source: "HypLL", example: "- logmap:\n    from: [x, y]",
    invariances: ["logmap(g x, g y) = g logmap(x, y) for g in O(n)"], effect: "the logarithm leaves the ball")
  static let signature: Signature =
    "(x: Ball(n, c=k), y: Ball(n, c=k); weight c: Positive = ones if learn_c) -> Tangent(Ball(n, c=k), at=x)"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "y"])
    let (x, y) = (try BallTypes.point(call, 0), try BallTypes.point(call, 1))
    try BallTypes.sameBall(call, 0, 1)
    return [GeoType(call.tangent(x.space, at: 0, "x"), field: BallTypes.field(x, y), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in r.result(try ball.log(&r, at: v[0], v[1])) }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    input == 1 ? .exact : .unproved("its base point moves")
  }
}

/// The rotation that makes Möbius addition associative.
enum GyrationOp: Op {
  static let name = "gyration"
  static let doc = OpDoc(
    family: "ball", summary: "Gyration gyr[u, v] w, an orthogonal map of w.",
    formula: "w + 2(A u + B v)/D, A = −c²⟨u,w⟩v² + c⟨v,w⟩ + 2c²⟨u,v⟩⟨v,w⟩, B = −c²⟨v,w⟩u² − c⟨u,w⟩",
    backward: "w̄ = gyr[v, u] ȳ; ū, v̄ in closed form", source: "Ungar",
    example: "- gyration:\n    from: [u, v, w]",
    invariances: ["gyration(g u, g v, g w) = g gyration(u, v, w) for g in O(n)"])
  static let signature: Signature =
    "(u: Ball(n, c=k), v: Ball(n, c=k), w: T[*] at origin; weight c: Positive = ones if learn_c) -> T[*]"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["u", "v", "w"])
    let u = try BallTypes.point(call, 0)
    _ = try BallTypes.point(call, 1)
    try BallTypes.sameBall(call, 0, 1)
    if call.inputs[2].space.name == BallSpace.name {
      try BallTypes.sameBall(call, 0, 2)
    } else {
      try BallTypes.vectors(call, 2, of: u.space, at: nil)
    }
    return [call.inputs[2].batched(call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, Array(c.inputs.prefix(3))) { ball, r, v in r.result(try ball.gyration(&r, v[0], v[1], v[2])) }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    input == 2 ? .exact : .unproved("only the vector that it turns can be turned back")
  }
}

/// Parallel transport.
enum BallTransportOp: Op {
  static let name = "ball_transport"
  static let doc = OpDoc(
    family: "ball", summary: "Parallel transport of the tangent vector v at x to y along their geodesic.",
    formula: "(α_y/α_x) gyr[y, −x] v", backward: "v̄ = (α_y/α_x) gyr[−x, y] z̄; x̄, ȳ from the ratio and the gyration",
    source: "HypLL", example: "- ball_transport:\n    from: [x, y, v]",
    invariances: ["ball_transport(g x, g y, g v) = g ball_transport(x, y, v) for g in O(n)"])
  static let signature: Signature =
    "(x: Ball(n, c=k), y: Ball(n, c=k), v: T[*] at x; weight c: Positive = ones if learn_c) -> T[*]"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "y", "v"])
    let x = try BallTypes.point(call, 0)
    _ = try BallTypes.point(call, 1)
    try BallTypes.sameBall(call, 0, 1)
    try BallTypes.vectors(call, 2, of: x.space, at: 0)
    var type = call.inputs[2].batched(call.isBatched)
    if type.isTangent { type.space = call.tangent(x.space, at: 1, "y") }
    return [type]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func simplified(_ b: inout Builder, _ c: OpContext, _ maker: (Value) -> Node?) throws -> Simplification? {
    let starts = MobiusScaleOp.isOrigin(maker(c.inputs[0]))
    guard starts || MobiusScaleOp.isOrigin(maker(c.inputs[1])) else { return nil }
    let values = try b.ball(c, [c.inputs[2], c.inputs[starts ? 1 : 0]]) { ball, r, v in
      let origin = RowVector()
      r.result(try ball.transport(&r, from: starts ? origin : v[1], to: starts ? v[1] : origin, v[0]))
    }
    return Simplification(values, starts ? "transport from 0 to y is α_y v" : "transport from x to 0 is v/α_x")
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, Array(c.inputs.prefix(3))) { ball, r, v in
      r.result(try ball.transport(&r, from: v[0], to: v[1], v[2]))
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { input == 2 ? .exact : .unproved("its points move") }
}

/// Parallel transport from the origin.
enum BallTransport0Op: Op {
  static let name = "ball_transport0"
  static let doc = OpDoc(
    family: "ball", summary: "Parallel transport of the tangent vector v at the origin to y.", formula: "α_y v",
    backward: "v̄ = α_y z̄, ȳ = −2c⟨z̄, v⟩ y", source: "geoopt transp0", example: "- ball_transport0:\n    from: [y, v]",
    invariances: ["ball_transport0(g y, g v) = g ball_transport0(y, v) for g in O(n)"])
  static let signature: Signature =
    "(y: Ball(n, c=k), v: T[*] at origin; weight c: Positive = ones if learn_c) -> Tangent(Ball(n, c=k), at=y)"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["y", "v"])
    let y = try BallTypes.point(call, 0)
    try BallTypes.vectors(call, 1, of: y.space, at: nil)
    return [
      GeoType(call.tangent(y.space, at: 0, "y"), field: try BallTypes.field(call, 0, 1), isBatched: call.isBatched)
    ]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in
      r.result(try ball.transport(&r, from: RowVector(), to: v[0], v[1]))
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { input == 1 ? .exact : .unproved("its point moves") }
}

/// Parallel transport to the origin.
enum BallTransport0BackOp: Op {
  static let name = "ball_transport0back"
  static let doc = OpDoc(
    family: "ball", summary: "Parallel transport of the tangent vector v at x to the origin, where expmap0 takes it.",
    formula: "v/α_x", backward: "v̄ = z̄/α_x, x̄ = 2c⟨z̄, v⟩ x/α_x²", source: "geoopt transp0back",
    example: "- ball_transport0back:\n    from: [x, v]",
    invariances: ["ball_transport0back(g x, g v) = g ball_transport0back(x, v) for g in O(n)"])
  static let signature: Signature =
    "(x: Ball(n, c=k), v: T[*] at x; weight c: Positive = ones if learn_c) -> Tangent(Ball(n, c=k))"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "v"])
    let x = try BallTypes.point(call, 0)
    try BallTypes.vectors(call, 1, of: x.space, at: 0)
    let origin = Space(TangentSpace.name, [], ["": .type(GeoType(x.space))])
    return [GeoType(origin, field: try BallTypes.field(call, 0, 1), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in
      r.result(try ball.transport(&r, from: v[0], to: RowVector(), v[1]))
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { input == 1 ? .exact : .unproved("its point moves") }
}

/// Geodesic distance.
enum BallDistanceOp: Op {
  static let name = "ball_distance"
  static let doc = OpDoc(
    family: "ball", summary: "Geodesic distance of two points.",
    formula: "(2/κ) arsinh √w, w = c‖x − y‖²/(α_x α_y)",
    backward: "x̄ = P[(x − y) + c‖x − y‖² x/α_x], P = 2c k/(α_x α_y), k = d̄/(κ√(w(1 + w))); 0 at x = y",
    source: "HypLL, in the well-conditioned form", example: "- ball_distance:\n    from: [x, y]",
    invariances: ["ball_distance(g x, g y) = ball_distance(x, y) for isometries g"])
  static let signature: Signature =
    "(x: Ball(n, c=k), y: Ball(n, c=k); weight c: Positive = ones if learn_c) -> R"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x", "y"])
    let (x, y) = (try BallTypes.point(call, 0), try BallTypes.point(call, 1))
    try BallTypes.sameBall(call, 0, 1)
    return [.real(BallTypes.field(x, y), isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let d = try b.ball(c, [c.inputs[0], c.inputs[1]]) { ball, r, v in r.result(try ball.distance(&r, v[0], v[1])) }
    return [try b.reshape(d[0], Array(b.shape(d[0]).dropLast()))]
  }
}

/// The conformal factor.
enum ConformalFactorOp: Op {
  static let name = "conformal_factor"
  static let doc = OpDoc(
    family: "ball", summary: "Conformal factor of the metric at x.", formula: "λ_x = 2/(1 − c‖x‖²)",
    backward: "x̄ = λ̄ c λ² x, c̄ = Σ λ̄ λ² x²/2", source: "HypLL", example: "- conformal_factor")
  static let signature: Signature = "(x: Ball(n, c=k); weight c: Positive = ones if learn_c) -> R[1]"
  static let traits: OpTraits = [.transparent]
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    try b.ball(c, [c.inputs[0]]) { ball, r, v in r.result(try r.number("2 / x0", try ball.alpha(&r, v[0]))) }
  }
}

extension Builder {
  /// A row program on points of the ball of the node's first input.
  mutating func ball(
    _ c: OpContext, _ vectors: [Value], _ write: (BallAlgebra, inout RowBuilder, [RowVector]) throws -> Void
  ) throws -> [Value] {
    let curvature = try Curvature(&self, c, input: 0)
    return try rows(vectors, curvature.operands) { r, v, s in
      try write(BallAlgebra(c: curvature.scalar(&r, s)), &r, v)
    }
  }
}
