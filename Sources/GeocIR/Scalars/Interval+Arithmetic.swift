import GeocKernelABI

/// Sound interval arithmetic: bounds are rounded outwards whenever the operation rounds.
extension Interval {
  /// Holds every sum.
  package static func + (a: Interval, b: Interval) -> Interval {
    let (low, high) = (a.lower + b.lower, a.upper + b.upper)
    return Interval(
      isExactSum(a.lower, b.lower, low) ? low : low.nextDown, isExactSum(a.upper, b.upper, high) ? high : high.nextUp,
      openBelow: a.isOpenBelow || b.isOpenBelow, openAbove: a.isOpenAbove || b.isOpenAbove)
  }

  /// Holds every negative.
  package static prefix func - (a: Interval) -> Interval {
    Interval(-a.upper, -a.lower, openBelow: a.isOpenAbove, openAbove: a.isOpenBelow)
  }

  /// Holds every difference.
  package static func - (a: Interval, b: Interval) -> Interval { a + -b }

  /// Holds every product.
  package static func * (a: Interval, b: Interval) -> Interval {
    let corners = [
      corner(a.lower, a.isOpenBelow, b.lower, b.isOpenBelow), corner(a.lower, a.isOpenBelow, b.upper, b.isOpenAbove),
      corner(a.upper, a.isOpenAbove, b.lower, b.isOpenBelow), corner(a.upper, a.isOpenAbove, b.upper, b.isOpenAbove),
    ]
    return corners.dropFirst().reduce(corners[0]) { $0.union($1) }
  }

  /// Holds every quotient with a divisor that is not 0.
  package static func / (a: Interval, b: Interval) -> Interval { a * b.image(of: .reciprocal) }

  /// Holds `x·x`.
  package var squared: Interval {
    let size = image(of: .abs)
    return size * size
  }

  /// Holds every `max(x, y)`.
  package func maximum(_ other: Interval) -> Interval {
    let low = lowerBound(isAbove: other) ? self : other
    let high = upperBound(isBelow: other) ? other : self
    return Interval(low.lower, high.upper, openBelow: low.isOpenBelow, openAbove: high.isOpenAbove)
  }

  /// Holds every `min(x, y)`.
  package func minimum(_ other: Interval) -> Interval { -(-self).maximum(-other) }

  /// Holds `x^exponent` for every `x` for which it is defined.
  package func power(_ exponent: Double) -> Interval {
    if exponent == 0 { return Interval(1) }
    guard exponent.isFinite else { return .all }
    if exponent == 1 { return self }
    let isWhole = exponent == exponent.rounded()
    if isWhole && lower < 0 {
      let isOdd = exponent.truncatingRemainder(dividingBy: 2) != 0
      if !isOdd { return image(of: .abs).power(exponent) }
      if exponent > 0 { return monotone(.power, exponent) }
      return upper < 0 ? -(-self).power(exponent) : .all
    }
    guard let base = intersection(.nonNegative) else { return .all }
    let result = exponent > 0 ? base.monotone(.power, exponent) : base.antitone(.power, exponent)
    return result.clamped(base.isPositive || exponent < 0 ? .positive : .nonNegative)
  }

  /// Holds `f(x)` for every `x` in the range for which it is defined.
  package func image(of f: ScalarExpression.Unary) -> Interval {
    switch f {
    case .negate: return -self
    case .exp: return monotone(.exp).clamped(.positive)
    case .log: return intersection(.positive)?.monotone(.log) ?? .all
    case .log1p: return intersection(.atLeast(-1))?.monotone(.log1p) ?? .all
    case .expm1: return monotone(.expm1).clamped(Interval(-1, .infinity, openBelow: true))
    case .sqrt: return intersection(.nonNegative)?.monotone(.squareRoot).clamped(.nonNegative) ?? .all
    case .rsqrt: return intersection(.nonNegative)?.antitone(.reciprocalSquareRoot).clamped(.positive) ?? .all
    case .reciprocal:
      if isNonNegative { return antitone(.reciprocal).clamped(.positive) }
      return upper <= 0 ? -(-self).image(of: .reciprocal) : .all
    case .tanh, .erf: return monotone(f.opcode).clamped(Interval(-1, 1, openBelow: true, openAbove: true))
    case .sigmoid: return monotone(.sigmoid).clamped(Interval(0, 1, openBelow: true, openAbove: true))
    case .softplus: return monotone(.softplus).clamped(.positive)
    case .sin, .cos: return Interval(-1, 1)
    case .abs: return isNonNegative ? self : upper <= 0 ? -self : Interval(0).union(-self).union(self).clampedBelow(0)
    case .sign:
      return Interval(isPositive ? 1 : isNonNegative ? 0 : -1, (-self).isPositive ? -1 : upper <= 0 ? 0 : 1)
    case .step: return Interval(isPositive ? 1 : 0, upper <= 0 ? 0 : 1)
    case .sinh, .asinh: return monotone(f.opcode)
    case .cosh: return image(of: .abs).monotone(.hyperbolicCosine).clamped(.atLeast(1))
    case .atanh: return intersection(Interval(-1, 1))?.monotone(.inverseHyperbolicTangent) ?? .all
    case .tanhc, .asinhc: return Interval(0, 1)
    case .atanhc, .sinhc: return Interval(1, .infinity)
    case .acos: return intersection(Interval(-1, 1))?.antitone(.inverseCosine).clampedBelow(0) ?? .all
    }
  }

