import GeocIR

/// An output that no input reaches: it is the same for every sample.
enum ConstantOutput: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    var reached = Set(model.inputs.map(\.value))
    for node in model.nodes where node.inputs.contains(where: reached.contains) { reached.formUnion(node.results) }
    for node in model.nodes where !node.isLoss {
      let outputs = model.function.results.filter { node.results.contains($0.value) && !reached.contains($0.value) }
      guard let output = outputs.first else { continue }
      problems.report(
        .lint.constantOutput, "the output '\(output.name)' does not depend on any input", at: node.span,
        help: "read an input, or leave it out of 'outputs'")
    }
  }
}
