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
  static let metrics = ["poincare"]
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
    // The margin of f64; f32 values are clipped by the same bound, which they can represent.
    let limit = (1 - 1e-5) / curvature(space).squareRoot()
    let norm = try b.squareRoot(try b.sumLast(try b.mul(x, x), 1, keep: true))
    return try b.map("select(less(\(limit), x1), x0 / x1 * \(limit), x0)", [x, norm])
  }
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value {
    let norm = try b.squareRoot(try b.sumLast(try b.mul(z, z), 1, keep: true))
    return try b.map("0.5 * x0 * tanh(x1) / max(x1, 1e-15) * \(1 / curvature(space).squareRoot())", [z, norm])
  }
  static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value {
    let factor = try conformal(&b, x, curvature(g.space))
    return try b.map("x0 / (x1 * x1)", [e, factor])
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    guard g.retraction == "exp" else { return try project(&b, try b.add(x, u), g.space) }
    let c = curvature(g.space)
    let norm = try b.map("max(sqrt(x0), 1e-15)", [try b.sumLast(try b.mul(u, u), 1, keep: true)])
    let factor = try conformal(&b, x, c)
    let root = c.squareRoot()
    let step = try b.map(
      "tanh(min(15, \(root / 2) * x2 * x1)) * x0 / (\(root) * x1)", [u, norm, factor])
    return try project(&b, try mobiusAdd(&b, x, step, c), g.space)
  }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value {
    // gyr[y, −x] v · λx / λy.
    let c = curvature(g.space)
    let turned = try gyration(&b, y, try b.negate(x), v, c)
    return try b.map("x0 * x1 / x2", [turned, try conformal(&b, x, c), try conformal(&b, y, c)])
  }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    let factor = try conformal(&b, x, curvature(g.space))
    return try b.map("x0 * x0 * x1", [factor, try b.sumLast(try b.mul(u, v), 1, keep: true)])
  }

  /// λx = 2 / max(1 − c‖x‖², 1e-15).
  static func conformal(_ b: inout Builder, _ x: Value, _ c: Double) throws -> Value {
    try b.map("2 / max(1 - \(c) * x0, 1e-15)", [try b.sumLast(try b.mul(x, x), 1, keep: true)])
  }

  /// x ⊕ y.
  static func mobiusAdd(_ b: inout Builder, _ x: Value, _ y: Value, _ c: Double) throws -> Value {
    let xy = try b.sumLast(try b.mul(x, y), 1, keep: true)
    let xx = try b.sumLast(try b.mul(x, x), 1, keep: true)
    let yy = try b.sumLast(try b.mul(y, y), 1, keep: true)
    return try b.map(
      """
      ((1 + 2 * \(c) * x2 + \(c) * x4) * x0 + (1 - \(c) * x3) * x1) \
      / max(1 + 2 * \(c) * x2 + \(c * c) * x3 * x4, 1e-15)
      """, [x, y, xy, xx, yy])
  }

  /// gyr[u, v] w.
  static func gyration(_ b: inout Builder, _ u: Value, _ v: Value, _ w: Value, _ c: Double) throws -> Value {
    let k = -c
    let uv = try b.sumLast(try b.mul(u, v), 1, keep: true)
    let uw = try b.sumLast(try b.mul(u, w), 1, keep: true)
    let vw = try b.sumLast(try b.mul(v, w), 1, keep: true)
    let uu = try b.sumLast(try b.mul(u, u), 1, keep: true)
    let vv = try b.sumLast(try b.mul(v, v), 1, keep: true)
    let a = try b.map("-\(k * k) * x0 * x1 - \(k) * x2 + \(2 * k * k) * x3 * x2", [uw, vv, vw, uv])
    let d = try b.map("-\(k * k) * x0 * x1 + \(k) * x2", [vw, uu, uw])
    let denominator = try b.map("max(1 - \(2 * k) * x0 + \(k * k) * x1 * x2, 1e-15)", [uv, uu, vv])
    return try b.map("x0 + 2 * (x1 * x2 + x3 * x4) / x5", [w, a, u, d, v, denominator])
  }
}