  /// Both bounds mapped by an increasing function.
  func monotone(_ opcode: MapOpcode, _ parameter: Double = 0) -> Interval {
    Interval(
      Self.rounded(opcode, lower, parameter, up: false), Self.rounded(opcode, upper, parameter, up: true),
      openBelow: isOpenBelow, openAbove: isOpenAbove)
  }

  /// Both bounds mapped by a decreasing function. A bound 0 counts as +0.
  func antitone(_ opcode: MapOpcode, _ parameter: Double = 0) -> Interval {
    Interval(
      Self.rounded(opcode, upper + 0, parameter, up: false), Self.rounded(opcode, lower + 0, parameter, up: true),
      openBelow: isOpenAbove, openAbove: isOpenBelow)
  }

  /// The function at a bound, rounded outwards by four units (more than the error of any of the functions) unless
  /// it is exact.
  private static func rounded(_ opcode: MapOpcode, _ x: Double, _ parameter: Double, up: Bool) -> Double {
    let y = opcode.value(x, parameter)
    let isExact: Bool =
      switch opcode {
      case .squareRoot, .reciprocalSquareRoot, .reciprocal: x == 1 || !x.isFinite || x == 0
      case .exp, .hyperbolicCosine: x == 0
      case .log, .inverseCosine: x == 1
      case .power: x == 1 || x == 0 || !x.isFinite
      default: x == 0
      }
    return isExact ? y : up ? y.nextUp.nextUp.nextUp.nextUp : y.nextDown.nextDown.nextDown.nextDown
  }

  private func clamped(_ other: Interval) -> Interval { intersection(other) ?? other }
  private func clampedBelow(_ bound: Double) -> Interval { clamped(.atLeast(bound)) }

  private static func isExactSum(_ a: Double, _ b: Double, _ sum: Double) -> Bool {
    let part = sum - a
    return sum.isFinite ? (a - (sum - part)) + (b - part) == 0 : a.isInfinite || b.isInfinite
  }

  /// The product of two bounds, rounded both ways. A product with a bound that is 0 is 0, also with an infinite bound,
  /// which no number attains.
  private static func corner(_ a: Double, _ aIsOpen: Bool, _ b: Double, _ bIsOpen: Bool) -> Interval {
    if a == 0 || b == 0 {
      let isOpen = !((a == 0 && !aIsOpen) || (b == 0 && !bIsOpen))
      return Interval(bound: 0, isOpen: isOpen)
    }
    let product = a * b
    let isOpen = aIsOpen || bIsOpen
    let isExact = a.isInfinite || b.isInfinite || (product.isFinite && isExactProduct(a, b, product))
    if isExact { return Interval(bound: product, isOpen: isOpen) }
    // A product of positive numbers stays positive when it underflows.
    if product == 0 {
      return (a > 0) == (b > 0)
        ? Interval(bound: 0, isOpen: true).union(Interval(.leastNonzeroMagnitude))
        : Interval(-.leastNonzeroMagnitude).union(Interval(bound: 0, isOpen: true))
    }
    return Interval(product.nextDown, product.nextUp, openBelow: isOpen, openAbove: isOpen)
  }

  private static func isExactProduct(_ a: Double, _ b: Double, _ product: Double) -> Bool {
    Swift.abs(product) > 1e-290 && (-product).addingProduct(a, b) == 0
  }

  /// A single bound, which may be open: only for unions with other bounds.
  private init(bound: Double, isOpen: Bool) {
    self.init(bound, bound, openBelow: isOpen, openAbove: isOpen)
  }
}
