import GeocIR

/// Shapes of matrix operands with leading axes.
enum MatrixShape {
  /// Leading axes, rows and columns of `[…, r, c]`.
  static func split(_ shape: [Int], _ op: String, _ operand: Int) throws -> (leading: [Int], rows: Int, columns: Int) {
    guard shape.count >= 2 else {
      throw TypeProblem(.mismatch, "\(op) takes matrices, found \(shape)", operand: operand)
    }
    return (Array(shape.dropLast(2)), shape[shape.count - 2], shape[shape.count - 1])
  }

  /// Common leading axes, or a problem.
  static func leading(_ shapes: [[Int]], _ op: String) throws -> [Int] {
    guard let common = Broadcasting.shape(shapes) else {
      throw TypeProblem(.disagreement, "\(op) takes matching leading axes, found \(shapes)")
    }
    return common
  }

  /// `[F, div0, mod0, …]` for operands with the given leading axes.
  static func fields(_ leading: [[Int]], in common: [Int]) throws -> [Int] {
    var sizes = [common.reduce(1, *)]
    for own in leading {
      guard let mapping = Broadcasting.fieldMapping(own, in: common) else {
        throw InternalError("leading axes \(own) do not repeat regularly in \(common)")
      }
      sizes += [mapping.div, mapping.mod]
    }
    return sizes
  }
}

/// Product of matrices, with leading axes broadcast.
enum MatmulOp: Op {
  static let name = "matmul"
  static let doc = OpDoc(
    family: "core", summary: "Product of matrices, either transposed, leading axes broadcast.",
    formula: "y = op(a) op(b)",
    backward: "ā = ȳ bᵀ, b̄ = aᵀ ȳ")
  static let signature: Signature = "(a: T[*], b: T[*]) {ta: bool = false, tb: bool = false} -> R[*]"
  static let isPublic = false

