/// The constants and polynomials behind the elementary functions, per scalar type.
protocol LaneConstants {
  /// Stored mantissa bits.
  static var mantissaBits: Int32 { get }
  /// Exponent bits of 1.
  static var exponentBias: Int { get }
  /// Added and taken away again, it rounds to a whole number, which then sits in the low bits.
  static var roundingMagic: Self { get }
  /// ln 2 to so many bits that a multiple by any exponent is exact.
  static var ln2High: Self { get }
  /// The rest of ln 2.
  static var ln2Low: Self { get }
  /// Splits a number in two halves of the mantissa.
  static var splitter: Self { get }
  /// Four parts of π/2, the first three short enough for exact multiples below `angleLimit`.
  static var halfPi1: Self { get }
  static var halfPi2: Self { get }
  static var halfPi3: Self { get }
  static var halfPi4: Self { get }
  /// Larger angles are left to libm.
  static var angleLimit: Self { get }
  /// (eʳ - 1 - r)/r² for |r| ≤ ½ ln 2: Taylor.
  static func exponentialTail(_ z: Self) -> Self
  /// (2 atanh(s) - 2s)/s³ in z = s², for |s| ≤ 0.172: Taylor.
  static func logarithmTail(_ z: Self) -> Self
  /// The same for |s| ≤ ⅓.
  static func wideLogarithmTail(_ z: Self) -> Self
  /// (sin r - r)/r³ in z = r², for |r| ≤ π/4: Taylor.
  static func sineTail(_ z: Self) -> Self
  /// (cos r - 1 + r²/2)/r⁴ in z = r²: Taylor.
  static func cosineTail(_ z: Self) -> Self
  /// erf(a)/a in z = a², a ≤ 1: Chebyshev interpolation.
  static func erfNear(_ z: Self) -> Self
  /// (1 + a)·erfc(a)·e^(a²) in z = (a - 2)/(a + 2), 1 ≤ a ≤ 6: Chebyshev interpolation.
  static func erfcFar(_ z: Self) -> Self
  /// (asin r - r)/r³ in z = r², r ≤ ½: Chebyshev interpolation.
  static func arcsineTail(_ z: Self) -> Self
  /// Where the polynomials in q = x² of the hyperbolic functions near 0 end.
  static var radialLimit: Self { get }
  /// (tanh(√q)/√q - 1)/q.
  static func tanhTail(_ q: Self) -> Self
  /// (artanh(√q)/√q - 1)/q.
  static func atanhTail(_ q: Self) -> Self
  /// (sinh(√q)/√q - 1)/q.
  static func sinhTail(_ q: Self) -> Self
  /// (arsinh(√q)/√q - 1)/q.
  static func asinhTail(_ q: Self) -> Self
  /// (cosh √q - 1)/q.
  static func coshTail(_ q: Self) -> Self
  /// The slope of tanh(√q)/√q.
  static func tanhSlopeNear(_ q: Self) -> Self
  /// The slope of artanh(√q)/√q.
  static func atanhSlopeNear(_ q: Self) -> Self
  /// The slope of sinh(√q)/√q.
  static func sinhSlopeNear(_ q: Self) -> Self
  /// The slope of arsinh(√q)/√q.
  static func asinhSlopeNear(_ q: Self) -> Self
}

extension Lanes64 {
  @inline(always) static var mantissaBits: Int32 { 52 }
  @inline(always) static var exponentBias: Int { 1023 }
  @inline(always) static var roundingMagic: Self { splat(0x1.8p52) }
  @inline(always) static var ln2High: Self { splat(0.69314718036912381649) }
  @inline(always) static var ln2Low: Self { splat(1.9082149292705878161e-10) }
  @inline(always) static var splitter: Self { splat(0x1p27 + 1) }
  @inline(always) static var halfPi1: Self { splat(1.5707963267341256142) }
  @inline(always) static var halfPi2: Self { splat(6.0771005063039659766e-11) }
  @inline(always) static var halfPi3: Self { splat(2.0222662487111664558e-21) }
  @inline(always) static var halfPi4: Self { splat(8.4784276603482293229e-32) }
  @inline(always) static var angleLimit: Self { splat(0x1p20) }

  @inline(always) static func exponentialTail(_ z: Self) -> Self {
    var p = constant(1.6059043836821615e-10)
    p = fma(p, z, constant(2.0876756987868099e-9))
    p = fma(p, z, constant(2.5052108385441719e-8))
    p = fma(p, z, constant(2.7557319223985891e-7))
    p = fma(p, z, constant(2.7557319223985891e-6))
    p = fma(p, z, constant(2.4801587301587302e-5))
    p = fma(p, z, constant(0.00019841269841269841))
    p = fma(p, z, constant(0.0013888888888888889))
    p = fma(p, z, constant(0.0083333333333333333))
    p = fma(p, z, constant(0.041666666666666667))
    p = fma(p, z, constant(0.16666666666666667))
    p = fma(p, z, constant(0.5))
    return p
  }

