import GeocIR

/// All weights of a function as one vector, in the order of the function, each row-major.
struct ParameterLayout {
  /// A weight and its place.
  struct Piece {
    var name: String
    var shape: [Int]
    var offset: Int
    var size: Int
  }

  let pieces: [Piece]
  let count: Int

  init(_ f: Function, _ registry: OpRegistry) {
    var pieces: [Piece] = []
    var offset = 0
    for p in f.parameters where p.kind == .param {
      let shape = registry.spaces.shape(f.type(p.value))
      let size = shape.reduce(1, *)
      pieces.append(Piece(name: p.name, shape: shape, offset: offset, size: size))
      offset += size
    }
    self.pieces = pieces
    count = offset
  }

  /// The vector of values by the name of their weight, each of its shape; [d] or, for values per item, [B] [d].
  func vector(_ b: inout Builder, _ value: (String) throws -> Value) throws -> Value {
    let parts = try pieces.map { try b.one("reshape", [try value($0.name)], ["shape": .ints([$0.size])]) }
    return parts.count == 1 ? parts[0] : try b.one("concat", parts, ["axis": .int(0)])
  }

  /// The part of a vector that belongs to a weight, in its shape.
  func part(_ b: inout Builder, _ vector: Value, _ piece: Piece) throws -> Value {
    let own = try b.one(
      "slice", [vector], ["axis": .int(0), "start": .int(piece.offset), "count": .int(piece.size)])
    return try b.one("reshape", [own], ["shape": .ints(piece.shape)])
  }

  /// The unit vector of element k, in the shape of each weight by its name.
  func unit(_ b: inout Builder, _ k: Int) throws -> [String: Value] {
    let vector = try Self.unit(&b, k, of: count)
    return Dictionary(uniqueKeysWithValues: try pieces.map { ($0.name, try part(&b, vector, $0)) })
  }

  /// The unit vector of element k of n.
  static func unit(_ b: inout Builder, _ k: Int, of n: Int) throws -> Value {
    let ramp = try b.one("ramp", [], ["count": .int(n)])
    let hit = try ScalarExpression.parse("select(less(abs(x0 - \(k)), 0.5), 1, 0)")
    return try b.one("map", [ramp], ["expr": .expression(hit)])
  }
}

extension Builder {
  /// The value of an expression of other values.
  mutating func expression(_ text: String, _ inputs: [Value]) throws -> Value {
    try one("map", inputs, ["expr": .expression(try ScalarExpression.parse(text))])
  }

  /// The identity of size n.
  mutating func unitMatrix(_ n: Int) throws -> Value {
    try one("diagonal_matrix", [try one("fill", [], ["shape": .ints([n]), "value": .real(1)])])
  }

  /// `x` repeated for every item of the batch that `like` has.
  mutating func repeated(_ x: Value, asItemsOf like: Value) throws -> Value {
    let data = try one("as_type", [like], ["type": .type(storageType(type(like)).batched(false))])
    let axes = Array(shape(data).indices)
    let number =
      axes.isEmpty
      ? data : try one("reduce", [data], ["kind": .name("max"), "axes": .ints(axes), "keep": .bool(false)])
    return try one("spread", [x, try expression("x0 + x1", [x, number])])
  }

  /// A copy of the nodes of `source`, with what `map` says for its parameters; the results by name.
  mutating func instance(of source: Function, _ map: ValueMap) throws -> [String: Value] {
    var map = map
    for node in source.nodes { try copy(node, from: source, &map) }
    var results: [String: Value] = [:]
    for r in source.results {
      guard let value = map[r.value] else { throw InternalError("result '\(r.name)' was removed") }
      results[r.name] = value
    }
    return results
  }
}
