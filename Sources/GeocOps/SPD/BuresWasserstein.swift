import GeocIR

/// Building blocks of the Bures–Wasserstein geometry, from any factor A = F Fᵀ.
enum BuresWasserstein {
  /// (FᵀXF)^{1/2}.
  static func root(_ b: inout Builder, _ factor: Value, _ x: Value) throws -> Value {
    try b.matrixPower(try b.congruence(factor, x), 0.5)
  }

  /// The optimal map T with T A T = X: F^{−T} (FᵀXF)^{1/2} F^{−1}, F the Cholesky factor of A.
  static func map(_ b: inout Builder, _ a: Value, _ x: Value) throws -> Value {
    let f = try b.cholesky(a)
    let r = try root(&b, f, x)
    let left = try b.trsolve(f, r, transpose: true)
    return try b.sym(try b.trsolve(f, left, isLeft: false))
  }

  /// T A + A T, from one triangular solve: F^{−T} (FᵀXF)^{1/2} Fᵀ and its transpose.
  static func twiceSymmetricProduct(_ b: inout Builder, _ a: Value, _ x: Value) throws -> Value {
    let f = try b.cholesky(a)
    let r = try root(&b, f, x)
    let c = try b.matmul(try b.trsolve(f, r, transpose: true), f, tb: true)
    return try b.scale(try b.sym(c), 2)
  }

  /// log_A X = TA + AT − 2A.
  static func log(_ b: inout Builder, _ a: Value, _ x: Value) throws -> Value {
    try b.map("x0 - 2 * x1", [try twiceSymmetricProduct(&b, a, x), a])
  }

  /// One fixed-point step of the mean from G: T̄ G T̄ with T̄ the mean of the maps to the points = F^{−T} R̄² F^{−1}.
  static func meanStep(_ b: inout Builder, _ g: Value, leading: Int, _ root: (inout Builder, Value) throws -> Value)
    throws -> Value
  {
    let f = try b.cholesky(g)
    let r = try b.batchMean(try root(&b, f), leading: leading)
    return try b.syrk(try b.trsolve(f, r, transpose: true))
  }

  /// Geodesic from R to B at time t.
  static func geodesic(_ b: inout Builder, _ r: Value, _ x: Value, t: Double) throws -> Value {
    let cross = try twiceSymmetricProduct(&b, r, x)
    return try b.map("\((1 - t) * (1 - t)) * x0 + \(t * t) * x1 + \(t * (1 - t)) * x2", [r, x, cross])
  }
}
