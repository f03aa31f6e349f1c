import GeocIR
import Testing

private func parse(_ text: String) throws -> ScalarExpression { try ScalarExpression.parse(text) }

@Suite struct ScalarTextTests {
  @Test func everyTreeParsesBack() throws {
    var random = ScalarRandom(seed: 1)
    for _ in 0..<3000 {
      let e = random.expression(depth: 6)
      let text = e.description
      let back = try parse(text)
      #expect(back == e, "\(text)")
      #expect(back.description == text)
    }
  }

  @Test(arguments: [
    "max(x0, 1e-05) * x1", "x0 - (x1 - x2)", "x0 - x1 - x2", "x0 / (x1 * x2)", "-x0 * x1", "-(x0 * x1)",
    "(x0 + 1.0) * -2.0", "select(less(x0, 0.0), -x0, x0)", "-(2.0)", "--x0", "x0 - -inf", "-0.0", "5e-324 * x12",
    "1e+20 + x0", "pow(x0, -0.5)",
  ])
  func canonicalTextsStay(_ text: String) throws {
    #expect(try parse(text).description == text)
  }

  @Test func spacesAndRedundantParenthesesGo() throws {
    #expect(try parse(" ( (x0)*2 )+ (x1 *3e0)").description == "x0 * 2.0 + x1 * 3.0")
  }

  @Test(arguments: [
    ("x0 +", 4), ("foo(x0)", 0), ("max(x0)", 0), ("x0 x1", 3), ("(x0", 3), ("1.2.3", 0), ("x0 + 0x1F", 5), ("", 0),
    ("max(x0, 1", 9), ("y", 1), ("1e999", 0), ("exp x0", 4),
  ])
  func errorsPointAtTheText(_ text: String, _ offset: Int) {
    #expect { try parse(text) } throws: { ($0 as? ScalarSyntaxError)?.offset == offset }
  }

  @Test func deepTextIsRefused() {
    #expect(throws: ScalarSyntaxError.self) { try parse(String(repeating: "(", count: 100_000)) }
    #expect(throws: ScalarSyntaxError.self) { try parse("x0" + String(repeating: " + x0", count: 100_000)) }
    #expect(throws: ScalarSyntaxError.self) { try parse(String(repeating: "-", count: 100_000) + "x0") }
  }
}

@Suite struct ScalarDerivativeTests {
  /// Central difference with one Richardson step; nil when two step sizes disagree (a kink, a jump, cancellation).
  private func difference(_ e: ScalarExpression, _ inputs: [Double], _ index: Int, _ h: Double) -> Double? {
    func central(_ h: Double) -> Double {
      var (above, below) = (inputs, inputs)
      above[index] += h
      below[index] -= h
      return (e.evaluate(above) - e.evaluate(below)) / (above[index] - below[index])
    }
    let (coarse, fine) = (central(h), central(h / 2))
    let result = fine + (fine - coarse) / 3
    let check = central(h / 4)
    let agree = abs(result - check) <= 1e-5 * (1 + abs(result))
    return result.isFinite && agree ? result : nil
  }

  @Test(arguments: ScalarExpression.Unary.allCases)
  func everyFunction(_ f: ScalarExpression.Unary) throws {
    for x in [0.11, 0.35, 0.6, 0.83] {
      let e = ScalarExpression.unary(f, .input(0))
      let expected = try #require(difference(e, [x], 0, 1e-3))
      #expect(abs(e.derivative(by: 0).evaluate([x]) - expected) < 1e-8 * (1 + abs(expected)), "\(f) at \(x)")
    }
  }

