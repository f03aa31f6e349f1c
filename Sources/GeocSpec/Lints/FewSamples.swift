import GeocIR

/// A covariance matrix of fewer samples than rows, without regularisation: it has zero eigenvalues, and the next
/// logarithm is not finite.
enum FewSamples: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where node.op == "covariance" || node.op == "augmented_covariance" {
      guard node.attributes.real("eps") == 0, let input = node.inputs.first else { continue }
      let estimator = node.attributes.name("estimator", "cov")
      guard estimator == "scm" || estimator == "cov" else { continue }
      let shape = model.registry.spaces.shape(model.function.type(input))
      guard shape.count >= 2 else { continue }
      let order = node.attributes.int("order", 1)
      let samples = shape[shape.count - 1] - (order == 1 ? 0 : order * node.attributes.int("lag", 1))
      let rows = order * shape[shape.count - 2]
      let rank = samples - (estimator == "cov" || order > 1 ? 1 : 0)
      if rank < rows {
        let what = order == 1 ? "\(rows) channels" : "\(rows) rows, channels times order,"
        problems.report(
          .lint.rankDeficient, "a covariance of \(what) from \(samples) samples is singular",
          at: node.span, label: "rank \(rank) at most", help: "give 'eps' or use 'estimator: oas'")
      }
    }
  }
}
