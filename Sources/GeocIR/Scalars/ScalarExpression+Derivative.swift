extension ScalarExpression {
  /// The partial derivative by input `index`, simplified.
  ///
  /// Conventions at kinks: `max` and `min` pass the derivative of their *second* argument at a tie (so `max(x0, 0)` and
  /// `max(x0, ε)` have derivative 0 at the bound), `abs` has 0 at 0; `sign`, `step`, `less` and the condition of
  /// `select` have derivative 0 everywhere.
  package func derivative(by index: Int) -> ScalarExpression { differentiated(by: index).simplified() }

  fileprivate var isZero: Bool { constantValue == 0 }

  private func differentiated(by index: Int) -> ScalarExpression {
    switch self {
    case .input(let i): return i == index ? 1 : 0
    case .constant: return 0
    case .unary(let f, let u):
      let inner = u.differentiated(by: index)
      return inner.isZero ? 0 : f.slope(at: u, value: self) * inner
    case .binary(let f, let a, let b):
      return f.differential(a, b, a.differentiated(by: index), b.differentiated(by: index), value: self)
    case .select(let c, let a, let b):
      let (da, db) = (a.differentiated(by: index), b.differentiated(by: index))
      return da == db ? da : .select(c, da, db)
    }
  }
}

extension ScalarExpression.Unary {
  /// The derivative of the function at `u`, where its value is the expression `value`.
  func slope(at u: ScalarExpression, value: ScalarExpression) -> ScalarExpression {
    switch self {
    case .negate: -1
    case .exp: value
    case .log: .unary(.reciprocal, u)
    case .log1p: .unary(.reciprocal, u + 1)
    case .expm1: .unary(.exp, u)
    case .sqrt: 0.5 * .unary(.rsqrt, u)
    case .rsqrt: -0.5 * (value * .unary(.reciprocal, u))
    case .reciprocal: -(value * value)
    case .tanh: 1 - value * value
    case .sigmoid: value * (1 - value)
    case .softplus: .unary(.sigmoid, u)
    case .sin: .unary(.cos, u)
    case .cos: -.unary(.sin, u)
    case .abs: .unary(.sign, u)
    case .sign, .step: 0
    case .erf: .constant(1.1283791670955126) * .unary(.exp, -(u * u))
    case .sinh: .unary(.cosh, u)
    case .cosh: .unary(.sinh, u)
    case .asinh: .unary(.rsqrt, u * u + 1)
    case .atanh: .unary(.reciprocal, (1 - u) * (1 + u))
    case .acos: -.unary(.rsqrt, (1 - u) * (1 + u))
    case .tanhc: .binary(.dtanhc, u, value)
    case .atanhc: .binary(.datanhc, u, value)
    case .sinhc: .binary(.dsinhc, u, value)
    case .asinhc: .binary(.dasinhc, u, value)
    }
  }
}

extension ScalarExpression.Binary {
  /// The differential of the function at `(a, b)` along `(da, db)`, where its value is the expression `value`.
  func differential(
    _ a: ScalarExpression, _ b: ScalarExpression, _ da: ScalarExpression, _ db: ScalarExpression,
    value: ScalarExpression
  ) -> ScalarExpression {
    if da.isZero && db.isZero { return 0 }
    switch self {
    case .add: return da.isZero ? db : db.isZero ? da : da + db
    case .subtract: return da.isZero ? -db : db.isZero ? da : da - db
    case .multiply: return da.isZero ? a * db : db.isZero ? da * b : da * b + a * db
    case .divide: return db.isZero ? da / b : da.isZero ? -(value * db / b) : (da - value * db) / b
    case .max: return .select(.binary(.less, b, a), da, db)
    case .min: return .select(.binary(.less, a, b), da, db)
    case .less: return 0
    case .dtanhc: return slopeOfSlope(a, b, da, db, value, byA: -(b * b), byB: -(2 * (a * b)) - 1)
    case .datanhc:
      let r = ScalarExpression.unary(.reciprocal, 1 - a)
      return slopeOfSlope(a, b, da, db, value, byA: r * r, byB: -1)
    case .dsinhc:
      let r = ScalarExpression.unary(.rsqrt, a * (b * b) + 1)
      return slopeOfSlope(a, b, da, db, value, byA: 0.5 * (b * b * r), byB: a * b * r - 1)
    case .dasinhc:
      let r = ScalarExpression.unary(.rsqrt, a + 1)
      return slopeOfSlope(a, b, da, db, value, byA: -0.5 * (r * r * r), byB: -1)
    case .pow:
      let byBase = b * .binary(.pow, a, b - 1) * da
      // At base 0 the value is 0 for every positive exponent, where the logarithm is infinite.
      let byExponent = value * .select(a, .unary(.log, a), 0) * db
      return db.isZero ? byBase : da.isZero ? byExponent : byBase + byExponent
    }
  }

  /// The differential of a slope N(a, b)/2a by the partial derivatives of its numerator.
  private func slopeOfSlope(
    _ a: ScalarExpression, _ b: ScalarExpression, _ da: ScalarExpression, _ db: ScalarExpression,
    _ value: ScalarExpression, byA: ScalarExpression, byB: ScalarExpression
  ) -> ScalarExpression {
    let half = 0.5 * .unary(.reciprocal, a)
    let first = (half * byA - value * .unary(.reciprocal, a)) * da
    let second = half * byB * db
    return db.isZero ? first : da.isZero ? second : first + second
  }
}
