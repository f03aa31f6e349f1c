import GeocIR

/// A core op whose result picks elements of its input by fixed positions; its backward scatters them back.
protocol GatherOp: Op {
  /// Result shape and, for each result element, the input element (−1 for zero) and its coefficient.
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan
}

/// Fixed positions and coefficients.
struct GatherPlan {
  var shape: [Int]
  var indices: [Int]
  /// Empty for all ones.
  var coefficients: [Double] = []
}

extension GatherOp {
  static var isPublic: Bool { false }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(try plan(call.shape(0), call.attributes).shape, isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    var attributes = c.attributes
    attributes["shape_of_x"] = .ints(c.inputShape(0))
    attributes["of"] = .name(name)
    return [try b.node("scatter", [dy], attributes)[0]]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let plan = try plan(c.inputShape(0), c.attributes)
    return KernelRequest(
      "gather",
      sizes: [plan.indices.count, c.inputShape(0).reduce(1, *), plan.coefficients.isEmpty ? 0 : 1] + plan.indices,
      reals: plan.coefficients)
  }
}

/// Adjoint of a gather: attribute `of` names it.
enum ScatterOp: Op {
  static let name = "scatter"
  static let doc = OpDoc(family: "core", summary: "Adjoint of an op that picks elements by fixed positions.")
  static let signature: Signature = "(y: T[*]) {of: text, shape_of_x: [int]} -> R[*]"
  static let isPublic = false
  static let gathers: [any GatherOp.Type] = [
    PermuteOp.self, SliceOp.self, PadOp.self, VechOp.self, UnpackTriangleOp.self, TransposeOp.self, DiagonalOp.self,
    DiagonalMatrixOp.self, UnfoldOp.self,
  ]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(call.attributes.ints("shape_of_x"), isBatched: call.isBatched)]
  }
  static func plan(_ c: OpContext) throws -> GatherPlan {
    let name = c.attributes.name("of")
    guard let op = gathers.first(where: { $0.name == name }) else { throw InternalError("unknown gather '\(name)'") }
    return try op.plan(c.attributes.ints("shape_of_x"), c.attributes)
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let plan = try plan(c)
    let count = c.attributes.ints("shape_of_x").reduce(1, *)
    return KernelRequest(
      "scatter_add",
      sizes: [count, plan.indices.count, plan.coefficients.isEmpty ? 0 : 1] + plan.indices, reals: plan.coefficients)
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.node(c.attributes.name("of"), [dy], c.attributes)[0]]
  }
}

