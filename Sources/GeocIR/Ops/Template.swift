/// What the body or the backward of an op adds to a function: nodes on parameters that stand for what it is given. It is
/// written once for all nodes that are equal in attributes and types, and copied for each of them.
package final class Template: Sendable {
  /// The nodes, on parameters; nil where they are written anew for each node.
  let function: Function?
  /// The values that the op gives, of `function`; nil where it has no such part.
  let results: [Value?]?

  /// What of an op it is.
  enum Part: Hashable, Sendable {
    case body
    /// The body, or the definition of an op that has none.
    case bodyOrDefinition
    /// The backward, with a flag for each result whether there is a cotangent.
    case backward([Bool])
  }

  init(function: Function?, results: [Value?]?) {
    self.function = function
    self.results = results
  }

  /// What has to be written anew each time.
  static let unknown = Template(function: nil, results: nil)
}

extension Builder {
  /// The body of `op` for a node of `source`, on `inputs` of this function; nil where it has none. With `orDefinition` that of
  /// a core op is its definition. Throws what the op throws.
  package mutating func body(
    _ op: any Op.Type, of node: Node, in source: Function, on inputs: [Value], orDefinition: Bool = false
  ) throws -> [Value]? {
    func write(_ b: inout Builder, _ operands: [Value]) throws -> [Value?]? {
      let c = try b.registry.context(node, in: source).on(operands, results: [])
      return try op.body(&b, c) ?? (orDefinition ? op.definition(&b, c) : nil)
    }
    return try written(op, orDefinition ? .bodyOrDefinition : .body, node, source, inputs, write)?.compactMap(\.self)
  }

  /// The backward of `op` for a node of `source`, on `inputs` and `results` of this function, from the cotangents of the
  /// results; nil where it has none. Throws what the op throws.
  package mutating func backward(
    _ op: any Op.Type, of node: Node, in source: Function, on inputs: [Value], results: [Value], _ cotangents: [Value?]
  ) throws -> [Value?]? {
    let backward = Backward(op: op, node: node, source: source, isGiven: cotangents.map { $0 != nil })
    return try written(
      op, .backward(backward.isGiven), node, source, inputs + results + cotangents.compactMap(\.self), backward.write)
  }

  /// Whether `op` has a backward for a node of `source` that stands on `inputs` of this function. Throws what the op throws.
  package func hasBackward(_ op: any Op.Type, of node: Node, in source: Function, on inputs: [Value]) throws -> Bool {
    let backward = Backward(op: op, node: node, source: source, isGiven: node.results.map { _ in true })
    let seen = source.typesSeen(by: node)
    let results = seen[node.inputs.count...]
    let given = results + results.map(storageType)
    if let types = Self.plain(seen, seen[..<node.inputs.count] + given) {
      let template = try template(op, .backward(backward.isGiven), node, types, seen.count, backward.write)
      if template.function != nil { return template.results != nil }
    }
    var trial = self
    let own = given.map { trial.parameter("", $0, .input) }
    return try backward.write(&trial, inputs + own) != nil
  }

  /// What `write` adds on `operands`, copied from a template where there is one.
  private mutating func written(
    _ op: any Op.Type, _ part: Template.Part, _ node: Node, _ source: Function, _ operands: [Value],
    _ write: (inout Builder, [Value]) throws -> [Value?]?
  ) throws -> [Value?]? {
    // Two operands that are one value may be told apart.
    guard !mergesEqualNodes, Self.areDistinct(operands) else { return try write(&self, operands) }
    let seen = source.typesSeen(by: node)
    guard let types = Self.plain(seen, function.lazyTypes(of: operands[...])) else { return try write(&self, operands) }
    let template = try template(op, part, node, types, seen.count, write)
    guard let function = template.function else { return try write(&self, operands) }
    guard let results = template.results else { return nil }
    let own = add(function, on: operands)
    return results.map { $0.map { own[$0.index] } }
  }

  /// Types that an op sees, and those of what it is given; nil where one has a base point, which is a value of its function.
  private static func plain(_ seen: [GeoType], _ given: some Collection<GeoType>) -> [GeoType]? {
    var types = seen
    types.reserveCapacity(seen.count + given.count)
    types.append(contentsOf: given)
    return types.allSatisfy { $0.base == nil } ? types : nil
  }

  /// What `write` adds on operands whose types are `types` but for the first `seenCount`, which the node has.
  private func template(
    _ op: any Op.Type, _ part: Template.Part, _ node: Node, _ types: [GeoType], _ seenCount: Int,
    _ write: (inout Builder, [Value]) throws -> [Value?]?
  ) throws -> Template {
    try registry.memory.template(op, part, node.attributes, types) {
      var trial = Builder(name: "", stage: .layers, registry: registry)
      let operands = types.dropFirst(seenCount).map { trial.parameter("", $0, .input) }
      let results: [Value?]?
      do {
        results = try write(&trial, operands)
      } catch {
        // Who refuses here refuses in the function too, and is asked there.
        return .unknown
      }
      let isPlain = trial.function.types.allSatisfy { $0.base == nil } && trial.function.names.allSatisfy(\.isEmpty)
      return isPlain && trial.function.parameters.count == operands.count
        ? Template(function: trial.function, results: results) : .unknown
    }
  }

  private static func areDistinct(_ values: [Value]) -> Bool {
    values.indices.allSatisfy { k in !values[..<k].contains(values[k]) }
  }

  /// Adds the nodes of a function whose parameters are `operands`, and gives what its values are here.
  private mutating func add(_ template: Function, on operands: [Value]) -> [Value] {
    var own = operands
    own.reserveCapacity(template.types.count)
    for type in template.types[operands.count...] { own.append(newValue(type, name: "")) }
    for node in template.nodes {
      add(
        Node(
          op: node.op, inputs: node.inputs.map { own[$0.index] }, attributes: node.attributes,
          results: node.results.map { own[$0.index] }, origin: origin))
    }
    return own
  }
}

/// The backward of a node, on operands: its inputs, its results, and the cotangents that are given.
private struct Backward {
  let op: any Op.Type
  let node: Node
  let source: Function
  /// For each result whether there is a cotangent.
  let isGiven: [Bool]

  func write(_ b: inout Builder, _ operands: [Value]) throws -> [Value?]? {
    let (inputs, results) = (node.inputs.count, node.results.count)
    let c = try b.registry.context(node, in: source)
      .on(Array(operands.prefix(inputs)), results: Array(operands[inputs..<inputs + results]))
    var given = operands[(inputs + results)...]
    return try op.vjp(&b, c, isGiven.map { $0 ? given.popFirst() : nil })
  }
}
