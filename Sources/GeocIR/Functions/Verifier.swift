/// Checks that a function is a valid program: single assignment, definition before use, declared ops, types that the
/// ops' own rules give, and only ops that the function's stage admits.
package enum Verifier {
  /// What is wrong, one sentence per mistake, each naming its node. Empty for a valid function.
  package static func problems(_ f: Function, _ registry: OpRegistry) -> [String] {
    var problems: [String] = []
    guard f.types.count == f.names.count else { return ["@\(f.name): the value table is inconsistent"] }
    var places = Places()
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
      guard let op = registry[node.op] else {
        problems.append("\(place()): there is no such op")
        continue
      }
      guard known, node.results.allSatisfy({ $0.index >= 0 && $0.index < f.types.count }) else { continue }
      if let problem = typeProblem(node, op, f, places, registry) { problems.append("\(place()): \(problem)") }
      places.add(node, op, in: f)
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
    _ node: Node, _ op: any Op.Type, _ f: Function, _ places: Places, _ registry: OpRegistry
  ) -> String? {
    do {
      let extra = op.signature.operands.count { $0.role != .input && Signature.exists($0, node.attributes) }
      guard node.inputs.count >= extra else { return "weights are missing" }
      let call = TypeCall(
        op: node.op, attributes: node.attributes,
        inputs: node.inputs.prefix(node.inputs.count - extra).map(f.type),
        values: node.inputs.prefix(node.inputs.count - extra).map { places.base($0, in: f) }, spaces: registry.spaces)
      let types = try op.infer(call)
      let given = node.results.map(f.type)
      guard types.count == given.count else {
        return "gives \(types.count) results, \(given.count) are declared"
      }
      for (type, declared) in zip(types, given) where !registry.spaces.isSubtype(type, of: declared) {
        return "gives \(type), declared \(declared)"
      }
      if f.stage == .core {
        for type in given where !type.isReal { return "\(type) in a core function" }
        let context = try registry.context(node, in: f)
        if try op.kernel(context) == nil, !op.traits.contains(.alias) {
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
