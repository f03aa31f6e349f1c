/// Functions of the elementwise machine, as types: a closure over vectors might not be inlined.
protocol UnaryFunction {
  static func apply<V: Lanes>(_ a: V) -> V
}

/// Functions of two numbers.
protocol BinaryFunction {
  static func apply<V: Lanes>(_ a: V, _ b: V) -> V
}

/// Functions of three numbers.
protocol TernaryFunction {
  static func apply<V: Lanes>(_ a: V, _ b: V, _ c: V) -> V
}

/// The functions that `MapOpcode` names; its documentation gives their exact meaning.
enum MapFunction {
  enum Negate: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { -a } }
  enum Exp: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.exp(a) } }
  enum Log: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.log(a) } }
  enum Log1p: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.log1p(a) } }
  enum Expm1: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.expm1(a) } }
  enum SquareRoot: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.sqrt(a) } }
  enum ReciprocalRoot: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.rsqrt(a) } }
  enum Reciprocal: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.one / a } }
  enum Tanh: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.tanh(a) } }
  enum Sigmoid: UnaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.one / (V.one + V.exp(-a)) }
  }
  enum Softplus: UnaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.max(V.zero, a) + V.log1p(V.exp(-V.abs(a))) }
  }
  enum Sine: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.sin(a) } }
  enum Cosine: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.cos(a) } }
  enum Absolute: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.abs(a) } }
  enum Sign: UnaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V) -> V {
      V.select(a .> V.zero, V.one, V.select(a .< V.zero, -V.one, V.zero))
    }
  }
  enum ErrorFunction: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.erf(a) } }
  enum Step: UnaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.select(a .> V.zero, V.one, V.zero) }
  }
  enum Sinh: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.sinh(a) } }
  enum Cosh: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.cosh(a) } }
  enum Asinh: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.asinh(a) } }
  enum Atanh: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.atanh(a) } }
  enum Acos: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.acos(a) } }

  enum Tanhc: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.tanhc(a) } }
  enum Atanhc: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.atanhc(a) } }
  enum Sinhc: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.sinhc(a) } }
  enum Asinhc: UnaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V) -> V { V.asinhc(a) } }
  enum TanhcSlope: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.tanhcSlope(a, b) }
  }
  enum AtanhcSlope: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.atanhcSlope(a, b) }
  }
  enum SinhcSlope: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.sinhcSlope(a, b) }
  }
  enum AsinhcSlope: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.asinhcSlope(a, b) }
  }

  enum Add: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { a + b } }
  enum Subtract: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { a - b } }
  enum Multiply: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { a * b } }
  enum Divide: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { a / b } }
  enum Minimum: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.min(b, a) } }
  enum Maximum: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.max(b, a) } }
  enum Power: BinaryFunction { @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.pow(a, b) } }
  enum Less: BinaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V) -> V { V.select(a .< b, V.one, V.zero) }
  }

  enum MultiplyAdd: TernaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V, _ c: V) -> V { V.fma(a, b, c) }
  }
  enum MultiplySubtract: TernaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V, _ c: V) -> V { V.fma(a, b, -c) }
  }
  enum NegateMultiplyAdd: TernaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V, _ c: V) -> V { V.fnma(a, b, c) }
  }
  enum Select: TernaryFunction {
    @inline(always) static func apply<V: Lanes>(_ a: V, _ b: V, _ c: V) -> V { V.select(a .!= V.zero, b, c) }
  }
}
