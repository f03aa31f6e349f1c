import GeocIR

/// Makes functions of the rules by which ops estimate their states.
package enum FitFunctions {
  /// A node with a rule.
  struct Fitted {
    var node: Node
    var rule: FitRule
    /// Path of the node.
    var path: String
    /// Data inputs by operand.
    var inputs: [(name: String, value: Value)]
    /// States by operand, with the parameters that hold them.
    var states: [(name: String, parameter: Parameter)]
  }

  /// The fits of a model, each after those that it reads.
  package static func descriptions(_ forward: Function, _ registry: OpRegistry) throws -> [FitDescription] {
    let reads = dependsOnWeights(forward)
    return try fitted(forward, registry).map { fit in
      let features = fit.inputs.map { name, value in
        FitDescription.Feature(
          name: name, input: forward.parameters.first { $0.value == value && $0.kind == .input }?.name)
      }
      var target: FitDescription.Target?
      if let name = fit.rule.target, let input = fit.inputs.first(where: { $0.name == name }) {
        target = .init(feature: name, classes: forward.type(input.value).space.sizes.first ?? 1)
      }
      let method: FitDescription.Method =
        switch fit.rule.method {
        case .steps(let limit, _, _): .steps(limit: limit)
        case .minimum(let limit, _): .minimum(limit: limit)
        case .solver(let name, let parameters): .solver(name: name, parameters: parameters)
        }
      return FitDescription(
        node: fit.path, features: features, states: fit.states.map(\.parameter.name), target: target,
        adapts: fit.rule.adapts, readsWeights: fit.inputs.contains { reads[$0.value.index] }, method: method)
    }
  }

  /// One function of the fit of the node at `path`. `features` is the model up to the inputs of the node, in evaluation
  /// mode; the others read the inputs of the node for all rows. Throws `InternalError`.
  static func function(
    _ part: FitDescription.Part, of path: String, _ forward: Function, _ registry: OpRegistry
  ) throws -> Function {
    guard let fit = try fitted(forward, registry).first(where: { $0.path == path }) else {
      throw InternalError("'\(path)' is not fitted")
    }
    let name = FitDescription.function(part, of: path)
    if part == .features {
      var source = forward
      let inputs = Set(forward.parameters.filter { $0.kind == .input }.map(\.value))
      source.results = fit.inputs.filter { !inputs.contains($0.value) }.map {
        FunctionResult(name: "feature.\($0.name)", value: $0.value)
      }
      return try Specialize.run(source, name: name, mode: "eval", registry: registry) { _ in true }
    }
    var b = Builder(name: name, stage: .layers, registry: registry)
    b.origin = fit.node.origin
    var inputs: [String: Value] = [:]
    for (name, value) in fit.inputs {
      inputs[name] = b.parameter("feature.\(name)", forward.type(value), .input)
    }
    var values: [String: Value] = [:]
    for (name, parameter) in fit.states {
      values[name] = b.parameter(parameter.name, forward.type(parameter.value), .state, initial: parameter.initial)
    }
    if part == .iterate {
      for slot in fit.rule.slots { values[slot.name] = b.parameter("fit.\(path).\(slot.name)", slot.type, .state) }
    }
    let context = FitContext(attributes: fit.node.attributes, inputs: inputs, values: values)
    switch (fit.rule.method, part) {
    case (.steps(_, let start, _), .start): try add(try start(&b, context), fit, &b)
    case (.steps(_, _, let next), .iterate): try add(try next(&b, context), fit, &b)
    case (.minimum(_, let objective), .objective): b.result("objective", try objective(&b, context))
    default: throw InternalError("the fit of '\(path)' has no function '\(part.rawValue)'")
    }
    return b.function
  }

  private static func add(_ step: FitStep, _ fit: Fitted, _ b: inout Builder) throws {
    let names =
      fit.states.map { ($0.name, $0.parameter.name) } + fit.rule.slots.map { ($0.name, "fit.\(fit.path).\($0.name)") }
    for (name, full) in names {
      guard let value = step.values[name] else { throw InternalError("a step gives no '\(name)' of '\(fit.path)'") }
      b.result("state.\(full)", value)
    }
    b.result("done", step.done)
    b.result("residual", step.residual)
  }

  private static func fitted(_ forward: Function, _ registry: OpRegistry) throws -> [Fitted] {
    let parameters = Dictionary(forward.parameters.map { ($0.value, $0) }, uniquingKeysWith: { first, _ in first })
    return try forward.nodes.compactMap { node in
      let context = try registry.context(node, in: forward)
      guard let op = registry[node.op], let rule = try op.fit(context) else { return nil }
      var inputs: [(name: String, value: Value)] = []
      var states: [(name: String, parameter: Parameter)] = []
      for (name, value) in zip(context.inputNames, node.inputs) {
        if op.signature.inputs.contains(where: { $0.name == name }) {
          inputs.append((name, value))
        } else if let parameter = parameters[value], parameter.kind == .state {
          states.append((name, parameter))
        }
      }
      guard let first = states.first else { throw InternalError("'\(node.op)' is fitted and has no state") }
      for (name, value) in inputs where !forward.type(value).isBatched {
        throw RewriteProblem(
          "'\(name)' of '\(node.op)' is the same for all rows, so that nothing can be fitted to it", origin: node.origin
        )
      }
      return Fitted(
        node: node, rule: rule, path: String(first.parameter.name.dropLast(first.name.count + 1)), inputs: inputs,
        states: states)
    }
  }

  /// By value, whether it depends on a weight.
  private static func dependsOnWeights(_ f: Function) -> [Bool] {
    var depends = [Bool](repeating: false, count: f.types.count)
    for p in f.parameters where p.kind == .param { depends[p.value.index] = true }
    for node in f.nodes where node.inputs.contains(where: { depends[$0.index] }) {
      for value in node.results { depends[value.index] = true }
    }
    return depends
  }
}
