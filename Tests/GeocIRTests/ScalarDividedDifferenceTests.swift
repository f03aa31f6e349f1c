import GeocIR
import GeocKernelABI
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ScalarDividedDifferenceTests {
  @Test func kinks() throws {
    let reeig = try SpectralFunction.parse("max(0.5)")
    #expect(reeig.derivative(0.5) == 0 && reeig.derivative(0.5.nextUp) == 1 && reeig.derivative(0.1) == 0)
    #expect(reeig.dividedDifference(0.25, 0.75) == 0.5 && reeig.dividedDifference(0.75, 0.25) == 0.5)
    #expect(reeig.dividedDifference(0.5, 0.75) == 1 && reeig.dividedDifference(0.1, 0.5) == 0)
    let abs = try SpectralFunction.parse("abs")
    #expect(abs.dividedDifference(-1, 3) == 0.5 && abs.derivative(-2) == -1 && abs.derivative(2) == 1)
    #expect(try SpectralFunction.parse("affine(3.0, 1.0)").dividedDifference(1, 2) == 3)
    #expect(SpectralFunction.identity.dividedDifference(1, 2) == 1)
  }

  @Test func logOfClampedIsTheProduct() throws {
    let f = try SpectralFunction.parse("max(0.5) |> log")
    #expect(f.dividedDifference(0.1, 0.2) == 0)
    let expected = (Glibc.log(2.0) - Glibc.log(0.5)) / (2 - 0.25)
    #expect(abs(f.dividedDifference(0.25, 2) - expected) < 1e-15)
  }

  @Test func hugeRatiosDoNotOverflow() throws {
    for theta in [0.3, -0.3, 2.5, -2.5, 0.5, -0.5, -1] {
      let f = SpectralFunction([.pow(theta)])
      for (a, b) in [(1e-300, 1e10), (1e-307, 1.0), (1e-12, 1e12)] {
        let naive = (f.value(b) - f.value(a)) / (b - a)
        guard naive.isFinite, naive != 0 else { continue }
        #expect(abs(f.dividedDifference(a, b) / naive - 1) < 1e-12, "\(theta) \(a) \(b)")
      }
    }
    let log = try SpectralFunction.parse("log")
    #expect(abs(log.dividedDifference(1e-300, 1e10) / ((Glibc.log(1e10) - Glibc.log(1e-300)) / 1e10) - 1) < 1e-14)
    #expect(try SpectralFunction.parse("exp").dividedDifference(700, -900) == Glibc.exp(700) / 1600)
    #expect(try SpectralFunction.parse("pow(0.5)").dividedDifference(0, 4) == 0.5)
    #expect(try SpectralFunction.parse("pow(1.5)").dividedDifference(0, 4) == 2)
  }

  #if arch(x86_64)
    /// A primitive in 80-bit arithmetic with its first and third derivatives.
    struct Reference {
      var primitive: SpectralFunction.Primitive
      var f: @Sendable (Float80) -> Float80
      var first: @Sendable (Float80) -> Float80
      var third: @Sendable (Float80) -> Float80
      /// The distance over which the function changes by its own size.
      var scale: @Sendable (Float80) -> Float80 = { Swift.abs($0) }

      static func power(_ theta: Double) -> Reference {
        let t = Float80(theta)
        @Sendable func raise(_ x: Float80, _ by: Float80) -> Float80 {
          if by == by.rounded() {
            let whole = (0..<Int(Swift.abs(by))).reduce(Float80(1)) { product, _ in product * x }
            return by < 0 ? 1 / whole : whole
          }
          return Glibc.pow(x, by)
        }
        return Reference(
          primitive: .pow(theta), f: { raise($0, t) }, first: { t * raise($0, t - 1) },
          third: { t * (t - 1) * (t - 2) * raise($0, t - 3) })
      }

      static let all: [Reference] =
        [
          Reference(
            primitive: .log, f: { Glibc.log($0) }, first: { 1 / $0 }, third: { 2 / ($0 * $0 * $0) }),
          Reference(
            primitive: .exp, f: { Glibc.exp($0) }, first: { Glibc.exp($0) }, third: { Glibc.exp($0) }, scale: { _ in 1 }
          ),
        ] + [0.5, -0.5, -1, 2, 3, 4, 0.3, -0.3, 1.7, -2.5, 0.05].map(power)

      /// Taylor series about the middle where the quotient would lose digits, the quotient elsewhere.
      func difference(_ a: Double, _ b: Double) -> Float80 {
        let (x, y) = (Float80(a), Float80(b))
        let (gap, middle) = (x - y, (x + y) / 2)
        if Swift.abs(gap) < 1e-4 * scale(middle) {
          return first(middle) + third(middle) * gap * gap / 24
        }
        return (f(x) - f(y)) / gap
      }
    }

    @Test(arguments: Reference.all.indices)
    func noGapLosesDigits(_ index: Int) {
      let reference = Reference.all[index]
      let f = SpectralFunction([reference.primitive])
      var worst: Float80 = 0
      for a in [1e-05, 0.013, 0.7, 1, 3.3, 250] {
        let gaps = stride(from: -16.0, through: 1, by: 0.125).map { Glibc.pow(10, $0) }
        for b in gaps.map({ a * (1 + $0) }) + [a, a.nextUp, a / 3, a / 1e6] {
          let expected = reference.difference(a, b)
          guard Double(expected).isFinite else { continue }
          for actual in [f.dividedDifference(a, b), f.dividedDifference(b, a)] {
            worst = max(worst, Swift.abs(Float80(actual) / expected - 1))
          }
        }
      }
      #expect(worst < 1e-13, "\(reference.primitive): \(worst)")
    }

    @Test(arguments: [2.0, 3, 4, 5])
    func wholePowersOfNegatives(_ theta: Double) {
      let reference = Reference.power(theta)
      let f = SpectralFunction([.pow(theta)])
      for (a, b) in [(-1.0, 2.0), (-2, 1.5), (-3, -3), (-3, -3.0000000001), (-3, -0.5), (-2, 2), (-1e-9, 1e-9)] {
        let expected = Double(reference.difference(a, b))
        #expect(abs(f.dividedDifference(a, b) - expected) <= 1e-13 * abs(expected), "\(theta) \(a) \(b)")
        #expect(abs(f.dividedDifference(b, a) - expected) <= 1e-13 * abs(expected), "\(theta) \(a) \(b)")
      }
    }

    @Test func compositionsKeepTheirDigits() throws {
      let f = try SpectralFunction.parse("pow(0.5) |> log |> affine(2.0, 1.0)")
      for gap in stride(from: -15.0, through: 0, by: 0.25).map({ Glibc.pow(10, $0) }) {
        let expected = Reference.all[0].difference(2.5, 2.5 * (1 + gap))
        #expect(Swift.abs(Float80(f.dividedDifference(2.5, 2.5 * (1 + gap))) / expected - 1) < 1e-14)
      }
    }
  #endif
}
