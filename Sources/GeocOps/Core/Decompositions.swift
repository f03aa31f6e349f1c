import GeocIR

/// Eigenpairs of symmetric matrices, eigenvalues unsorted, eigenvectors in columns.
enum EighOp: Op {
  static let name = "eigh"
  static let doc = OpDoc(
    family: "core", summary: "Eigenvalues (unsorted) and eigenvectors (columns) of symmetric matrices.",
    formula: "x = U diag(w) Uᵀ", source: "Householder tridiagonalisation and implicit QL, one matrix per lane")
  static let signature: Signature = "(x: T[*]) -> (w: R[*], u: R[*])"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(0), name)
    return [.real(s.leading + [s.n], isBatched: call.isBatched), .real(call.shape(0), isBatched: call.isBatched)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("eigh", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int {
    let n = c.inputShape(0).last ?? 0
    return 9 * c.inputShape(0).reduce(1, *) * n
  }
}

/// Eigenvalues only.
enum EigvalsOp: Op {
  static let name = "eigvals"
  static let doc = OpDoc(family: "core", summary: "Eigenvalues of symmetric matrices, unsorted.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(0), name)
    return [.real(s.leading + [s.n], isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dw = cotangents[0] else { return [nil] }
    let pair = try b.eigh(c.inputs[0])
    return [try b.congruence(pair.u, try b.diagonalMatrix(dw), transpose: true)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("eigvals", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) / 3 }
}

/// Lower Cholesky factor.
enum CholeskyOp: Op {
  static let name = "cholesky"
  static let doc = OpDoc(
    family: "core", summary: "Lower triangular L with x = L Lᵀ.", backward: "x̄ = sym(L⁻ᵀ Φ(Lᵀ L̄) L⁻¹)")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try SquareShape.split(call.shape(0), name)
    return [.real(call.shape(0), isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dl = cotangents[0] else { return [nil] }
    return [try b.one("cholesky_vjp", [c.results[0], dl])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("cholesky", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) / 3 }
}

/// Backward of the Cholesky factor.
enum CholeskyVJPOp: Op {
  static let name = "cholesky_vjp"
  static let doc = OpDoc(family: "core", summary: "Gradient of a matrix from that of its Cholesky factor.")
  static let signature: Signature = "(l: T[*], dl: T[*]) -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(call.shape(0), isBatched: call.isBatched)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("cholesky_vjp", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { 2 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) }
}

/// Solution of a triangular system.
enum TrsolveOp: Op {
  static let name = "trsolve"
  static let doc = OpDoc(
    family: "core", summary: "L⁻¹ b or b L⁻¹ with lower triangular L, or with Lᵀ.",
    backward: "b̄ by the transposed system, L̄ = −tril(b̄ yᵀ) on the left")
  static let signature: Signature = "(l: T[*], b: T[*]) {side: left|right = left, transpose: bool = false} -> R[*]"
  static let isPublic = false

  static func sizes(_ l: [Int], _ x: [Int], _ attributes: Attributes) throws -> (leading: [Int], n: Int, m: Int) {
    let s = try SquareShape.split(l, name)
    let y = try MatrixShape.split(x, name, 1)
    let isLeft = attributes.name("side", "left") == "left"
    guard (isLeft ? y.rows : y.columns) == s.n else {
      throw TypeProblem(.disagreement, "trsolve cannot combine \(l) and \(x)")
    }
    return (try MatrixShape.leading([s.leading, y.leading], name), s.n, isLeft ? y.columns : y.rows)
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try sizes(call.shape(0), call.shape(1), call.attributes)
    return [.real(s.leading + call.shape(1).suffix(2), isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let (l, y) = (c.inputs[0], c.results[0])
    let isLeft = c.attributes.name("side", "left") == "left"
    let transposed = c.attributes.bool("transpose")
    let db = try b.trsolve(l, dy, isLeft: isLeft, transpose: !transposed)
    // y = op(L)⁻¹ b: d op(L) = −db yᵀ; y = b op(L)⁻¹: d op(L) = −yᵀ db.
    let full = isLeft ? try b.matmul(db, y, tb: true) : try b.matmul(y, db, ta: true)
    let own = transposed ? try b.transpose(full) : full
    let dl = try b.mul(try b.negate(own), try b.lowerMask(b.shape(l).last ?? 0))
    return [try b.summedInside(dl, c.inputShape(0)), try b.summedInside(db, c.inputShape(1))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try sizes(c.inputShape(0), c.inputShape(1), c.attributes)
    let fields = try MatrixShape.fields(
      [c.inputShape(0).dropLast(2), c.inputShape(1).dropLast(2)].map(Array.init), in: s.leading)
    return KernelRequest(
      "trsolve",
      sizes: fields + [
        s.n, s.m, c.attributes.name("side", "left") == "left" ? 0 : 1, c.attributes.bool("transpose") ? 1 : 0,
      ])
  }
  static func flops(_ c: OpContext) -> Int { c.resultShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) }
}

extension Builder {
  /// Eigenvalues and eigenvectors.
  package mutating func eigh(_ x: Value) throws -> (w: Value, u: Value) {
    let r = try node("eigh", [x])
    return (r[0], r[1])
  }
  /// Eigenvalues.
  package mutating func eigvals(_ x: Value) throws -> Value { try one("eigvals", [x]) }
  /// Lower Cholesky factor.
  package mutating func cholesky(_ x: Value) throws -> Value { try one("cholesky", [x]) }
  /// op(L)⁻¹ b (left) or b op(L)⁻¹ (right).
  package mutating func trsolve(_ l: Value, _ x: Value, isLeft: Bool = true, transpose: Bool = false) throws -> Value {
    try one("trsolve", [l, x], ["side": .name(isLeft ? "left" : "right"), "transpose": .bool(transpose)])
  }
  /// a⁻¹ b of unbatched matrices.
  package mutating func solve(_ a: Value, _ x: Value) throws -> Value { try one("solve", [a, x]) }
  /// Ones on and below the diagonal, zeros above, [n, n].
  package mutating func lowerMask(_ n: Int) throws -> Value {
    // A triangle packed as ones below: the outer comparison of a ramp with itself.
    let ramp = try one("ramp", [], ["count": .int(n)])
    return try map("select(less(x0, x1), 0, 1)", [try reshape(ramp, [n, 1]), ramp])
  }
}

/// 0, 1, …, count − 1.
enum RampOp: Op {
  static let name = "ramp"
  static let doc = OpDoc(family: "core", summary: "The numbers 0, 1, …, count − 1.")
  static let signature: Signature = "() {count: int} -> R[count]"
  static let isPublic = false
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { [] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("ramp", sizes: [c.attributes.int("count")])
  }
}
