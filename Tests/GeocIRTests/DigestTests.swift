import Testing

@testable import GeocIR

/// Equal contents must share their number; different ones of a kind should not.
@Suite struct DigestTests {
  static let values: [Attribute] = [
    .int(3), .int(4), .real(0.5), .real(-0.5), .bool(false), .name("sum"), .text("mean"), .ints([1, 2]),
    .ints([2, 1]), .reals([0.25]), .type(.real([2, 3])), .type(.real([3, 2])),
    .type(GeoType(Space("SPD", [6]), isBatched: true)), .type(GeoType(Space("Sym", [6]), isBatched: true)),
    .spectral(SpectralFunction([.log])), .spectral(SpectralFunction([.exp])), .spectral(SpectralFunction([.pow(0.75)])),
    .expression(.unary(.tanh, .input(0))), .expression(.unary(.exp, .input(0))), .expression(.unary(.exp, .input(1))),
    .radial(RadialFunction(.tangent, [.scale(2)], to: .ball)),
    .radial(RadialFunction(.tangent, [.clamp(2)], to: .ball)),
  ]

  @Test func bothZerosAreOne() {
    for (a, b) in [
      (Attribute.real(0), Attribute.real(-0.0)), (.reals([1, 0]), .reals([1, -0.0])),
      (.expression(.constant(0)), .expression(.constant(-0.0))),
      (.spectral(SpectralFunction([.pow(0)])), .spectral(SpectralFunction([.pow(-0.0)]))),
    ] {
      #expect(a == b)
      #expect(a.hashValue == b.hashValue)
      #expect(Attributes(["x": a]).digest == Attributes(["x": b]).digest)
    }
  }

  @Test func attributesAreToldApart() {
    let digests = Self.values.map { Attributes(["x": $0]).digest }
    #expect(Set(digests).count == digests.count)
  }

  @Test func typesMadeTwiceShareTheirs() {
    let (a, b) = (GeoType(Space("SPD", [6]), field: [3]), GeoType(Space("SPD", [6]), field: [3]))
    #expect(a.digest == b.digest)
    #expect(a.digest != a.batched().digest)
  }

  /// Only the first nodes of an expression count: long ones must still be found.
  @Test func longExpressionsAreKeptApartByEquality() {
    func sum(_ last: Double) -> ScalarExpression {
      (0..<40).reduce(.constant(last)) { .binary(.add, .input($1), $0) }
    }
    var found: [ScalarExpression: Int] = [:]
    for k in 0..<50 { found[sum(Double(k))] = k }
    #expect(found.count == 50)
    #expect(found[sum(7)] == 7)
  }
}
