/// Powers λ^θ with a fixed exponent, and their divided differences.
enum PowerDifference {
  /// Outside the domain: λ < 0 unless θ is a whole number ≥ 0, and λ = 0 for θ < 0. A NaN is outside.
  @inline(always) static func isOutside<V: Lanes>(_ x: V, _ theta: Double) -> V.Bits {
    if theta >= 0 && theta.rounded() == theta { return .not(x .== x) }
    return .not(theta >= 0 ? (x .>= .zero) : (x .> .zero))
  }

  /// `x^θ`
  @inline(always) static func power<V: Lanes>(_ x: V, _ theta: Double) -> V {
    switch theta {
    case 0: .one
    case 1: x
    case 2: x * x
    case -1: .one / x
    case 0.5: V.sqrt(x)
    case -0.5: .one / V.sqrt(x)
    default: V.pow(x, .constant(theta))
    }
  }

  /// Multiplies `kernel` [n,n], lower triangle, by the differences of λ^θ at `values` [n]; `scratch` is [2n].
  static func multiply<V: Lanes>(
    _ theta: Double, _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int,
    _ scratch: UnsafeMutablePointer<V>
  ) {
    let inverses = scratch
    let roots = scratch + n
    switch theta {
    case 0: Difference.multiply(kernel, n) { _, _ in .zero }
    case 1: break
    case 2: Difference.multiply(kernel, n) { values[$0] + values[$1] }
    case -1:
      for i in 0..<n { inverses[i] = .one / values[i] }
      Difference.multiply(kernel, n) { -(inverses[$0] * inverses[$1]) }
    case 0.5:
      for i in 0..<n { roots[i] = V.sqrt(values[i]) }
      Difference.multiply(kernel, n) { .one / (roots[$0] + roots[$1]) }
    case -0.5:
      for i in 0..<n {
        roots[i] = V.sqrt(values[i])
        inverses[i] = .one / roots[i]
      }
      Difference.multiply(kernel, n) { -(inverses[$0] * inverses[$1]) / (roots[$0] + roots[$1]) }
    default:
      if theta > 0 && theta.rounded() == theta {
        whole(theta, kernel, values, n)
      } else {
        Difference.multiply(kernel, n) {
          general(values[$0], values[$1], V.constant(theta), isPositive: V.Bits.splat(theta > 0 ? -1 : 0))
        }
      }
    }
  }

  /// The difference for a, b ≥ 0 and any exponent but 0.
  @inline(always) static func general<V: Lanes>(_ a: V, _ b: V, _ theta: V, isPositive: V.Bits) -> V {
    let low = V.min(a, b)
    let high = V.max(a, b)
    let gap = high - low
    let logarithm = Difference.logarithmOfRatio(low, high, gap / low)
    let step = V.expm1(V.select(isPositive, -theta, theta) * logarithm)
    let base = V.pow(V.select(isPositive, high, low), theta)
    let quotient = base * V.select(isPositive, -step, step) / gap
    return V.select(gap .== .zero, theta * V.pow(high, theta - .one), quotient)
  }

  /// Whole exponents above 2, where arguments may be negative.
  @inline(always) private static func whole<V: Lanes>(
    _ theta: Double, _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int
  ) {
    let isOdd = theta.truncatingRemainder(dividingBy: 2) != 0
    let exponent = V.constant(theta)
    Difference.multiply(kernel, n) {
      let a = values[$0]
      let b = values[$1]
      let x = V.abs(a)
      let y = V.abs(b)
      let same = general(x, y, exponent, isPositive: .splat(-1))
      let bothNegative = (a .< .zero) & (b .< .zero)
      let mixed = ((a .< .zero) | (b .< .zero)) & ~bothNegative
      if isOdd {
        return V.select(mixed, (V.pow(x, exponent) + V.pow(y, exponent)) / (x + y), same)
      }
      return V.select(bothNegative, -same, V.select(mixed, same * (x - y) / (a - b), same))
    }
  }
}
