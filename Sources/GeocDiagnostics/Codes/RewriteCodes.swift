/// Codes of range E03: rewrites that cannot be done.
package struct RewriteCodes: Sendable {
  /// A label shows the parameter or input that needs it.
  package let notDifferentiable = DiagnosticCode(
    "E0301", "not-differentiable", "a gradient is needed through an op that has none")
  /// Notes show the chain that leads to it.
  package let notInvertible = DiagnosticCode(
    "E0302", "not-invertible", "the inverse graph meets an op that has no inverse")
  /// The group has no frames for these inputs, or an op mentions the batch.
  package let frames = DiagnosticCode("E0303", "no-frames", "frame averaging does not apply")
  /// The span is the op that mixes samples.
  package let batchDependent = DiagnosticCode(
    "E0304", "batch-dependent", "a rewrite needs an op that treats samples one by one")
  /// The span is the entry under `passes`.
  package let noMatch = DiagnosticCode("E0305", "pass-matches-nothing", "a pass asked for changes nothing")
  /// The span is the value's type.
  package let noGroupAction = DiagnosticCode("E0306", "no-group-action", "a group does not act on a value")
  /// The span is the optimizer; a label shows the parameter.
  package let noRetraction = DiagnosticCode("E0307", "no-retraction", "an optimizer cannot step in a space")
  /// Needed by a flow's likelihood.
  package let noLogDet = DiagnosticCode("E0308", "no-log-determinant", "an op has no log-determinant")
  /// Labels show both entries.
  package let passConflict = DiagnosticCode("E0309", "pass-conflict", "two passes exclude each other")
  /// The span is the option.
  package let passOption = DiagnosticCode("E0310", "pass-option", "an option of a pass is invalid")
}
