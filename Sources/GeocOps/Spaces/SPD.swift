import GeocIR

/// Symmetric positive definite matrices.
enum SPDSpace: SpaceDeclaration {
  static let name = "SPD"
  static let summary =
    "Symmetric positive definite n×n matrix; `min` is a lower bound of its eigenvalues where one is known."
  static let sizeNames = ["n"]
  static let argumentNames = ["min"]
  static let metrics = ["affine_invariant"]
  static let isPositiveDefinite = true
  static let tangentOps: (transport: String, exponential: String)? = (SPDTransportOp.name, SPDExpMapOp.name)
  static func retractions(metric: String) -> [String] { ["second_order", "exp", "bures_wasserstein"] }
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  static func dimension(_ space: Space) -> Int { space.sizes[0] * (space.sizes[0] + 1) / 2 }
  static func superset(_ space: Space) -> Space? {
    space["min"] == nil ? Space("Sym", space.sizes) : Space("SPD", space.sizes)
  }
  static func problem(_ space: Space) -> String? {
    if case .real(let bound)? = space["min"], bound <= 0 { return "the eigenvalue bound of SPD must be positive" }
    return nil
  }

  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    // Asymmetry plus what the smallest eigenvalue lacks to be positive.
    let skew = try b.sub(x, try b.transpose(x))
    let asymmetry = try b.squareRoot(try b.sumLast(try b.mul(skew, skew), 2))
    let w = try b.eigvals(try b.sym(x))
    let smallest = try b.reduce(w, "min", axes: [b.shape(w).count - 1])
    return try b.map("x0 + max(0, -x1)", [asymmetry, smallest])
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    try b.spectral(SpectralFunction([.abs]), try b.sym(x))
  }
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value {
    let n = space.sizes[0]
    return try b.add(try b.syrk(z, alpha: 1 / Double(n)), try b.identity(n))
  }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { try b.sym(u) }
  static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value {
    try b.congruence(x, try b.sym(e))
  }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    switch g.retraction {
    case "exp":
      let (root, inverse) = try roots(&b, x)
      let inner = try b.congruence(inverse, u)
      return try b.congruence(root, try b.spectral(SpectralFunction([.exp]), inner))
    case "bures_wasserstein": return try b.pairExp(x, u, c: 1, p: -1)
    default:
      let half = try b.matmul(u, try b.solve(x, u))
      return try b.sym(try b.map("x0 + x1 + 0.5 * x2", [x, u, half]))
    }
  }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value {
    let (root, inverse) = try roots(&b, x)
    let half = try b.matrixPower(try b.congruence(inverse, y), 0.5)
    // The first buffer may be a raw gradient, of which only the symmetric part is tangent.
    let inner = try b.congruence(half, try b.congruence(inverse, try b.sym(v)))
    return try b.congruence(root, inner)
  }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    let left = try b.solve(x, u)
    let right = u == v ? left : try b.solve(x, v)
    return try b.sumLast(try b.mul(left, try b.transpose(right)), 2, keep: true)
  }

  /// X^{1/2} and X^{-1/2}.
  static func roots(_ b: inout Builder, _ x: Value) throws -> (root: Value, inverse: Value) {
    (try b.matrixPower(x, 0.5), try b.matrixPower(x, -0.5))
  }
}

/// Symmetric matrices.
enum SymSpace: SpaceDeclaration {
  static let name = "Sym"
  static let summary = "Symmetric n×n matrix, the tangent space of SPD(n) at I."
  static let sizeNames = ["n"]
  static let isSymmetric = true
  static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  static func dimension(_ space: Space) -> Int { space.sizes[0] * (space.sizes[0] + 1) / 2 }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    let skew = try b.sub(x, try b.transpose(x))
    return try b.squareRoot(try b.sumLast(try b.mul(skew, skew), 2))
  }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.sym(x) }
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { try b.sym(u) }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { try b.add(x, u) }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try b.sumLast(try b.mul(u, v), 2, keep: true)
  }
}