/// Row-major positions of a shape.
enum Positions {
  /// All multi-indices in order.
  static func all(_ shape: [Int]) -> [[Int]] {
    var result: [[Int]] = [[]]
    for size in shape { result = result.flatMap { prefix in (0..<size).map { prefix + [$0] } } }
    return result
  }
  /// Row-major offset.
  static func offset(_ index: [Int], _ shape: [Int]) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

enum PermuteOp: GatherOp {
  static let name = "permute"
  static let doc = OpDoc(
    family: "dense", summary: "Axes in another order.", parameters: ["order": "old axis of each new axis"],
    example: "- permute: { order: [1, 0] }")
  static let signature: Signature = "(x: T[*]) {order: [int]} -> R[*]"
  static let isPublic = true
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    let order = attributes.ints("order")
    guard order.sorted() == Array(shape.indices) else {
      throw TypeProblem(
        .parameter, "permute takes each of the axes 0 to \(shape.count - 1) once, found \(order)", operand: 0,
        parameter: "order")
    }
    let result = order.map { shape[$0] }
    let indices = Positions.all(result).map { new -> Int in
      var old = [Int](repeating: 0, count: shape.count)
      for (k, axis) in order.enumerated() { old[axis] = new[k] }
      return Positions.offset(old, shape)
    }
    return GatherPlan(shape: result, indices: indices)
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { MomentTransfer([c.input], isOdd: true) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

enum SliceOp: GatherOp {
  static let name = "slice"
  static let doc = OpDoc(
    family: "dense", summary: "Part of an axis.",
    parameters: ["axis": "the axis, from 0", "start": "first index taken", "count": "how many are taken"],
    example: "- slice: { axis: 0, start: 2, count: 4 }")
  static let signature: Signature = "(x: T[*]) {axis: int, start: int, count: int} -> R[*]"
  static let isPublic = true
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    let (axis, start, count) = (attributes.int("axis"), attributes.int("start"), attributes.int("count"))
    guard shape.indices.contains(axis), start >= 0, count > 0, start + count <= shape[axis] else {
      throw TypeProblem(.parameter, "slice is outside \(shape)", operand: 0, parameter: "start")
    }
    var result = shape
    result[axis] = count
    let indices = Positions.all(result).map { new -> Int in
      var old = new
      old[axis] += start
      return Positions.offset(old, shape)
    }
    return GatherPlan(shape: result, indices: indices)
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { MomentTransfer([c.input], isOdd: true) }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    .part(axis: c.attributes.int("axis"), start: c.attributes.int("start"), count: c.attributes.int("count"))
  }
}

enum PadOp: GatherOp {
  static let name = "pad"
  static let doc = OpDoc(family: "core", summary: "Zeros in front of and behind an axis.")
  static let signature: Signature = "(x: T[*]) {axis: int, before: int, after: int} -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    let (axis, before, after) = (attributes.int("axis"), attributes.int("before"), attributes.int("after"))
    guard shape.indices.contains(axis), before >= 0, after >= 0 else {
      throw TypeProblem(.parameter, "pad is outside \(shape)")
    }
    var result = shape
    result[axis] += before + after
    let indices = Positions.all(result).map { new -> Int in
      var old = new
      old[axis] -= before
      return old[axis] < 0 || old[axis] >= shape[axis] ? -1 : Positions.offset(old, shape)
    }
    return GatherPlan(shape: result, indices: indices)
  }
}

/// Size of a square matrix at the end of a shape.
enum SquareShape {
  /// Leading axes and n of `[…, n, n]`.
  static func split(_ shape: [Int], _ op: String) throws -> (leading: [Int], n: Int) {
    guard shape.count >= 2, shape[shape.count - 1] == shape[shape.count - 2] else {
      throw TypeProblem(.mismatch, "\(op) takes square matrices, found \(shape)", operand: 0)
    }
    return (Array(shape.dropLast(2)), shape[shape.count - 1])
  }
}

enum VechOp: GatherOp {
  static let name = "vech"
  static let doc = OpDoc(
    family: "spd", summary: "Upper triangle of a symmetric matrix as a vector of the same norm.",
    formula: "(x00, √2 x01, …, x11, …), row-major", source: "SPDNet family", example: "- vech")
  static let signature: Signature = "(x: Sym(n)) -> R[n*(n+1)/2]"
  static let isPublic = true
  static let traits: OpTraits = [.converter]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    if call.inputs[0].isReal {
      return [.real(try plan(call.shape(0), call.attributes).shape, isBatched: call.isBatched)]
    }
    return try call.inferred(signature).results
  }
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    let (leading, n) = try SquareShape.split(shape, "vech")
    var indices: [Int] = []
    var coefficients: [Double] = []
    for f in 0..<leading.reduce(1, *) {
      for i in 0..<n {
        for j in i..<n {
          indices.append(f * n * n + i * n + j)
          coefficients.append(i == j ? 1 : 2.0.squareRoot())
        }
      }
    }
    return GatherPlan(shape: leading + [n * (n + 1) / 2], indices: indices, coefficients: coefficients)
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    // The symmetric gradient: unvech is the adjoint in the Frobenius product.
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("unpack_triangle", [dy])]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.inputTypes[0].isReal ? .lost("the lower triangle is not read") : .exact
  }
}

/// The symmetric matrix of a vector.
enum UnvechOp: Op {
  static let name = "unvech"
  static let doc = OpDoc(
    family: "spd", summary: "The symmetric matrix of a vector, inverse of vech.", example: "- unvech")
  static let signature: Signature = "(x: R[m]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred("(x: R[m]) -> R[m]")
    let shape = try UnpackTriangleOp.plan(call.shape(0), call.attributes).shape
    return [
      GeoType(Space("Sym", [shape[shape.count - 1]]), field: Array(shape.dropLast(2)), isBatched: call.isBatched)
    ]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.one("unpack_triangle", [c.inputs[0]])]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

enum UnpackTriangleOp: GatherOp {
  static let name = "unpack_triangle"
  static let doc = OpDoc(family: "core", summary: "The symmetric matrix of a packed, scaled upper triangle.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    guard let m = shape.last else { throw TypeProblem(.mismatch, "unvech takes vectors", operand: 0) }
    let n = Int((Double(8 * m + 1).squareRoot() - 1) / 2 + 0.5)
    guard n * (n + 1) / 2 == m else {
      throw TypeProblem(.mismatch, "unvech takes n(n+1)/2 numbers, found \(m)", operand: 0)
    }
    var indices: [Int] = []
    var coefficients: [Double] = []
    for f in 0..<shape.dropLast().reduce(1, *) {
      for i in 0..<n {
        for j in 0..<n {
          let (lo, hi) = (min(i, j), max(i, j))
          indices.append(f * m + lo * n - lo * (lo - 1) / 2 + hi - lo)
          coefficients.append(i == j ? 1 : 1 / 2.0.squareRoot())
        }
      }
    }
    return GatherPlan(shape: Array(shape.dropLast()) + [n, n], indices: indices, coefficients: coefficients)
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("vech", [try b.sym(dy)])]
  }
}

