/// Codes of range E03: rewrites that cannot be done.
package struct RewriteCodes: Sendable {
  /// A label shows the parameter or input that needs it.
  package let notDifferentiable = DiagnosticCode(
    "E0301", "not-differentiable", "a gradient is needed through an op that has none")
  /// The span is the entry under `passes`.
  package let noMatch = DiagnosticCode("E0305", "pass-matches-nothing", "a pass asked for changes nothing")
  /// The span is the claim.
  package let noGroupAction = DiagnosticCode("E0306", "no-group-action", "a group does not act on a value")
  /// The span is the optimizer; a label shows the parameter.
  package let noRetraction = DiagnosticCode("E0307", "no-retraction", "an optimizer cannot step in a space")
  /// Labels show both entries.
  package let passConflict = DiagnosticCode("E0309", "pass-conflict", "two passes exclude each other")
}
