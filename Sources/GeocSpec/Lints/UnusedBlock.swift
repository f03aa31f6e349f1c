import GeocIR

/// A block of this file that no node calls.
enum UnusedBlock: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for block in model.spec.blocks where !model.calledBlocks.contains(block.name.value) {
      // Files are included for some of their blocks.
      guard block.name.span.file == model.spec.root.span.file else { continue }
      problems.report(.lint.unusedBlock, "the block '\(block.name.value)' is not used", at: block.name.span)
    }
  }
}
