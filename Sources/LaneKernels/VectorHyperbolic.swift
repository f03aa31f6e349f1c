/// Hyperbolic functions, the error function and the inverse cosine, from `VectorExponential` and polynomials.
extension Lanes {
  @inline(always) static func tanh(_ x: Self) -> Self {
    let (a, q) = (abs(x), x * x)
    return withSign(near(q, fma(a * q, tanhTail(q), a)) { _ in tanhFar(a) }, of: x)
  }

  /// tanh a for a that is not small: 1 - 2/(e^2a + 1), where an error of the exponential counts less than half.
  @inline(always) static func tanhFar(_ a: Self) -> Self {
    // Beyond it the result is 1.
    let limit = exponentBias == 1023 ? constant(40) : constant(20)
    let (tail, k) = reduceExponent(min(limit, a + a))
    return one - constant(2) / fma(one + tail, powerOfTwo(k), one)
  }

  @inline(always) static func sinh(_ x: Self) -> Self {
    let (a, q) = (abs(x), x * x)
    return withSign(near(q, fma(a * q, sinhTail(q), a)) { _ in sinhFar(a) }, of: x)
  }

  /// sinh a for a that is not small.
  @inline(always) static func sinhFar(_ a: Self) -> Self {
    let t = expm1(a)
    let e = halfExp(a)
    let middle = constant(0.5) * (t + t / (t + one))
    return abs(select(a .< one, middle, e - constant(0.25) / e))
  }

  @inline(always) static func cosh(_ x: Self) -> Self {
    let q = x * x
    return near(q, fma(q, coshTail(q), one)) { _ in
      let e = halfExp(abs(x))
      return e + constant(0.25) / e
    }
  }

  @inline(always) static func asinh(_ x: Self) -> Self {
    let (a, q) = (abs(x), x * x)
    return withSign(near(q, fma(a * q, asinhTail(q), a)) { _ in asinhFar(a) }, of: x)
  }

  /// arsinh a for a that is not small.
  @inline(always) static func asinhFar(_ a: Self) -> Self {
    // Where 1 is below the last place of a, asinh a = ln a + ln 2.
    let large = a .> (exponentBias == 1023 ? constant(0x1p54) : constant(0x1p25))
    let square = a * a
    let y = log1p(select(large, a, a + square / (one + sqrt(one + square))))
    return select(large, y + constant(0.69314718055994530942), y)
  }

  @inline(always) static func atanh(_ x: Self) -> Self {
    let a = abs(x)
    let twice = a + a
    let y = constant(0.5) * log1p(twice + twice * a / (one - a))
    return withSign(y, of: x)
  }

  /// Evaluates both the series near 0 and the continued exponential; 1 beyond 6 (f64) and 4 (f32) alike.
  @inline(always) static func erf(_ x: Self) -> Self {
    let a = abs(x)
    let near = a * erfNear(a * a)
    let b = min(constant(6), max(one, a))
    let far = one - exp(-(b * b)) * erfcFar((b - constant(2)) / (b + constant(2))) / (one + b)
    return withSign(select(isNaN(a), a, select(a .< one, near, far)), of: x)
  }

  @inline(always) static func acos(_ x: Self) -> Self {
    let a = abs(x)
    let outer = a .> constant(0.5)
    let z = select(outer, constant(0.5) * (one - a), a * a)
    let r = select(outer, sqrt(z), a)
    let arcsine = fma(r * z, arcsineTail(z), r)
    // Outside ½, acos a = 2 asin √((1 - a)/2), and acos(-a) = π - acos a.
    let halfPi = constant(1.57079632679489661923)
    let rest = constant(6.123233995736766036e-17) + (halfPi1 + (halfPi2 + halfPi3) - halfPi)
    let negative = x .< zero
    let inner = halfPi + (select(negative, arcsine, -arcsine) + rest)
    let twice = arcsine + arcsine
    let wide = select(negative, halfPi + halfPi - (twice - (rest + rest)), twice)
    return select(outer, wide, inner)
  }
}
