/// The operations of an elementwise program, with their exact meaning.
///
/// `a`, `b`, `c` are the values of the operand registers, and the result goes to register `dst`, which may be one of
/// the operands: read all operands before writing. Comparisons with a NaN are false. Functions follow C's `<math.h>`
/// for special values unless stated otherwise. Raw values are stable: they are written into plans.
package enum MapOpcode: Int, Sendable, CaseIterable {
  /// `dst = input[a]`; `a` is the number of an input, not a register.
  case load = 0
  /// `dst = constants[a]`; `a` is an index in the constants table, not a register.
  case constant = 1
  /// `dst = -a`
  case negate = 2
  /// `dst = a + b`
  case add = 3
  /// `dst = a - b`
  case subtract = 4
  /// `dst = a * b`
  case multiply = 5
  /// `dst = a / b`
  case divide = 6
  /// `dst = a * b + c`, rounded once.
  case multiplyAdd = 7
  /// `dst = a * b - c`, rounded once.
  case multiplySubtract = 8
  /// `dst = c - a * b`, rounded once.
  case negateMultiplyAdd = 9
  /// `dst = b < a ? b : a`: a NaN in `a` stays, a NaN in `b` is dropped; x86 `vmin(b, a)`.
  case minimum = 10
  /// `dst = b > a ? b : a`: a NaN in `a` stays, a NaN in `b` is dropped; x86 `vmax(b, a)`.
  case maximum = 11
  /// `dst = e^a`
  case exp = 12
  /// `dst = ln a`: -∞ at 0, NaN below.
  case log = 13
  /// `dst = ln(1 + a)`, with full relative accuracy near 0.
  case log1p = 14
  /// `dst = e^a - 1`, with full relative accuracy near 0.
  case expm1 = 15
  /// `dst = √a`: NaN below 0.
  case squareRoot = 16
  /// `dst = 1 / √a`: +∞ at 0, NaN below.
  case reciprocalSquareRoot = 17
  /// `dst = 1 / a`
  case reciprocal = 18
  /// `dst = tanh a`
  case tanh = 19
  /// `dst = 1 / (1 + e^(-a))`
  case sigmoid = 20
  /// `dst = ln(1 + e^a)`, without overflow: `max(a, 0) + log1p(e^(-|a|))`.
  case softplus = 21
  /// `dst = sin a`
  case sine = 22
  /// `dst = cos a`
  case cosine = 23
  /// `dst = |a|`
  case absolute = 24
  /// `dst = a > 0 ? 1 : (a < 0 ? -1 : 0)`; 0 for a NaN.
  case sign = 25
  /// `dst = a^b` as C's `pow`: a negative `a` gives a NaN unless `b` is a whole number; `a^0 = 1`.
  case power = 26
  /// `dst = erf a`
  case errorFunction = 27
  /// `dst = a > 0 ? 1 : 0`
  case step = 28
  /// `dst = a < b ? 1 : 0`
  case less = 29
  /// `dst = a != 0 ? b : c`: a choice, never a blend by multiplication, so the branch not taken may hold a NaN.
  case select = 30
  /// `dst = sinh a`
  case hyperbolicSine = 31
  /// `dst = cosh a`
  case hyperbolicCosine = 32
  /// `dst = asinh a`
  case inverseHyperbolicSine = 33
  /// `dst = atanh a`: ±∞ at ±1, NaN beyond.
  case inverseHyperbolicTangent = 34
  /// `dst = acos a`: NaN outside [-1, 1].
  case inverseCosine = 35
  /// `dst = tanh(√a)/√a`, 1 at 0
  case tanhRatio = 36
  /// `dst = artanh(√a)/√a`, 1 at 0; `a` is held below 1.
  case atanhRatio = 37
  /// `dst = sinh(√a)/√a`, 1 at 0
  case sinhRatio = 38
  /// `dst = arsinh(√a)/√a`, 1 at 0
  case asinhRatio = 39
  /// `dst` is the slope of `tanhRatio` at `a`, where its value is `b`.
  case tanhRatioSlope = 40
  /// `dst` is the slope of `atanhRatio` at `a`, where its value is `b`.
  case atanhRatioSlope = 41
  /// `dst` is the slope of `sinhRatio` at `a`, where its value is `b`.
  case sinhRatioSlope = 42
  /// `dst` is the slope of `asinhRatio` at `a`, where its value is `b`.
  case asinhRatioSlope = 43
  /// Names registers `a`, `b`, `c` as the next operands of an `apply`; `dst` is `a`.
  case argument = 44
  /// Runs the form number `a` on the operands that the instructions before it name (the last of them may name one several
  /// times), with constants from index `b` on; the results go to registers from `dst` on. The end of a program.
  case apply = 45

  /// How many of `a`, `b`, `c` are registers that the operation reads; the others are 0.
  package var operandCount: Int {
    switch self {
    case .load, .constant, .apply: 0
    case .add, .subtract, .multiply, .divide, .minimum, .maximum, .power, .less, .tanhRatioSlope, .atanhRatioSlope,
      .sinhRatioSlope, .asinhRatioSlope:
      2
    case .multiplyAdd, .multiplySubtract, .negateMultiplyAdd, .select, .argument: 3
    default: 1
    }
  }
}
