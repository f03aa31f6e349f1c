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
  /// Its sum is taken.
  package let tensorLoss = DiagnosticCode("W0007", "tensor-loss", "a loss has more than one element")
  /// The loss takes logits.
  package let softmaxBeforeCrossEntropy = DiagnosticCode(
    "W0008", "double-softmax", "logits pass through softmax before cross entropy")
  /// The span is the name.
  package let unusedDim = DiagnosticCode("W0009", "unused-dim", "an entry of 'dims' is never used")
  /// Shown by the range of its argument.
  package let clampInactive = DiagnosticCode("W0010", "clamp-inactive", "a clamp can never act")
  /// The range of eigenvalues is wider than the precision.
  package let lowPrecision = DiagnosticCode("W0011", "low-precision", "f32 cannot hold the conditioning")
  /// The span is the output.
  package let constantOutput = DiagnosticCode("W0012", "constant-output", "an output does not depend on any input")
  /// The span is the parameter.
  package let unusedParameter = DiagnosticCode("W0013", "unused-parameter", "a block's parameter is never used")
  /// For example a batch of one in a batch normalisation.
  package let smallBatch = DiagnosticCode("W0014", "small-batch", "a batch is too small for the statistics taken of it")
  /// Statistics would be too good.
  package let testInTraining = DiagnosticCode(
    "W0015", "leaky-split", "rows of one group stand on both sides of the split")
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
  /// A layer norm of one number is 0.
  package let normOfOne = DiagnosticCode("W0031", "norm-of-one", "a norm has a single feature")
  /// For example the output layer: its norm is the temperature of the softmax.
  package let projectionChanges = DiagnosticCode(
    "W0032", "projection-changes-function", "a projection changes what the model computes")
  /// The span is the layer that breaks it.
  package let notSelfNormalizing = DiagnosticCode(
    "W0033", "not-self-normalizing", "a layer breaks the self-normalisation of a net")
}
