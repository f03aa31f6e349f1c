import GeocKernelABI
import Synchronization

/// An elementwise function of the inputs `x0, x1, …`: the closed language of activations, losses and optimizer rules.
///
/// The text form is infix with calls, `max(x0, 1e-05) * x1`; `parse(e.description)` gives `e` back. Values follow the
/// semantics of `MapOpcode`.
package indirect enum ScalarExpression: Hashable, Sendable {
  /// Input number `i`, written `x<i>`.
  case input(Int)
  /// A number, never a NaN.
  case constant(Double)
  /// A function of one argument, or the sign change.
  case unary(Unary, ScalarExpression)
  /// A function of two arguments, or an infix operator.
  case binary(Binary, ScalarExpression, ScalarExpression)
  /// `select(c, a, b)`: `a` where `c` is not 0, else `b`.
  case select(ScalarExpression, ScalarExpression, ScalarExpression)

  /// The functions of one argument; the raw value is the name in the text form.
  package enum Unary: String, Hashable, Sendable, CaseIterable {
    case negate = "-"
    case exp, log, log1p, expm1, sqrt, rsqrt, reciprocal, tanh, sigmoid, softplus, sin, cos, abs, sign, erf, step
    case sinh, cosh, asinh, atanh, acos
    /// f(√x)/√x for tanh, artanh, sinh, arsinh.
    case tanhc, atanhc, sinhc, asinhc

    /// The operation that computes the function.
    package var opcode: MapOpcode {
      switch self {
      case .negate: .negate
      case .exp: .exp
      case .log: .log
      case .log1p: .log1p
      case .expm1: .expm1
      case .sqrt: .squareRoot
      case .rsqrt: .reciprocalSquareRoot
      case .reciprocal: .reciprocal
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      case .softplus: .softplus
      case .sin: .sine
      case .cos: .cosine
      case .abs: .absolute
      case .sign: .sign
      case .erf: .errorFunction
      case .step: .step
      case .sinh: .hyperbolicSine
      case .cosh: .hyperbolicCosine
      case .asinh: .inverseHyperbolicSine
      case .atanh: .inverseHyperbolicTangent
      case .acos: .inverseCosine
      case .tanhc: .tanhRatio
      case .atanhc: .atanhRatio
      case .sinhc: .sinhRatio
      case .asinhc: .asinhRatio
      }
    }
  }

  /// The functions of two arguments; the raw value is the name or operator in the text form.
  package enum Binary: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case min, max, pow, less
    /// Slopes of `tanhc` and its kin at the first argument, where their value is the second.
    case dtanhc, datanhc, dsinhc, dasinhc

    /// The operation that computes the function.
    package var opcode: MapOpcode {
      switch self {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .min: .minimum
      case .max: .maximum
      case .pow: .power
      case .less: .less
      case .dtanhc: .tanhRatioSlope
      case .datanhc: .atanhRatioSlope
      case .dsinhc: .sinhRatioSlope
      case .dasinhc: .asinhRatioSlope
      }
    }
  }

  /// The value at `inputs`; an input that is missing counts as NaN.
  package func evaluate(_ inputs: [Double]) -> Double {
    switch self {
    case .input(let i): inputs.indices.contains(i) ? inputs[i] : .nan
    case .constant(let value): value
    case .unary(let f, let a): f.opcode.value(a.evaluate(inputs))
    case .binary(let f, let a, let b): f.opcode.value(a.evaluate(inputs), b.evaluate(inputs))
    case .select(let c, let a, let b):
      MapOpcode.select.value(c.evaluate(inputs), a.evaluate(inputs), b.evaluate(inputs))
    }
  }

  /// The expression with every input replaced by the expression that `replacement` gives for its number.
  package func mapInputs(_ replacement: (Int) -> ScalarExpression) -> ScalarExpression {
    switch self {
    case .input(let i): replacement(i)
    case .constant: self
    case .unary(let f, let a): .unary(f, a.mapInputs(replacement))
    case .binary(let f, let a, let b): .binary(f, a.mapInputs(replacement), b.mapInputs(replacement))
    case .select(let c, let a, let b):
      .select(c.mapInputs(replacement), a.mapInputs(replacement), b.mapInputs(replacement))
    }
  }

  /// The expression with input `index` replaced by `expression`; the other inputs keep their numbers.
  package func substituting(_ index: Int, by expression: ScalarExpression) -> ScalarExpression {
    mapInputs { $0 == index ? expression : .input($0) }
  }

  /// The numbers of the inputs that occur.
  package var inputs: Set<Int> {
    var found: Set<Int> = []
    forEachInput { found.insert($0) }
    return found
  }

  /// One more than the largest input number that occurs, 0 for a constant expression.
  package var inputCount: Int {
    var count = 0
    forEachInput { count = Swift.max(count, $0 + 1) }
    return count
  }

  private func forEachInput(_ body: (Int) -> Void) {
    switch self {
    case .input(let i): body(i)
    case .constant: break
    case .unary(_, let a): a.forEachInput(body)
    case .binary(_, let a, let b):
      a.forEachInput(body)
      b.forEachInput(body)
    case .select(let c, let a, let b):
      c.forEachInput(body)
      a.forEachInput(body)
      b.forEachInput(body)
    }
  }

  /// The number that it is; nil for what is no constant.
  var constantValue: Double? {
    if case .constant(let value) = self { value } else { nil }
  }

  /// The number of nodes of the tree: a bound for passes that substitute expressions into each other.
  package var nodeCount: Int {
    switch self {
    case .input, .constant: 1
    case .unary(_, let a): 1 + a.nodeCount
    case .binary(_, let a, let b): 1 + a.nodeCount + b.nodeCount
    case .select(let c, let a, let b): 1 + c.nodeCount + a.nodeCount + b.nodeCount
    }
  }

  /// The program that computes this expression as its only output.
  ///
  /// Kept, because every pass and the verifier after it ask for the kernels of all nodes again, and a network has few
  /// different expressions.
  package func compiled() -> MapProgram {
    if let known = Self.programs.withLock({ $0[self] }) { return known }
    let program = MapProgram.compile([self])
    Self.programs.withLock { $0[self] = program }
    return program
  }

  private static let programs = Mutex<[ScalarExpression: MapProgram]>([:])
}

extension ScalarExpression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  package init(floatLiteral value: Double) { self = .constant(value) }
  /// A constant.
  package init(integerLiteral value: Int) { self = .constant(Double(value)) }

  /// The sum, as written (nothing is simplified).
  package static func + (a: Self, b: Self) -> Self { .binary(.add, a, b) }
  /// The difference, as written.
  package static func - (a: Self, b: Self) -> Self { .binary(.subtract, a, b) }
  /// The product, as written.
  package static func * (a: Self, b: Self) -> Self { .binary(.multiply, a, b) }
  /// The quotient, as written.
  package static func / (a: Self, b: Self) -> Self { .binary(.divide, a, b) }
  /// The sign change, as written.
  package static prefix func - (a: Self) -> Self { .unary(.negate, a) }
}
