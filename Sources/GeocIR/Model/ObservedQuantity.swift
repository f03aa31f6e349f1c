/// What the functions `observe` and `observe_gradient` tell of a training: results are named `<quantity>.<subject>`.
package enum ObservedQuantity: String, Hashable, Sendable, CaseIterable {
  /// Eigenvalues of positive definite matrices, `[B] R[field…, n]`; the subject is a node.
  case eigenvalues
  /// Distance of points of a ball from the origin over that of the boundary, `[B] R[field…]`; the subject is a node.
  case radius
  /// Share of the matrices of a sample that a normalisation folded, `[B] R`; the subject is a node and its result.
  case folded
  /// What the head of the model reads, carried to the tangent space at the origin; `[B]`, any shape.
  case embedding
  /// The same for points of a two-dimensional ball: their place in the unit disc, `[B] R[2]`.
  case disc
  /// What the first metric reads, `[B]`.
  case prediction
  /// Frobenius norm of a parameter.
  case parameterNorm = "parameter_norm"
  /// Largest distance of a parameter from the constraint of its space.
  case residual
  /// Norm of the Riemannian gradient of a parameter.
  case gradientNorm = "gradient_norm"

  /// The name of a result.
  package func result(_ subject: String) -> String { "\(rawValue).\(subject)" }

  /// The quantity and the subject of a result; nil for another name.
  package static func parts(ofResult name: String) -> (quantity: ObservedQuantity, subject: String)? {
    guard let dot = name.firstIndex(of: "."), let quantity = ObservedQuantity(rawValue: String(name[..<dot])) else {
      return nil
    }
    return (quantity, String(name[name.index(after: dot)...]))
  }
}
