import GeocDiagnostics
import GeocIR
import GeocYAML

extension Elaborator {
  /// The result `loss.margin`, the smallest margin of the batch, where training asks when the data are separated.
  mutating func elaborateSeparation() throws {
    let metric = spec.metrics.first { $0.name.value == "separation" }
    let until = spec.train?.value.entries?.first { $0.key.text == "until" }
    guard let span = metric?.name.span ?? until?.key.span, !isBroken else { return }
    for node in nodes where node.isLoss {
      guard let op = registry[node.op] else { continue }
      let context = OpContext(
        attributes: node.attributes, signature: op.signature, inputs: node.inputs,
        inputTypes: node.inputs.map(builder.type), results: [], resultTypes: [], spaces: registry.spaces)
      builder.origin = Origin(span: span, path: "separation")
      guard let margin = try op.margin(&builder, context), builder.type(margin).isBatched else { continue }
      let negative: Attributes = ["expr": .expression(.unary(.negate, .input(0)))]
      let largest = try builder.one("batch_max", [try builder.one("map", [margin], negative)])
      builder.result("loss.margin", try builder.one("map", [largest], negative))
      return
    }
    isBroken = true
    problems.report(
      .spec.missingParameter, "separation needs a loss with margins, and this model has none", at: span,
      help: "use 'logistic', 'binary_cross_entropy' or 'cross_entropy'")
  }
}
