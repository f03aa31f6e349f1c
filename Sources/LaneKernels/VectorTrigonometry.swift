import Glibc

/// Sine and cosine: reduction by four parts of π/2, Taylor polynomials on [-π/4, π/4]; libm for very large angles.
extension Lanes {
  /// `x - k·π/2` in two parts, and k.
  @inline(always) private static func reduceAngle(_ x: Self) -> (high: Self, low: Self, quadrant: Bits) {
    let (n, k) = nearestInteger(x * constant(0.63661977236758134308))
    // Every product with one of the first three parts is exact, so each step loses only what the next line regains.
    let a = x - n * halfPi1
    let p2 = n * halfPi2
    let b = a - p2
    let lostB = (a - b) - p2
    let p3 = n * halfPi3
    let c = b - p3
    let lostC = (b - c) - p3
    let low = fnma(n, halfPi4, lostB + lostC)
    let high = c + low
    return (high, (c - high) + low, k)
  }

  /// The sine of `k` quarter turns more than `x`.
  @inline(always) private static func sine(_ x: Self, quarters: Int, exact: (Double) -> Double) -> Self {
    let (r, low, k) = reduceAngle(x)
    let z = r * r
    let sine = r + fma(r * z, sineTail(z), low)
    let half = constant(0.5) * z
    let w = one - half
    let cosine = w + (((one - w) - half) + fma(z * z, cosineTail(z), -(r * low)))
    let turned = k + .splat(quarters)
    let odd = (turned & .splat(1)) .== .splat(1)
    let chosen = select(odd, cosine, sine)
    // Bit 1 of the quadrant is the sign.
    let sign = (turned & .splat(2)).shiftedLeft(mantissaBits == 52 ? 62 : 30)
    var y = value(chosen.bits ^ sign)
    if (.not(abs(x) .<= angleLimit) as Bits).any { withLargeAngles(&y, x, exact) }
    return y
  }

  /// Replaces the lanes whose angle is too large for the reduction, infinite or NaN.
  @inline(never) private static func withLargeAngles(_ y: inout Self, _ x: Self, _ exact: (Double) -> Double) {
    var angles = x
    let limit = angleLimit
    withUnsafeBytes(of: &angles) { angles in
      withUnsafeBytes(of: limit) { limit in
        withUnsafeMutableBytes(of: &y) { y in
          let bound = limit.assumingMemoryBound(to: Scalar.self)[0]
          let angles = angles.assumingMemoryBound(to: Scalar.self)
          let y = y.assumingMemoryBound(to: Scalar.self)
          for lane in 0..<count where !(angles[lane].magnitude <= bound) {
            y[lane] = Scalar(exact(Double(angles[lane])))
          }
        }
      }
    }
  }

  @inline(always) static func sin(_ x: Self) -> Self {
    let y = sine(x, quarters: 0) { Glibc.sin($0) }
    return select(abs(x) .< constant(0x1p-30), x, y)
  }

  @inline(always) static func cos(_ x: Self) -> Self { sine(x, quarters: 1) { Glibc.cos($0) } }
}
