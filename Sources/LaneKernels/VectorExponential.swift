/// Exponentials and logarithms, over the whole range: infinities, NaN and subnormal numbers included.
extension Lanes {
  /// `x` to a whole number, once as a number and once as integer lanes, for |x| < 2^(mantissa bits - 2).
  @inline(always) static func nearestInteger(_ x: Self) -> (value: Self, bits: Bits) {
    let shifted = x + roundingMagic
    return (shifted - roundingMagic, shifted.bits - roundingMagic.bits)
  }

  /// A small integer as a number.
  @inline(always) static func number(_ bits: Bits) -> Self { value(bits + roundingMagic.bits) - roundingMagic }

  /// `2^k` for a normal result.
  @inline(always) static func powerOfTwo(_ k: Bits) -> Self {
    value((k + .splat(exponentBias)).shiftedLeft(mantissaBits))
  }

  /// `y·2^k` with one rounding at the end, overflowing and underflowing as it should.
  @inline(always) static func scaled(_ y: Self, by k: Bits) -> Self {
    let half = k.shiftedRight(1)
    return y * powerOfTwo(half) * powerOfTwo(k - half)
  }

  /// `x = k·ln 2 + r`, |r| ≤ ½ ln 2, and `e^r - 1`.
  @inline(always) static func reduceExponent(_ x: Self) -> (tail: Self, k: Bits) {
    let (n, k) = nearestInteger(x * constant(1.4426950408889634074))
    let r = fnma(n, ln2Low, fnma(n, ln2High, x))
    return (fma(r * r, exponentialTail(r), r), k)
  }

  /// Where every `e^x` is an infinity; its negative, where every `e^x` is 0.
  @inline(always) static var exponentLimit: Self { exponentBias == 1023 ? constant(747) : constant(106) }

  /// `x` between the exponent limits; a NaN stays.
  @inline(always) static func clampedExponent(_ x: Self) -> Self {
    min(exponentLimit, max(-exponentLimit, x))
  }

  /// `e^x`
  @inline(always) static func exp(_ x: Self) -> Self {
    let (tail, k) = reduceExponent(clampedExponent(x))
    return scaled(one + tail, by: k)
  }

  /// `e^x / 2`, which overflows later than `e^x`.
  @inline(always) static func halfExp(_ x: Self) -> Self {
    let (tail, k) = reduceExponent(clampedExponent(x))
    return scaled(one + tail, by: k - .splat(1))
  }

  /// `e^x - 1`
  @inline(always) static func expm1(_ x: Self) -> Self {
    let floor = exponentBias == 1023 ? constant(-50) : constant(-30)
    let (tail, k) = reduceExponent(min(exponentLimit, max(floor, x)))
    // Beyond so many bits the subtracted 1 is below the last place.
    let most = Bits.splat(exponentBias == 1023 ? 64 : 32)
    let y = scaled(tail + (one - powerOfTwo(.splat(0) - .select(k .< most, k, most))), by: k)
    return select(abs(x) .< constant(0x1p-60), x, y)
  }

  /// `x = 2^k·(1 + f)` with `1 + f` from √½ to √2, for normal x > 0.
  @inline(always) static func decompose(_ x: Self) -> (f: Self, k: Bits) {
    let k = (x.bits - constant(0.70710678118654752440).bits).shiftedRight(mantissaBits)
    return (value(x.bits - k.shiftedLeft(mantissaBits)) - one, k)
  }

  /// `decompose` for subnormal numbers too.
  @inline(always) static func decomposeAny(_ x: Self) -> (f: Self, k: Bits) {
    let small = x .< splat(Scalar.leastNormalMagnitude)
    let (f, k) = decompose(select(small, x * powerOfTwo(.splat(Int(mantissaBits) + 2)), x))
    return (f, .select(small, k - .splat(Int(mantissaBits) + 2), k))
  }

  /// `ln(2^n·(1 + f)) + c` for a small correction c.
  @inline(always) static func assembleLogarithm(_ f: Self, _ n: Self, _ c: Self) -> Self {
    let s = f / (constant(2) + f)
    let z = s * s
    let half = constant(0.5) * f * f
    let tail = fma(s, fma(z, logarithmTail(z), half), fma(n, ln2Low, c))
    return fma(n, ln2High, f - (half - tail))
  }

  /// The special values of a logarithm: -∞ at 0, NaN below, ∞ at ∞.
  @inline(always) private static func logarithmLimits(_ y: Self, argument u: Self) -> Self {
    let finite = select(u .< splat(Scalar.infinity), y, u)
    return select(u .<= zero, select(u .== zero, splat(-Scalar.infinity), splat(Scalar.nan)), finite)
  }

  /// `ln x`
  @inline(always) static func log(_ x: Self) -> Self {
    let (f, k) = decomposeAny(x)
    return logarithmLimits(assembleLogarithm(f, number(k), zero), argument: x)
  }

  /// `ln(1 + x)`
  @inline(always) static func log1p(_ x: Self) -> Self {
    let u = one + x
    let (f, k) = decompose(u)
    let n = number(k)
    let lost = select(x .< one, x - (u - one), one - (u - x)) / u
    let near = k .== .splat(0)
    let y = assembleLogarithm(select(near, x, f), n, select(near, zero, lost))
    return select(abs(x) .< constant(0x1p-60), x, logarithmLimits(y, argument: u))
  }
}
