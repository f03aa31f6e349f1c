import GeocIR

/// Unit vectors.
enum SphereSpace: SpaceDeclaration {
  static let name = "Sphere"
  static let summary = "Unit vector in R^n."
  static let sizeNames = ["n"]
  static let isCompact = true
  static let metrics = ["round"]
  static func retractions(metric: String) -> [String] { ["normalize", "exp"] }
  static func coreShape(_ space: Space) -> [Int] { space.sizes }
  static func dimension(_ space: Space) -> Int { space.sizes[0] - 1 }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.map("abs(sqrt(x0) - 1)", [try b.sumLast(try b.mul(x, x), 1)])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.map("x0 / sqrt(x1)", [x, try b.sumLast(try b.mul(x, x), 1, keep: true)])
  }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    try b.map("x0 - x1 * x2", [u, x, try b.sumLast(try b.mul(x, u), 1, keep: true)])
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    let near = try project(&b, try b.add(x, u), g.space)
    guard g.retraction == "exp" else { return near }
    let norm = try b.squareRoot(try b.sumLast(try b.mul(u, u), 1, keep: true))
    return try b.map(
      "select(less(1e-07, x2), x0 * cos(x2) + x1 * (sin(x2) / max(x2, 1e-300)), x3)", [x, u, norm, near])
  }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try b.sumLast(try b.mul(u, v), 1, keep: true)
  }
}

/// The Poincaré ball of curvature −c.
enum BallSpace: SpaceDeclaration {
  static let name = "Ball"
  static let summary = "Point of the Poincaré ball of curvature −c, norm below 1/√c."
  static let sizeNames = ["n"]
  static let argumentNames = ["c"]
  static let argumentDefaults: [String: SpaceArgument] = ["c": .real(1)]
  static let metrics = ["poincare"]
  static let tangentOps: (transport: String, exponential: String)? = (BallTransportOp.name, ExpMapOp.name)
  static func retractions(metric: String) -> [String] { ["project", "exp"] }
  static func coreShape(_ space: Space) -> [Int] { space.sizes }
  static func problem(_ space: Space) -> String? {
    switch space["c"] {
    case .real(let c)? where c <= 0, .learn(let c)? where c <= 0: "the curvature c of a ball must be positive"
    default: nil
    }
  }

  /// The curvature as a number; a learned one starts there.
  static func curvature(_ space: Space) -> Double {
    switch space["c"] {
    case .real(let c)?, .learn(let c)?: c
    default: 1
    }
  }

  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.map("max(0, sqrt(x0) - \(1 / curvature(space).squareRoot()))", [try b.sumLast(try b.mul(x, x), 1)])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try rows(&b, [x], space) { ball, r, v in r.result(try ball.project(&r, v[0], margin: Margin.of(.f64))) }
  }
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value {
    let norm = try b.squareRoot(try b.sumLast(try b.mul(z, z), 1, keep: true))
    return try b.map("0.5 * x0 * tanh(x1) / max(x1, 1e-15) * \(1 / curvature(space).squareRoot())", [z, norm])
  }
  /// e/λ².
  static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value {
    try rows(&b, [x, e], g.space) { ball, r, v in
      r.result(r.scaled(v[1], try r.number("0.25 * x0 * x0", try ball.alpha(&r, v[0]))))
    }
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    let margin = Margin.of(g.dtype)
    return try rows(&b, [x, u], g.space) { ball, r, v in
      let point =
        g.retraction == "exp"
        ? try ball.exp(&r, at: v[0], v[1], margin: margin)
        : try ball.project(&r, r.sum(v[0], v[1]), margin: margin)
      r.result(point)
    }
  }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value {
    try rows(&b, [x, y, v], g.space) { ball, r, v in
      r.result(try ball.transport(&r, from: v[0], to: v[1], v[2]))
    }
  }
  /// λ²⟨u, v⟩.
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try rows(&b, [x, u, v], g.space) { ball, r, v in
      r.result(try r.number("4 * x1 / (x0 * x0)", try ball.alpha(&r, v[0]), r.dot(v[1], v[2])))
    }
  }

  private static func rows(
    _ b: inout Builder, _ vectors: [Value], _ space: Space,
    _ write: (BallAlgebra, inout RowBuilder, [RowVector]) throws -> Void
  ) throws -> Value {
    try b.rows(vectors) { r, v, _ in try write(BallAlgebra(c: r.constant(curvature(space))), &r, v) }[0]
  }
}
