/// Whether an input of a node follows from its results, its other inputs and its weights, when the model is evaluated.
package enum Recovery: Hashable, Sendable {
  /// It does, for all values of the weights. Margins that keep points off a sphere at infinity do not count against it.
  case exact
  /// It does, and from the results alone.
  case alone
  /// The results tell `count` indices of an axis from `start` on, and nothing of the others.
  case part(axis: Int, start: Int, count: Int)
  /// It does not: two inputs have the same results. Says what gets lost.
  case lost(String)
  /// Nothing is proved; says why.
  case unproved(String)
}

extension Op {
  package static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    if traits.contains(.alias), input == 0 { return .exact }
    if input == 0, let function = spectral(c.attributes) {
      var range = Interval.all
      if c.spaces[c.inputTypes[0].space.name]?.isPositiveDefinite == true {
        range = Interval.positive
        if case .real(let bound)? = c.inputTypes[0].space["min"] { range = Interval(bound, .infinity) }
      }
      return function.recovery(on: range)
    }
    return .unproved("nothing is known of inverses of '\(name)'")
  }
}

extension SpectralFunction {
  /// Whether eigenvalues in `interval` follow from those of the function.
  package func recovery(on interval: Interval) -> Recovery {
    var range = interval
    for primitive in primitives {
      switch primitive {
      case .max(let bound) where range.lower < bound:
        return .lost("eigenvalues below \(NumberText.text(bound)) become equal")
      case .abs where range.lower < 0: return .lost("eigenvalues of either sign become equal")
      case .pow(0), .affine(scale: 0, _): return .lost("all eigenvalues become equal")
      case .pow(let exponent) where range.lower < 0:
        return .unproved("a power of \(NumberText.text(exponent)) of eigenvalues of either sign")
      default: break
      }
      range = primitive.range(of: range)
    }
    return .exact
  }
}
