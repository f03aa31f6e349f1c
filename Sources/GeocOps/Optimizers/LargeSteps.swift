import GeocIR

/// Descent on logistic losses with steps of any length, infinite ones included.
///
/// With `lr: inf` a rule steps in θ/γ for γ → ∞: the probabilities of error become 0 or 1, and descent becomes the
/// batch perceptron.
enum LargeSteps {
  static let rateText =
    "learning rate η; inf for the limit of long steps, the perceptron: parameters are then those of θ/η"

  /// Tells the losses of `forward` how they are descended. The problem where one of them has no such form.
  static func adapt(
    _ forward: inout Function, _ attributes: Attributes, isNormalized: Bool, _ registry: OpRegistry
  ) -> OptimizerProblem? {
    let isInfinite = attributes.real("lr") == .infinity
    guard isInfinite || isNormalized else { return nil }
    let option = isInfinite ? "lr: inf" : "by: mean_probability"
    let losses = forward.nodes.indices.filter { registry[forward.nodes[$0].op]?.traits.contains(.loss) == true }
    for k in losses where registry[forward.nodes[k].op]?.traits.contains(.largeSteps) != true {
      return OptimizerProblem(
        "'\(option)' is for logistic losses, and '\(forward.nodes[k].op)' is none",
        help: "use 'logistic' or 'binary_cross_entropy' alone, or another learning rate",
        origin: forward.nodes[k].origin)
    }
    if losses.isEmpty {
      return OptimizerProblem("'\(option)' is for logistic losses, and there is none", help: "use 'logistic'")
    }
    if isInfinite {
      for name in ["momentum", "weight_decay"] where attributes.real(name) != 0 {
        return OptimizerProblem("'lr: inf' is a limit of plain steps", help: "leave '\(name)' out")
      }
      for p in forward.parameters where p.kind == .param && p.initial != "zeros" {
        let reader = forward.nodes.first { $0.inputs.contains(p.value) }
        return OptimizerProblem(
          "'lr: inf' starts at 0, and '\(p.name)' does not", help: "write 'init: zeros' in its layer",
          origin: reader?.origin)
      }
      for k in losses {
        if let node = nonlinear(forward.nodes[k].inputs[0], forward, registry) {
          return OptimizerProblem(
            "'lr: inf' needs margins that are linear in the weights, and '\(node.op)' is in the way",
            help: "use one 'linear' layer on the data", origin: node.origin)
        }
      }
    }
    for k in losses {
      if isInfinite { forward.nodes[k].attributes["steps"] = .name("infinite") }
      if isNormalized { forward.nodes[k].attributes["normalize"] = .name("mean_probability") }
    }
    return nil
  }

  /// The node that keeps `value` from being linear in the weights; nil where it is.
  private static func nonlinear(_ value: Value, _ f: Function, _ registry: OpRegistry) -> Node? {
    let producers = f.producers()
    var current = value
    while producers[current.index] >= 0 {
      let node = f.nodes[producers[current.index]]
      guard let op = registry[node.op] else { return node }
      if op.traits.contains(.alias) {
        current = node.inputs[0]
      } else {
        return op is any LinearInWeights.Type && !f.dependsOnWeights(node.inputs[0]) ? nil : node
      }
    }
    return nil
  }
}

extension Function {
  /// Whether a weight leads to a value.
  func dependsOnWeights(_ value: Value) -> Bool {
    var depends = [Bool](repeating: false, count: types.count)
    for p in parameters where p.kind == .param { depends[p.value.index] = true }
    for node in nodes where node.inputs.contains(where: { depends[$0.index] }) {
      for result in node.results { depends[result.index] = true }
    }
    return depends[value.index]
  }
}
