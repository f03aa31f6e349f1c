import GeocDiagnostics
import GeocIR
import GeocYAML

extension Elaborator {
  /// A node of an op: parameters, inputs, types, weights, states. Its results without states; empty when it is refused.
  mutating func opNode(
    _ op: any Op.Type, _ entry: NodeEntry, name: String, replacing first: Binding?, _ scope: Scope
  ) throws -> [Binding] {
    let signature = op.signature
    let isOperand = { (argument: ArgumentEntry) in
      signature.inputs.contains { $0.name == argument.name.value }
        && !signature.parameters.contains { $0.name == argument.name.value }
    }
    let attributes = ParameterReader(types: types).attributes(
      entry.arguments.filter { !isOperand($0) }, of: entry.op, signature, &problems)
    let bindings = operands(
      entry, names: signature.inputs.map { ($0.name, $0.isVariadic, $0.isOptional) },
      named: entry.arguments.filter(isOperand),
      replacing: first, isSilent: attributes == nil, scope)
    guard var attributes, let bindings else { return [] }
    if op.traits.contains(.random), signature.parameters.contains(where: { $0.name == "stream" }) {
      // Every random node has numbers of its own unless the spec shares a stream on purpose.
      randomCount += 1
      if !entry.arguments.contains(where: { $0.name.value == "stream" }) { attributes["stream"] = .int(randomCount) }
    }
    let data = bindings.compactMap(\.value)
    guard data.count == bindings.count else { return [] }
    let path = scope.prefix + name
    let curvature = setCurvature(&attributes, op, data, path)
    if signature.parameters.contains(where: { $0.name == "margin" }) {
      let isSingle = spec.dtype == "f32"
      if attributes["margin"] == nil { attributes["margin"] = .real(isSingle ? 4e-3 : 1e-5) }
      // The largest argument of sinh whose square is finite.
      attributes["reach"] = .real(isSingle ? 43 : 350)
    }
    let call = TypeCall(
      op: op.name, attributes: attributes, inputs: data.map(builder.type), values: data.map(builder.base),
      spaces: registry.spaces)
    do {
      _ = try registry.types(op, attributes, call.inputs) { call.values }
      try QuotientReading.check(op, call)
      let tensors = signature.operands.contains { $0.role != .input } ? try registry.weights(op, call) : []
      let values =
        data
        + tensors.map { tensor in
          if tensor.role == .hyper { return hyper(tensor) }
          if tensor.name == "c", let curvature { return curvature }
          return builder.parameter(
            "\(path).\(tensor.name)", tensor.type, tensor.role == .state ? .state : .param,
            initial: Self.initial(tensor.initial, attributes))
        }
      builder.origin = Origin(span: entry.op.span, path: path)
      let results = try builder.node(op.name, values, attributes, name: path)
      let states = tensors.filter { $0.role == .state }
      let own = Array(results.dropLast(states.count))
      for (state, value) in zip(states, results.suffix(states.count)) {
        newStates.append(("\(path).\(state.name)", value))
      }
      for (result, value) in zip(signature.results, own).dropFirst() where !result.name.isEmpty {
        builder.suggestName(value, "\(path).\(result.name)")
      }
      for value in own { makers[value] = .node(nodes.count) }
      for value in values.dropFirst(data.count) + own { checkSize(value, at: entry.op.span) }
      nodes.append(
        ElaboratedNode(
          path: path, op: op.name, span: entry.op.span, prefix: scope.prefix, attributes: attributes, inputs: data,
          results: own, isLoss: isInLoss))
      return own.map { .value($0) }
    } catch let problem as TypeProblem {
      report(problem, op, entry, call, data, scope)
      return []
    }
  }

  /// Marks an op on points of a ball of learned curvature, and gives the parameter that holds it. An op that opens such a
  /// ball names its own.
  private mutating func setCurvature(
    _ attributes: inout Attributes, _ op: any Op.Type, _ data: [Value], _ path: String
  ) -> Value? {
    guard op.signature.operands.contains(where: { $0.name == "c" && $0.condition?.parameter == "learn_c" }) else {
      return nil
    }
    for value in data {
      let space = builder.type(value).space
      guard case .value(let name)? = (space.inner ?? space)["c"] else { continue }
      attributes["learn_c"] = .bool(true)
      attributes["curvature"] = .text(name)
      return builder.function.parameter(name)?.value
    }
    if attributes.bool("learn_c") { attributes["curvature"] = .text("\(path).c") }
    return nil
  }

  /// The number of the training loop that all nodes share.
  private mutating func hyper(_ operand: TypedOperand) -> Value {
    let name = "hyper.\(operand.name)"
    return builder.function.parameter(name)?.value ?? builder.parameter(name, operand.type, .hyper)
  }

  /// An initialiser with the parameters that it names replaced by their values: `constant(theta)`.
  static func initial(_ text: String, _ attributes: Attributes) -> String {
    func value(_ word: String) -> String {
      switch attributes[word] {
      case .int(let x)?: NumberText.text(Double(x))
      case .real(let x)?: NumberText.text(x)
      case .name(let x)?, .text(let x)?: x
      default: word
      }
    }
    guard let open = text.utf8.firstIndex(of: 0x28), text.utf8.last == 0x29 else { return value(text) }
    let arguments = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let words = arguments.map { value($0.trimmingSpaces) }
    return "\(value(String(text[..<open])))(\(words.joined(separator: ", ")))"
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  var trimmingSpaces: String {
    let text = String(self)
    guard let first = text.utf8.firstIndex(where: { $0 != 0x20 }), let last = text.utf8.lastIndex(where: { $0 != 0x20 })
    else { return "" }
    return String(text[first..<text.utf8.index(after: last)])
  }
}
