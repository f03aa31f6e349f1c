import GeocKernelABI
import Glibc

extension MapOpcode {
  /// The result of the operation in double precision: the reference for every machine that runs programs.
  /// Those that do not compute return `a`, taken as the number itself.
  package func value(_ a: Double, _ b: Double = 0, _ c: Double = 0) -> Double {
    switch self {
    case .load, .constant, .argument, .apply: a
    case .negate: -a
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .multiplyAdd: c.addingProduct(a, b)
    case .multiplySubtract: (-c).addingProduct(a, b)
    case .negateMultiplyAdd: c.addingProduct(-a, b)
    case .minimum: b < a ? b : a
    case .maximum: b > a ? b : a
    case .exp: Glibc.exp(a)
    case .log: Glibc.log(a)
    case .log1p: Glibc.log1p(a)
    case .expm1: Glibc.expm1(a)
    case .squareRoot: a.squareRoot()
    case .reciprocalSquareRoot: 1 / a.squareRoot()
    case .reciprocal: 1 / a
    case .tanh: Glibc.tanh(a)
    case .sigmoid: 1 / (1 + Glibc.exp(-a))
    case .softplus: (0 > a ? 0 : a) + Glibc.log1p(Glibc.exp(-Swift.abs(a)))
    case .sine: Glibc.sin(a)
    case .cosine: Glibc.cos(a)
    case .absolute: Swift.abs(a)
    case .sign: a > 0 ? 1 : (a < 0 ? -1 : 0)
    case .power: Glibc.pow(a, b)
    case .errorFunction: Glibc.erf(a)
    case .step: a > 0 ? 1 : 0
    case .less: a < b ? 1 : 0
    case .select: a != 0 ? b : c
    case .hyperbolicSine: Glibc.sinh(a)
    case .hyperbolicCosine: Glibc.cosh(a)
    case .inverseHyperbolicSine: Glibc.asinh(a)
    case .inverseHyperbolicTangent: Glibc.atanh(a)
    case .inverseCosine: Glibc.acos(a)
    case .tanhRatio: Self.ratio(a, Glibc.tanh)
    case .atanhRatio: Self.ratio(Swift.min(a, 1.0.nextDown), Glibc.atanh)
    case .sinhRatio: Self.ratio(a, Glibc.sinh)
    case .asinhRatio: Self.ratio(a, Glibc.asinh)
    case .tanhRatioSlope: a < 1e-4 ? -1 / 3 + a * 4 / 15 : (1 - a * b * b - b) / (2 * a)
    case .atanhRatioSlope: a < 1e-4 ? 1 / 3 + a * 2 / 5 : (1 / (1 - Swift.min(a, 1.0.nextDown)) - b) / (2 * a)
    case .sinhRatioSlope: a < 1e-4 ? 1 / 6 + a / 60 : ((1 + a * b * b).squareRoot() - b) / (2 * a)
    case .asinhRatioSlope: a < 1e-4 ? -1 / 6 + a * 3 / 20 : (1 / (1 + a).squareRoot() - b) / (2 * a)
    }
  }
}

extension MapOpcode {
  /// f(√q)/√q.
  private static func ratio(_ q: Double, _ f: (Double) -> Double) -> Double {
    q < 1e-30 ? 1 : f(q.squareRoot()) / q.squareRoot()
  }
}

extension MapProgram {
  /// Runs the program on one element; an input that is missing counts as NaN.
  package func run(inputs: [Double]) -> [Double] {
    var registers = [Double](repeating: 0, count: registerCount)
    for (at, instruction) in instructions.enumerated() {
      if instruction.opcode == .apply, let form = MapForm(rawValue: instruction.a) {
        let values = operands(of: form, at: at).map { registers[$0] }
        for (k, value) in form.values(values, constants: Array(constants[instruction.b...])).enumerated() {
          registers[instruction.destination + k] = value
        }
        continue
      }
      let result: Double
      switch instruction.opcode {
      case .load: result = inputs.indices.contains(instruction.a) ? inputs[instruction.a] : .nan
      case .constant: result = constants[instruction.a]
      default:
        let count = instruction.opcode.operandCount
        result = instruction.opcode.value(
          registers[instruction.a], count > 1 ? registers[instruction.b] : 0, count > 2 ? registers[instruction.c] : 0)
      }
      registers[instruction.destination] = result
    }
    return outputs.map { registers[$0] }
  }
}
