import Glibc

/// Decimal logarithm.
func logarithm(_ x: Double) -> Double { log10(x) }

/// Power of ten.
func exponential(_ x: Double) -> Double { pow(10, x) }

extension Double {
  /// Six significant digits: what a chart can show.
  package var short: Double {
    guard isFinite, self != 0 else { return self }
    let digits = 5 - Int(log10(magnitude).rounded(.down))
    guard abs(digits) < 300 else { return self }
    // Dividing by a whole power of ten gives the nearest number to the decimal one.
    let unit = pow(10, Double(abs(digits)))
    return digits >= 0 ? (self * unit).rounded() / unit : (self / unit).rounded() * unit
  }
}
