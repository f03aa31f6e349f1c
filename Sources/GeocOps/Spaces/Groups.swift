import GeocIR

/// Rotations. Gradients and buffers live in so(n): left-trivialised, so that transport is the identity.
enum SOSpace: SpaceDeclaration {
  static let name = "SO"
  static let summary = "Rotation matrix of R^n."
  static let sizeNames = ["n"]
  static let isCompact = true
  static let metrics = ["left_invariant"]
  static func retractions(metric: String) -> [String] { ["exp", "cayley"] }
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  static func dimension(_ space: Space) -> Int { space.sizes[0] * (space.sizes[0] - 1) / 2 }
  static func superset(_ space: Space) -> Space? { Space("Stiefel", [space.sizes[0], space.sizes[0]]) }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let drift = try StiefelSpace.residual(&b, x, Space("Stiefel", [space.sizes[0], space.sizes[0]]))
    return try b.map("x0 + abs(x1 - 1)", [drift, try b.one("det", [x])])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    // The nearest orthogonal matrix, its last column turned where that is a reflection.
    let frame = try b.one("svd_polar", [x])
    let n = space.sizes[0]
    let det = try b.one("det", [frame])
    let last = try b.map("select(less(x0, \(n - 1)), 0, 1)", [try b.one("ramp", [], ["count": .int(n)])])
    let sign = try b.reshape(det, b.shape(det) + [1, 1])
    return try b.map("x0 * select(x1, x2, 1)", [frame, last, sign])
  }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { try skew(&b, u) }
  static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value {
    try skew(&b, try b.matmul(x, e, ta: true))
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    guard g.retraction == "cayley" else { return try b.matmul(x, try b.one("expm", [u])) }
    let one = try b.broadcast(try b.identity(g.space.sizes[0]), b.shape(u))
    let turn = try b.solve(try b.map("x0 - 0.5 * x1", [one, u]), try b.map("x0 + 0.5 * x1", [one, u]))
    return try b.matmul(x, turn)
  }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value { v }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try b.sumLast(try b.mul(u, v), 2, keep: true)
  }
  static func skew(_ b: inout Builder, _ a: Value) throws -> Value {
    try b.map("0.5 * (x0 - x1)", [a, try b.transpose(a)])
  }
}

/// Rigid motions, as (n+1)×(n+1) matrices.
enum SESpace: SpaceDeclaration {
  static let name = "SE"
  static let summary = "Rigid motion of R^n as an (n+1)×(n+1) matrix."
  static let sizeNames = ["n"]
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0] + 1, space.sizes[0] + 1] }
  static func dimension(_ space: Space) -> Int { space.sizes[0] * (space.sizes[0] + 1) / 2 }

  private static func block(_ b: inout Builder, _ x: Value, rows: (Int, Int), columns: (Int, Int)) throws -> Value {
    let rank = b.shape(x).count
    let r = try b.one("slice", [x], ["axis": .int(rank - 2), "start": .int(rows.0), "count": .int(rows.1)])
    return try b.one("slice", [r], ["axis": .int(rank - 1), "start": .int(columns.0), "count": .int(columns.1)])
  }
  private static func lastRow(_ b: inout Builder, _ n: Int) throws -> Value {
    let ramp = try b.one("ramp", [], ["count": .int(n + 1)])
    return try b.reshape(try b.map("select(less(x0, \(n)), 0, 1)", [ramp]), [1, n + 1])
  }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let n = space.sizes[0]
    let rotation = try block(&b, x, rows: (0, n), columns: (0, n))
    let row = try b.sub(try block(&b, x, rows: (n, 1), columns: (0, n + 1)), try lastRow(&b, n))
    let drift = try SOSpace.residual(&b, rotation, Space("SO", [n]))
    return try b.map("x0 + sqrt(x1)", [drift, try b.sumLast(try b.mul(row, row), 2)])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let n = space.sizes[0]
    let rank = b.shape(x).count
    let rotation = try SOSpace.project(&b, try block(&b, x, rows: (0, n), columns: (0, n)), Space("SO", [n]))
    let shift = try block(&b, x, rows: (0, n), columns: (n, 1))
    let top = try b.one("concat", [rotation, shift], ["axis": .int(rank - 1)])
    let bottom = try b.broadcast(try lastRow(&b, n), b.shape(x).dropLast(2) + [1, n + 1])
    return try b.one("concat", [top, bottom], ["axis": .int(rank - 2)])
  }
}

/// Invertible matrices that keep orientation.
enum GLPlusSpace: SpaceDeclaration {
  static let name = "GL+"
  static let summary = "Matrix with positive determinant."
  static let sizeNames = ["n"]
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.map("max(0, -x0)", [try b.one("det", [x])])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    // The first column changes its sign where the determinant is negative.
    let n = space.sizes[0]
    let det = try b.one("det", [x])
    let first = try b.map("select(less(x0, 0.5), 1, 0)", [try b.one("ramp", [], ["count": .int(n)])])
    let sign = try b.reshape(try b.map("select(less(x0, 0), -1, 1)", [det]), b.shape(det) + [1, 1])
    return try b.map("x0 * select(x1, x2, 1)", [x, first, sign])
  }
}

/// Matrices of determinant one.
enum SLSpace: SpaceDeclaration {
  static let name = "SL"
  static let summary = "Matrix with determinant 1."
  static let sizeNames = ["n"]
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  static func dimension(_ space: Space) -> Int { space.sizes[0] * space.sizes[0] - 1 }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.map("abs(x0 - 1)", [try b.one("det", [x])])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let positive = try GLPlusSpace.project(&b, x, space)
    let det = try b.one("det", [positive])
    let factor = try b.map("exp(log(x0) * \(-1 / Double(space.sizes[0])))", [det])
    return try b.mul(positive, try b.reshape(factor, b.shape(det) + [1, 1]))
  }
}
