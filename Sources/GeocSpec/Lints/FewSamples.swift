import GeocIR

/// A covariance matrix of fewer samples than channels, without regularisation: it has zero eigenvalues, and the next
/// logarithm is not finite.
enum FewSamples: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where node.op == "covariance" {
      guard node.attributes.real("eps") == 0, let input = node.inputs.first else { continue }
      let estimator = node.attributes.name("estimator", "cov")
      guard estimator == "scm" || estimator == "cov" else { continue }
      let shape = model.registry.spaces.shape(model.function.type(input))
      guard shape.count >= 2 else { continue }
      let channels = shape[shape.count - 2]
      let rank = shape[shape.count - 1] - (estimator == "cov" ? 1 : 0)
      if rank < channels {
        problems.report(
          .lint.rankDeficient,
          "a covariance of \(channels) channels from \(shape[shape.count - 1]) samples is singular",
          at: node.span, label: "rank \(rank) at most", help: "give 'eps' or use 'estimator: oas'")
      }
    }
  }
}
