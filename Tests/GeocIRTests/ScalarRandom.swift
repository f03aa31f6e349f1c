import GeocIR

/// A small reproducible generator (SplitMix64), so that a failing tree can be found again.
struct ScalarRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &self)] }

  mutating func number(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &self) }

  /// A random tree over `x0…x2`.
  mutating func expression(depth: Int, powers: Bool = true) -> ScalarExpression {
    if depth == 0 || Int.random(in: 0..<12, using: &self) == 0 {
      let constants: [Double] = [0, 1, -1, 2, 0.5, -0.25, 3, 1e-05, 0.1, -2.5]
      return Bool.random(using: &self)
        ? .input(Int.random(in: 0..<3, using: &self)) : .constant(pick(constants))
    }
    switch Int.random(in: 0..<10, using: &self) {
    case 0..<4:
      let f = pick(ScalarExpression.Unary.allCases)
      let argument = expression(depth: depth - 1, powers: powers)
      // Functions of a square take one.
      return .unary(f, f.slopeFunction == nil ? argument : argument * argument)
    case 4..<9:
      let f = pick(ScalarExpression.Binary.allCases.filter { (powers || $0 != .pow) && !$0.isSlope })
      let left = expression(depth: depth - 1, powers: powers)
      let isConstantPower = f == .pow && Bool.random(using: &self)
      return .binary(
        f, left,
        isConstantPower
          ? .constant(pick([2, 3, -1, 0.5, -0.5, 1.7, -3])) : expression(depth: depth - 1, powers: powers)
      )
    default:
      return .select(
        expression(depth: depth - 1, powers: powers), expression(depth: depth - 1, powers: powers),
        expression(depth: depth - 1, powers: powers))
    }
  }
}

extension ScalarExpression.Unary {
  /// The function that gives the slope of f(√q)/√q from q and its value; nil for other functions.
  var slopeFunction: ScalarExpression.Binary? {
    switch self {
    case .tanhc: .dtanhc
    case .atanhc: .datanhc
    case .sinhc: .dsinhc
    case .asinhc: .dasinhc
    default: nil
    }
  }
}

extension ScalarExpression.Binary {
  /// Whether it means something only where its second argument is the value of the function whose slope it is.
  var isSlope: Bool { [.dtanhc, .datanhc, .dsinhc, .dasinhc].contains(self) }
}

extension ScalarExpression {
  var children: [ScalarExpression] {
    switch self {
    case .input, .constant: []
    case .unary(_, let a): [a]
    case .binary(_, let a, let b): [a, b]
    case .select(let c, let a, let b): [c, a, b]
    }
  }

  /// Whether a root or power is taken where it has no finite derivative: at 0, or at a negative base with a variable
  /// exponent.
  func isSingular(at inputs: [Double]) -> Bool {
    switch self {
    case .unary(.sqrt, let base) where base.evaluate(inputs) == 0: true
    case .unary(.atanhc, let q) where q.evaluate(inputs) >= 1: true
    case .unary(.acos, let u) where abs(u.evaluate(inputs)) >= 1: true
    case .binary(.pow, let base, let exponent) where !exponent.inputs.isEmpty && base.evaluate(inputs) <= 0: true
    default: children.contains { $0.isSingular(at: inputs) }
    }
  }

  /// Whether every subexpression is a finite number of moderate size.
  func isTame(at inputs: [Double]) -> Bool {
    let value = evaluate(inputs)
    return value.isFinite && abs(value) < 1e6 && children.allSatisfy { $0.isTame(at: inputs) }
  }

  /// The value with a relative perturbation of `size` after each operation: shows how rounding errors grow.
  func perturbed(_ inputs: [Double], _ size: Double, _ random: inout ScalarRandom) -> Double {
    let noise = 1 + size * random.number(-1...1)
    let arguments = children.map { $0.perturbed(inputs, size, &random) }
    switch self {
    case .input, .constant: return evaluate(inputs)
    case .unary(let f, _): return f.opcode.value(arguments[0]) * noise
    case .binary(let f, _, _): return f.opcode.value(arguments[0], arguments[1]) * noise
    case .select: return arguments[0] != 0 ? arguments[1] : arguments[2]
    }
  }

  /// How far rounding may move the value; nil when the expression is too sensitive at this point to be compared.
  func roundingTolerance(at inputs: [Double], _ random: inout ScalarRandom) -> Double? {
    let value = evaluate(inputs)
    var spread = 0.0
    for _ in 0..<8 { spread = max(spread, abs(perturbed(inputs, 1e-14, &random) - value)) }
    return spread <= 1e-9 * (1 + abs(value)) ? 4 * spread + 1e-14 * (1 + abs(value)) : nil
  }
}
