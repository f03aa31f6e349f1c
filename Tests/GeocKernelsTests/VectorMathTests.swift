#if GEOC_KERNELS_V4
  import GeocKernels
  import Glibc
  import Testing

  /// The lane functions against libm in 80-bit arithmetic, in units in the last place.
  @Suite(.enabled(if: InstructionLevel.processor == .v4)) struct VectorMathTests {
    struct Case: Sendable, CustomTestStringConvertible {
      var name: String
      var wide: @Sendable (SIMD8<Double>) -> SIMD8<Double>
      var narrow: @Sendable (SIMD16<Float>) -> SIMD16<Float>
      var exact: @Sendable (Float80) -> Float80
      /// Arguments are drawn from ±10^range of these exponents, where both signs are asked for.
      var exponents: ClosedRange<Double>
      var signs: [Double]
      var testDescription: String { name }
    }

    static let cases: [Case] = [
      Case(
        name: "exp", wide: { VectorMathProbe.exp64($0) }, narrow: { VectorMathProbe.exp32($0) }, exact: { exp($0) },
        exponents: -8...2.85, signs: [1, -1]),
      Case(
        name: "expm1", wide: { VectorMathProbe.expm164($0) }, narrow: { VectorMathProbe.expm132($0) },
        exact: { expm1($0) },
        exponents: -30...2.85, signs: [1, -1]),
      Case(
        name: "log", wide: { VectorMathProbe.log64($0) }, narrow: { VectorMathProbe.log32($0) }, exact: { log($0) },
        exponents: -320...308, signs: [1]),
      Case(
        name: "log near 1", wide: { VectorMathProbe.log64($0) }, narrow: { VectorMathProbe.log32($0) },
        exact: { log($0) },
        exponents: -0.5...0.5, signs: [1]),
      Case(
        name: "log1p", wide: { VectorMathProbe.log1p64($0) }, narrow: { VectorMathProbe.log1p32($0) },
        exact: { log1p($0) },
        exponents: -30...300, signs: [1]),
      Case(
        name: "log1p of a negative", wide: { VectorMathProbe.log1p64($0) }, narrow: { VectorMathProbe.log1p32($0) },
        exact: { log1p($0) }, exponents: -16...0, signs: [-1, 1]),
      Case(
        name: "tanh", wide: { VectorMathProbe.tanh64($0) }, narrow: { VectorMathProbe.tanh32($0) }, exact: { tanh($0) },
        exponents: -20...2, signs: [1, -1]),
      Case(
        name: "sinh", wide: { VectorMathProbe.sinh64($0) }, narrow: { VectorMathProbe.sinh32($0) }, exact: { sinh($0) },
        exponents: -20...2.85, signs: [1, -1]),
      Case(
        name: "cosh", wide: { VectorMathProbe.cosh64($0) }, narrow: { VectorMathProbe.cosh32($0) }, exact: { cosh($0) },
        exponents: -20...2.85, signs: [1, -1]),
      Case(
        name: "asinh", wide: { VectorMathProbe.asinh64($0) }, narrow: { VectorMathProbe.asinh32($0) },
        exact: { asinh($0) },
        exponents: -20...300, signs: [1, -1]),
      Case(
        name: "atanh", wide: { VectorMathProbe.atanh64($0) }, narrow: { VectorMathProbe.atanh32($0) },
        exact: { atanh($0) },
        exponents: -20...0, signs: [1, -1]),
      Case(
        name: "acos", wide: { VectorMathProbe.acos64($0) }, narrow: { VectorMathProbe.acos32($0) }, exact: { acos($0) },
        exponents: -20...0, signs: [1, -1]),
      Case(
        name: "sin", wide: { VectorMathProbe.sin64($0) }, narrow: { VectorMathProbe.sin32($0) }, exact: { sin($0) },
        exponents: -20...8, signs: [1, -1]),
      Case(
        name: "cos", wide: { VectorMathProbe.cos64($0) }, narrow: { VectorMathProbe.cos32($0) }, exact: { cos($0) },
        exponents: -20...8, signs: [1, -1]),
      Case(
        name: "erf", wide: { VectorMathProbe.erf64($0) }, narrow: { VectorMathProbe.erf32($0) }, exact: { erf($0) },
        exponents: -20...1, signs: [1, -1]),
      Case(
        name: "pow(x, 3.7)", wide: { VectorMathProbe.pow64($0, .init(repeating: 3.7)) },
        narrow: { VectorMathProbe.pow32($0, .init(repeating: 3.75)) }, exact: { $0 },
        exponents: -80...80, signs: [1]),
      Case(
        name: "pow(1.1, x)", wide: { VectorMathProbe.pow64(.init(repeating: 1.1), $0) },
        narrow: { VectorMathProbe.pow32(.init(repeating: 1.125), $0) }, exact: { $0 },
        exponents: -10...3.85, signs: [1, -1]),
    ]

    /// The exact value; powers depend on the precision, because their fixed operand must be representable.
    static func exact(_ test: Case, _ x: Float80, isNarrow: Bool) -> Float80 {
      switch test.name {
      case "pow(x, 3.7)": Glibc.pow(x, isNarrow ? 3.75 : Float80(3.7 as Double))
      case "pow(1.1, x)": Glibc.pow(isNarrow ? 1.125 : Float80(1.1 as Double), x)
      default: test.exact(x)
      }
    }

    @Test(arguments: cases) func isWithinThreeUlpInDoubles(_ test: Case) {
      var random = SplitMix(seed: 7)
      var worst = 0.0
      for round in 0..<4000 {
        var x = SIMD8<Double>()
        for lane in 0..<8 {
          let magnitude = Glibc.pow(10, random.next(in: test.exponents))
          x[lane] = magnitude * test.signs[(round + lane) % test.signs.count]
        }
        let y = test.wide(x)
        for lane in 0..<8 {
          let exact = Self.exact(test, Float80(x[lane]), isNarrow: false)
          let nearest = Double(exact)
          if nearest.isInfinite || nearest.isNaN {
            #expect(y[lane] == nearest || (nearest.isNaN && y[lane].isNaN), "\(test.name)(\(x[lane])) = \(y[lane])")
          } else {
            worst = max(worst, Double((Float80(y[lane]) - exact).magnitude / Float80(nearest.ulp)))
          }
        }
      }
      print("ulp64", test.name, worst)
      #expect(worst <= 3)
    }

    @Test(arguments: cases) func isWithinThreeUlpInFloats(_ test: Case) {
      var random = SplitMix(seed: 8)
      var worst = 0.0
      for round in 0..<2000 {
        var x = SIMD16<Float>()
        for lane in 0..<16 {
          let exponent = random.next(in: max(-44, test.exponents.lowerBound)...min(38, test.exponents.upperBound))
          x[lane] = Float(Glibc.pow(10, exponent)) * Float(test.signs[(round + lane) % test.signs.count])
        }
        let y = test.narrow(x)
        for lane in 0..<16 {
          let exact = Self.exact(test, Float80(x[lane]), isNarrow: true)
          let nearest = Float(exact)
          if nearest.isInfinite || nearest.isNaN {
            #expect(y[lane] == nearest || (nearest.isNaN && y[lane].isNaN), "\(test.name)(\(x[lane])) = \(y[lane])")
          } else {
            worst = max(worst, Double((Float80(y[lane]) - exact).magnitude / Float80(nearest.ulp)))
          }
        }
      }
      print("ulp32", test.name, worst)
      #expect(worst <= 3)
    }

    @Test(arguments: cases) func followsLibmAtSpecialValues(_ test: Case) {
      let values: [Double] = [
        .infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, -2, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0.5, -3, 1e300,
      ]
      for value in values {
        let y = test.wide(SIMD8(repeating: value))[0]
        let exact = Double(Self.exact(test, Float80(value), isNarrow: false))
        if exact.isNaN {
          #expect(y.isNaN, "\(test.name)(\(value)) = \(y)")
        } else if exact.isInfinite || exact == 0 {
          #expect(y == exact, "\(test.name)(\(value)) = \(y), not \(exact)")
        } else {
          #expect((y - exact).magnitude <= 3 * exact.ulp, "\(test.name)(\(value)) = \(y), not \(exact)")
        }
        let narrow = Float(value)
        let z = test.narrow(SIMD16(repeating: narrow))[0]
        let exactNarrow = Float(Self.exact(test, Float80(narrow), isNarrow: true))
        if exactNarrow.isNaN {
          #expect(z.isNaN, "\(test.name)(\(narrow)) = \(z)")
        } else if exactNarrow.isInfinite || exactNarrow == 0 {
          #expect(z == exactNarrow, "\(test.name)(\(narrow)) = \(z), not \(exactNarrow)")
        } else {
          #expect(
            (z - exactNarrow).magnitude <= 3 * exactNarrow.ulp, "\(test.name)(\(narrow)) = \(z), not \(exactNarrow)")
        }
      }
    }

    @Test func powerFollowsCAtSpecialOperands() {
      let bases: [Double] = [
        .infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, -2, 0.5, -0.5, -3, Double.leastNormalMagnitude / 8,
      ]
      let exponents: [Double] = [.infinity, -.infinity, .nan, 0, -0.0, 1, -1, 2, 3, -3, 0.5, -2.5, 1e30, -1e300, 101]
      for x in bases {
        for y in exponents {
          let result = VectorMathProbe.pow64(.init(repeating: x), .init(repeating: y))[3]
          let exact = Glibc.pow(x, y)
          let agrees = (result.isNaN && exact.isNaN) || result == exact || (result - exact).magnitude <= 3 * exact.ulp
          #expect(agrees && (exact.isNaN || result.sign == exact.sign), "pow(\(x), \(y)) = \(result), not \(exact)")
          let scalar = VectorMathProbe.powScalar(x, y)
          #expect(scalar.bitPattern == result.bitPattern || (scalar.isNaN && result.isNaN))
        }
      }
    }

    @Test func oneScalarLaneGivesTheBitsOfTheVector() {
      var random = SplitMix(seed: 3)
      for _ in 0..<500 {
        let x = random.next(in: -4...4)
        #expect(VectorMathProbe.expScalar(x) == VectorMathProbe.exp64(.init(repeating: x))[5])
        #expect(VectorMathProbe.tanhScalar(x) == VectorMathProbe.tanh64(.init(repeating: x))[2])
        #expect(VectorMathProbe.sinScalar(x) == VectorMathProbe.sin64(.init(repeating: x))[7])
        #expect(VectorMathProbe.log1pScalar(Float(x * x)) == VectorMathProbe.log1p32(.init(repeating: Float(x * x)))[9])
      }
    }
  }
#endif
