/// Builds a function node by node, checking every type on the way.
///
/// With `mergesEqualNodes` a node that already exists is returned instead of made again.
package struct Builder: Sendable {
  /// The function so far.
  package private(set) var function: Function
  /// Everything declared.
  package let registry: OpRegistry
  /// Origin given to new nodes.
  package var origin: Origin
  /// Whether equal nodes are merged.
  package var mergesEqualNodes: Bool
  private var known: [NodeKey: [Value]] = [:]
  private var taken: Set<String> = []
  private var places = Places()

  private struct NodeKey: Hashable {
    var op: String
    var inputs: [Value]
    var attributes: Attributes
  }

  /// A builder of an empty function.
  package init(name: String, stage: Stage, registry: OpRegistry, mergesEqualNodes: Bool = false) {
    function = Function(name: name, stage: stage)
    self.registry = registry
    self.mergesEqualNodes = mergesEqualNodes
    origin = Origin()
  }

  /// Type of a value.
  package func type(_ value: Value) -> GeoType { function.types[value.index] }

  /// A value as the base point of tangent vectors, seen through aliases.
  package func base(_ value: Value) -> BasePoint { places.base(value, in: function) }

  /// Storage shape of a value.
  package func shape(_ value: Value) -> [Int] { registry.spaces.shape(type(value)) }

  /// Adds a parameter.
  package mutating func parameter(_ name: String, _ type: GeoType, _ kind: ParameterKind, initial: String = "") -> Value
  {
    let value = newValue(type, name: name)
    function.parameters.append(Parameter(value: value, name: name, kind: kind, initial: initial))
    return value
  }

  /// Adds a node on data inputs followed by weights and states; `name` is preferred for its first result.
  /// Throws `TypeProblem` when the op refuses its inputs, `InternalError` for an unknown op.
  package mutating func node(
    _ op: String, _ inputs: [Value], _ attributes: Attributes = Attributes(), name: String = ""
  ) throws -> [Value] {
    guard let declaration = registry[op] else { throw InternalError("unknown op '\(op)'") }
    let key = NodeKey(op: op, inputs: inputs, attributes: attributes)
    let merges = mergesEqualNodes && !declaration.traits.contains(.random)
    if merges, let existing = known[key] { return existing }
    let extra = declaration.signature.operands.count { $0.role != .input && Signature.exists($0, attributes) }
    guard inputs.count >= extra else { throw InternalError("'\(op)' is missing weights") }
    let call = TypeCall(
      op: op, attributes: attributes, inputs: inputs.prefix(inputs.count - extra).map(type),
      values: inputs.prefix(inputs.count - extra).map(base), spaces: registry.spaces)
    return add(op, inputs, attributes, try declaration.infer(call), name: name, key: merges ? key : nil)
  }

  private mutating func add(
    _ op: String, _ inputs: [Value], _ attributes: Attributes, _ types: [GeoType], name: String, key: NodeKey?
  ) -> [Value] {
    let results = types.enumerated().map { k, type in newValue(type, name: k == 0 ? name : "") }
    let node = Node(op: op, inputs: inputs, attributes: attributes, results: results, origin: origin)
    function.nodes.append(node)
    if let declaration = registry[op] { places.add(node, declaration, in: function) }
    if let key { known[key] = results }
    return results
  }

  /// Adds a node with one result.
  package mutating func one(
    _ op: String, _ inputs: [Value], _ attributes: [String: Attribute] = [:], name: String = ""
  ) throws -> Value {
    let results = try node(op, inputs, Attributes(attributes), name: name)
    guard let first = results.first else { throw InternalError("'\(op)' has no result") }
    return first
  }

  /// Adds a result.
  package mutating func result(_ name: String, _ value: Value) {
    function.results.append(FunctionResult(name: name, value: value))
  }

  /// Gives a value a name of its own if it has none.
  package mutating func suggestName(_ value: Value, _ name: String) {
    guard function.names[value.index].isEmpty, !name.isEmpty else { return }
    function.names[value.index] = unique(name)
  }

  private mutating func newValue(_ type: GeoType, name: String) -> Value {
    function.types.append(type)
    function.names.append(name.isEmpty ? "" : unique(name))
    return Value(function.types.count - 1)
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var k = 2
    while !taken.insert(candidate).inserted {
      candidate = "\(name).\(k)"
      k += 1
    }
    return candidate
  }

  /// Adds a copy of `node` with its inputs replaced through `map`, and records its results in `map`.
  package mutating func copy(_ node: Node, from source: Function, _ map: inout [Value: Value]) throws {
    origin = node.origin
    let inputs = try node.inputs.map { value in
      guard let mapped = map[value] else { throw InternalError("'\(node.op)' reads a value that was removed") }
      return mapped
    }
    let name = node.results.first.map { source.names[$0.index] } ?? ""
    let results: [Value]
    // An op's rule gives the same types for the same input types; base points are values of their own function.
    let isPlain = (node.inputs + node.results).allSatisfy { source.type($0).base == nil }
    if !mergesEqualNodes, isPlain, zip(node.inputs, inputs).allSatisfy({ source.type($0) == type($1) }) {
      results = add(node.op, inputs, node.attributes, node.results.map(source.type), name: name, key: nil)
    } else {
      results = try self.node(node.op, inputs, node.attributes, name: name)
    }
    for (old, new) in zip(node.results, results) {
      map[old] = new
      suggestName(new, source.names[old.index])
    }
  }

  /// Adds the parameters of `source`, with `type` applied to each type, and records them in `map`.
  package mutating func copyParameters(
    of source: Function, _ map: inout [Value: Value], type: (GeoType) -> GeoType = { $0 }
  ) {
    for p in source.parameters {
      let own = source.type(p.value).rebased { self.base($0, map) }
      map[p.value] = parameter(p.name, type(own), p.kind, initial: p.initial)
    }
  }

  /// A base point of another function in this one, through `map`.
  private func base(_ point: BasePoint, _ map: [Value: Value]) -> BasePoint {
    map[point.value].map(base) ?? point
  }

  /// `value` as the type that `old` has in `source`, of the same storage, its base point taken through `map`. Throws
  /// `InternalError` where the base point was removed.
  package mutating func retyped(_ value: Value, as old: Value, of source: Function, _ map: [Value: Value]) throws
    -> Value
  {
    let type = source.type(old).rebased { base($0, map) }
    if self.type(value) == type { return value }
    guard let point = type.base else { return try one("as_type", [value], ["type": .type(type.batched(false))]) }
    guard map[point.value] != nil || source.type(old).base.map({ map[$0.value] != nil }) == true else {
      throw InternalError("the base point of a tangent vector was removed")
    }
    var plain = type.batched(false)
    plain.space["at"] = nil
    return try one("as_type", [value, point.value], ["type": .type(plain)])
  }

  /// Adds the results of `source` through `map`.
  package mutating func copyResults(of source: Function, _ map: [Value: Value]) throws {
    for r in source.results {
      guard let value = map[r.value] else { throw InternalError("result '\(r.name)' was removed") }
      result(r.name, value)
    }
  }

  /// The plain array type that stores `type`.
  package func storageType(_ type: GeoType) -> GeoType {
    .real(registry.spaces.shape(type), isBatched: type.isBatched)
  }

  /// The function with inputs first, then weights, states and numbers of the training loop, and values numbered in the
  /// order of the text. Throws `InternalError`.
  package func ordered() throws -> Function {
    var source = function
    source.parameters = [ParameterKind.input, .param, .state, .hyper].flatMap { kind in
      function.parameters.filter { $0.kind == kind }
    }
    var copy = Builder(name: function.name, stage: function.stage, registry: registry)
    var map: [Value: Value] = [:]
    copy.copyParameters(of: source, &map)
    for node in source.nodes { try copy.copy(node, from: source, &map) }
    try copy.copyResults(of: source, map)
    return copy.function
  }
}
