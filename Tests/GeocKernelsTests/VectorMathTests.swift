import GeocKernelABI
import GeocKernels
import Glibc
import Testing

/// The elementary functions of the kernels against libm in 80-bit arithmetic, in units in the last place, for every
/// instruction set that was built and that this processor runs.
@Suite struct VectorMathTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var opcode: MapOpcode
    var exact: @Sendable (Float80) -> Float80 = { $0 }
    /// Arguments are drawn from ±10^range of these exponents, where both signs are asked for.
    var exponents: ClosedRange<Double>
    var signs: [Double]
    /// The fixed operand of a power, exact in floats.
    var base: Double?
    var power: Double?
    /// The slope of the function, which is computed from its value.
    var slope: MapOpcode?
    /// Units in the last place that are allowed.
    var most = 3.0
    var testDescription: String { name }

    func value(_ x: Float80) -> Float80 {
      if let base { return Glibc.pow(Float80(base), x) }
      if let power { return Glibc.pow(x, Float80(power)) }
      return exact(x)
    }
  }

  static let cases: [Case] = [
    Case(name: "exp", opcode: .exp, exact: { exp($0) }, exponents: -8...2.85, signs: [1, -1]),
    Case(name: "expm1", opcode: .expm1, exact: { expm1($0) }, exponents: -30...2.85, signs: [1, -1]),
    Case(name: "log", opcode: .log, exact: { log($0) }, exponents: -320...308, signs: [1]),
    Case(name: "log near 1", opcode: .log, exact: { log($0) }, exponents: -0.5...0.5, signs: [1]),
    Case(name: "log1p", opcode: .log1p, exact: { log1p($0) }, exponents: -30...300, signs: [1]),
    Case(name: "log1p of a negative", opcode: .log1p, exact: { log1p($0) }, exponents: -16...0, signs: [-1, 1]),
    Case(name: "tanh", opcode: .tanh, exact: { tanh($0) }, exponents: -20...2, signs: [1, -1]),
    Case(name: "sinh", opcode: .hyperbolicSine, exact: { sinh($0) }, exponents: -20...2.85, signs: [1, -1]),
    Case(name: "cosh", opcode: .hyperbolicCosine, exact: { cosh($0) }, exponents: -20...2.85, signs: [1, -1]),
    Case(name: "asinh", opcode: .inverseHyperbolicSine, exact: { asinh($0) }, exponents: -20...300, signs: [1, -1]),
    Case(name: "atanh", opcode: .inverseHyperbolicTangent, exact: { atanh($0) }, exponents: -20...0, signs: [1, -1]),
    Case(name: "acos", opcode: .inverseCosine, exact: { acos($0) }, exponents: -20...0, signs: [1, -1]),
    Case(name: "sin", opcode: .sine, exact: { sin($0) }, exponents: -20...8, signs: [1, -1]),
    Case(name: "cos", opcode: .cosine, exact: { cos($0) }, exponents: -20...8, signs: [1, -1]),
    Case(name: "erf", opcode: .errorFunction, exact: { erf($0) }, exponents: -20...1, signs: [1, -1]),
    Case(name: "pow(x, 3.75)", opcode: .power, exponents: -80...80, signs: [1], power: 3.75),
    Case(name: "pow(1.125, x)", opcode: .power, exponents: -10...3.75, signs: [1, -1], base: 1.125),
  ]

  /// What radial maps are made of; far from 0 the slopes lose digits to a difference, and sinh those of its argument.
  static let radial: [Case] = [
    Case(
      name: "tanh √q / √q", opcode: .tanhRatio, exact: { tanh($0.squareRoot()) / $0.squareRoot() }, exponents: -20...4,
      signs: [1], most: 4),
    Case(
      name: "atanh √q / √q", opcode: .atanhRatio, exact: { atanh($0.squareRoot()) / $0.squareRoot() },
      exponents: -20...(-0.05), signs: [1], most: 4),
    Case(
      name: "sinh √q / √q", opcode: .sinhRatio, exact: { sinh($0.squareRoot()) / $0.squareRoot() }, exponents: -20...2,
      signs: [1], most: 16),
    Case(
      name: "asinh √q / √q", opcode: .asinhRatio, exact: { asinh($0.squareRoot()) / $0.squareRoot() },
      exponents: -20...8, signs: [1], most: 4),
    Case(
      name: "slope of tanh √q / √q", opcode: .tanhRatio,
      exact: { q in
        let t = tanh(q.squareRoot()) / q.squareRoot()
        return (1 - q * t * t - t) / (2 * q)
      }, exponents: -2...2, signs: [1], slope: .tanhRatioSlope, most: 64),
    Case(
      name: "slope of atanh √q / √q", opcode: .atanhRatio,
      exact: { q in
        (1 / (1 - q) - atanh(q.squareRoot()) / q.squareRoot()) / (2 * q)
      }, exponents: -2...(-0.05), signs: [1], slope: .atanhRatioSlope, most: 16),
    Case(
      name: "slope of sinh √q / √q", opcode: .sinhRatio,
      exact: { q in
        (cosh(q.squareRoot()) - sinh(q.squareRoot()) / q.squareRoot()) / (2 * q)
      }, exponents: -2...2, signs: [1], slope: .sinhRatioSlope, most: 32),
    Case(
      name: "slope of asinh √q / √q", opcode: .asinhRatio,
      exact: { q in
        (1 / (1 + q).squareRoot() - asinh(q.squareRoot()) / q.squareRoot()) / (2 * q)
      }, exponents: -2...4, signs: [1], slope: .asinhRatioSlope, most: 32),
  ]

  /// Levels that can run here.
  static let levels = KernelTable.built.filter { level in InstructionLevel.processor.map { level <= $0 } ?? false }

  /// The function at every element of `x`, by the kernel for elementwise programs.
  static func evaluate(_ test: Case, _ x: [Double], _ instance: Instance, _ level: InstructionLevel) throws -> [Double]
  {
    let fixed = test.base ?? test.power
    let code: [(MapOpcode, Int, Int, Int, Int)] =
      fixed == nil
      ? test.slope.map { [(.load, 0, 0, 0, 0), (test.opcode, 1, 0, 0, 0), ($0, 0, 0, 1, 0)] }
        ?? [(.load, 0, 0, 0, 0), (test.opcode, 0, 0, 0, 0)]
      : [
        (.load, 0, 0, 0, 0), (.constant, 1, 0, 0, 0),
        test.base == nil ? (test.opcode, 0, 0, 1, 0) : (test.opcode, 0, 1, 0, 0),
      ]
    var bench = KernelBench(sizes: [1, x.count, 1] + MapTests.program([0], code), reals: fixed.map { [$0] } ?? [])
    bench.level = level.description
    return try bench.run("map", instance, batch: 1, [.batched([x])], outputs: [x.count]).outputs[0][0]
  }

  @Test(arguments: cases + radial, levels) func isAccurateInDoubles(_ test: Case, _ level: InstructionLevel) throws {
    var random = SplitMix(seed: 7)
    let x = (0..<32_000).map { k in
      Glibc.pow(10, random.next(in: test.exponents)) * test.signs[(k / 8 + k) % test.signs.count]
    }
    let y = try Self.evaluate(test, x, .f64, level)
    var worst = 0.0
    for (x, y) in zip(x, y) {
      let exact = test.value(Float80(x))
      let nearest = Double(exact)
      if nearest.isInfinite || nearest.isNaN {
        #expect(y == nearest || (nearest.isNaN && y.isNaN), "\(test.name)(\(x)) = \(y)")
      } else {
        worst = max(worst, Double((Float80(y) - exact).magnitude / Float80(nearest.ulp)))
      }
    }
    print("ulp", level, "f64", test.name, worst)
    #expect(worst <= test.most)
  }

  @Test(arguments: cases + radial, levels) func isAccurateInFloats(_ test: Case, _ level: InstructionLevel) throws {
    var random = SplitMix(seed: 8)
    let range = max(-44, test.exponents.lowerBound)...min(38, test.exponents.upperBound)
    let x = (0..<32_000).map { k in
      Double(Float(Glibc.pow(10, random.next(in: range))) * Float(test.signs[(k / 16 + k) % test.signs.count]))
    }
    let y = try Self.evaluate(test, x, .f32, level)
    var worst = 0.0
    for (x, y) in zip(x, y) {
      let exact = test.value(Float80(x))
      let nearest = Float(exact)
      if nearest.isInfinite || nearest.isNaN {
        #expect(Float(y) == nearest || (nearest.isNaN && y.isNaN), "\(test.name)(\(x)) = \(y)")
      } else {
        worst = max(worst, Double((Float80(y) - exact).magnitude / Float80(nearest.ulp)))
      }
    }
    print("ulp", level, "f32", test.name, worst)
    #expect(worst <= test.most)
  }

  @Test(arguments: cases, levels) func followsLibmAtSpecialValues(_ test: Case, _ level: InstructionLevel) throws {
    let values: [Double] = [
      .infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, -2, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.5, -3, 1e300,
    ]
    for (value, y) in zip(values, try Self.evaluate(test, values, .f64, level)) {
      let exact = Double(test.value(Float80(value)))
      let agrees =
        exact.isNaN ? y.isNaN : exact.isInfinite || exact == 0 ? y == exact : (y - exact).magnitude <= 3 * exact.ulp
      #expect(agrees, "\(test.name)(\(value)) = \(y), not \(exact)")
    }
    let narrow = values.map { Double(Float($0)) }
    for (value, y) in zip(narrow, try Self.evaluate(test, narrow, .f32, level)) {
      let exact = Float(test.value(Float80(value)))
      let z = Float(y)
      let agrees =
        exact.isNaN ? z.isNaN : exact.isInfinite || exact == 0 ? z == exact : (z - exact).magnitude <= 3 * exact.ulp
      #expect(agrees, "\(test.name)(\(value)) = \(z), not \(exact)")
    }
  }

  @Test(arguments: levels) func powerFollowsCAtSpecialOperands(_ level: InstructionLevel) throws {
    let bases: [Double] = [
      .infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, -2, 0.5, -0.5, -3, Double.leastNormalMagnitude / 8,
    ]
    let exponents: [Double] = [.infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, 3, -3, 0.5, -2.5, 1e30, -1e300, 101]
    for power in exponents {
      let test = Case(name: "pow", opcode: .power, exponents: 0...1, signs: [1], power: power)
      let scalars = try Self.evaluate(test, bases, .single64, level)
      for (k, y) in try Self.evaluate(test, bases, .f64, level).enumerated() {
        let exact = Glibc.pow(bases[k], power)
        let agrees = (y.isNaN && exact.isNaN) || y == exact || (y - exact).magnitude <= 3 * exact.ulp
        #expect(agrees && (exact.isNaN || y.sign == exact.sign), "pow(\(bases[k]), \(power)) = \(y), not \(exact)")
        #expect(scalars[k].bitPattern == y.bitPattern || (scalars[k].isNaN && y.isNaN))
      }
    }
  }

  /// Unbatched values give the bits of batched ones.
  @Test(arguments: cases, levels) func singleValuesHaveTheBitsOfLanes(_ test: Case, _ level: InstructionLevel) throws {
    var random = SplitMix(seed: 3)
    let x = (0..<500).map { _ in random.next(in: -4...4) }
    let lanes = try Self.evaluate(test, x, .f64, level)
    for (a, b) in zip(lanes, try Self.evaluate(test, x, .single64, level)) {
      #expect(a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN))
    }
  }
}
