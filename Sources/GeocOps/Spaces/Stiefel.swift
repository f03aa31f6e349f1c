import GeocIR

/// Orthonormal frames.
enum StiefelSpace: SpaceDeclaration {
  static let name = "Stiefel"
  static let summary = "n×p matrix with orthonormal columns."
  static let sizeNames = ["n", "p"]
  static let isCompact = true
  static let metrics = ["euclidean", "canonical"]
  static func retractions(metric: String) -> [String] {
    metric == "canonical" ? ["cayley", "cayley_geoopt", "qr"] : ["qr", "exp"]
  }
  static func coreShape(_ space: Space) -> [Int] { space.sizes }
  static func dimension(_ space: Space) -> Int {
    space.sizes[0] * space.sizes[1] - space.sizes[1] * (space.sizes[1] + 1) / 2
  }
  static func problem(_ space: Space) -> String? {
    space.sizes.count == 2 && space.sizes[1] > space.sizes[0]
      ? "\(space.name)(n, p) needs p ≤ n, found n = \(space.sizes[0]) and p = \(space.sizes[1])" : nil
  }

  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let gram = try b.sub(try b.matmul(x, x, ta: true), try b.identity(space.sizes[1]))
    return try b.squareRoot(try b.sumLast(try b.mul(gram, gram), 2))
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.one("svd_polar", [x]) }
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value { try b.one("qr", [z]) }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    if g.metric == "canonical" { return try b.sub(u, try b.matmul(x, try b.matmul(u, x, ta: true))) }
    return try b.sub(u, try b.matmul(x, try b.sym(try b.matmul(x, u, ta: true))))
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    switch g.retraction {
    case "cayley", "cayley_geoopt": return try cayley(&b, x, u, g, applyTo: x)
    case "exp": return try exponential(&b, x, u, p: g.space.sizes[1])
    default: return try b.one("qr", [try b.add(x, u)])
    }
  }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value {
    g.retraction.hasPrefix("cayley") ? try cayley(&b, x, u, g, applyTo: v) : try tangent(&b, at: y, v, g)
  }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    let plain = try b.sumLast(try b.mul(u, v), 2, keep: true)
    guard g.metric == "canonical" else { return plain }
    let a = try b.matmul(x, u, ta: true)
    let c = u == v ? a : try b.matmul(x, v, ta: true)
    return try b.map("x0 - 0.5 * x1", [plain, try b.sumLast(try b.mul(a, c), 2, keep: true)])
  }

  /// (I − A/2)⁻¹ (y + A y/2). `cayley` takes A = P U Xᵀ − X Uᵀ P with P = I − ½XXᵀ, first-order correct;
  /// `cayley_geoopt` takes A = U Xᵀ − X Uᵀ as geoopt does.
  private static func cayley(
    _ b: inout Builder, _ x: Value, _ u: Value, _ g: Geometry, applyTo y: Value
  ) throws -> Value {
    var w = u
    if g.retraction == "cayley" {
      let xu = try b.matmul(x, u, ta: true)
      w = try b.map("x0 - 0.5 * x1", [u, try b.matmul(x, xu)])
    }
    let a = try b.sub(try b.matmul(w, x, tb: true), try b.matmul(x, w, tb: true))
    let left = try b.map("x0 - 0.5 * x1", [try b.identity(g.space.sizes[0]), a])
    let right = try b.map("x0 + 0.5 * x1", [y, try b.matmul(a, y)])
    return try b.solve(try b.broadcast(left, b.shape(a)), right)
  }

  /// [X U] expm([[XᵀU, −UᵀU], [I, XᵀU]]) [expm(−XᵀU); 0].
  private static func exponential(_ b: inout Builder, _ x: Value, _ u: Value, p: Int) throws -> Value {
    let a = try b.matmul(x, u, ta: true)
    let rank = b.shape(a).count
    let s = try b.negate(try b.matmul(u, u, ta: true))
    let one = try b.broadcast(try b.identity(p), b.shape(a))
    let top = try b.one("concat", [a, s], ["axis": .int(rank - 1)])
    let bottom = try b.one("concat", [one, a], ["axis": .int(rank - 1)])
    let block = try b.one("expm", [try b.one("concat", [top, bottom], ["axis": .int(rank - 2)])])
    let left = try b.one("slice", [block], ["axis": .int(rank - 1), "start": .int(0), "count": .int(p)])
    let frame = try b.one("concat", [x, u], ["axis": .int(rank - 1)])
    return try b.matmul(try b.matmul(frame, left), try b.one("expm", [try b.negate(a)]))
  }
}
