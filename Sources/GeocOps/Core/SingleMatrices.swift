import GeocIR

/// A decomposition of unbatched matrices by LAPACK.
protocol SingleMatrixOp: Op {}

extension SingleMatrixOp {
  static var isPublic: Bool { false }
  static func requireUnbatched(_ call: TypeCall) throws {
    if call.isBatched { throw TypeProblem(.mismatch, "\(name) takes unbatched values") }
  }
  static func fieldSizes(_ shape: [Int]) -> [Int] { [shape.dropLast(2).reduce(1, *)] + shape.suffix(2) }
}

enum QROp: SingleMatrixOp {
  static let name = "qr"
  static let doc = OpDoc(
    family: "core",
    summary: """
      Orthonormal factor of the thin QR decomposition, with diag(R) ≥ 0 or the signs that LAPACK gives; with a step, \
      the input itself on all steps but the first and every K-th behind it.
      """,
    backward: "x̄ = (q̄ + q sym_lower(−q̄ᵀq)) R⁻ᵀ, for as many rows as columns or more")
  static let signature: Signature =
    "(x: T[*], step?: R) {signs: positive|lapack = positive, every: int = 1 in 1...} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    _ = try MatrixShape.split(call.shape(0), name, 0)
    return [.real(call.shape(0))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    let s = try MatrixShape.split(c.inputShape(0), name, 0)
    guard s.rows >= s.columns, c.inputs.count == 1 else { return nil }
    guard let dq = cotangents[0] else { return [nil] }
    let (x, q) = (c.inputs[0], c.results[0])
    // The lower triangle of −q̄ᵀq, mirrored: the derivative of R is upper triangular.
    let m = try b.negate(try b.matmul(dq, q, ta: true))
    let lower = try b.mul(m, try b.lowerMask(s.columns))
    let strict = try b.sub(lower, try b.mul(m, try b.identity(s.columns)))
    let full = try b.add(dq, try b.matmul(q, try b.add(lower, try b.transpose(strict))))
    return [try b.trsolve(try b.matmul(x, q, ta: true), full, isLeft: false)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "qr",
      sizes: fieldSizes(c.inputShape(0))
        + [c.attributes.name("signs") == "lapack" ? 1 : 0, c.attributes.int("every", 1)])
  }
  static func flops(_ c: OpContext) -> Int { 4 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) }
}

enum SvdPolarOp: SingleMatrixOp {
  static let name = "svd_polar"
  static let doc = OpDoc(
    family: "core", summary: "Nearest orthonormal frame U Vᵀ of x = U Σ Vᵀ.",
    backward: "divides by sums of singular values, never by their gaps")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    _ = try MatrixShape.split(call.shape(0), name, 0)
    return [.real(call.shape(0))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    let s = try MatrixShape.split(c.inputShape(0), name, 0)
    let r = try b.node("svd", [c.inputs[0]])
    let (u, vt) = (r[0], r[2])
    let k = min(s.rows, s.columns)
    let row = try b.reshape(r[1], s.leading + [1, k])
    let column = try b.reshape(r[1], s.leading + [k, 1])
    let w = try b.matmul(try b.matmul(u, dy, ta: true), vt, tb: true)
    let inner = try b.map("(x0 - x1) / (x2 + x3)", [w, try b.transpose(w), row, column])
    var dx = try b.matmul(try b.matmul(u, inner), vt)
    // What leaves the column space of u, or the row space of vt.
    if s.rows > s.columns {
      let outside = try b.sub(dy, try b.matmul(u, try b.matmul(u, dy, ta: true)))
      dx = try b.add(dx, try b.matmul(try b.div(try b.matmul(outside, vt, tb: true), row), vt))
    } else if s.rows < s.columns {
      let outside = try b.sub(dy, try b.matmul(try b.matmul(dy, vt, tb: true), vt))
      dx = try b.add(dx, try b.matmul(u, try b.div(try b.matmul(u, outside, ta: true), column)))
    }
    return [dx]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("svd_polar", sizes: fieldSizes(c.inputShape(0)))
  }
  static func flops(_ c: OpContext) -> Int {
    16 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).suffix(2).min() ?? 0)
  }
}

enum SvdOp: SingleMatrixOp {
  static let name = "svd"
  static let doc = OpDoc(
    family: "core",
    summary: "Thin singular value decomposition x = u diag(s) vt; svd_polar has a gradient, its factors none.")
  static let signature: Signature = "(x: T[*]) -> (u: R[*], s: R[*], vt: R[*])"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    let s = try MatrixShape.split(call.shape(0), name, 0)
    let k = min(s.rows, s.columns)
    return [.real(s.leading + [s.rows, k]), .real(s.leading + [k]), .real(s.leading + [k, s.columns])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("svd", sizes: fieldSizes(c.inputShape(0)))
  }
  static func flops(_ c: OpContext) -> Int {
    16 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).suffix(2).min() ?? 0)
  }
}

