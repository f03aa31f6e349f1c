import GeocIR

/// An input that nothing reads.
enum UnusedInput: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    let read = Set(model.nodes.flatMap(\.inputs)).union(model.function.results.map(\.value))
    for input in model.inputs where !read.contains(input.value) {
      problems.report(.lint.unusedInput, "the input '\(input.name.value)' is not used", at: input.name.span)
    }
  }
}
