import GeocIR

/// Sum, maximum or minimum over axes of the item.
enum ReduceOp: Op {
  static let name = "reduce"
  static let doc = OpDoc(family: "core", summary: "Sum, maximum or minimum over neighbouring axes.")
  static let signature: Signature = "(x: T[*]) {kind: sum|max|min, axes: [int], keep: bool = false} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let shape = call.shape(0)
    let axes = call.attributes.ints("axes")
    guard let first = axes.first, axes == Array(first..<(first + axes.count)), first >= 0,
      first + axes.count <= shape.count
    else { throw TypeProblem(.parameter, "reduce takes neighbouring axes of \(shape), found \(axes)") }
    var result = shape
    if call.attributes.bool("keep") {
      for axis in axes { result[axis] = 1 }
    } else {
      result.removeSubrange(first..<(first + axes.count))
    }
    return [.real(result, isBatched: call.isBatched)]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    var kept = c.inputShape(0)
    for axis in c.attributes.ints("axes") { kept[axis] = 1 }
    let wide = try b.reshape(dy, kept)
    if c.attributes.name("kind") == "sum" { return [try b.broadcast(wide, c.inputShape(0))] }
    let y = try b.reshape(c.results[0], kept)
    let hit = try b.map("select(less(x0, x1), 0, select(less(x1, x0), 0, 1))", [c.inputs[0], y])
    let count = try b.reduce(hit, "sum", axes: c.attributes.ints("axes"), keep: true)
    return [try b.map("x0 * x1 / x2", [hit, wide, count])]
  }

  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let shape = c.inputShape(0)
    let axes = c.attributes.ints("axes")
    let first = axes.first ?? 0
    let kinds = ["sum": 0, "max": 1, "min": 2]
    return KernelRequest(
      "reduce",
      sizes: [
        kinds[c.attributes.name("kind")] ?? 0, shape[..<first].reduce(1, *),
        shape[first..<(first + axes.count)].reduce(1, *), shape[(first + axes.count)...].reduce(1, *),
      ])
  }

  static func flops(_ c: OpContext) -> Int { c.inputShape(0).reduce(1, *) }
}

/// Sum over the items of the batch.
enum BatchSumOp: Op {
  static let name = "batch_sum"
  static let doc = OpDoc(family: "core", summary: "Sum over the batch, in a fixed order.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.first?.isBatched == true else { throw TypeProblem(.mismatch, "batch_sum takes a batched value") }
    return [.real(call.shape(0))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("spread", [dy, c.inputs[0]])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("batch_sum", sizes: [c.inputShape(0).reduce(1, *)], reducesBatch: true)
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(0).reduce(1, *) }
}

/// Maximum over the items of the batch.
enum BatchMaxOp: Op {
  static let name = "batch_max"
  static let doc = OpDoc(family: "core", summary: "Maximum over the batch.")
  static let signature: Signature = "(x: T[*]) -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.first?.isBatched == true else { throw TypeProblem(.mismatch, "batch_max takes a batched value") }
    return [.real(call.shape(0))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("batch_max", sizes: [c.inputShape(0).reduce(1, *)], reducesBatch: true)
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(0).reduce(1, *) }
}

/// Number of items in the batch.
enum BatchSizeOp: Op {
  static let name = "batch_size"
  static let doc = OpDoc(family: "core", summary: "Number of items in the batch.")
  static let signature: Signature = "() -> R"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { [] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { KernelRequest("batch_size") }
}

extension Builder {
  /// Reduction over neighbouring axes.
  package mutating func reduce(_ x: Value, _ kind: String, axes: [Int], keep: Bool = false) throws -> Value {
    try one("reduce", [x], ["kind": .name(kind), "axes": .ints(axes), "keep": .bool(keep)])
  }

  /// Sum over the last `count` axes.
  package mutating func sumLast(_ x: Value, _ count: Int, keep: Bool = false) throws -> Value {
    let rank = shape(x).count
    return count == 0 ? x : try reduce(x, "sum", axes: Array((rank - count)..<rank), keep: keep)
  }

  /// Sum of all elements of the item.
  package mutating func sumAll(_ x: Value) throws -> Value { try sumLast(x, shape(x).count) }

  /// Maximum over the batch.
  package mutating func batchMax(_ x: Value) throws -> Value { try one("batch_max", [x]) }
  /// Sum over the batch (and over leading axes until the shape is `shape`).
  package mutating func batchSum(_ x: Value) throws -> Value { try one("batch_sum", [x]) }

  /// Mean over the batch and over the first `leading` axes of the item.
  package mutating func batchMean(_ x: Value, leading: Int = 0) throws -> Value {
    var value = x
    var count = 1
    if leading > 0 {
      count = shape(x)[..<leading].reduce(1, *)
      value = try reduce(value, "sum", axes: Array(0..<leading))
    }
    guard type(value).isBatched else { return try scale(value, 1 / Double(count)) }
    let total = try batchSum(value)
    let size = try one("batch_size", [])
    return try map(.binary(.divide, .input(0), .binary(.multiply, .input(1), .constant(Double(count)))), [total, size])
  }
}
