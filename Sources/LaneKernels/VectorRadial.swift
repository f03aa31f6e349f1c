/// f(√q)/√q for hyperbolic functions f, and their slopes by q: what radial maps are made of. All are analytic at 0, and
/// most points of a network are near it: where no lane is beyond the polynomials, nothing else is computed.
extension Lanes {
  /// tanh(√q)/√q.
  @inline(always) static func tanhc(_ q: Self) -> Self {
    near(q, fma(q, tanhTail(q), one)) { q in
      let s = sqrt(q)
      return tanhFar(s) / s
    }
  }

  /// artanh(√q)/√q; q is held below 1.
  @inline(always) static func atanhc(_ q: Self) -> Self {
    near(q, fma(q, atanhTail(q), one)) { q in
      let s = sqrt(min(q, belowOne))
      return atanh(s) / s
    }
  }

  /// sinh(√q)/√q.
  @inline(always) static func sinhc(_ q: Self) -> Self {
    near(q, fma(q, sinhTail(q), one)) { q in
      let s = sqrt(q)
      return sinhFar(s) / s
    }
  }

  /// arsinh(√q)/√q.
  @inline(always) static func asinhc(_ q: Self) -> Self {
    near(q, fma(q, asinhTail(q), one)) { q in
      let s = sqrt(q)
      return asinhFar(s) / s
    }
  }

  /// The slope of `tanhc` at q, where its value is t: (1 - q t² - t)/2q.
  @inline(always) static func tanhcSlope(_ q: Self, _ t: Self) -> Self {
    near(q, tanhSlopeNear(q)) { q in (fnma(q * t, t, one) - t) / (q + q) }
  }

  /// The slope of `atanhc` at q, where its value is t: (1/(1 - q) - t)/2q.
  @inline(always) static func atanhcSlope(_ q: Self, _ t: Self) -> Self {
    near(q, atanhSlopeNear(q)) { q in
      let p = min(q, belowOne)
      return (one / (one - p) - t) / (p + p)
    }
  }

  /// The slope of `sinhc` at q, where its value is t: (cosh √q - t)/2q.
  @inline(always) static func sinhcSlope(_ q: Self, _ t: Self) -> Self {
    near(q, sinhSlopeNear(q)) { q in (sqrt(fma(q * t, t, one)) - t) / (q + q) }
  }

  /// The slope of `asinhc` at q, where its value is t: (1/√(1 + q) - t)/2q.
  @inline(always) static func asinhcSlope(_ q: Self, _ t: Self) -> Self {
    near(q, asinhSlopeNear(q)) { q in (one / sqrt(one + q) - t) / (q + q) }
  }

  /// `value` in lanes where q is at most `radialLimit`, `far(q)` in the others. Whether `far` is computed depends on the
  /// neighbours of a lane, its value does not.
  @inline(always) static func near(_ q: Self, _ value: Self, otherwise far: (Self) -> Self) -> Self {
    let isNear = q .<= radialLimit
    return Bits.not(isNear).any ? select(isNear, value, far(q)) : value
  }

  /// The largest number below 1.
  @inline(always) private static var belowOne: Self {
    exponentBias == 1023 ? constant(0x1.fffffffffffffp-1) : constant(0x1.fffffep-1)
  }
}
