import GeocIR

/// What is known of the inverse of a model.
package enum Invertibility: Hashable, Sendable {
  /// The outputs tell the inputs, for all weights.
  case proved
  /// They do not.
  case refuted(InvertibilityObstacle)
  /// Nothing is proved.
  case unproved(InvertibilityObstacle)
}

/// Where the way back from the outputs to the inputs ends.
package struct InvertibilityObstacle: Hashable, Sendable {
  /// The spec node, or its op where it has no path.
  package var node: String
  /// Why it ends there.
  package var reason: String
}

/// Decides whether the map from the inputs to the outputs of a model is one-to-one when it is evaluated.
///
/// Backward from the outputs, values are collected that follow from them: an operand follows where its node says so
/// (`Op.recovery`) and the other operands are known, and a value whose parts are known is known. So affine couplings are
/// proved like chains. A class index counts as given, like a weight. Two ways refute: at some point all that is kept has
/// fewer dimensions than the inputs, which no piecewise continuous map can undo (invariance of domain); or a node that
/// reads an input itself says that it loses something.
package enum InvertibilityAnalysis {
  /// The answer for the outputs of `forward`. Throws `InternalError`.
  package static func answer(_ forward: Function, registry: OpRegistry) throws -> Invertibility {
    let function = try Specialize.run(forward, name: "predict", mode: "eval", registry: registry) {
      $0 != "loss" && !$0.hasPrefix("state.")
    }
    let walk = InverseWalk(function, registry)
    if let narrow = walk.narrowest() { return .refuted(narrow) }
    return try walk.answer()
  }
}

private struct InverseWalk {
  let function: Function
  let registry: OpRegistry
  /// Inputs that have to follow from the outputs.
  let inputs: [Value]

  init(_ function: Function, _ registry: OpRegistry) {
    self.function = function
    self.registry = registry
    let read = Set(function.nodes.flatMap(\.inputs) + function.results.map(\.value))
    inputs = function.parameters.filter { p in
      let type = function.type(p.value)
      return p.kind == .input && read.contains(p.value) && registry.spaces[type.space.name]?.isIndex != true
    }.map(\.value)
  }

  private func name(_ node: Node) -> String { node.origin.path.isEmpty ? node.op : node.origin.path }

  private func dimension(_ values: some Sequence<Value>) -> Int {
    values.reduce(0) { $0 + registry.spaces.dimension(function.type($1)) }
  }

  /// The first node behind which all values that are still read have fewer dimensions than the inputs.
  func narrowest() -> InvertibilityObstacle? {
    var lastUse: [Value: Int] = [:]
    for (k, node) in function.nodes.enumerated() { for value in node.inputs { lastUse[value] = k } }
    for result in function.results { lastUse[result.value] = .max }
    let total = dimension(inputs)
    var kept = Set(inputs)
    for (k, node) in function.nodes.enumerated() {
      let depends = node.inputs.contains { kept.contains($0) }
      kept = kept.filter { lastUse[$0, default: -1] > k }
      if depends { kept.formUnion(node.results.filter { lastUse[$0, default: -1] > k }) }
      let own = dimension(kept)
      if own < total {
        return InvertibilityObstacle(
          node: name(node), reason: "\(own) of the \(total) dimensions of the inputs are left behind it")
      }
    }
    return nil
  }

  func answer() throws -> Invertibility {
    var known = Set(function.results.map(\.value))
    for p in function.parameters where !inputs.contains(p.value) { known.insert(p.value) }
    var count = -1
    while count != known.count {
      count = known.count
      for node in function.nodes where node.inputs.allSatisfy(known.contains) { known.formUnion(node.results) }
      var parts: [Value: [Recovery]] = [:]
      for node in function.nodes.reversed() where try isKnown(node, known) {
        let context = try registry.context(node, in: function)
        for (k, value) in node.inputs.enumerated() where !known.contains(value) {
          switch registry[node.op]?.recovery(of: k, context) {
          case .exact? where node.inputs.enumerated().allSatisfy({ $0.offset == k || known.contains($0.element) }):
            known.insert(value)
          case .alone?: known.insert(value)
          case .part(let axis, let start, let size)?:
            parts[value, default: []].append(.part(axis: axis, start: start, count: size))
          default: break
          }
        }
      }
      for (value, found) in parts where isWhole(value, found) { known.insert(value) }
    }
    guard let missing = inputs.first(where: { !known.contains($0) }) else { return .proved }
    return try obstacle(missing, known)
  }

  /// Whether the results of a node, its new states aside, are known.
  private func isKnown(_ node: Node, _ known: Set<Value>) throws -> Bool {
    let states = registry[node.op]?.signature.operands.count { $0.role == .state } ?? 0
    return node.results.dropLast(states).allSatisfy(known.contains)
  }

  /// Whether parts of a value along one axis are all of it.
  private func isWhole(_ value: Value, _ parts: [Recovery]) -> Bool {
    let shape = registry.spaces.shape(function.type(value))
    return shape.indices.contains { own in
      var covered = Set<Int>()
      for case .part(own, let start, let count) in parts { covered.formUnion(start..<(start + count)) }
      return covered.count == shape[own]
    }
  }

  /// Where the way back to the input `missing` ends: at the last node whose results are known and from which an operand
  /// does not follow.
  private func obstacle(_ missing: Value, _ known: Set<Value>) throws -> Invertibility {
    for node in function.nodes.reversed() where try isKnown(node, known) {
      guard let k = node.inputs.firstIndex(where: { !known.contains($0) }) else { continue }
      let context = try registry.context(node, in: function)
      switch registry[node.op]?.recovery(of: k, context) {
      case .lost(let reason)?:
        let found = InvertibilityObstacle(node: name(node), reason: reason)
        return isBare(node.inputs[k]) && node.inputs.count { !known.contains($0) } == 1
          && function.nodes.count(where: { $0.inputs.contains(node.inputs[k]) }) == 1
          ? .refuted(found) : .unproved(found)
      case .unproved(let reason)?: return .unproved(InvertibilityObstacle(node: name(node), reason: reason))
      case .part?:
        return .unproved(InvertibilityObstacle(node: name(node), reason: "the rest of what it cuts is not known"))
      case .exact?, .alone?, nil:
        return .unproved(InvertibilityObstacle(node: name(node), reason: "no operand of it is known without another"))
      }
    }
    let reader = function.nodes.first { $0.inputs.contains(missing) }
    return .unproved(
      InvertibilityObstacle(node: reader.map(name) ?? "", reason: "not all of its results are known"))
  }

  /// Whether a value is an input, as it is or under an alias: every point of its space occurs.
  private func isBare(_ value: Value) -> Bool {
    if inputs.contains(value) { return true }
    guard let maker = function.nodes.first(where: { $0.results.contains(value) }), let source = maker.inputs.first,
      registry[maker.op]?.traits.contains(.alias) == true
    else { return false }
    return isBare(source)
  }
}
