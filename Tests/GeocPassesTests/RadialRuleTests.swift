import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// A chain of radial maps and what fusion must leave of it.
struct RadialRule: Sendable, CustomTestStringConvertible {
  var maps: [String]
  /// Maps left, in their text form.
  var left: [String]
  var testDescription: String { maps.joined(separator: " | ") }
}

@Suite struct RadialRuleTests {
  static let rules = [
    // logmap0(expmap0(v)) = v min(1, s_max/s): only the clamp of the projection stays.
    RadialRule(maps: ["tangent, clamp 0.004, ball", "ball, tangent"], left: ["tangent, clamp 0.004, tangent"]),
    RadialRule(maps: ["tangent, ball", "ball, tangent"], left: []),
    // expmap0(logmap0(y)) = project(y).
    RadialRule(maps: ["ball, tangent", "tangent, clamp 0.004, ball"], left: ["ball, clamp 0.004, ball"]),
    // Projections of projected points.
    RadialRule(maps: ["ball, clamp 0.004, ball", "ball, clamp 0.004, ball"], left: ["ball, clamp 0.004, ball"]),
    RadialRule(maps: ["ball, clamp 0.004, ball", "ball, clamp 1e-05, ball"], left: ["ball, clamp 0.004, ball"]),
    RadialRule(maps: ["ball, clamp 1e-05, ball", "ball, clamp 0.004, ball"], left: ["ball, clamp 0.004, ball"]),
    RadialRule(maps: ["tangent, clamp 0.004, ball", "ball, clamp 0.004, ball"], left: ["tangent, clamp 0.004, ball"]),
    // sinh and arsinh of the fully connected layer against the maps around it.
    RadialRule(
      maps: ["tangent, clamp 0.004, ball", "ball, hyperboloid"], left: ["tangent, clamp 0.004, hyperboloid"]),
    RadialRule(
      maps: ["hyperboloid, clamp 0.004, ball", "ball, tangent"], left: ["hyperboloid, clamp 0.004, tangent"]),
    RadialRule(maps: ["hyperboloid, ball", "ball, hyperboloid"], left: []),
    // Möbius scalings.
    RadialRule(maps: ["ball, scale 2, ball", "ball, scale 0.5, ball"], left: []),
    RadialRule(maps: ["ball, scale 2, ball", "ball, scale 3, ball"], left: ["ball, scale 6.0, ball"]),
    RadialRule(
      maps: ["tangent, ball", "ball, scale 0.5, ball", "ball, tangent"], left: ["tangent, scale 0.5, tangent"]),
    // Clipped vectors of norm at most 2.3 cannot reach the projection at κ = 1; those of norm 5 can.
    RadialRule(
      maps: ["tangent, clip 2.3 1e-05, tangent", "tangent, clamp 0.004, ball"], left: ["tangent, clip 2.3 1e-05, ball"]),
    RadialRule(
      maps: ["tangent, clip 5 1e-05, tangent", "tangent, clamp 0.004, ball"],
      left: ["tangent, clip 5.0 1e-05, clamp 0.004, ball"]),
  ]

  /// A function of a chain of maps; relu stands between them where asked.
  static func function(_ maps: [String], curvatures: [Double]? = nil, relu: Bool = false) throws -> Function {
    var b = Builder(name: "f", stage: .layers, registry: Catalogue.registry)
    var value = b.parameter("x", .real([3], isBatched: true), .input)
    for (k, text) in maps.enumerated() {
      if relu, k > 0 { value = try b.map("max(x0, 0)", [value]) }
      value = try b.one(
        "radial", [value],
        ["f": .radial(try RadialFunction.parse(text)), "c": .real(curvatures?[k] ?? 1), "learn_c": .bool(false)])
    }
    b.result("y", value)
    return b.function
  }

  static func values(_ f: Function, _ x: [Double]) throws -> [Double] {
    var report = PassReport()
    let core = try Expand.run(f, PassOptions(registry: Catalogue.registry), &report)
    let input = try Tensor(x, shape: [x.count / 3, 3])
    return try Interpreter.run(core, inputs: ["x": input], registry: Catalogue.registry)["y"]?.doubles() ?? []
  }

  static func fused(_ f: Function) throws -> Function {
    var report = PassReport()
    return try FuseRadial.run(f, PassOptions(registry: Catalogue.registry), &report)
  }

  static func left(_ f: Function) -> [String] { f.nodes.compactMap { $0.attributes.radial("f")?.description } }

  /// Vectors whose norm is inside, at and beyond where the clamp of margin 0.004 acts, in the chart they start in.
  static func points(_ chart: Chart) -> [Double] {
    let limit = RadialFunction.Step.limit(0.004)
    let lengths = [0, 1e-12, 0.01, 0.5, 1.5, 2.9, limit * (1 - 1e-9), limit, limit * (1 + 1e-9), 3.5, 5]
    return lengths.flatMap { s in [0.6, -0.64, 0.48].map { $0 * chart.norm(s) } }
  }

  @Test(arguments: rules) func leavesOneMapOfTheSameValues(_ rule: RadialRule) throws {
    let f = try Self.function(rule.maps)
    let fused = try Self.fused(f)
    #expect(Self.left(fused) == rule.left)
    let x = Self.points(try RadialFunction.parse(rule.maps[0]).from)
    for (a, b) in zip(try Self.values(f, x), try Self.values(fused, x)) {
      // At length 5 a point of the ball has 5 digits left behind the nines, and its logarithm no more.
      #expect(abs(a - b) <= 1e-11 * max(1, abs(b)))
    }
  }

  @Test func mapsOfDifferentCurvaturesStay() throws {
    let f = try Self.function(["tangent, clamp 0.004, ball", "ball, tangent"], curvatures: [1, 2])
    #expect(Self.left(try Self.fused(f)).count == 2)
  }

  /// relu shortens vectors: what was clamped before it needs no clamp behind it, and a clamp behind it alone stays.
  @Test func boundsPassThroughRelu() throws {
    let clamped = try Self.function(["ball, clamp 0.004, tangent", "tangent, clamp 0.004, ball"], relu: true)
    #expect(Self.left(try Self.fused(clamped)) == ["ball, clamp 0.004, tangent", "tangent, ball"])
    let free = try Self.function(["ball, tangent", "tangent, clamp 0.004, ball"], relu: true)
    #expect(Self.left(try Self.fused(free)) == ["ball, tangent", "tangent, clamp 0.004, ball"])
    let x = Self.points(.ball)
    for (a, b) in zip(try Self.values(clamped, x), try Self.values(Self.fused(clamped), x)) {
      #expect(abs(a - b) <= 1e-12)
    }
  }

  @Test(arguments: rules.flatMap(\.maps)) func textReadsBack(_ text: String) throws {
    let f = try RadialFunction.parse(text)
    #expect(try RadialFunction.parse(f.description) == f)
  }

  @Test(arguments: ["", "ball", "ball, moon", "ball, clamp 2, ball", "ball, scale, ball", "ball, clip 1, ball"])
  func malformedTextIsRefused(_ text: String) {
    #expect(throws: TextError.self) { try RadialFunction.parse(text) }
  }
}
