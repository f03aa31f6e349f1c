/// A range of real numbers: what is known about a value before it is computed.
///
/// An open bound is not attained by the exact value; a computed value may still round onto it (`e^-1000` is 0).
/// Whether an infinite bound is open has no meaning: it is always stored as closed.
package struct Interval: Hashable, Sendable, CustomStringConvertible {
  /// The greatest known lower bound.
  package let lower: Double
  /// The least known upper bound.
  package let upper: Double
  /// Whether the lower bound is excluded.
  package let isOpenBelow: Bool
  /// Whether the upper bound is excluded.
  package let isOpenAbove: Bool

  /// All numbers from `lower` to `upper`; bounds that are NaN or in the wrong order give `all`.
  package init(_ lower: Double, _ upper: Double, openBelow: Bool = false, openAbove: Bool = false) {
    let isValid = lower <= upper
    self.lower = isValid ? lower : -.infinity
    self.upper = isValid ? upper : .infinity
    isOpenBelow = isValid && openBelow && lower.isFinite
    isOpenAbove = isValid && openAbove && upper.isFinite
  }

  /// One number.
  package init(_ value: Double) { self.init(value, value) }

  /// Every number.
  package static let all = Interval(-.infinity, .infinity)
  /// All numbers > 0.
  package static let positive = Interval(0, .infinity, openBelow: true)
  /// All numbers ≥ 0.
  package static let nonNegative = Interval(0, .infinity)
  /// All numbers ≥ `bound`.
  package static func atLeast(_ bound: Double) -> Interval { Interval(bound, .infinity) }

  /// Whether every number in the range is > 0.
  package var isPositive: Bool { lower > 0 || (lower == 0 && isOpenBelow) }
  /// Whether every number in the range is ≥ 0.
  package var isNonNegative: Bool { lower >= 0 }
  /// Whether 0 is in the range.
  package var containsZero: Bool { contains(0) }

  /// Whether `value` is in the range.
  package func contains(_ value: Double) -> Bool {
    (isOpenBelow ? lower < value : lower <= value) && (isOpenAbove ? value < upper : value <= upper)
  }

  /// Whether every number of `other` is in the range.
  package func contains(_ other: Interval) -> Bool {
    (lower < other.lower || (lower == other.lower && (!isOpenBelow || other.isOpenBelow)))
      && (other.upper < upper || (upper == other.upper && (!isOpenAbove || other.isOpenAbove)))
  }

  /// The numbers in both ranges; nil when there are none.
  package func intersection(_ other: Interval) -> Interval? {
    let low = lowerBound(isAbove: other) ? self : other
    let high = upperBound(isBelow: other) ? self : other
    let isEmpty = low.lower > high.upper || (low.lower == high.upper && (low.isOpenBelow || high.isOpenAbove))
    return isEmpty
      ? nil : Interval(low.lower, high.upper, openBelow: low.isOpenBelow, openAbove: high.isOpenAbove)
  }

  /// The smallest range that holds both.
  package func union(_ other: Interval) -> Interval {
    let low = lowerBound(isAbove: other) ? other : self
    let high = upperBound(isBelow: other) ? other : self
    return Interval(low.lower, high.upper, openBelow: low.isOpenBelow, openAbove: high.isOpenAbove)
  }

  /// The bounds in the usual notation, `(0.0, inf)` or `[1e-05, 1.0]`.
  package var description: String {
    let left = isOpenBelow || lower == -.infinity ? "(" : "["
    let right = isOpenAbove || upper == .infinity ? ")" : "]"
    return "\(left)\(lower), \(upper)\(right)"
  }

  func lowerBound(isAbove other: Interval) -> Bool {
    lower > other.lower || (lower == other.lower && isOpenBelow)
  }

  func upperBound(isBelow other: Interval) -> Bool {
    upper < other.upper || (upper == other.upper && isOpenAbove)
  }
}
