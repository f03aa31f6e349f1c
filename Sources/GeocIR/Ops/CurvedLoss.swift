/// What stands for the Hessian of a loss.
package enum HessianForm: String, Hashable, Sendable, CaseIterable {
  /// The second derivatives.
  case exact
  /// Outer products of the gradients of the samples, of terms with their own weight.
  case fisher
  /// The second derivatives of the loss in its input, whose own curvature is left out.
  case gaussNewton = "gauss_newton"
  /// The same without the rank-one part of a softmax: probabilities on the diagonal.
  case weightedGaussNewton = "weighted_gauss_newton"
  /// A bound that holds everywhere.
  case bound
  /// The rank-one part of a power of a norm.
  case fisherTerm = "fisher_term"
}

/// A form of the second derivatives of a loss in the m elements of its first input, of one item.
package enum SecondDerivatives: Sendable {
  /// Fᵀ diag(w) F: factors F [r, m], nil for the identity, and weights w [r].
  case weighted(factors: Value?, weights: Value)
  /// scale · f fᵀ: f has the shape of the input, scale is one number.
  case outer(factor: Value, scale: Value)
  /// A multiple of the identity.
  case multiple(Double)
}

/// A loss of one item that knows second derivatives in its first input.
package protocol CurvedLoss: Op {
  /// What stands for them; nil where the loss has no such form for these inputs.
  static func curvature(_ b: inout Builder, _ c: OpContext, _ form: HessianForm) throws -> SecondDerivatives?
}
