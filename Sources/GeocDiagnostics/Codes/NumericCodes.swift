/// Codes of range E06: numerics at run time.
package struct NumericCodes: Sendable {
  /// The smallest eigenvalue is in the message.
  package let notPositiveDefinite = DiagnosticCode(
    "E0601", "not-positive-definite", "a matrix is not positive definite")
  /// The span is the first op whose result is not finite.
  package let notFinite = DiagnosticCode("E0602", "not-finite", "a value became NaN or infinite")
  /// For example the logarithm of a negative eigenvalue.
  package let domain = DiagnosticCode("E0603", "outside-domain", "an argument is outside the domain of a function")
  /// The residual is in the message.
  package let offManifold = DiagnosticCode("E0604", "off-manifold", "a value left its manifold")
  /// The residual and the number of iterations are in the message.
  package let noConvergence = DiagnosticCode("E0605", "no-convergence", "an iteration did not converge")
  /// The pivot is in the message.
  package let singular = DiagnosticCode("E0606", "singular", "a matrix is singular")
  /// The loss became NaN or infinite.
  package let diverged = DiagnosticCode("E0607", "diverged", "the training diverged")
  /// Reported by `verify`.
  package let gradientMismatch = DiagnosticCode(
    "E0608", "gradient-mismatch", "a gradient differs from finite differences")
  /// Reported by `verify`.
  package let invariance = DiagnosticCode("E0609", "invariance-fails", "an invariance does not hold numerically")
  /// The smallest eigenvalue is in the message.
  package let noStep = DiagnosticCode("E0610", "no-step", "a second-order search found no step")
}
