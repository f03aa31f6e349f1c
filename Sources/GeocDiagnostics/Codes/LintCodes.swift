/// Codes of range W00: lints; the spec is valid but probably not meant so.
package struct LintCodes: Sendable {
  /// Ends the list of a file with too many problems.
  package let moreProblems = DiagnosticCode(
    "W0000", "more-problems", "a file has more problems than are shown", severity: .note)
  /// The span is the node.
  package let unusedNode = DiagnosticCode("W0001", "unused-node", "a node's value is never used")
  /// The span is the input.
  package let unusedInput = DiagnosticCode("W0002", "unused-input", "an input is never used")
  /// The span is the block's name.
  package let unusedBlock = DiagnosticCode("W0003", "unused-block", "a block is never called")
  /// It is singular but for its regularisation.
  package let rankDeficient = DiagnosticCode("W0004", "rank-deficient", "a covariance has fewer samples than channels")
  /// For example `bwbn` without scale normalisation.
  package let unscaledNormalization = DiagnosticCode(
    "W0005", "unscaled-normalization", "a batch normalisation lacks the scale it needs")
  /// It has no effect or pulls off the manifold.
  package let decayOnManifold = DiagnosticCode("W0006", "decay-on-manifold", "weight decay acts on a compact manifold")
  /// The loss takes logits.
  package let softmaxBeforeCrossEntropy = DiagnosticCode(
    "W0008", "double-softmax", "logits pass through softmax before cross entropy")
  /// The span is the name.
  package let unusedDim = DiagnosticCode("W0009", "unused-dim", "an entry of 'dims' is never used")
  /// The span is the output.
  package let constantOutput = DiagnosticCode("W0012", "constant-output", "an output does not depend on any input")
  /// The span is the parameter.
  package let unusedParameter = DiagnosticCode("W0013", "unused-parameter", "a block's parameter is never used")
  /// For example a batch of one in a batch normalisation.
  package let smallBatch = DiagnosticCode("W0014", "small-batch", "a batch is too small for the statistics taken of it")
  /// It only changes the effective step size.
  package let decayOnScaleInvariant = DiagnosticCode(
    "W0016", "decay-on-scale-invariant", "weight decay acts on a scale-invariant weight")
  /// Logarithms of projected points are bounded.
  package let boundedLogits = DiagnosticCode(
    "W0017", "bounded-logits", "the curvature bounds the logits, and the loss from below")
  /// The span is the name in the comment.
  package let badAllow = DiagnosticCode("W0018", "bad-allow", "an allow comment names no lint")
  /// The note says what is checked.
  package let uncheckedClaim = DiagnosticCode("W0019", "unchecked-claim", "nothing checks a claim")
  /// The space has an optimizer that follows it.
  package let straightStep = DiagnosticCode(
    "W0041", "straight-step", "an optimizer steps off the manifold of a parameter")
  /// The span is the layer.
  package let matrixRuleOnHead = DiagnosticCode(
    "W0042", "matrix-rule-on-head", "a rule for hidden matrices steps the head or an embedding")
  /// The span is the op.
  package let readsBasis = DiagnosticCode(
    "W0043", "reads-basis", "a result depends on the basis that stands for a subspace")
  /// A layer norm of one number is 0.
  package let normOfOne = DiagnosticCode("W0031", "norm-of-one", "a norm has a single feature")
  /// For example the output layer: its norm is the temperature of the softmax.
  package let projectionChanges = DiagnosticCode(
    "W0032", "projection-changes-function", "a projection changes what the model computes")
  /// The span is the layer that breaks it.
  package let notSelfNormalizing = DiagnosticCode(
    "W0033", "not-self-normalizing", "a layer breaks the self-normalisation of a net")
}
