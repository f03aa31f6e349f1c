import GeocIR

/// Cross-entropy of probabilities: it takes the softmax itself, so the gradient is that of a softmax of a softmax.
enum DoubleSoftmax: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where node.op == "cross_entropy" {
      guard let logits = node.inputs.first, let before = model.maker(logits), before.op == "softmax" else { continue }
      problems.report(
        .lint.softmaxBeforeCrossEntropy, "cross_entropy takes logits, but '\(before.path)' are probabilities",
        at: node.span, labels: [(before.span, "the softmax")], help: "give it what the softmax reads")
    }
  }
}