  @inline(always) static func logarithmTail(_ z: Self) -> Self {
    logarithmTail(z, from: constant(0.10526315789473684))
  }

  @inline(always) static func wideLogarithmTail(_ z: Self) -> Self {
    var p = constant(0.064516129032258063)
    p = fma(p, z, constant(0.068965517241379309))
    p = fma(p, z, constant(0.07407407407407407))
    p = fma(p, z, constant(0.080000000000000002))
    p = fma(p, z, constant(0.086956521739130432))
    p = fma(p, z, constant(0.095238095238095233))
    return logarithmTail(z, from: fma(p, z, constant(0.10526315789473684)))
  }

  /// The coefficients below `top`, which stands for all from there on.
  @inline(always) private static func logarithmTail(_ z: Self, from top: Self) -> Self {
    var p = fma(top, z, constant(0.11764705882352941))
    p = fma(p, z, constant(0.13333333333333333))
    p = fma(p, z, constant(0.15384615384615385))
    p = fma(p, z, constant(0.18181818181818182))
    p = fma(p, z, constant(0.22222222222222222))
    p = fma(p, z, constant(0.28571428571428571))
    p = fma(p, z, constant(0.4))
    p = fma(p, z, constant(0.66666666666666667))
    return p
  }

  @inline(always) static func sineTail(_ z: Self) -> Self {
    var p = constant(2.8114572543455208e-15)
    p = fma(p, z, constant(-7.6471637318198165e-13))
    p = fma(p, z, constant(1.6059043836821615e-10))
    p = fma(p, z, constant(-2.5052108385441719e-8))
    p = fma(p, z, constant(2.7557319223985891e-6))
    p = fma(p, z, constant(-0.00019841269841269841))
    p = fma(p, z, constant(0.0083333333333333333))
    p = fma(p, z, constant(-0.16666666666666667))
    return p
  }

  @inline(always) static func cosineTail(_ z: Self) -> Self {
    var p = constant(4.7794773323873853e-14)
    p = fma(p, z, constant(-1.1470745597729725e-11))
    p = fma(p, z, constant(2.0876756987868099e-9))
    p = fma(p, z, constant(-2.7557319223985891e-7))
    p = fma(p, z, constant(2.4801587301587302e-5))
    p = fma(p, z, constant(-0.0013888888888888889))
    p = fma(p, z, constant(0.041666666666666667))
    return p
  }

  @inline(always) static func erfNear(_ z: Self) -> Self {
    var p = constant(5.9571761477489114e-11)
    p = fma(p, z, constant(-1.1372848856791674e-9))
    p = fma(p, z, constant(1.4659775274047436e-8))
    p = fma(p, z, constant(-1.6350312701054695e-7))
    p = fma(p, z, constant(1.6461000484121368e-6))
    p = fma(p, z, constant(-1.4925595266831182e-5))
    p = fma(p, z, constant(0.00012055331111642711))
    p = fma(p, z, constant(-0.00085483269808337899))
    p = fma(p, z, constant(0.0052239776248180145))
    p = fma(p, z, constant(-0.026866170645076793))
    p = fma(p, z, constant(0.11283791670954879))
    p = fma(p, z, constant(-0.37612638903183748))
    p = fma(p, z, constant(1.1283791670955126))
    return p
  }

  @inline(always) static func erfcFar(_ z: Self) -> Self {
    var p = constant(1.7162806184861013e-6)
    p = fma(p, z, constant(3.0263678162530815e-6))
    p = fma(p, z, constant(-4.6830469814879996e-6))
    p = fma(p, z, constant(-1.7716913938696906e-5))
    p = fma(p, z, constant(-7.7518647582951465e-6))
    p = fma(p, z, constant(6.1762526021991774e-5))
    p = fma(p, z, constant(0.00011694571962035339))
    p = fma(p, z, constant(-0.00013999273234336683))
    p = fma(p, z, constant(-0.00070662902784299539))
    p = fma(p, z, constant(0.0001446811123251743))
    p = fma(p, z, constant(0.003937755304640871))
    p = fma(p, z, constant(-0.0005182766753440545))
    p = fma(p, z, constant(-0.025243554293691263))
    p = fma(p, z, constant(0.042536349508899457))
    p = fma(p, z, constant(0.037813898313587398))
    p = fma(p, z, constant(-0.25997483699985236))
    p = fma(p, z, constant(0.76618702893151723))
    return p
  }

