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
  /// Names that values have; nil as long as no other names are given than those of the function that is rebuilt, which
  /// are unique.
  private var taken: Set<String>?
  private var places = Places()

  private struct NodeKey: Hashable {
    var op: String
    var inputs: [Value]
    var attributes: Attributes

    func hash(into hasher: inout Hasher) {
      var digest = Digest(attributes.digest)
      digest.add(op)
      for input in inputs { digest.add(input.index) }
      hasher.combine(digest.value)
    }
  }

  /// A builder of an empty function.
  package init(name: String, stage: Stage, registry: OpRegistry, mergesEqualNodes: Bool = false) {
    function = Function(name: name, stage: stage)
    self.registry = registry
    self.mergesEqualNodes = mergesEqualNodes
    origin = Origin()
    taken = []
  }

  /// A builder of a new version of `source`, with its parameters and over its values: what the version has in common with
  /// `source` keeps its values (`keep`), new nodes make new ones. Types of parameters go through `type`.
  package init(
    rebuilding source: Function, registry: OpRegistry, mergesEqualNodes: Bool = false,
    type: ((GeoType) -> GeoType)? = nil
  ) {
    function = Function(name: source.name, stage: source.stage)
    function.parameters = source.parameters
    function.types = source.types
    function.names = source.names
    self.registry = registry
    self.mergesEqualNodes = mergesEqualNodes
    if mergesEqualNodes { known.reserveCapacity(source.nodes.count) }
    origin = Origin()
    guard let type else { return }
    for p in source.parameters { function.types[p.value.index] = type(source.type(p.value)) }
  }

  /// Type of a value.
  package func type(_ value: Value) -> GeoType { function.types[value.index] }

  /// A value as the base point of tangent vectors, seen through aliases.
  package func base(_ value: Value) -> BasePoint { places.base(value, in: function, registry) }

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
    let data = declaration.signature.dataCount(of: inputs.count, attributes)
    guard data >= 0 else { throw InternalError("'\(op)' is missing weights") }
    let types = try registry.types(declaration, attributes, function.lazyTypes(of: inputs.prefix(data))) {
      inputs.prefix(data).map { places.base($0, in: function, registry) }
    }
    return add(op, inputs, attributes, types, name: name, key: merges ? key : nil)
  }

  private mutating func add(
    _ op: String, _ inputs: [Value], _ attributes: Attributes, _ types: [GeoType], name: String, key: NodeKey?
  ) -> [Value] {
    let results = types.enumerated().map { k, type in newValue(type, name: k == 0 ? name : "") }
    add(Node(op: op, inputs: inputs, attributes: attributes, results: results, origin: origin))
    if let key { known[key] = results }
    return results
  }

  /// Adds a node whose results are values of this function.
  mutating func add(_ node: Node) {
    places.add(node.results, ofNodeAt: function.nodes.count)
    function.nodes.append(node)
  }

  /// Adds a node with one result.
  package mutating func one(
    _ op: String, _ inputs: [Value], _ attributes: Attributes = [:], name: String = ""
  ) throws -> Value {
    let results = try node(op, inputs, attributes, name: name)
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

  mutating func newValue(_ type: GeoType, name: String) -> Value {
    function.types.append(type)
    function.names.append(name.isEmpty ? "" : unique(name))
    return Value(function.types.count - 1)
  }

  private mutating func unique(_ name: String) -> String {
    var names = taken ?? namesInUse()
    taken = nil
    var candidate = name
    var k = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name).\(k)"
      k += 1
    }
    taken = names
    return candidate
  }

  private func namesInUse() -> Set<String> {
    var names: Set<String> = []
    for p in function.parameters { names.insert(function.names[p.value.index]) }
    for node in function.nodes { for value in node.results { names.insert(function.names[value.index]) } }
    return names
  }

  /// Takes over `node` of the function that is rebuilt, its inputs replaced through `map`. Its results stay the values that
  /// they are, unless the replaced inputs give other types, or an equal node is there already.
  package mutating func keep(_ node: Node, of source: Function, _ map: inout ValueMap) throws {
    var own = node
    var hasSameTypes = true
    for (k, input) in node.inputs.enumerated() {
      let mapped = try mapped(input, of: node, map)
      if mapped != input { own.inputs[k] = mapped }
      let type = function.types[mapped.index]
      // Base points are values, so that a rule is asked again wherever there are some.
      hasSameTypes = hasSameTypes && type.base == nil && type == source.types[input.index]
    }
    hasSameTypes = hasSameTypes && node.results.allSatisfy { source.types[$0.index].base == nil }
    guard hasSameTypes else { return try copy(node, from: source, &map) }
    origin = node.origin
    if mergesEqualNodes, registry[node.op]?.traits.contains(.random) != true {
      let key = NodeKey(op: own.op, inputs: own.inputs, attributes: own.attributes)
      if let existing = known[key] {
        for (old, new) in zip(node.results, existing) {
          map[old] = new
          suggestName(new, source.names[old.index])
        }
        return
      }
      known[key] = own.results
    }
    add(own)
    for value in node.results {
      map[value] = value
      if taken != nil, !source.names[value.index].isEmpty {
        function.names[value.index] = unique(source.names[value.index])
      }
    }
  }

  private func mapped(_ input: Value, of node: Node, _ map: ValueMap) throws -> Value {
    guard let mapped = map[input] else { throw InternalError("'\(node.op)' reads a value that was removed") }
    return mapped
  }

  /// Adds a copy of `node` of another function with its inputs replaced through `map`, and records its results in `map`.
  package mutating func copy(_ node: Node, from source: Function, _ map: inout ValueMap) throws {
    origin = node.origin
    let inputs = try node.inputs.map { try mapped($0, of: node, map) }
    let name = node.results.first.map { source.names[$0.index] } ?? ""
    let results: [Value]
    // An op's rule gives the same types for the same input types; base points are values of their own function.
    let isPlain = (node.inputs + node.results).allSatisfy { source.type($0).base == nil }
    if !mergesEqualNodes, isPlain, zip(node.inputs, inputs).allSatisfy({ source.type($0) == type($1) }) {
      results = add(node.op, inputs, node.attributes, source.types(of: node.results), name: name, key: nil)
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
    of source: Function, _ map: inout ValueMap, type: (GeoType) -> GeoType = { $0 }
  ) {
    for p in source.parameters {
      let own = source.type(p.value).rebased { self.base($0, map) }
      map[p.value] = parameter(p.name, type(own), p.kind, initial: p.initial)
    }
  }

  /// A base point of another function in this one, through `map`.
  private func base(_ point: BasePoint, _ map: ValueMap) -> BasePoint {
    map[point.value].map(base) ?? point
  }

  /// `value` as the type that `old` has in `source`, of the same storage, its base point taken through `map`. Throws
  /// `InternalError` where the base point was removed.
  package mutating func retyped(_ value: Value, as old: Value, of source: Function, _ map: ValueMap) throws
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
  package mutating func copyResults(of source: Function, _ map: ValueMap) throws {
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
    var map = ValueMap(count: source.types.count)
    copy.copyParameters(of: source, &map)
    for node in source.nodes { try copy.copy(node, from: source, &map) }
    try copy.copyResults(of: source, map)
    return copy.function
  }
}
