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
    let proven = ProvenNodes(verified, for: f)
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
      let results = node.results
      let known = node.inputs.allSatisfy { $0.index >= 0 && $0.index < isDefined.count && isDefined[$0.index] }
      if !known { problems.append("\(place()): reads a value before it is defined") }
      for value in results { define(value, "a result of node \(k) '\(node.op)'") }
      guard known, results.allSatisfy({ $0.index >= 0 && $0.index < f.types.count }) else {
        if registry[node.op] == nil { problems.append("\(place()): there is no such op") }
        continue
      }
      let problem =
        if proven.contains(node, in: f) {
          proven.isAtStage ? nil : stageProblem(node, f, registry)
        } else {
          typeProblem(node, f, places, registry) ?? stageProblem(node, f, registry)
        }
      if let problem { problems.append("\(place()): \(problem)") }
      places.add(results, ofNodeAt: k)
    }
    for r in f.results where r.value.index < 0 || r.value.index >= isDefined.count || !isDefined[r.value.index] {
      problems.append("@\(f.name): result '\(r.name)' is not defined")
    }
    let isNamed = verified?.results.elementsEqual(f.results) { $0.name == $1.name } == true
    if !isNamed, Set(f.results.map(\.name)).count != f.results.count {
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
      let types = try registry.types(op, node.attributes, f.lazyTypes(of: node.inputs.prefix(data))) {
        node.inputs.prefix(data).map { places.base($0, in: f, registry) }
      }
      let given = f.types(of: node.results)
      guard types.count == given.count else {
        return "gives \(types.count) results, \(given.count) are declared"
      }
      for (type, declared) in zip(types, given) where !registry.spaces.isSubtype(type, of: declared) {
        return "gives \(type), declared \(declared)"
      }
      return nil
    } catch let problem as TypeProblem {
      return "\(problem.message)"
    } catch {
      return "\(error)"
    }
  }

  /// What the stage of the function does not admit of a node whose types are as its rule gives them.
  private static func stageProblem(_ node: Node, _ f: Function, _ registry: OpRegistry) -> String? {
    guard f.stage == .core, let op = registry[node.op] else { return nil }
    for value in node.results where !f.type(value).isReal { return "\(f.type(value)) in a core function" }
    do {
      if !op.traits.contains(.alias), try registry.lowering(op, of: node, in: f).request == nil {
        return "has no kernel, and the function is at the core stage"
      }
      return nil
    } catch let problem as TypeProblem {
      return "\(problem.message)"
    } catch {
      return "\(error)"
    }
  }
}

/// The nodes of a valid function, none where there is no such function, to compare those of a function over the same
/// values with.
private struct ProvenNodes {
  /// Whether its stage admits no more than that of the other function.
  let isAtStage: Bool
  private let nodes: [Node]
  private let types: [GeoType]
  private let producers: [Int]

  init(_ function: Function?, for f: Function) {
    isAtStage = f.stage == function?.stage || f.stage == .layers
    nodes = function?.nodes ?? []
    types = function?.types ?? []
    producers = function?.producers() ?? []
  }

  /// Whether a node has its op, attributes and types from the function. A base point is a value of its function, and a type
  /// that has one says nothing by itself.
  func contains(_ node: Node, in f: Function) -> Bool {
    guard let first = node.results.first, first.index < producers.count, producers[first.index] >= 0 else {
      return false
    }
    let old = nodes[producers[first.index]]
    if old.isSame(as: node) {
      return node.inputs.allSatisfy { isSame($0, $0, f) } && node.results.allSatisfy { isSame($0, $0, f) }
    }
    guard old.results == node.results, old.inputs.count == node.inputs.count, old.op == node.op,
      old.attributes == node.attributes
    else { return false }
    return zip(old.inputs, node.inputs).allSatisfy { isSame($0, $1, f) }
      && node.results.allSatisfy { isSame($0, $0, f) }
  }

  private func isSame(_ old: Value, _ new: Value, _ f: Function) -> Bool {
    let type = f.types[new.index]
    return type.base == nil && type == types[old.index]
  }
}