  @inline(always) static func arcsineTail(_ z: Self) -> Self {
    var p = constant(0.02961201126495512)
    p = fma(p, z, constant(-0.019241671746743041))
    p = fma(p, z, constant(0.019554513336123379))
    p = fma(p, z, constant(0.0030448799094556774))
    p = fma(p, z, constant(0.0093195607947674463))
    p = fma(p, z, constant(0.009621842970100281))
    p = fma(p, z, constant(0.011566459612121669))
    p = fma(p, z, constant(0.01396378001220357))
    p = fma(p, z, constant(0.017352816540325495))
    p = fma(p, z, constant(0.022372157443507222))
    p = fma(p, z, constant(0.03038194447553234))
    p = fma(p, z, constant(0.044642857142551893))
    p = fma(p, z, constant(0.075000000000001178))
    p = fma(p, z, constant(0.16666666666666667))
    return p
  }
}

extension Lanes32 {
  @inline(always) static var mantissaBits: Int32 { 23 }
  @inline(always) static var exponentBias: Int { 127 }
  @inline(always) static var roundingMagic: Self { splat(0x1.8p23) }
  @inline(always) static var ln2High: Self { splat(0.69140625) }
  @inline(always) static var ln2Low: Self { splat(0.0017409305599453094172) }
  @inline(always) static var splitter: Self { splat(0x1p12 + 1) }
  @inline(always) static var halfPi1: Self { splat(1.5703125) }
  @inline(always) static var halfPi2: Self { splat(0.0004837512969970703125) }
  @inline(always) static var halfPi3: Self { splat(7.5495336204767227173e-8) }
  @inline(always) static var halfPi4: Self { splat(2.5633441515945187882e-12) }
  @inline(always) static var angleLimit: Self { splat(0x1p12) }

  @inline(always) static func exponentialTail(_ z: Self) -> Self {
    var p = constant(0.00019841269841269841)
    p = fma(p, z, constant(0.0013888888888888889))
    p = fma(p, z, constant(0.0083333333333333333))
    p = fma(p, z, constant(0.041666666666666667))
    p = fma(p, z, constant(0.16666666666666667))
    p = fma(p, z, constant(0.5))
    return p
  }

  @inline(always) static func logarithmTail(_ z: Self) -> Self {
    logarithmTail(z, from: constant(0.22222222222222222))
  }

  @inline(always) static func wideLogarithmTail(_ z: Self) -> Self {
    var p = constant(0.13333333333333333)
    p = fma(p, z, constant(0.15384615384615385))
    p = fma(p, z, constant(0.18181818181818182))
    return logarithmTail(z, from: fma(p, z, constant(0.22222222222222222)))
  }

  /// The coefficients below `top`, which stands for all from there on.
  @inline(always) private static func logarithmTail(_ z: Self, from top: Self) -> Self {
    var p = fma(top, z, constant(0.28571428571428571))
    p = fma(p, z, constant(0.4))
    p = fma(p, z, constant(0.66666666666666667))
    return p
  }

  @inline(always) static func sineTail(_ z: Self) -> Self {
    var p = constant(-2.5052108385441719e-8)
    p = fma(p, z, constant(2.7557319223985891e-6))
    p = fma(p, z, constant(-0.00019841269841269841))
    p = fma(p, z, constant(0.0083333333333333333))
    p = fma(p, z, constant(-0.16666666666666667))
    return p
  }

  @inline(always) static func cosineTail(_ z: Self) -> Self {
    var p = constant(-2.7557319223985891e-7)
    p = fma(p, z, constant(2.4801587301587302e-5))
    p = fma(p, z, constant(-0.0013888888888888889))
    p = fma(p, z, constant(0.041666666666666667))
    return p
  }

  @inline(always) static func erfNear(_ z: Self) -> Self {
    var p = constant(7.8758750626854883e-5)
    p = fma(p, z, constant(-0.00080168642871658695))
    p = fma(p, z, constant(0.005189087423433974))
    p = fma(p, z, constant(-0.026854212010626412))
    p = fma(p, z, constant(0.11283594715160218))
    p = fma(p, z, constant(-0.37612626666720331))
    p = fma(p, z, constant(1.1283791658483509))
    return p
  }

  @inline(always) static func erfcFar(_ z: Self) -> Self {
    var p = constant(-0.00035619081053211152)
    p = fma(p, z, constant(0.0038331903648112206))
    p = fma(p, z, constant(-0.0004162602025811743))
    p = fma(p, z, constant(-0.025240369190650258))
    p = fma(p, z, constant(0.042530086988507004))
    p = fma(p, z, constant(0.037813916982429312))
    p = fma(p, z, constant(-0.25997473802905431))
    p = fma(p, z, constant(0.76618702872902818))
    return p
  }

  @inline(always) static func arcsineTail(_ z: Self) -> Self {
    var p = constant(0.03369084720283012)
    p = fma(p, z, constant(0.017149238357677253))
    p = fma(p, z, constant(0.031100662735494568))
    p = fma(p, z, constant(0.044599401528512184))
    p = fma(p, z, constant(0.075000945434974235))
    p = fma(p, z, constant(0.16666666337430907))
    return p
  }
}
