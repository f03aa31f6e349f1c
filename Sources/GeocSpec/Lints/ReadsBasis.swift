import GeocIR

/// An op that reads the array that stands for a point of a quotient: another one would give another result.
enum ReadsBasis: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where model.registry[node.op]?.traits.contains(.representative) == true {
      guard let input = node.inputs.first else { continue }
      problems.report(
        .lint.readsBasis, "'\(node.path)' depends on the basis that stands for \(model.function.type(input).shown)",
        at: node.span, help: "'projector' is the same for every basis")
    }
  }
}