enum TransposeOp: GatherOp {
  static let name = "transpose"
  static let doc = OpDoc(family: "core", summary: "Exchanges the last two axes.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    guard shape.count >= 2 else { throw TypeProblem(.mismatch, "transpose takes matrices", operand: 0) }
    let rank = shape.count
    let order = Array(0..<(rank - 2)) + [rank - 1, rank - 2]
    return try PermuteOp.plan(shape, Attributes(["order": .ints(order)]))
  }
}

enum DiagonalOp: GatherOp {
  static let name = "diagonal"
  static let doc = OpDoc(family: "core", summary: "Diagonal of square matrices.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    let (leading, n) = try SquareShape.split(shape, "diagonal")
    var indices: [Int] = []
    for f in 0..<leading.reduce(1, *) {
      for i in 0..<n { indices.append((f * n + i) * n + i) }
    }
    return GatherPlan(shape: leading + [n], indices: indices)
  }
}

enum DiagonalMatrixOp: GatherOp {
  static let name = "diagonal_matrix"
  static let doc = OpDoc(family: "core", summary: "Square matrices with a given diagonal.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    guard let n = shape.last else { throw TypeProblem(.mismatch, "diagonal_matrix takes vectors", operand: 0) }
    var indices: [Int] = []
    for f in 0..<shape.dropLast().reduce(1, *) {
      for e in 0..<(n * n) { indices.append(e % (n + 1) == 0 ? f * n + e / (n + 1) : -1) }
    }
    return GatherPlan(shape: shape + [n], indices: indices)
  }
}

/// Joins arrays along an axis.
enum ConcatOp: Op {
  static let name = "concat"
  static let doc = OpDoc(
    family: "dense", summary: "Arrays one behind the other along an axis.",
    parameters: ["axis": "the axis that grows, from 0"], example: "- concat: { axis: 0 }\n    from: [a, b]")
  static let signature: Signature = "(x...: R[*]) {axis: int = 0} -> R[*]"

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let axis = call.attributes.int("axis")
    guard let first = call.inputs.indices.first.map(call.shape), first.indices.contains(axis) else {
      throw TypeProblem(.parameter, "concat has no axis \(axis)", parameter: "axis")
    }
    var result = first
    for k in call.inputs.indices {
      guard call.inputs[k].isReal else {
        throw TypeProblem(
          .mismatch, "concat expects R[…], found \(call.inputs[k].batched(false))", operand: k,
          expected: signature.inputs[0].pattern)
      }
      guard k > 0 else { continue }
      var other = call.shape(k)
      guard other.count == first.count else {
        throw TypeProblem(.disagreement, "concat takes arrays of one rank, found \(first) and \(other)", operand: k)
      }
      result[axis] += other[axis]
      other[axis] = first[axis]
      guard other == first else {
        throw TypeProblem(
          .disagreement, "concat takes arrays that agree off axis \(axis), found \(first) and \(call.shape(k))",
          operand: k)
      }
    }
    return [.real(result, isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return c.inputs.map { _ in nil } }
    let axis = c.attributes.int("axis")
    var start = 0
    return try c.inputs.indices.map { k in
      let count = c.inputShape(k)[axis]
      defer { start += count }
      return try b.one("slice", [dy], ["axis": .int(axis), "start": .int(start), "count": .int(count)])
    }
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let axis = c.attributes.int("axis")
    let outer = c.resultShape(0)[..<axis].reduce(1, *)
    return KernelRequest("concat", sizes: [outer] + c.inputs.indices.map { c.inputShape($0)[axis...].reduce(1, *) })
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    var (count, first, second) = (0.0, 0.0, 0.0)
    for (k, x) in c.inputs.enumerated() {
      guard let x else { return MomentTransfer([nil]) }
      let size = Double(c.node.inputShape(k).reduce(1, *))
      count += size
      first += size * x.mean
      second += size * x.second
    }
    return MomentTransfer([Moments(mean: first / count, second: second / count)])
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .alone }
}

extension Builder {
  /// Last two axes exchanged.
  package mutating func transpose(_ x: Value) throws -> Value { try one("transpose", [x]) }
  /// Diagonal of square matrices.
  package mutating func diagonal(_ x: Value) throws -> Value { try one("diagonal", [x]) }
  /// Square matrices with diagonal `x`.
  package mutating func diagonalMatrix(_ x: Value) throws -> Value { try one("diagonal_matrix", [x]) }
  /// Sum of the diagonal.
  package mutating func trace(_ x: Value) throws -> Value { try sumLast(try diagonal(x), 1) }
}
