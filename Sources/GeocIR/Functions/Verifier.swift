/// Checks that a function is a valid program: single assignment, definition before use, declared ops, types that the
/// ops' own rules give, and only ops that the function's stage admits.
package enum Verifier {
  /// What is wrong, one sentence per mistake, each naming its node. Empty for a valid function.
  ///
  /// Where `verified` is given, a valid function that `f` was rebuilt from, the rules of nodes that both have are not asked
  /// again: a rule sees attributes and types, and these are compared.
  package static func problems(_ f: Function, _ registry: OpRegistry, since verified: Function? = nil) -> [String] {
    var problems: [String] = []
    guard f.types.count == f.names.count else { return ["@\(f.name): the value table is inconsistent"] }
    var places = Places()
    let proven = verified.flatMap { ProvenNodes($0, for: f) }
    var isDefined = [Bool](repeating: false, count: f.types.count)
    func define(_ value: Value, _ what: @autoclosure () -> String) {
      guard value.index >= 0, value.index < isDefined.count else {
        problems.append("@\(f.name): \(what()) is outside the value table")
        return
      }
      if isDefined[value.index] { problems.append("@\(f.name): \(what()) is defined twice") }
      isDefined[value.index] = true
    }
    for p in f.parameters { define(p.value, "parameter '\(p.name)'") }
    for (k, node) in f.nodes.enumerated() {
      func place() -> String { "@\(f.name), node \(k) '\(node.op)'" }
      let known = node.inputs.allSatisfy { $0.index >= 0 && $0.index < isDefined.count && isDefined[$0.index] }
      if !known { problems.append("\(place()): reads a value before it is defined") }
      for value in node.results { define(value, "a result of node \(k) '\(node.op)'") }
      guard known, node.results.allSatisfy({ $0.index >= 0 && $0.index < f.types.count }) else {
        if registry[node.op] == nil { problems.append("\(place()): there is no such op") }
        continue
      }
      if proven?.contains(node, in: f) != true, let problem = typeProblem(node, f, places, registry) {
        problems.append("\(place()): \(problem)")
      }
      places.add(nodeAt: k, in: f)
    }
    for r in f.results where r.value.index < 0 || r.value.index >= isDefined.count || !isDefined[r.value.index] {
      problems.append("@\(f.name): result '\(r.name)' is not defined")
    }
    if Set(f.results.map(\.name)).count != f.results.count {
      problems.append("@\(f.name): two results have the same name")
    }
    return problems
  }

  private static func typeProblem(
    _ node: Node, _ f: Function, _ places: Places, _ registry: OpRegistry
  ) -> String? {
    guard let op = registry[node.op] else { return "there is no such op" }
    do {
      let data = op.signature.dataCount(of: node.inputs.count, node.attributes)
      guard data >= 0 else { return "weights are missing" }
      let types = try registry.types(op, node.attributes, f.types(of: node.inputs.prefix(data))) {
        node.inputs.prefix(data).map { places.base($0, in: f, registry) }
      }
      let given = f.types(of: node.results)
      guard types.count == given.count else {
        return "gives \(types.count) results, \(given.count) are declared"
      }
      for (type, declared) in zip(types, given) where !registry.spaces.isSubtype(type, of: declared) {
        return "gives \(type), declared \(declared)"
      }
      if f.stage == .core {
        for type in given where !type.isReal { return "\(type) in a core function" }
        if try registry.lowering(op, of: node, in: f).request == nil, !op.traits.contains(.alias) {
          return "has no kernel, and the function is at the core stage"
        }
      }
      return nil
    } catch let problem as TypeProblem {
      return "\(problem.message)"
    } catch {
      return "\(error)"
    }
  }
}

/// The nodes of a valid function, to compare those of a function over the same values with.
private struct ProvenNodes {
  private let function: Function
  private let producers: [Int]

  /// Nil where the rules for `f` are stricter than those that `function` was checked by.
  init?(_ function: Function, for f: Function) {
    guard f.stage == function.stage || f.stage == .layers else { return nil }
    self.function = function
    producers = function.producers()
  }

  /// Whether a node has its op, attributes and types from the function. A base point is a value of its function, and a type
  /// that has one says nothing by itself.
  func contains(_ node: Node, in f: Function) -> Bool {
    guard let first = node.results.first, first.index < producers.count, producers[first.index] >= 0 else {
      return false
    }
    let old = function.nodes[producers[first.index]]
    guard old.results == node.results, old.inputs.count == node.inputs.count, old.op == node.op,
      old.attributes == node.attributes
    else { return false }
    return zip(old.inputs, node.inputs).allSatisfy { isSame($0, $1, f) }
      && node.results.allSatisfy { isSame($0, $0, f) }
  }

  private func isSame(_ old: Value, _ new: Value, _ f: Function) -> Bool {
    let type = f.types[new.index]
    return type.base == nil && type == function.types[old.index]
  }
}
