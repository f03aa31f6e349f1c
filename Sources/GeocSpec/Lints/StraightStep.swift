import GeocIR

/// An optimizer that adds its step to a point of a curved space, which then is no point of it any more.
enum StraightStep: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    guard let optimizer = model.optimizer else { return }
    let left = model.function.parameters.filter { parameter in
      parameter.kind == .param && isCurved(model.function.type(parameter.value), model.registry)
        && model.registry.optimizers[optimizer.rule(for: parameter.name)]?.isStraight == true
    }
    guard let first = left.first, let place = model.spec.train?.key else { return }
    let rule = optimizer.rule(for: first.name)
    let groups = model.spec.train?.value.entries?.first { $0.key.text == "groups" }?.key.span
    let others = left.count > 1 ? " and \(left.count - 1) more" : ""
    problems.report(
      .lint.straightStep, "'\(rule)' steps '\(first.name)'\(others) off the manifold",
      at: (rule == optimizer.name ? optimizerSpan(model) : groups) ?? place,
      label: "a sum is no point of \(model.function.type(first.value))",
      help: "'\(rule == "sgd" ? "rsgd" : "radam")' follows it, and takes the same step as '\(rule)' elsewhere")
  }

  private static func isCurved(_ type: GeoType, _ registry: OpRegistry) -> Bool {
    guard !type.isReal, let space = registry.spaces[type.space.name] else { return false }
    return space.retractions(metric: space.metrics.first ?? "") != ["plus"]
  }
}
