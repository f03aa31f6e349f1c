/// General powers: the logarithm is carried to about 11 bits more than the mantissa, because `y·ln x` reaches 700 and
/// its absolute error becomes the relative error of the result.
extension Lanes {
  /// `a·b` as an exact sum of two numbers.
  @inline(always) static func exactProduct(_ a: Self, _ b: Self) -> (high: Self, low: Self) {
    let p = a * b
    if fusesMultiplyAdd { return (p, fma(a, b, -p)) }
    let wa = splitter * a
    let ah = wa - (wa - a)
    let al = a - ah
    let wb = splitter * b
    let bh = wb - (wb - b)
    let bl = b - bh
    return (p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)
  }

  /// `a + b` as an exact sum of two numbers, for |a| ≥ |b|.
  @inline(always) static func exactSum(_ a: Self, _ b: Self) -> (high: Self, low: Self) {
    let s = a + b
    return (s, b - (s - a))
  }

  /// `ln x` in two parts, for finite x > 0.
  @inline(always) static func extendedLog(_ x: Self) -> (high: Self, low: Self) {
    let (f, k) = decomposeAny(x)
    let n = number(k)
    // s = f/(2 + f), with the rounding of the denominator and of the quotient made good.
    let d = constant(2) + f
    let dLow = f - (d - constant(2))
    let s = f / d
    let back = exactProduct(s, d)
    let sLow = (((f - back.high) - back.low) - s * dLow) / d
    // ln(1 + f) = 2s·(1 + s²/3 + s⁴·(…)), where s² ≤ 0.03: only s²/3 needs a second part.
    let square = exactProduct(s, s)
    let squareLow = fma(s + s, sLow, square.low)
    let third = constant(1.0 / 3.0)
    let thirdLow = mantissaBits == 52 ? constant(0x1.5555555555555p-56) : constant(1.0 / 3.0 - Double(Float(1.0 / 3.0)))
    let first = exactProduct(square.high, third)
    let firstLow = first.low + fma(square.high, thirdLow, squareLow * third)
    let higher = constant(0.5) * (logarithmTail(square.high) - constant(2.0 / 3.0)) * square.high
    let sum = exactSum(first.high, higher)
    let bracketLow = sum.low + firstLow
    let twice = s + s
    let product = exactProduct(twice, sum.high)
    let productLow = product.low + fma(twice, bracketLow, sLow + sLow + (sLow + sLow) * sum.high)
    let mantissa = exactSum(twice, product.high)
    let exponent = exactSum(n * ln2High, n * ln2Low)
    // |n ln 2| ≥ 0.69 > |ln(1 + f)| unless n = 0, where the order does not matter either.
    let total = exactSum(exponent.high, mantissa.high)
    let ordered = select(n .== zero, mantissa.high, total.high)
    let rest = select(n .== zero, zero, total.low) + (exponent.low + (mantissa.low + productLow))
    return exactSum(ordered, rest)
  }

  @inline(always) static func pow(_ x: Self, _ y: Self) -> Self {
    let a = abs(x)
    // Beyond this every power of a number other than 1 is 0 or ∞.
    let bound = mantissaBits == 52 ? constant(0x1p80) : constant(0x1p40)
    let exponent = min(bound, max(-bound, y))
    let logarithm = extendedLog(a)
    let product = exactProduct(exponent, logarithm.high)
    let low = fma(exponent, logarithm.low, product.low)
    let (tail, k) = reduceExponent(clampedExponent(product.high))
    let inside = abs(product.high) .< exponentLimit
    let corrected = tail + select(inside, fma(tail, low, low), zero)
    var result = scaled(one + corrected, by: k)
    let infinity = splat(Scalar.infinity)
    let positive = y .> zero
    result = select(a .== zero, select(positive, zero, infinity), result)
    result = select(a .== infinity, select(positive, infinity, zero), result)
    let half = constant(0.5) * y
    let isWhole = (rint(y) .== y) & (abs(y) .<= splat(Scalar.greatestFiniteMagnitude))
    let isOdd = isWhole & (rint(half) .!= half)
    let negative = signBits(x)
    result = value(result.bits ^ (isOdd & negative))
    let isFiniteNegative = (x .< zero) & (a .< infinity)
    let isWholeOrInfinite = isWhole | (abs(y) .== infinity)
    result = select(isFiniteNegative & .not(isWholeOrInfinite), splat(Scalar.nan), result)
    result = select(isNaN(x) | isNaN(y), splat(Scalar.nan), result)
    return select((y .== zero) | (x .== one), one, result)
  }
}
