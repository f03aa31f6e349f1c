import GeocIR

/// Building blocks of the Log-Cholesky geometry.
enum LogCholesky {
  /// φ(A) = strictlower(L) + diag(log L_ii), from A = L Lᵀ.
  static func coordinates(_ b: inout Builder, _ a: Value) throws -> Value {
    try split(&b, try b.cholesky(a), diagonal: "log(x0)")
  }
  /// φ^{-1}.
  static func point(_ b: inout Builder, _ coordinates: Value) throws -> Value {
    try b.syrk(try split(&b, coordinates, diagonal: "exp(x0)"))
  }
  /// The strict lower triangle as it is, the diagonal through an expression.
  static func split(_ b: inout Builder, _ l: Value, diagonal: String) throws -> Value {
    let n = b.shape(l).last ?? 1
    let d = try b.map(diagonal, [try b.diagonal(l)])
    return try b.add(try strict(&b, l, n), try b.diagonalMatrix(d))
  }
  static func strict(_ b: inout Builder, _ l: Value, _ n: Int) throws -> Value {
    let mask = try b.sub(try b.lowerMask(n), try b.identity(n))
    return try b.mul(l, mask)
  }
  /// W = L ½(L⁻¹ V L⁻ᵀ), the tangent vector of the factor.
  static func factorTangent(_ b: inout Builder, _ l: Value, _ v: Value) throws -> Value {
    let n = b.shape(l).last ?? 1
    let inner = try b.trsolve(l, try b.trsolve(l, v), isLeft: false, transpose: true)
    let half = try b.map("x0 * (x1 - 0.5 * x2)", [inner, try b.lowerMask(n), try b.identity(n)])
    return try b.matmul(l, half)
  }
  /// V = L Wᵀ + W Lᵀ.
  static func matrixTangent(_ b: inout Builder, _ l: Value, _ w: Value) throws -> Value {
    try b.scale(try b.sym(try b.matmul(l, w, tb: true)), 2)
  }
  static func exp(_ b: inout Builder, _ a: Value, _ v: Value) throws -> Value {
    let l = try b.cholesky(a)
    let w = try factorTangent(&b, l, v)
    let n = b.shape(a).last ?? 1
    let d = try b.map("x0 * exp(x1 / x0)", [try b.diagonal(l), try b.diagonal(w)])
    let k = try b.add(try strict(&b, try b.add(l, w), n), try b.diagonalMatrix(d))
    return try b.syrk(k)
  }
  static func log(_ b: inout Builder, _ a: Value, _ x: Value) throws -> Value {
    let (l, k) = (try b.cholesky(a), try b.cholesky(x))
    let n = b.shape(a).last ?? 1
    let d = try b.map("x0 * log(x1 / x0)", [try b.diagonal(l), try b.diagonal(k)])
    let w = try b.add(try strict(&b, try b.sub(k, l), n), try b.diagonalMatrix(d))
    return try matrixTangent(&b, l, w)
  }
  /// The strict triangle of the factor's tangent vector as it is, its diagonal scaled by that of the new factor.
  static func transport(_ b: inout Builder, _ a: Value, _ x: Value, _ v: Value) throws -> Value {
    let (l, k) = (try b.cholesky(a), try b.cholesky(x))
    let w = try factorTangent(&b, l, v)
    let d = try b.map("x0 * x1 / x2", [try b.diagonal(w), try b.diagonal(k), try b.diagonal(l)])
    let moved = try b.add(try strict(&b, w, b.shape(a).last ?? 1), try b.diagonalMatrix(d))
    return try matrixTangent(&b, k, moved)
  }
}
