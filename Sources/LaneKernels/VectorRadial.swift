/// f(√q)/√q for hyperbolic functions f, and their slopes by q: what radial maps are made of. All are analytic at 0.
extension Lanes {
  /// tanh(√q)/√q.
  @inline(always) static func tanhc(_ q: Self) -> Self {
    let s = sqrt(q)
    return select(q .< tinySquare, one, tanh(s) / s)
  }

  /// artanh(√q)/√q; q is held below 1.
  @inline(always) static func atanhc(_ q: Self) -> Self {
    let s = sqrt(min(q, belowOne))
    return select(q .< tinySquare, one, atanh(s) / s)
  }

  /// sinh(√q)/√q.
  @inline(always) static func sinhc(_ q: Self) -> Self {
    let s = sqrt(q)
    return select(q .< tinySquare, one, sinh(s) / s)
  }

  /// arsinh(√q)/√q.
  @inline(always) static func asinhc(_ q: Self) -> Self {
    let s = sqrt(q)
    return select(q .< tinySquare, one, asinh(s) / s)
  }

  /// The slope of `tanhc` at q, where its value is t: (1 - q t² - t)/2q.
  @inline(always) static func tanhcSlope(_ q: Self, _ t: Self) -> Self {
    select(q .< seriesLimit, tanhSlopeNear(q), (fnma(q * t, t, one) - t) / (q + q))
  }

  /// The slope of `atanhc` at q, where its value is t: (1/(1 - q) - t)/2q.
  @inline(always) static func atanhcSlope(_ q: Self, _ t: Self) -> Self {
    let p = min(q, belowOne)
    return select(q .< seriesLimit, atanhSlopeNear(p), (one / (one - p) - t) / (p + p))
  }

  /// The slope of `sinhc` at q, where its value is t: (cosh √q - t)/2q.
  @inline(always) static func sinhcSlope(_ q: Self, _ t: Self) -> Self {
    select(q .< seriesLimit, sinhSlopeNear(q), (sqrt(fma(q * t, t, one)) - t) / (q + q))
  }

  /// The slope of `asinhc` at q, where its value is t: (1/√(1 + q) - t)/2q.
  @inline(always) static func asinhcSlope(_ q: Self, _ t: Self) -> Self {
    select(q .< seriesLimit, asinhSlopeNear(q), (one / sqrt(one + q) - t) / (q + q))
  }

  /// Squares below it are 0 for the functions above.
  @inline(always) private static var tinySquare: Self { constant(1e-30) }
  /// The largest number below 1.
  @inline(always) private static var belowOne: Self {
    exponentBias == 1023 ? constant(0x1.fffffffffffffp-1) : constant(0x1.fffffep-1)
  }
  /// Below it the closed forms of the slopes lose digits, and the series is used.
  @inline(always) private static var seriesLimit: Self { constant(0.1) }

  /// d/dq of tanh(√q)/√q for q ≤ 0.1: Taylor.
  @inline(always) static func tanhSlopeNear(_ q: Self) -> Self {
    var p = constant(-8.38719598035206e-05)
    p = fma(p, q, constant(0.00019102686083194756))
    p = fma(p, q, constant(-0.0004320615627164852))
    p = fma(p, q, constant(0.0009691537956929451))
    p = fma(p, q, constant(-0.002152162028191972))
    p = fma(p, q, constant(0.004720219527564688))
    p = fma(p, q, constant(-0.010190840709359227))
    p = fma(p, q, constant(0.021552768219434887))
    p = fma(p, q, constant(-0.044316177649510985))
    p = fma(p, q, constant(0.08747795414462081))
    p = fma(p, q, constant(-0.1619047619047619))
    p = fma(p, q, constant(0.26666666666666666))
    p = fma(p, q, constant(-0.3333333333333333))
    return p
  }

  /// d/dq of artanh(√q)/√q for q ≤ 0.1: Taylor.
  @inline(always) static func atanhSlopeNear(_ q: Self) -> Self {
    var p = constant(0.4838709677419355)
    p = fma(p, q, constant(0.4827586206896552))
    p = fma(p, q, constant(0.48148148148148145))
    p = fma(p, q, constant(0.48))
    p = fma(p, q, constant(0.4782608695652174))
    p = fma(p, q, constant(0.47619047619047616))
    p = fma(p, q, constant(0.47368421052631576))
    p = fma(p, q, constant(0.47058823529411764))
    p = fma(p, q, constant(0.4666666666666667))
    p = fma(p, q, constant(0.46153846153846156))
    p = fma(p, q, constant(0.45454545454545453))
    p = fma(p, q, constant(0.4444444444444444))
    p = fma(p, q, constant(0.42857142857142855))
    p = fma(p, q, constant(0.4))
    p = fma(p, q, constant(0.3333333333333333))
    return p
  }

  /// d/dq of sinh(√q)/√q for q ≤ 0.1: Taylor.
  @inline(always) static func sinhSlopeNear(_ q: Self) -> Self {
    var p = constant(2.2491658034764165e-14)
    p = fma(p, q, constant(5.353014612273871e-12))
    p = fma(p, q, constant(9.635426302092969e-10))
    p = fma(p, q, constant(1.252605419272086e-07))
    p = fma(p, q, constant(1.1022927689594357e-05))
    p = fma(p, q, constant(0.0005952380952380953))
    p = fma(p, q, constant(0.016666666666666666))
    p = fma(p, q, constant(0.16666666666666666))
    return p
  }

  /// d/dq of arsinh(√q)/√q for q ≤ 0.1: Taylor.
  @inline(always) static func asinhSlopeNear(_ q: Self) -> Self {
    var p = constant(-0.06990215230372644)
    p = fma(p, q, constant(0.07214633555247865))
    p = fma(p, q, constant(-0.07462048972094501))
    p = fma(p, q, constant(0.07736652374267577))
    p = fma(p, q, constant(-0.0804377846095873))
    p = fma(p, q, constant(0.08390335809616815))
    p = fma(p, q, constant(-0.08785448576274671))
    p = fma(p, q, constant(0.09241440716911764))
    p = fma(p, q, constant(-0.09775390625))
    p = fma(p, q, constant(0.10411658653846154))
    p = fma(p, q, constant(-0.11186079545454546))
    p = fma(p, q, constant(0.12152777777777778))
    p = fma(p, q, constant(-0.13392857142857142))
    p = fma(p, q, constant(0.15))
    p = fma(p, q, constant(-0.16666666666666666))
    return p
  }
}
