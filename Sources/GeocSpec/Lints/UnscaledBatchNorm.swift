import GeocIR

/// Riemannian batch normalisation of covariance matrices whose input was never brought to a common scale: raw sensor
/// units put all matrices near zero or infinity, where the running mean hardly moves.
enum UnscaledBatchNorm: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where node.op == "bwbn" {
      guard let input = unscaledSource(node, model), !isStandardized(input, model) else { continue }
      problems.report(
        .lint.unscaledNormalization, "'\(node.path)' normalises covariance matrices of unscaled data", at: node.span,
        help: "put 'trace_normalize' after the covariance, or 'cast: { scale: … }' before it, or standardize '\(input)'"
      )
    }
  }

  /// The input that a node's covariance matrices come from when no op on the way changes their scale.
  private static func unscaledSource(_ node: ElaboratedNode, _ model: LintedModel) -> String? {
    var current = node
    var passedCovariance = false
    while let value = current.inputs.first {
      guard let before = model.maker(value) else {
        guard passedCovariance, case .input(let name, _)? = model.makers[value] else { return nil }
        return name
      }
      if [
        "trace_normalize", "cast", "scale", "batch_norm", "layer_norm", "rms_norm", "bwbn", "airm_bn", "conv2d",
        "linear",
      ]
      .contains(before.op) {
        return nil
      }
      if before.op.hasSuffix("covariance") { passedCovariance = true }
      current = before
    }
    return nil
  }

  private static func isStandardized(_ input: String, _ model: LintedModel) -> Bool {
    model.data?.standardize.contains(input) == true
  }
}
