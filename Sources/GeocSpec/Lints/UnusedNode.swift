import GeocIR

/// A node whose result reaches neither an output nor the loss.
enum UnusedNode: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    let read = Set(model.nodes.flatMap(\.inputs))
    let results = Set(model.function.results.map(\.value))
    for node in model.nodes where !node.isLoss {
      if node.results.contains(where: { read.contains($0) || results.contains($0) }) { continue }
      problems.report(
        .lint.unusedNode, "the result of '\(node.path)' is not used", at: node.span,
        help: "list it in 'outputs', read it with 'from', or remove the node")
    }
  }
}
