/// Codes of range E04: plans and the text of the IR.
package struct PlanCodes: Sendable {
  /// The container or its metadata is missing.
  package let notAPlan = DiagnosticCode("E0401", "not-a-plan", "a file is not a plan")
  /// Notes show both versions.
  package let version = DiagnosticCode("E0402", "plan-version", "a plan was made by another version")
  /// It was edited or damaged.
  package let hash = DiagnosticCode("E0403", "plan-hash", "a plan's content does not match its hash")
  /// Order, lifetimes, or overlapping buffers.
  package let schedule = DiagnosticCode("E0404", "plan-schedule", "a plan's schedule is invalid")
  /// The span is the place in the text.
  package let irSyntax = DiagnosticCode("E0405", "ir-syntax", "the text of the IR is not well formed")
  /// The verifier refused it.
  package let irInvalid = DiagnosticCode("E0406", "ir-invalid", "the IR is not valid")
  /// Against the claim or the machine's limit.
  package let outOfMemory = DiagnosticCode("E0408", "plan-memory", "a plan needs more memory than allowed")
  /// For example `step` in a plan without training.
  package let noFunction = DiagnosticCode("E0409", "plan-no-function", "a plan lacks the function the task needs")
}
