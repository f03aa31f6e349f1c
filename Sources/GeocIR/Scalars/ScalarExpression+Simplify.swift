extension ScalarExpression {
  /// An equal expression with constants folded and the usual identities applied, bottom up.
  ///
  /// Equal means: the same number up to rounding wherever every subexpression is defined and finite. Outside of the
  /// domain a NaN may become a number (`exp(log(x0))` is `x0`, `x0 * 0.0` is 0), never the other way round.
  package func simplified() -> ScalarExpression {
    switch self {
    case .input, .constant: self
    case .unary(let f, let a): Self.simplified(f, a.simplified())
    case .binary(let f, let a, let b): Self.simplified(f, a.simplified(), b.simplified())
    case .select(let c, let a, let b): Self.simplifiedSelect(c.simplified(), a.simplified(), b.simplified())
    }
  }

  /// Whether the form of the expression shows that its value is never negative.
  private var isVisiblyNonNegative: Bool {
    switch self {
    case .constant(let value): value >= 0
    case .unary(let f, _):
      [.exp, .sqrt, .rsqrt, .cosh, .sigmoid, .softplus, .abs, .step, .acos, .tanhc, .atanhc, .sinhc, .asinhc].contains(
        f)
    case .binary(.less, _, _): true
    case .binary(.multiply, let a, let b): a == b || (a.isVisiblyNonNegative && b.isVisiblyNonNegative)
    case .binary(.add, let a, let b), .binary(.divide, let a, let b), .binary(.min, let a, let b):
      a.isVisiblyNonNegative && b.isVisiblyNonNegative
    case .binary(.max, let a, let b): a.isVisiblyNonNegative || b.isVisiblyNonNegative
    case .select(_, let a, let b): a.isVisiblyNonNegative && b.isVisiblyNonNegative
    default: false
    }
  }

  private static func simplified(_ f: Unary, _ a: Self) -> Self {
    if let value = a.constantValue {
      let folded = f.opcode.value(value)
      if folded.isFinite { return .constant(folded) }
    }
    switch (f, a) {
    case (.negate, .unary(.negate, let u)): return u
    case (.negate, .binary(.subtract, let u, let v)): return simplified(.subtract, v, u)
    case (.negate, .binary(.multiply, .constant(let k), let u)): return simplified(.multiply, .constant(-k), u)
    case (.exp, .unary(.log, let u)), (.log, .unary(.exp, let u)): return u
    case (.expm1, .unary(.log1p, let u)), (.log1p, .unary(.expm1, let u)): return u
    case (.exp, .unary(.log1p, let u)): return simplified(.add, u, 1)
    case (.log, .binary(.add, let u, .constant(1))): return simplified(.log1p, u)
    case (.log, .unary(.sqrt, let u)): return simplified(.multiply, 0.5, simplified(.log, u))
    case (.log, .unary(.rsqrt, let u)): return simplified(.multiply, -0.5, simplified(.log, u))
    case (.log, .unary(.reciprocal, let u)): return simplified(.negate, simplified(.log, u))
    case (.tanh, .unary(.atanh, let u)), (.atanh, .unary(.tanh, let u)): return u
    case (.sinh, .unary(.asinh, let u)), (.asinh, .unary(.sinh, let u)): return u
    case (.cos, .unary(.acos, let u)): return u
    case (.cos, .unary(.negate, let u)), (.cosh, .unary(.negate, let u)), (.abs, .unary(.negate, let u)):
      return simplified(f, u)
    case (.reciprocal, .unary(.reciprocal, let u)): return u
    case (.reciprocal, .unary(.sqrt, let u)): return simplified(.rsqrt, u)
    case (.reciprocal, .unary(.rsqrt, let u)): return simplified(.sqrt, u)
    case (.reciprocal, .unary(.exp, let u)): return simplified(.exp, simplified(.negate, u))
    case (.sqrt, .binary(.multiply, let u, let v)) where u == v: return simplified(.abs, u)
    case (.sqrt, .binary(.pow, let u, 2)): return simplified(.abs, u)
    case (.sqrt, .unary(.exp, let u)): return simplified(.exp, simplified(.multiply, 0.5, u))
    case (.abs, let u) where u.isVisiblyNonNegative: return u
    default: return .unary(f, a)
    }
  }

  private static func simplified(_ f: Binary, _ a: Self, _ b: Self) -> Self {
    if let x = a.constantValue, let y = b.constantValue {
      let folded = f.opcode.value(x, y)
      if folded.isFinite { return .constant(folded) }
    }
    switch f {
    case .add: return simplifiedSum(a, b)
    case .subtract: return simplifiedDifference(a, b)
    case .multiply: return simplifiedProduct(a, b)
    case .divide: return simplifiedQuotient(a, b)
    case .pow: return simplifiedPower(a, b)
    case .less: return a == b ? 0 : .binary(.less, a, b)
    case .dtanhc, .datanhc, .dsinhc, .dasinhc: return .binary(f, a, b)
    case .min, .max:
      if a == b { return a }
      // A bound on a bound is one bound; the first operand keeps its place, since only it passes a NaN on.
      if case .binary(f, let u, .constant(let k)) = a, let l = b.constantValue {
        return .binary(f, u, .constant(f.opcode.value(k, l)))
      }
      return .binary(f, a, b)
    }
  }

  private static func simplifiedSum(_ a: Self, _ b: Self) -> Self {
    switch (a, b) {
    case (let u, 0), (0, let u): return u
    case (.constant, let v) where v.constantValue == nil: return simplifiedSum(v, a)
    case (let u, .unary(.negate, let v)): return simplified(.subtract, u, v)
    case (.unary(.negate, let u), let v): return simplified(.subtract, v, u)
    case (.binary(.add, let u, .constant(let k)), .constant(let l)) where (k + l).isFinite:
      return simplifiedSum(u, .constant(k + l))
    case (.unary(.exp, let u), -1): return simplified(.expm1, u)
    case (let u, .constant(let k)) where k < 0: return .binary(.subtract, u, .constant(-k))
    case (let u, let v) where u == v: return simplified(.multiply, 2, u)
    default: return .binary(.add, a, b)
    }
  }

  private static func simplifiedDifference(_ a: Self, _ b: Self) -> Self {
    switch (a, b) {
    case (let u, 0): return u
    case (0, let u): return simplified(.negate, u)
    case (let u, .unary(.negate, let v)): return simplified(.add, u, v)
    case (.unary(.exp, let u), 1): return simplified(.expm1, u)
    case (.binary(.add, let u, .constant(let k)), .constant(let l)) where (k - l).isFinite:
      return simplifiedSum(u, .constant(k - l))
    case (let u, .constant(let k)) where k < 0: return simplifiedSum(u, .constant(-k))
    case (let u, let v) where u == v: return 0
    default: return .binary(.subtract, a, b)
    }
  }

  private static func simplifiedProduct(_ a: Self, _ b: Self) -> Self {
    switch (a, b) {
    case (_, 0), (0, _): return 0
    case (let u, 1), (1, let u): return u
    case (let u, -1), (-1, let u): return simplified(.negate, u)
    case (let u, .constant(let k)) where u.constantValue == nil: return simplifiedProduct(.constant(k), u)
    case (.constant(let k), .binary(.multiply, .constant(let l), let u)) where (k * l).isNormal:
      return simplifiedProduct(.constant(k * l), u)
    case (.constant(let k), .unary(.negate, let u)): return simplifiedProduct(.constant(-k), u)
    case (let u, .binary(.multiply, .constant(let k), let v)), (.binary(.multiply, .constant(let k), let u), let v):
      return simplifiedProduct(.constant(k), simplifiedProduct(u, v))
    case (.unary(.negate, let u), let v), (let u, .unary(.negate, let v)):
      return simplified(.negate, simplifiedProduct(u, v))
    case (.unary(.sqrt, let u), .unary(.sqrt, let v)) where u == v: return u
    case (let u, .unary(.sign, let v)), (.unary(.sign, let u), let v):
      return u == v ? simplified(.abs, u) : .binary(.multiply, a, b)
    default: return .binary(.multiply, a, b)
    }
  }

  private static func simplifiedQuotient(_ a: Self, _ b: Self) -> Self {
    switch (a, b) {
    case (let u, 1): return u
    case (let u, -1): return simplified(.negate, u)
    case (0, let u) where u.constantValue != 0: return 0
    case (1, let u): return simplified(.reciprocal, u)
    case (.constant(let k), .unary(.reciprocal, let u)): return simplifiedProduct(.constant(k), u)
    // A power of two divides and multiplies without rounding.
    case (let u, .constant(let k)) where k.significand == 1 && (1 / k).isNormal && k.isNormal:
      return simplifiedProduct(.constant(1 / k), u)
    case (.unary(.negate, let u), .unary(.negate, let v)): return simplifiedQuotient(u, v)
    case (.unary(.negate, let u), let v), (let u, .unary(.negate, let v)):
      return simplified(.negate, simplifiedQuotient(u, v))
    default: return .binary(.divide, a, b)
    }
  }

  private static func simplifiedPower(_ a: Self, _ b: Self) -> Self {
    switch (a, b) {
    case (_, 0), (1, _): return 1
    case (let u, 1): return u
    // A longer base would have to be written twice; programs multiply in either case.
    case (.input, 2): return .binary(.multiply, a, a)
    case (let u, 0.5): return simplified(.sqrt, u)
    case (let u, -0.5): return simplified(.rsqrt, u)
    case (let u, -1): return simplified(.reciprocal, u)
    case (.unary(.exp, let u), .constant(let k)): return simplified(.exp, simplifiedProduct(.constant(k), u))
    default: return .binary(.pow, a, b)
    }
  }

  private static func simplifiedSelect(_ c: Self, _ a: Self, _ b: Self) -> Self {
    if let value = c.constantValue { return value != 0 ? a : b }
    if a == b { return a }
    switch (c, a, b) {
    case (.binary(.less, _, _), 1, 0), (.unary(.step, _), 1, 0): return c
    default: return .select(c, a, b)
    }
  }
}

/// Lets the rules match a constant by its number.
private func ~= (pattern: Double, value: ScalarExpression) -> Bool { value.constantValue == pattern }
