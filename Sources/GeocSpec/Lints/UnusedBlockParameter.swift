import GeocIR

/// A parameter that the nodes of its block do not read.
enum UnusedBlockParameter: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for block in model.spec.blocks where model.calledBlocks.contains(block.name.value) {
      for parameter in block.parameters {
        let name = parameter.name.value
        if model.readParameters.contains("\(block.name.value).\(name)") { continue }
        problems.report(
          .lint.unusedParameter, "the block '\(block.name.value)' does not use its parameter '\(name)'",
          at: parameter.name.span, help: "write '$\(name)' where its value belongs")
      }
    }
  }
}
