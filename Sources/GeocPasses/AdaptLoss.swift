import GeocIR

/// Lets the optimizer choose the backward of the loss.
enum AdaptLoss {
  /// `forward` as the optimizer wants to differentiate it. Throws `RewriteProblem` where the loss has no such form.
  static func run(_ forward: Function, _ optimizer: OptimizerDescription?, _ registry: OpRegistry) throws -> Function {
    guard let optimizer, let rule = registry.optimizers[optimizer.name] else { return forward }
    if optimizer.attributes.real("lr") != .infinity,
      let group = optimizer.groups.first(where: { $0.overrides.real("lr") == .infinity })
    {
      throw RewriteProblem(
        "the optimizer '\(optimizer.name)' has 'lr: inf' for '\(group.pattern)' only", origin: Origin(),
        help: "steps are infinite for all parameters or for none")
    }
    var adapted = forward
    if let problem = rule.adapt(&adapted, optimizer.attributes, registry) {
      throw RewriteProblem(
        "the optimizer '\(rule.name)' cannot train this model: \(problem.message)",
        origin: problem.origin ?? Origin(), help: problem.help)
    }
    return adapted
  }
}