  /// The slope of a slope, where the second argument is the value at the first.
  @Test(arguments: ScalarExpression.Unary.allCases.filter { $0.slopeFunction != nil })
  func everySlopeFunction(_ f: ScalarExpression.Unary) throws {
    let e = ScalarExpression.binary(try #require(f.slopeFunction), .input(0), .unary(f, .input(0)))
    for x in [0.11, 0.35, 0.6, 0.83] {
      let expected = try #require(difference(e, [x], 0, 1e-3))
      #expect(abs(e.derivative(by: 0).evaluate([x]) - expected) < 1e-7 * (1 + abs(expected)), "\(f) at \(x)")
    }
  }

  @Test(arguments: ScalarExpression.Binary.allCases.filter { !$0.isSlope })
  func everyFunctionOfTwo(_ f: ScalarExpression.Binary) throws {
    for inputs in [[0.3, 1.4], [1.7, 0.9], [2.5, 2.1]] {
      for index in 0...1 {
        let e = ScalarExpression.binary(f, .input(0), .input(1))
        let expected = try #require(difference(e, inputs, index, 1e-3))
        #expect(abs(e.derivative(by: index).evaluate(inputs) - expected) < 1e-8 * (1 + abs(expected)), "\(f)")
      }
    }
  }

  @Test func randomTrees() {
    var random = ScalarRandom(seed: 2)
    var checked = 0
    for _ in 0..<3000 {
      let e = random.expression(depth: 4)
      let inputs = (0..<3).map { _ in random.number(0.1...1.5) }
      guard e.isTame(at: inputs), !e.isSingular(at: inputs) else { continue }
      for index in e.inputs {
        guard let expected = difference(e, inputs, index, 1e-4) else { continue }
        let derivative = e.derivative(by: index).evaluate(inputs)
        // Far from any kink and any loss of digits only: there the difference is good to 1e-5.
        guard e.roundingTolerance(at: inputs, &random) != nil else { continue }
        #expect(abs(derivative - expected) <= 2e-5 * (1 + abs(expected)), "d/dx\(index) \(e) at \(inputs)")
        checked += 1
      }
    }
    #expect(checked > 1000)
  }

  @Test func kinksFollowTheConvention() throws {
    let relu = try parse("max(x0, 0.0)").derivative(by: 0)
    #expect(relu.evaluate([0]) == 0 && relu.evaluate([1e-300]) == 1 && relu.evaluate([-1]) == 0)
    #expect(try parse("max(x0, 1e-05)").derivative(by: 0).evaluate([1e-05]) == 0)
    #expect(try parse("min(x0, 2.0)").derivative(by: 0).evaluate([2]) == 0)
    #expect(try parse("pow(x0, x1)").derivative(by: 1).evaluate([0, 1.5]) == 0)
    #expect(try parse("abs(x0)").derivative(by: 0).evaluate([0]) == 0)
  }

  @Test func untakenBranchMayBeUndefined() throws {
    let e = try parse("select(less(0.0, x0), log(x0), x0 - 1.0)")
    #expect(e.derivative(by: 0).evaluate([-2]) == 1)
    #expect(e.derivative(by: 0).evaluate([2]) == 0.5)
  }
}

@Suite struct ScalarSimplifyTests {
  @Test func valuesStay() {
    var random = ScalarRandom(seed: 3)
    var (checked, smaller) = (0, 0)
    for _ in 0..<4000 {
      let e = random.expression(depth: 5)
      let s = e.simplified()
      #expect(s.nodeCount <= e.nodeCount + 8, "\(e) → \(s)")
      if s.nodeCount < e.nodeCount { smaller += 1 }
      let inputs = (0..<3).map { _ in random.number(-1.5...2) }
      guard e.isTame(at: inputs), let tolerance = e.roundingTolerance(at: inputs, &random) else { continue }
      let (expected, actual) = (e.evaluate(inputs), s.evaluate(inputs))
      #expect(abs(expected - actual) <= tolerance, "\(e) → \(s) at \(inputs): \(expected), \(actual)")
      checked += 1
    }
    #expect(checked > 750 && smaller > 1500)
  }

  @Test func simplifyingTwiceChangesNothing() {
    var random = ScalarRandom(seed: 4)
    for _ in 0..<3000 {
      let s = random.expression(depth: 5).simplified()
      #expect(s.simplified() == s, "\(s)")
    }
  }

