import GeocDiagnostics
import GeocIR
import GeocYAML

/// Weight decay on a parameter of a compact manifold: the decay is normal to the manifold and the projection removes it.
enum DecayOnCompact: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    guard let optimizer = model.optimizer, let span = place(model) else { return }
    let idle = model.function.parameters.filter { parameter in
      parameter.kind == .param
        && model.registry.spaces[model.function.type(parameter.value).space.name]?.isCompact == true
        && optimizer.attributes(for: parameter.name).real("weight_decay") > 0
    }
    guard let first = idle.first else { return }
    let space = model.function.type(first.value)
    let others = idle.count > 1 ? " and \(idle.count - 1) more" : ""
    problems.report(
      .lint.decayOnManifold, "weight decay does nothing to '\(first.name)'\(others)", at: span,
      label: "\(space) has no direction to shrink in",
      help: "set it to 0 there: 'groups: [{ space: \(space.space.name), weight_decay: 0 }]'")
  }

  /// Where the decay is written.
  private static func place(_ model: LintedModel) -> Span? {
    optimizerNode(model)?.value.entries?.first { $0.key.text == "weight_decay" }?.key.span ?? model.spec.train?.key
  }
}
