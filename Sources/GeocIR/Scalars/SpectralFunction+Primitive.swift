import GeocKernelABI

extension SpectralFunction.Primitive {
  /// The numbers at which the primitive is defined.
  package var domain: Interval {
    switch self {
    case .log: .positive
    case .pow(let exponent) where exponent < 0: .positive
    case .pow(let exponent) where exponent != exponent.rounded(): .nonNegative
    case .max, .exp, .pow, .abs, .affine: .all
    }
  }

  /// `f(λ)`
  package func value(_ x: Double) -> Double {
    switch self {
    case .max(let bound): MapOpcode.maximum.value(x, bound)
    case .log: MapOpcode.log.value(x)
    case .exp: MapOpcode.exp.value(x)
    case .pow(0.5): x.squareRoot()
    case .pow(-0.5): 1 / x.squareRoot()
    case .pow(let exponent): MapOpcode.power.value(x, exponent)
    case .abs: Swift.abs(x)
    case .affine(let scale, let shift): scale * x + shift
    }
  }

  /// `f[a, b]`, in the forms of `SpectralOpcode`.
  package func dividedDifference(_ a: Double, _ b: Double) -> Double {
    let (lo, hi) = (Swift.min(a, b), Swift.max(a, b))
    let gap = hi - lo
    switch self {
    case .max(let bound):
      return lo > bound ? 1 : hi <= bound ? 0 : (hi - bound) / gap
    case .log:
      return gap == 0 ? 1 / lo : logarithmicGap(lo, hi) / gap
    case .exp:
      let top = MapOpcode.exp.value(hi)
      return gap == 0 ? top : top * -MapOpcode.expm1.value(-gap) / gap
    case .pow(let exponent):
      return powerDifference(exponent, a, b)
    case .abs:
      return lo >= 0 ? 1 : hi < 0 ? -1 : (Swift.abs(a) - Swift.abs(b)) / (a - b)
    case .affine(let scale, _):
      return scale
    }
  }

  /// `ln hi - ln lo` for 0 ≤ lo ≤ hi, to full relative accuracy.
  private func logarithmicGap(_ lo: Double, _ hi: Double) -> Double {
    let ratio = (hi - lo) / lo
    return ratio.isFinite ? MapOpcode.log1p.value(ratio) : MapOpcode.log.value(hi) - MapOpcode.log.value(lo)
  }

  private func powerDifference(_ exponent: Double, _ a: Double, _ b: Double) -> Double {
    if exponent == 0 { return 0 }
    if exponent == 1 { return 1 }
    if exponent == 2 { return a + b }
    let isWhole = exponent > 0 && exponent == exponent.rounded()
    guard isWhole, a < 0 || b < 0 else { return positivePowerDifference(exponent, a, b) }
    let isOdd = exponent.truncatingRemainder(dividingBy: 2) != 0
    let (p, q) = (Swift.abs(a), Swift.abs(b))
    if a < 0 && b < 0 {
      let difference = positivePowerDifference(exponent, p, q)
      return isOdd ? difference : -difference
    }
    if isOdd { return (MapOpcode.power.value(p, exponent) + MapOpcode.power.value(q, exponent)) / (p + q) }
    return positivePowerDifference(exponent, p, q) * ((p - q) / (a - b))
  }

  private func positivePowerDifference(_ exponent: Double, _ a: Double, _ b: Double) -> Double {
    switch exponent {
    case 0.5:
      return 1 / (a.squareRoot() + b.squareRoot())
    case -0.5:
      let (p, q) = (a.squareRoot(), b.squareRoot())
      return -(1 / p) * (1 / q) / (p + q)
    case -1:
      return -(1 / a) * (1 / b)
    default:
      let (lo, hi) = (Swift.min(a, b), Swift.max(a, b))
      let gap = hi - lo
      if gap == 0 { return exponent * MapOpcode.power.value(hi, exponent - 1) }
      let decay = MapOpcode.expm1.value(-Swift.abs(exponent) * logarithmicGap(lo, hi)) / gap
      return exponent > 0
        ? -decay * MapOpcode.power.value(hi, exponent) : decay * MapOpcode.power.value(lo, exponent)
    }
  }

  /// A range that holds `f(x)` for every `x` in `interval` that is in the domain.
  package func range(of interval: Interval) -> Interval {
    switch self {
    case .max(let bound): interval.maximum(Interval(bound))
    case .log: interval.image(of: .log)
    case .exp: interval.image(of: .exp)
    case .pow(0.5): interval.image(of: .sqrt)
    case .pow(-0.5): interval.image(of: .rsqrt)
    case .pow(let exponent): interval.power(exponent)
    case .abs: interval.image(of: .abs)
    case .affine(let scale, let shift): (interval * Interval(scale)) + Interval(shift)
    }
  }
}
