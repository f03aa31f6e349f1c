import GeocDiagnostics
import GeocIR
import GeocYAML

extension RunReader {
  /// What a second-order optimizer needs to know of the training, and what does not go with it.
  mutating func readSearch(
    _ fields: [String: Problems.Field], _ chosen: YAMLNode, _ optimizer: inout OptimizerDescription,
    _ training: inout TrainingDescription
  ) {
    guard let rule = registry.optimizers[optimizer.name] as? any SearchRule.Type else { return }
    let isSingle = spec.dtype == "f32"
    optimizer.attributes["unit_roundoff"] = .real(isSingle ? 0x1p-24 : 0x1p-53)
    training.search = rule.search(optimizer.attributes, isSingle: isSingle)
    if fields["batch"] == nil { training.batch = nil }
    if training.batch != nil, let field = fields["batch"] {
      problems.report(
        .spec.badTrain, "'\(rule.name)' compares losses of all rows and cannot train on batches", at: field.value.span,
        labels: [(chosen.entries?.first?.key.span ?? chosen.span, "the optimizer")], help: "write 'batch: whole'")
    }
    for key in ["clip", "groups", "schedule"] {
      if let field = fields[key] {
        problems.report(
          .spec.badTrain, "'\(key)' does not go with '\(rule.name)', which steps in all weights at once",
          at: field.key.span, help: "leave '\(key)' out")
      }
    }
    if let entries = spec.data?.value.entries,
      let other = entries.first(where: { ["views", "augment", "labelled"].contains($0.key.text) })
    {
      problems.report(
        .spec.badTrain, "'\(rule.name)' trains on the rows as they are, and '\(other.name)' changes them",
        at: other.key.span, help: "leave '\(other.name)' out, or use another optimizer")
    }
  }
}
