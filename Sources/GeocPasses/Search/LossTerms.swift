import GeocIR

/// The losses that a model adds up, with the second derivatives that they know.
struct LossTerms {
  /// A loss and what it is multiplied with.
  struct Term {
    /// Its node in `function`.
    var node: Node
    /// d loss / d result, a value of the new function.
    var coefficient: Value
  }

  /// The model with layers opened, other than losses that know their curvature and layers linear in their weights.
  let function: Function
  /// Values that depend on weights.
  let depends: [Bool]
  let terms: [Term]

  /// `f` with layers opened: what `terms` are found in.
  static func opened(_ f: Function, _ registry: OpRegistry) throws -> Function {
    var current = f
    for _ in 0..<64 {
      let depends = dependence(current)
      var changed = false
      var rebuilder = Rebuilder(current, registry)
      for node in current.nodes {
        guard let op = registry[node.op] else { throw InternalError("unknown op '\(node.op)'") }
        let context = try rebuilder.context(node)
        rebuilder.builder.origin = node.origin
        let isKept = op is any CurvedLoss.Type || op is any LinearInWeights.Type || op.traits.contains(.primitive)
        guard !isKept, node.inputs.contains(where: { depends[$0.index] }),
          let values = try op.body(&rebuilder.builder, context)
        else {
          try rebuilder.copy(node)
          continue
        }
        changed = true
        let typed = try zip(values, node.results).map { value, result in
          current.type(result).isReal ? value : try rebuilder.retyped(value, as: result)
        }
        try rebuilder.replace(node, with: typed)
      }
      current = try rebuilder.finish()
      if !changed { return current }
    }
    throw InternalError("the bodies of @\(f.name) do not end")
  }

  /// Which values depend on weights.
  static func dependence(_ f: Function) -> [Bool] {
    var table = [Bool](repeating: false, count: f.types.count)
    for p in f.parameters where p.kind == .param { table[p.value.index] = true }
    for node in f.nodes where node.inputs.contains(where: { table[$0.index] }) {
      for value in node.results { table[value.index] = true }
    }
    return table
  }

  /// The terms of `function`, which is opened and copied to `b` through `map`. Throws `RewriteProblem` for a node
  /// between the losses and their sum that is not linear.
  init(_ function: Function, _ b: inout Builder, _ map: ValueMap) throws {
    self.function = function
    let registry = b.registry
    let depends = Self.dependence(function)
    self.depends = depends
    var terms: [Term] = []
    var cotangents = ValueMap()
    guard let loss = function.result("loss") else { throw InternalError("no loss") }
    cotangents[loss] = try b.one("fill", [], ["shape": .ints([]), "value": .real(1)])
    func add(_ part: Value, to value: Value) throws {
      cotangents[value] = try cotangents[value].map { try b.expression("x0 + x1", [$0, part]) } ?? part
    }
    for node in function.nodes.reversed() {
      guard let result = node.results.first, depends[result.index], let own = cotangents[result],
        let op = registry[node.op]
      else { continue }
      b.origin = node.origin
      if op is any CurvedLoss.Type {
        terms.append(Term(node: node, coefficient: own))
      } else if op.traits.contains(.constant) {
        continue
      } else if node.op == "batch_sum" || op.traits.contains(.alias) {
        try add(own, to: node.inputs[0])
      } else if case .expression(let expression)? = node.attributes["expr"], node.op == "map",
        node.inputs.allSatisfy({ registry.spaces.shape(function.type($0)).isEmpty })
      {
        for (k, input) in node.inputs.enumerated() where depends[input.index] {
          let slope = expression.derivative(by: k)
          guard slope.inputs.allSatisfy({ !depends[node.inputs[$0].index] }) else { throw Self.problem(node) }
          let inputs = try node.inputs.map { value -> Value in
            guard let new = map[value] else { throw InternalError("a value that was removed is read") }
            return new
          }
          let used = slope.inputs.isEmpty ? [own] : inputs + [own]
          let product: ScalarExpression = .binary(.multiply, slope, .input(used.count - 1))
          try add(try b.one("map", used, ["expr": .expression(product)]), to: input)
        }
      } else {
        throw Self.problem(node)
      }
    }
    self.terms = terms
  }

  private static func problem(_ node: Node) -> RewriteProblem {
    RewriteProblem(
      "'\(node.op)' stands between the losses and their sum: the optimizer finds no second derivatives",
      origin: node.origin, help: "use a sum of losses, or 'hessian: exact'")
  }

  /// What the first input of a term is, in the weights.
  enum Inner {
    /// A weight itself, by its name.
    case weight(String)
    /// The result of a layer that is linear in its weights.
    case linear(Node)
    /// Anything else.
    case general
  }

  /// What leads from weights to `value`.
  func inner(_ value: Value, _ registry: OpRegistry) -> Inner {
    let producers = function.producers()
    var current = value
    while producers[current.index] >= 0 {
      let node = function.nodes[producers[current.index]]
      guard let op = registry[node.op] else { return .general }
      if op.traits.contains(.alias), !op.traits.contains(.constant) {
        current = node.inputs[0]
      } else if op is any LinearInWeights.Type, let data = node.inputs.first, !depends[data.index] {
        return .linear(node)
      } else {
        return .general
      }
    }
    let parameter = function.parameters.first { $0.value == current && $0.kind == .param }
    return parameter.map { .weight($0.name) } ?? .general
  }
}