enum ExpmOp: SingleMatrixOp {
  static let name = "expm"
  static let doc = OpDoc(
    family: "core", summary: "Exponential of square matrices by scaling and squaring.",
    backward: "the Fréchet derivative at xᵀ, from one exponential of twice the size")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    _ = try SquareShape.split(call.shape(0), name)
    return [.real(call.shape(0))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    // The Fréchet derivative at xᵀ along ȳ stands in the corner of the exponential of [[xᵀ, ȳ], [0, xᵀ]].
    let s = try SquareShape.split(c.inputShape(0), name)
    let rank = c.inputShape(0).count
    func joined(_ parts: [Value], _ axis: Int) throws -> Value { try b.one("concat", parts, ["axis": .int(axis)]) }
    func half(_ x: Value, _ axis: Int, _ start: Int) throws -> Value {
      try b.one("slice", [x], ["axis": .int(axis), "start": .int(start), "count": .int(s.n)])
    }
    let xt = try b.transpose(c.inputs[0])
    let top = try joined([xt, dy], rank - 1)
    let bottom = try joined([try b.fill(c.inputShape(0), 0), xt], rank - 1)
    let block = try b.one("expm", [try joined([top, bottom], rank - 2)])
    return [try half(try half(block, rank - 2, 0), rank - 1, s.n)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("expm", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { 16 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) }
}

enum DetOp: SingleMatrixOp {
  static let name = "det"
  static let doc = OpDoc(family: "core", summary: "Determinant of square matrices.", backward: "x̄ = ȳ det(x) x⁻ᵀ")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    return [.real(try SquareShape.split(call.shape(0), name).leading)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    let s = try SquareShape.split(c.inputShape(0), name)
    let weight = try b.reshape(try b.mul(dy, c.results[0]), s.leading + [1, 1])
    return [try b.solve(try b.transpose(c.inputs[0]), try b.mul(try b.identity(s.n), weight))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("det", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { 2 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).last ?? 0) / 3 }
}

enum SolveOp: SingleMatrixOp {
  static let name = "solve"
  static let doc = OpDoc(family: "core", summary: "a⁻¹ b.", backward: "b̄ = a⁻ᵀ ȳ, ā = −b̄ yᵀ")
  static let signature: Signature = "(a: T[*], b: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    let s = try SquareShape.split(call.shape(0), name)
    let y = try MatrixShape.split(call.shape(1), name, 1)
    guard y.rows == s.n, y.leading == s.leading else {
      throw TypeProblem(.disagreement, "solve cannot combine \(call.shape(0)) and \(call.shape(1))")
    }
    return [.real(call.shape(1))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let dx = try b.solve(try b.transpose(c.inputs[0]), dy)
    return [try b.negate(try b.matmul(dx, c.results[0], tb: true)), dx]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("solve", sizes: [s.leading.reduce(1, *), s.n, c.inputShape(1).last ?? 0])
  }
  static func flops(_ c: OpContext) -> Int {
    let n = c.inputShape(0).last ?? 0
    return 2 * n * (c.inputShape(0).reduce(1, *) / 3 + c.inputShape(1).reduce(1, *))
  }
}

enum SolveSPDOp: SingleMatrixOp {
  static let name = "solve_spd"
  static let doc = OpDoc(
    family: "core", summary: "a⁻¹ b for symmetric positive definite a, by Cholesky.", backward: "b̄ = a⁻¹ ȳ, ā = −b̄ yᵀ")
  static let signature: Signature = "(a: T[*], b: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    let s = try SquareShape.split(call.shape(0), name)
    let y = try MatrixShape.split(call.shape(1), name, 1)
    guard y.rows == s.n, y.leading == s.leading else {
      throw TypeProblem(.disagreement, "solve_spd cannot combine \(call.shape(0)) and \(call.shape(1))")
    }
    return [.real(call.shape(1))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let dx = try b.solveSPD(c.inputs[0], dy)
    return [try b.negate(try b.matmul(dx, c.results[0], tb: true)), dx]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("solve_spd", sizes: [s.leading.reduce(1, *), s.n, c.inputShape(1).last ?? 0])
  }
  static func flops(_ c: OpContext) -> Int {
    let n = c.inputShape(0).last ?? 0
    return 2 * n * (c.inputShape(0).reduce(1, *) / 6 + c.inputShape(1).reduce(1, *))
  }
}

extension Builder {
  /// a⁻¹ x for symmetric positive definite a.
  package mutating func solveSPD(_ a: Value, _ x: Value) throws -> Value { try one("solve_spd", [a, x]) }
}