  /// Leading axes and sizes m, k, n.
  static func sizes(_ a: [Int], _ b: [Int], _ attributes: Attributes) throws -> (leading: [Int], m: Int, k: Int, n: Int)
  {
    let x = try MatrixShape.split(a, name, 0)
    let y = try MatrixShape.split(b, name, 1)
    let (m, k) = attributes.bool("ta") ? (x.columns, x.rows) : (x.rows, x.columns)
    let (k2, n) = attributes.bool("tb") ? (y.columns, y.rows) : (y.rows, y.columns)
    guard k == k2 else { throw TypeProblem(.disagreement, "matmul cannot multiply \(a) and \(b)") }
    return (try MatrixShape.leading([x.leading, y.leading], name), m, k, n)
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try sizes(call.shape(0), call.shape(1), call.attributes)
    return [.real(s.leading + [s.m, s.n], isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let (x, y) = (c.inputs[0], c.inputs[1])
    let (ta, tb) = (c.attributes.bool("ta"), c.attributes.bool("tb"))
    let dx = ta ? try b.matmul(y, dy, ta: tb, tb: true) : try b.matmul(dy, y, tb: !tb)
    let dz = tb ? try b.matmul(dy, x, ta: true, tb: ta) : try b.matmul(x, dy, ta: !ta)
    return [try b.summedInside(dx, c.inputShape(0)), try b.summedInside(dz, c.inputShape(1))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try sizes(c.inputShape(0), c.inputShape(1), c.attributes)
    let fields = try MatrixShape.fields(
      [c.inputShape(0).dropLast(2), c.inputShape(1).dropLast(2)].map(Array.init), in: s.leading)
    return KernelRequest(
      "matmul",
      sizes: fields + [s.m, s.k, s.n, c.attributes.bool("ta") ? 1 : 0, c.attributes.bool("tb") ? 1 : 0])
  }
  static func flops(_ c: OpContext) -> Int {
    guard let s = try? sizes(c.inputShape(0), c.inputShape(1), c.attributes) else { return 0 }
    return 2 * s.leading.reduce(1, *) * s.m * s.k * s.n
  }
}

/// Product of matrices summed over the batch.
enum MatmulReduceOp: Op {
  static let name = "matmul_reduce"
  static let doc = OpDoc(
    family: "core", summary: "Product of matrices summed over the batch, and over leading axes unless they are kept.")
  static let signature: Signature = "(a: T[*], b: T[*]) {ta: bool = false, tb: bool = false, keep: bool = true} -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.isBatched else { throw TypeProblem(.mismatch, "matmul_reduce takes a batched value") }
    let s = try MatmulOp.sizes(call.shape(0), call.shape(1), call.attributes)
    return [.real((call.attributes.bool("keep", true) ? s.leading : []) + [s.m, s.n])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try MatmulOp.sizes(c.inputShape(0), c.inputShape(1), c.attributes)
    let fields = try MatrixShape.fields(
      [c.inputShape(0).dropLast(2), c.inputShape(1).dropLast(2)].map(Array.init), in: s.leading)
    let result = c.attributes.bool("keep", true) ? [1, s.leading.reduce(1, *)] : [1, 1]
    return KernelRequest(
      "matmul_reduce",
      sizes: fields + result + [s.m, s.k, s.n, c.attributes.bool("ta") ? 1 : 0, c.attributes.bool("tb") ? 1 : 0],
      reducesBatch: true)
  }
  static func flops(_ c: OpContext) -> Int { MatmulOp.flops(c) }
}

/// Congruence of symmetric matrices.
enum CongruenceOp: Op {
  static let name = "congruence"
  static let doc = OpDoc(
    family: "core", summary: "wᵀ x w of symmetric x (w x wᵀ with transpose), exactly symmetric.",
    backward: "x̄ = w ȳ wᵀ, w̄ = 2 x w sym(ȳ)",
    parameters: ["half": "whether x w (x wᵀ with transpose), a step on the way, is a second result"])
  static let signature: Signature = "(w: T[*], x: T[*]) {transpose: bool = false, half: bool = false} -> R[*]"
  static let isPublic = false

  static func sizes(_ w: [Int], _ x: [Int], _ attributes: Attributes) throws -> (leading: [Int], n: Int, m: Int) {
    let a = try MatrixShape.split(w, name, 0)
    let s = try SquareShape.split(x, name)
    let inner = attributes.bool("transpose") ? a.columns : a.rows
    guard inner == s.n else { throw TypeProblem(.disagreement, "congruence cannot combine \(w) and \(x)") }
    return (try MatrixShape.leading([a.leading, s.leading], name), a.rows, a.columns)
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try sizes(call.shape(0), call.shape(1), call.attributes)
    let (inner, outer) = call.attributes.bool("transpose") ? (s.m, s.n) : (s.n, s.m)
    let whole = GeoType.real(s.leading + [outer, outer], isBatched: call.isBatched)
    guard call.attributes.bool("half") else { return [whole] }
    return [whole, .real(s.leading + [inner, outer], isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    if c.attributes.bool("half") { return nil }
    guard let raw = cotangents[0] else { return [nil, nil] }
    let dy = try b.sym(raw)
    let (w, x) = (c.inputs[0], c.inputs[1])
    let transposed = c.attributes.bool("transpose")
    let dx = try b.congruence(w, dy, transpose: !transposed)
    // The inner product is a step on the way of the congruence, and the outer one what a reduction over the batch absorbs.
    let half = try b.matmul(x, w, tb: transposed)
    let dw = try b.scale(transposed ? try b.matmul(dy, half, tb: true) : try b.matmul(half, dy), 2)
    return [try b.summedInside(dw, c.inputShape(0)), try b.summedInside(dx, c.inputShape(1))]
  }
  /// With its half it stands in functions that are differentiated already; elsewhere it is spelled out.
  static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    guard c.attributes.bool("half") else { return nil }
    let transposed = c.attributes.bool("transpose")
    return [
      try b.congruence(c.inputs[0], c.inputs[1], transpose: transposed),
      try b.matmul(c.inputs[1], c.inputs[0], tb: transposed),
    ]
  }
  static func narrowed(_ attributes: Attributes, to results: [Int]) -> Attributes? {
    guard results == [0] else { return nil }
    var own = attributes
    own["half"] = .bool(false)
    return own
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try sizes(c.inputShape(0), c.inputShape(1), c.attributes)
    let fields = try MatrixShape.fields(
      [c.inputShape(0).dropLast(2), c.inputShape(1).dropLast(2)].map(Array.init), in: s.leading)
    let flags = ["transpose", "half"].map { c.attributes.bool($0) ? 1 : 0 }
    return KernelRequest("congruence", sizes: fields + [s.n, s.m] + flags)
  }
  static func flops(_ c: OpContext) -> Int {
    guard let s = try? sizes(c.inputShape(0), c.inputShape(1), c.attributes) else { return 0 }
    let (inner, outer) = c.attributes.bool("transpose") ? (s.m, s.n) : (s.n, s.m)
    return s.leading.reduce(1, *) * (2 * inner * inner * outer + inner * outer * (outer + 1))
  }
}

/// alpha · x xᵀ.
enum SyrkOp: Op {
  static let name = "syrk"
  static let doc = OpDoc(family: "core", summary: "alpha · x xᵀ, exactly symmetric.", backward: "x̄ = 2 alpha sym(ȳ) x")
  static let signature: Signature = "(x: T[*]) {alpha: real = 1} -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try MatrixShape.split(call.shape(0), name, 0)
    return [.real(s.leading + [s.rows, s.rows], isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.scale(try b.matmul(try b.sym(dy), c.inputs[0]), 2 * c.attributes.real("alpha", 1))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try MatrixShape.split(c.inputShape(0), name, 0)
    return KernelRequest(
      "syrk", sizes: [s.leading.reduce(1, *), s.rows, s.columns], reals: [c.attributes.real("alpha", 1)])
  }
  static func flops(_ c: OpContext) -> Int {
    let s = c.inputShape(0)
    return s.reduce(1, *) * (s[s.count - 2] + 1)
  }
}

/// alpha · x̃ x̃ᵀ of rows less their means.
enum ScatterMatrixOp: Op {
  static let name = "scatter_matrix"
  static let doc = OpDoc(
    family: "core", summary: "alpha · x̃ x̃ᵀ, exactly symmetric, where x̃ is the rows of x less their means.",
    backward: "x̄ = 2 alpha sym(ȳ) x̃")
  static let signature: Signature = "(x: T[*]) {alpha: real = 1} -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] { try SyrkOp.infer(call) }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    // The rows of ȳ x̃ have mean zero already, which is what the mean's own gradient would make of them.
    let centred = try b.centred(c.inputs[0])
    return [try b.scale(try b.matmul(try b.sym(dy), centred), 2 * c.attributes.real("alpha", 1))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try MatrixShape.split(c.inputShape(0), name, 0)
    return KernelRequest(
      "scatter_matrix", sizes: [s.leading.reduce(1, *), s.rows, s.columns], reals: [c.attributes.real("alpha", 1)],
      rows: [0])
  }
  static func flops(_ c: OpContext) -> Int { SyrkOp.flops(c) + 2 * c.inputShape(0).reduce(1, *) }
}

/// (x + xᵀ) / 2.
enum SymOp: Op {
  static let name = "sym"
  static let doc = OpDoc(family: "core", summary: "Symmetric part of square matrices.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try SquareShape.split(call.shape(0), name)
    return [.real(call.shape(0), isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.sym(dy)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("sym", sizes: [s.leading.reduce(1, *), s.n])
  }
}

extension Builder {
  /// op(a) op(b).
  package mutating func matmul(_ a: Value, _ b: Value, ta: Bool = false, tb: Bool = false) throws -> Value {
    try one("matmul", [a, b], ["ta": .bool(ta), "tb": .bool(tb)])
  }
  /// wᵀ x w, or w x wᵀ with `transpose`.
  package mutating func congruence(_ w: Value, _ x: Value, transpose: Bool = false) throws -> Value {
    try one("congruence", [w, x], ["transpose": .bool(transpose)])
  }
  /// alpha · x xᵀ.
  package mutating func syrk(_ x: Value, alpha: Double = 1) throws -> Value {
    try one("syrk", [x], ["alpha": .real(alpha)])
  }
  /// alpha · x̃ x̃ᵀ of rows less their means.
  package mutating func scatterMatrix(_ x: Value, alpha: Double) throws -> Value {
    try one("scatter_matrix", [x], ["alpha": .real(alpha)])
  }
  /// Rows less their means.
  package mutating func centred(_ x: Value) throws -> Value {
    let columns = Double(shape(x).last ?? 1)
    return try sub(x, try scale(try sumLast(x, 1, keep: true), 1 / columns))
  }
  /// (x + xᵀ) / 2.
  package mutating func sym(_ x: Value) throws -> Value { try one("sym", [x]) }

  /// Sums inner broadcast axes; leading axes that the input lacks are left for the differentiation to sum, together with
  /// the batch.
  package mutating func summedInside(_ x: Value, _ shape: [Int]) throws -> Value {
    let own = self.shape(x)
    let leading = Array(own.prefix(own.count - shape.count))
    return try summed(x, to: leading + shape)
  }
}
