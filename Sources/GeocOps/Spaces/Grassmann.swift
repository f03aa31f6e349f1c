import GeocIR

/// Subspaces, as orthonormal bases.
enum GrassmannSpace: SpaceDeclaration {
  static let name = "Grassmann"
  static let summary = "p-dimensional subspace of R^n, stored as an orthonormal basis, any of which stands for it."
  static let sizeNames = ["n", "p"]
  static let isCompact = true
  static let isQuotient = true
  static let keepsRawMomentum = true
  static func retractions(metric: String) -> [String] { ["geodesic", "qr"] }
  static func coreShape(_ space: Space) -> [Int] { space.sizes }
  static func dimension(_ space: Space) -> Int { space.sizes[1] * (space.sizes[0] - space.sizes[1]) }
  static func problem(_ space: Space) -> String? { StiefelSpace.problem(space) }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try StiefelSpace.residual(&b, x, space)
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.one("svd_polar", [x]) }
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value { try b.one("qr", [z]) }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    try b.sub(u, try b.matmul(x, try b.matmul(x, u, ta: true)))
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    guard g.retraction == "geodesic" else { return try b.one("qr", [try b.add(x, u)]) }
    return try b.one("grassmann_geodesic", [x, u, try b.fill([], -1)])
  }
  static func descend(
    _ b: inout Builder, at x: Value, _ e: Value, rate: Value, _ g: Geometry, refresh: BasisRefresh?
  ) throws -> Value {
    guard g.retraction == "geodesic" else {
      return try retract(&b, at: x, try b.map("-x0 * x1", [rate, try tangent(&b, at: x, e, g)]), g)
    }
    guard let refresh else { return try b.one("grassmann_geodesic", [x, e, rate]) }
    let every = Attribute.int(refresh.every)
    guard refresh.keepsLapackSigns else {
      return try b.one("grassmann_geodesic", [x, e, rate, refresh.step], ["every": every])
    }
    let moved = try b.one("grassmann_geodesic", [x, e, rate])
    return try b.one("qr", [moved, refresh.step], ["signs": .name("lapack"), "every": every])
  }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try b.sumLast(try b.mul(u, v), 2, keep: true)
  }
}
