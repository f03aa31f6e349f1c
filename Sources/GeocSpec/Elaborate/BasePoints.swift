import GeocDiagnostics
import GeocIR

extension Elaborator {
  /// Notes where the inputs declared `Tangent(T, at=NAME)` are tangent; a name of no input is reported.
  mutating func noteInputBases() {
    for (name, value) in inputs {
      guard case .value(let base)? = builder.type(value).space["at"], case .input(_, let span)? = makers[value] else {
        continue
      }
      if let point = inputs.first(where: { $0.name.value == base })?.value {
        bases[value] = point
      } else {
        isBroken = true
        problems.report(
          .spec.unknownName, "'\(name.value)' is tangent at '\(base)', which is no input", at: span,
          meant: suggestion(for: base, among: inputs.map(\.name.value)))
      }
    }
  }

  /// Whether the tangent vectors among `data` are at the points where `op` uses them; where one is not, that is reported.
  mutating func areBasesRight(_ op: any Op.Type, _ entry: NodeEntry, _ data: [Value]) -> Bool {
    let names = op.signature.inputs.map(\.name)
    for (vector, base) in op.basePoints.sorted(by: { $0.key < $1.key }) {
      guard let v = names.firstIndex(of: vector), let x = names.firstIndex(of: base), v < data.count, x < data.count,
        let own = bases[data[v]], origin(own) != origin(data[x])
      else { continue }
      isBroken = true
      problems.report(
        .types.basePoint,
        "\(op.name) takes a tangent vector at \(spoken(data[x])), this one is tangent at \(spoken(own))",
        at: entry.op.span, labels: [makerLabel(data[v]), makerLabel(data[x])].compactMap { $0 },
        help: "carry it there by parallel transport, or give \(op.name) the point where it is tangent")
      return false
    }
    return true
  }

  /// Notes where the result of `op` is tangent.
  mutating func noteBase(of result: Value?, _ op: any Op.Type, _ data: [Value]) {
    let names = op.signature.inputs.map(\.name)
    if let result, let base = op.resultBase, let x = names.firstIndex(of: base), x < data.count {
      bases[result] = data[x]
    }
  }

  /// The value that `value` is another name of: ops such as `stop_gradient` leave a point where it is.
  private func origin(_ value: Value) -> Value {
    var value = value
    while case .node(let index)? = makers[value], let only = nodes[index].inputs.first, nodes[index].inputs.count == 1,
      registry[nodes[index].op]?.traits.contains(.alias) == true,
      builder.type(only).space == builder.type(value).space
    { value = only }
    return value
  }

  private func spoken(_ value: Value) -> String {
    switch makers[value] {
    case .input(let name, _)?: "'\(name)'"
    case .node(let index)?: "'\(nodes[index].path)'"
    case nil: "another point"
    }
  }
}
