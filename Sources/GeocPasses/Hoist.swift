import GeocIR

/// Splits an evaluation function: what depends on parameters and states only is computed once, by `prepare`.
package enum Hoist {
  /// Name for `--disable`.
  package static let name = "hoist"

  /// The two functions, or nil where nothing is worth hoisting. `prepare_<name>` gives `prepared.<name>.<k>`, which the
  /// other takes as parameters of kind `prepared`.
  package static func run(_ f: Function, registry: OpRegistry) throws -> (prepare: Function, main: Function)? {
    var isData = [Bool](repeating: false, count: f.types.count)
    for p in f.parameters where p.kind == .input || p.kind == .cotangent || p.kind == .hyper {
      isData[p.value.index] = true
    }
    var isHoisted = [Bool](repeating: false, count: f.nodes.count)
    for (k, node) in f.nodes.enumerated() {
      let seesData = node.inputs.contains { isData[$0.index] } || node.op == "batch_size" || node.op == "random_uniform"
      if seesData {
        for value in node.results { isData[value.index] = true }
      } else {
        isHoisted[k] = true
      }
    }
    let hoisted = zip(f.nodes, isHoisted).filter(\.1).map(\.0)
    let others = zip(f.nodes, isHoisted).filter { !$0.1 }.map(\.0)
    // Constants alone gain nothing.
    guard hoisted.contains(where: { $0.op != "fill" && registry[$0.op]?.traits.contains(.alias) != true }) else {
      return nil
    }
    var borders: [Value] = []
    var inside = Set(hoisted.flatMap(\.results))
    func note(_ value: Value) { if inside.remove(value) != nil { borders.append(value) } }
    for node in others { node.inputs.forEach(note) }
    for r in f.results { note(r.value) }

    var source = f
    source.name = "prepare_\(f.name)"
    source.parameters = f.parameters.filter { $0.kind == .param || $0.kind == .state }
    source.results = []
    var first = Rebuilder(source, registry)
    for node in hoisted { try first.copy(node) }
    for (k, value) in borders.enumerated() { first.builder.result("prepared.\(f.name).\(k)", try first.value(value)) }
    var second = Rebuilder(f, registry)
    for (k, value) in borders.enumerated() {
      second.map[value] = second.builder.parameter("prepared.\(f.name).\(k)", f.type(value), .prepared)
    }
    for node in others { try second.copy(node) }
    return (first.builder.function.numbered(), try second.finish().numbered())
  }
}
