extension SpectralFunction {
  /// An equal function of the eigenvalues in `interval`, with fewer primitives.
  ///
  /// Only exact rules are used, each under its condition on the range of its argument, so that the result has the same
  /// values and the same divided differences on the domain of this function, and no argument outside of that domain is
  /// let through. `max(ε)` disappears when the argument is
  /// known to be ≥ ε, where its derivative at the bound itself becomes 1.
  package func simplified(on interval: Interval = .all) -> SpectralFunction {
    var current = primitives
    // Each rule removes a primitive or moves a scale behind a logarithm or before an exponential, so this ends.
    while let next = Self.step(current, interval) { current = next }
    return SpectralFunction(current)
  }

  private static func step(_ primitives: [Primitive], _ interval: Interval) -> [Primitive]? {
    var range = interval
    for (i, primitive) in primitives.enumerated() {
      if primitive.isIdentity(on: range) {
        return Array(primitives[..<i] + primitives[(i + 1)...])
      }
      if i + 1 < primitives.count, let merged = primitive.merged(with: primitives[i + 1], on: range) {
        return Array(primitives[..<i] + merged + primitives[(i + 2)...])
      }
      if i + 2 < primitives.count, range.isPositive, primitive == .log, primitives[i + 2] == .exp,
        case .affine(let scale, 0) = primitives[i + 1]
      {
        return Array(primitives[..<i] + [.pow(scale)] + primitives[(i + 3)...])
      }
      range = primitive.range(of: range)
    }
    return nil
  }
}

extension SpectralFunction.Primitive {
  /// Whether the primitive does nothing to a number in `range`.
  fileprivate func isIdentity(on range: Interval) -> Bool {
    switch self {
    case .max(let bound): range.lower >= bound
    case .pow(let exponent): exponent == 1
    case .abs: range.isNonNegative
    case .affine(let scale, let shift): scale == 1 && shift == 0
    case .log, .exp: false
    }
  }

  /// What replaces this primitive followed by `next`, for arguments in `range`; nil when no rule applies.
  fileprivate func merged(with next: Self, on range: Interval) -> [Self]? {
    switch (self, next) {
    case (.exp, .log):
      return []
    case (.log, .exp):
      return range.isPositive ? [] : nil
    case (.max(let a), .max(let b)):
      return [.max(Swift.max(a, b))]
    case (.abs, .abs):
      return [.abs]
    case (.pow(let a), .pow(let b)):
      if range.isPositive { return [.pow(a * b)] }
      if range.isNonNegative && a > 0 && b > 0 { return [.pow(a * b)] }
      if a == 2 && b == 0.5 { return [.abs] }
      return nil
    case (.abs, .pow(let exponent)) where exponent > 0 && exponent.truncatingRemainder(dividingBy: 2) == 0:
      return [next]
    case (.pow(let exponent), .log) where range.isPositive || exponent.truncatingRemainder(dividingBy: 2) != 0:
      // Except for even powers, a positive power means a positive argument, which is what `log` asks for as well.
      return [.log, .affine(scale: exponent, shift: 0)]
    case (.exp, .pow(let exponent)):
      return [.affine(scale: exponent, shift: 0), .exp]
    case (.affine(let scale, let shift), .affine(let nextScale, let nextShift)):
      return [.affine(scale: scale * nextScale, shift: shift * nextScale + nextShift)]
    default:
      return nil
    }
  }
}
