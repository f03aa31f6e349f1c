#if GEOC_KERNELS_V4
  @testable import KernelsV4

  /// The lane functions for the tests. A file of its own, because the operators of the kernel module would take part in
  /// the constant expressions of the test macros.
  enum VectorMathProbe {
    static func exp64(_ x: SIMD8<Double>) -> SIMD8<Double> { .exp(x) }
    static func exp32(_ x: SIMD16<Float>) -> SIMD16<Float> { .exp(x) }
    static func expm164(_ x: SIMD8<Double>) -> SIMD8<Double> { .expm1(x) }
    static func expm132(_ x: SIMD16<Float>) -> SIMD16<Float> { .expm1(x) }
    static func log64(_ x: SIMD8<Double>) -> SIMD8<Double> { .log(x) }
    static func log32(_ x: SIMD16<Float>) -> SIMD16<Float> { .log(x) }
    static func log1p64(_ x: SIMD8<Double>) -> SIMD8<Double> { .log1p(x) }
    static func log1p32(_ x: SIMD16<Float>) -> SIMD16<Float> { .log1p(x) }
    static func tanh64(_ x: SIMD8<Double>) -> SIMD8<Double> { .tanh(x) }
    static func tanh32(_ x: SIMD16<Float>) -> SIMD16<Float> { .tanh(x) }
    static func sinh64(_ x: SIMD8<Double>) -> SIMD8<Double> { .sinh(x) }
    static func sinh32(_ x: SIMD16<Float>) -> SIMD16<Float> { .sinh(x) }
    static func cosh64(_ x: SIMD8<Double>) -> SIMD8<Double> { .cosh(x) }
    static func cosh32(_ x: SIMD16<Float>) -> SIMD16<Float> { .cosh(x) }
    static func asinh64(_ x: SIMD8<Double>) -> SIMD8<Double> { .asinh(x) }
    static func asinh32(_ x: SIMD16<Float>) -> SIMD16<Float> { .asinh(x) }
    static func atanh64(_ x: SIMD8<Double>) -> SIMD8<Double> { .atanh(x) }
    static func atanh32(_ x: SIMD16<Float>) -> SIMD16<Float> { .atanh(x) }
    static func acos64(_ x: SIMD8<Double>) -> SIMD8<Double> { .acos(x) }
    static func acos32(_ x: SIMD16<Float>) -> SIMD16<Float> { .acos(x) }
    static func sin64(_ x: SIMD8<Double>) -> SIMD8<Double> { .sin(x) }
    static func sin32(_ x: SIMD16<Float>) -> SIMD16<Float> { .sin(x) }
    static func cos64(_ x: SIMD8<Double>) -> SIMD8<Double> { .cos(x) }
    static func cos32(_ x: SIMD16<Float>) -> SIMD16<Float> { .cos(x) }
    static func erf64(_ x: SIMD8<Double>) -> SIMD8<Double> { .erf(x) }
    static func erf32(_ x: SIMD16<Float>) -> SIMD16<Float> { .erf(x) }
    static func pow64(_ x: SIMD8<Double>, _ y: SIMD8<Double>) -> SIMD8<Double> { .pow(x, y) }
    static func pow32(_ x: SIMD16<Float>, _ y: SIMD16<Float>) -> SIMD16<Float> { .pow(x, y) }
    static func powScalar(_ x: Double, _ y: Double) -> Double { Double.pow(x, y) }
    static func expScalar(_ x: Double) -> Double { Double.exp(x) }
    static func tanhScalar(_ x: Double) -> Double { Double.tanh(x) }
    static func sinScalar(_ x: Double) -> Double { Double.sin(x) }
    static func log1pScalar(_ x: Float) -> Float { Float.log1p(x) }
  }
#endif
