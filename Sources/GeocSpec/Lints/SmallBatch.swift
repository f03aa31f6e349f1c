import GeocIR

/// Batches of one sample under an op that takes statistics over the batch.
enum SmallBatch: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    guard model.training?.batch == 1 else { return }
    for node in model.nodes {
      guard let traits = model.registry[node.op]?.traits, traits.isSuperset(of: [.seesBatch, .mode]) else { continue }
      problems.report(
        .lint.smallBatch, "'\(node.path)' takes statistics of batches of one sample", at: node.span,
        help: "train with a larger 'batch'")
    }
  }
}