  @Test(arguments: [
    ("x0 + 0.0", "x0"), ("1.0 * x0", "x0"), ("x0 * 0.0", "0.0"), ("--x0", "x0"), ("exp(log(x0))", "x0"),
    ("log(exp(x0))", "x0"), ("sqrt(x0 * x0)", "abs(x0)"), ("pow(x0, 2.0)", "x0 * x0"), ("exp(x0) - 1.0", "expm1(x0)"),
    ("log(1.0 + x0)", "log1p(x0)"), ("1.0 / sqrt(x0)", "rsqrt(x0)"), ("2.0 * (3.0 * x0)", "6.0 * x0"),
    ("x0 - -x1", "x0 + x1"), ("max(max(x0, 1.0), 2.0)", "max(x0, 2.0)"), ("2.0 + 3.0 * 4.0", "14.0"),
    ("log(-1.0)", "log(-1.0)"), ("1.0 / 0.0", "reciprocal(0.0)"), ("x0 / x0", "x0 / x0"),
    ("log(x0 * x0)", "log(x0 * x0)"),
    ("max(0.0, x0)", "max(0.0, x0)"), ("select(1.0, x0, x1)", "x0"), ("inf * 2.0", "inf * 2.0"),
    ("inf + 2.0", "inf + 2.0"), ("x0 / 4.0", "0.25 * x0"), ("sqrt(pow(x0 + x1, 2.0))", "abs(x0 + x1)"),
    ("x0 / 3.0", "x0 / 3.0"),
  ])
  func rules(_ before: String, _ after: String) throws {
    #expect(try parse(before).simplified().description == after)
  }
}

@Suite struct ScalarIntervalTests {
  @Test func everyValueIsInside() {
    var random = ScalarRandom(seed: 5)
    var (checked, finite) = (0, 0)
    for _ in 0..<2000 {
      let e = random.expression(depth: 4)
      let inputs = (0..<3).map { _ in
        let lower = random.pick([-2, -0.5, 0, 1e-05, 0.3])
        return Interval(lower, lower + random.pick([0, 0.5, 1, 3]))
      }
      let range = e.interval(of: inputs)
      if range.lower.isFinite && range.upper.isFinite { finite += 1 }
      for _ in 0..<20 {
        let point = inputs.map { box in
          random.pick([box.lower, box.upper, random.number(box.lower...box.upper)])
        }
        guard e.isTame(at: point) else { continue }
        let value = e.evaluate(point)
        #expect(range.lower <= value && value <= range.upper, "\(e) at \(point) = \(value), not in \(range)")
        checked += 1
      }
    }
    #expect(checked > 10000 && finite > 600)
  }

  @Test(arguments: [
    ("max(x0, 1e-05)", "[1e-05, inf)"), ("exp(x0)", "(0.0, inf)"), ("x0 * x0", "[0.0, inf)"),
    ("x0 * x0 + 1e-06", "[1e-06, inf)"), ("sigmoid(x0)", "(0.0, 1.0)"), ("softplus(x0)", "(0.0, inf)"),
    ("exp(x0) * sigmoid(x1)", "(0.0, inf)"), ("min(exp(x0), 2.0)", "(0.0, 2.0]"), ("sqrt(x0)", "[0.0, inf)"),
    ("rsqrt(exp(x0))", "(0.0, inf)"), ("select(x0, 1.0, 3.0)", "[1.0, 3.0]"), ("less(exp(x0), -1.0)", "[0.0, 0.0]"),
    ("tanh(x0) * 2.0", "(-2.0, 2.0)"), ("pow(x0, 4.0)", "[0.0, inf)"), ("1.0 / x0", "(-inf, inf)"),
  ])
  func knownRanges(_ text: String, _ range: String) throws {
    #expect(try parse(text).interval(of: []).description == range)
  }

  @Test func openBoundsDecidePositivity() {
    #expect(Interval.positive.isPositive && !Interval.nonNegative.isPositive && Interval.nonNegative.isNonNegative)
    #expect((Interval.positive + .nonNegative).isPositive && (Interval.positive * .positive).isPositive)
    #expect(!(Interval.positive * .nonNegative).isPositive)
    #expect((Interval(1e-200, 1) * Interval(1e-200, 1)).isPositive)
    #expect(Interval.nonNegative.contains(Interval.positive) && !Interval.positive.contains(Interval.nonNegative))
    #expect(Interval(0, 1).intersection(Interval(2, 3)) == nil)
    #expect(Interval(0, 1, openAbove: true).intersection(Interval(1, 3)) == nil)
    #expect(Interval(.nan, 1) == .all)
  }
}

@Suite struct ScalarSubstitutionTests {
  @Test func inputsAreReplaced() throws {
    let e = try parse("x0 * x1 + x0")
    #expect(e.substituting(0, by: try parse("x1 + 1.0")).description == "(x1 + 1.0) * x1 + (x1 + 1.0)")
    #expect(e.mapInputs { .input($0 + 2) }.description == "x2 * x3 + x2")
    #expect(e.inputCount == 2 && ScalarExpression.constant(1).inputCount == 0 && e.inputs == [0, 1])
  }
}
