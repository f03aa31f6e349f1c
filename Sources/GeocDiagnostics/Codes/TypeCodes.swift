/// Codes of range E02: types, spaces and shapes.
package struct TypeCodes: Sendable {
  /// The span is the place inside the type.
  package let syntax = DiagnosticCode("E0201", "type-syntax", "a type is not well formed")
  /// The span is the name.
  package let unknownSpace = DiagnosticCode("E0202", "unknown-space", "a type names no space")
  /// The span is the argument.
  package let argument = DiagnosticCode(
    "E0203", "space-argument", "an argument of a space is missing, unknown or out of range")
  /// The primary span is the op, a label shows where the value was made.
  package let mismatch = DiagnosticCode("E0204", "type-mismatch", "an op was given a value of another space")
  /// The span is the op, or its `from`.
  package let inputCount = DiagnosticCode("E0205", "input-count", "an op has too many or too few inputs")
  /// For example `out <= n`.
  package let constraint = DiagnosticCode("E0206", "size-constraint", "sizes violate a constraint of the op")
  /// A label shows where each was chosen.
  package let curvature = DiagnosticCode("E0207", "curvature-mismatch", "two curvatures meet in one op")
  /// A label shows the base it belongs to.
  package let basePoint = DiagnosticCode(
    "E0208", "base-point-mismatch", "a tangent vector is used at another base point")
  /// A label shows the other size.
  package let size = DiagnosticCode("E0210", "size-mismatch", "two sizes that must agree differ")
  /// The span is the loss node.
  package let lossNotScalar = DiagnosticCode("E0211", "loss-not-scalar", "a loss is not one number per sample or batch")
  /// The product of sizes overflows.
  package let shapeTooLarge = DiagnosticCode(
    "E0220", "shape-too-large", "a shape has more elements than can be addressed")
}
