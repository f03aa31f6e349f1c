import GeocIR
import GeocKernelABI
import Testing

private typealias Primitive = SpectralFunction.Primitive

private func parse(_ text: String) throws -> SpectralFunction { try SpectralFunction.parse(text) }

@Suite struct ScalarSpectralTests {
  private func randomFunction(_ random: inout ScalarRandom, count: Int) -> SpectralFunction {
    SpectralFunction(
      (0..<count).map { _ in
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .max(random.pick([0, 1e-05, 0.5, 2]))
        case 1: .log
        case 2: .exp
        case 3: .pow(random.pick([0.5, -0.5, -1, 2, 0.3, 1, 3, -2.5]))
        case 4: .abs
        default: .affine(scale: random.pick([1, -1, 0.5, 2]), shift: random.pick([0, 1, -0.5]))
        }
      })
  }

  @Test func textAndEncodingReadBack() throws {
    var random = ScalarRandom(seed: 9)
    for count in 0..<400 {
      let f = randomFunction(&random, count: count % 6)
      #expect(try parse(f.description) == f)
      #expect(SpectralFunction(encoded: f.encoded) == f)
    }
    #expect(try parse("max(1e-05)|>log").description == "max(1e-05) |> log")
    #expect(try parse("identity").isIdentity && SpectralFunction.identity.description == "identity")
    #expect(try parse("max(1e-05) |> log").encoded == [2, 1, 1e-05, 0, 2, 0, 0])
    #expect(SpectralFunction(encoded: []) == nil && SpectralFunction(encoded: [1, 9, 0, 0]) == nil)
    #expect(SpectralFunction(encoded: [2, 2, 0, 0]) == nil && SpectralFunction(encoded: [.nan]) == nil)
  }

  @Test(arguments: [("max", 0), ("log |>", 6), ("pow(x)", 4), ("log exp", 4), ("sqrt", 0), ("affine(1)", 0), ("", 0)])
  func errorsPointAtTheText(_ text: String, _ offset: Int) {
    #expect { try parse(text) } throws: { ($0 as? ScalarSyntaxError)?.offset == offset }
  }

  @Test func valuesEqualTheExpression() {
    var random = ScalarRandom(seed: 10)
    for _ in 0..<2000 {
      let f = randomFunction(&random, count: 4)
      let x = random.number(0.1...3)
      guard f.expression.isTame(at: [x]) else { continue }
      #expect(abs(f.value(x) - f.expression.evaluate([x])) <= 1e-13 * (1 + abs(f.value(x))), "\(f)")
    }
  }

  @Test func rulesKeepValuesAndDifferences() {
    var random = ScalarRandom(seed: 11)
    var (checked, shorter) = (0, 0)
    for _ in 0..<6000 {
      let f = randomFunction(&random, count: 4)
      let lower = random.pick([-1, 0, 1e-05, 0.5])
      let interval = random.pick([Interval(lower, lower + 3), .positive, .all])
      let s = f.simplified(on: interval)
      #expect(s.primitives.count <= f.primitives.count)
      if s.primitives.count < f.primitives.count { shorter += 1 }
      let (a, b) = (
        max(interval.lower, -1) + random.number(1e-3...1), max(interval.lower, -1) + random.number(1e-3...1)
      )
      for x in [a, b] {
        let (value, new) = (f.value(x), s.value(x))
        guard f.expression.isTame(at: [x]) else { continue }
        guard let tolerance = f.expression.roundingTolerance(at: [x], &random) else { continue }
        #expect(abs(value - new) <= 10 * tolerance, "\(f) → \(s) on \(interval) at \(x)")
        checked += 1
      }
      let difference = f.dividedDifference(a, b)
      guard difference.isFinite, abs(f.value(a)) < 1e6, abs(f.value(b)) < 1e6, abs(difference) < 1e6,
        f.expression.roundingTolerance(at: [a], &random) != nil,
        f.expression.roundingTolerance(at: [b], &random) != nil
      else { continue }
      #expect(
        abs(s.dividedDifference(a, b) - difference) <= 1e-9 * (1 + abs(difference)),
        "\(f) → \(s) on \(interval) at \(a), \(b)")
    }
    #expect(checked > 3000 && shorter > 1500)
  }

  @Test(arguments: [
    ("exp |> log", Interval.all, "identity"),
    ("log |> exp", .positive, "identity"),
    ("log |> exp", .nonNegative, "log |> exp"),
    ("log |> exp", .all, "log |> exp"),
    ("pow(2.0) |> pow(0.5)", .all, "abs"),
    ("pow(2.0) |> pow(0.5)", .nonNegative, "identity"),
    ("pow(0.5) |> pow(2.0)", .nonNegative, "identity"),
    ("pow(0.5) |> pow(2.0)", .all, "pow(0.5) |> pow(2.0)"),
    ("pow(-1.0) |> pow(-1.0)", .positive, "identity"),
    ("pow(-1.0) |> pow(-1.0)", .nonNegative, "pow(-1.0) |> pow(-1.0)"),
    ("pow(0.5) |> log", .all, "log |> affine(0.5, 0.0)"),
    ("pow(2.0) |> log", .all, "pow(2.0) |> log"),
    ("pow(2.0) |> log", .positive, "log |> affine(2.0, 0.0)"),
    ("exp |> pow(0.5)", .all, "affine(0.5, 0.0) |> exp"),
    ("max(1e-05) |> max(0.01)", .all, "max(0.01)"),
    ("max(1e-05) |> log", .atLeast(1e-05), "log"),
    ("max(1e-05) |> log", .atLeast(2e-05), "log"),
    ("max(1e-05) |> log", Interval(9.9e-06, 1), "max(1e-05) |> log"),
    ("abs", .nonNegative, "identity"),
    ("abs", Interval(-1e-300, 1), "abs"),
    ("affine(2.0, 1.0) |> affine(3.0, -1.0)", .all, "affine(6.0, 2.0)"),
    ("affine(2.0, 0.0) |> affine(0.5, 0.0)", .all, "identity"),
    ("max(1e-05) |> log |> exp |> pow(0.5) |> pow(2.0) |> log", .all, "max(1e-05) |> log"),
    ("pow(1.0) |> affine(1.0, 0.0)", .all, "identity"),
    ("pow(0.5) |> log |> affine(2.0, 0.0)", .positive, "log"),
    ("log |> affine(0.5, 0.0) |> exp", .positive, "pow(0.5)"),
  ])
  func rulesHaveConditions(_ before: String, _ interval: Interval, _ after: String) throws {
    #expect(try parse(before).simplified(on: interval).description == after)
  }

  @Test func domains() throws {
    #expect(try !parse("log").isDefined(on: .nonNegative) && parse("log").isDefined(on: .positive))
    #expect(try parse("pow(0.5)").isDefined(on: .nonNegative) && !parse("pow(-0.5)").isDefined(on: .nonNegative))
    #expect(try parse("pow(2.0)").isDefined(on: .all) && !parse("pow(0.5)").isDefined(on: .all))
    #expect(try parse("max(1e-05) |> log").isDefined(on: .all) && !parse("max(0.0) |> log").isDefined(on: .all))
    #expect(try parse("exp |> log").isDefined(on: .all))
    let first = try parse("abs |> exp |> affine(1.0, -2.0) |> log").firstUndefined(on: .all)
    #expect(first?.primitive == .log && first?.arguments.lower == -1)
  }

  @Test func ranges() throws {
    #expect(try parse("max(1e-05)").range(of: .all) == .atLeast(1e-05))
    #expect(try parse("exp").range(of: .all).isPositive && parse("pow(-0.5)").range(of: .positive).isPositive)
    #expect(try !parse("log").range(of: .positive).isPositive && parse("log").range(of: .atLeast(2)).isPositive)
    #expect(try parse("abs").range(of: .all) == .nonNegative && parse("pow(2.0)").range(of: .all) == .nonNegative)
    #expect(try parse("affine(1.0, 1e-05)").range(of: .nonNegative) == .atLeast(1e-05))
  }

  @Test func rangesHoldEveryValue() {
    var random = ScalarRandom(seed: 12)
    var checked = 0
    for _ in 0..<5000 {
      let f = randomFunction(&random, count: 3)
      let lower = random.pick([-1, 0, 1e-05, 0.5])
      let range = f.range(of: Interval(lower, lower + 2))
      for x in [lower, lower + 2, lower + random.number(0...2)] where f.expression.isTame(at: [x]) {
        #expect(range.lower <= f.value(x) && f.value(x) <= range.upper, "\(f) at \(x): \(f.value(x)) in \(range)")
        checked += 1
      }
    }
    #expect(checked > 8000)
  }
}
