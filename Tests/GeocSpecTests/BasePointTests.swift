import GeocOps
import Testing

@testable import GeocSpec

/// A tangent vector is used at the point where it is tangent.
struct BasePointTests {
  private func codes(_ graph: String, at base: String = "x") throws -> [String] {
    let header = """
      geoc: 1
      model: tangent
      inputs: { x: "Ball(4)", y: "Ball(4)", v: "Tangent(Ball(4), at=\(base))" }
      graph:

      """
    // Both points are read, whatever the graph does.
    let sum = "  - mobius_add:\n    from: [x, y]\n"
    return try Fixture.compile(
      header + sum + graph + "outputs: [last, mobius_add_1]\n", registry: Catalogue.registry
    ).codes
  }

  @Test(arguments: [
    ("  - expmap:\n    from: [x, v]\n    as: last\n", []),
    ("  - expmap:\n    from: [y, v]\n    as: last\n", ["E0208"]),
    ("  - logmap:\n    from: [x, y]\n  - expmap:\n    from: [x, logmap_1]\n    as: last\n", ["W0002"]),
    ("  - logmap:\n    from: [x, y]\n  - expmap:\n    from: [y, logmap_1]\n    as: last\n", ["E0208"]),
    ("  - ball_transport:\n    from: [x, y, v]\n  - expmap:\n    from: [y, ball_transport_1]\n    as: last\n", []),
    (
      "  - ball_transport:\n    from: [x, y, v]\n  - expmap:\n    from: [x, ball_transport_1]\n    as: last\n",
      ["E0208"]
    ),
    // An alias is the point itself.
    ("  - stop_gradient: { x: x }\n  - expmap:\n    from: [stop_gradient_1, v]\n    as: last\n", []),
    (
      "  - stop_gradient: { x: x }\n  - stop_gradient\n  - logmap:\n    from: [stop_gradient_2, y]\n"
        + "  - expmap:\n    from: [x, logmap_1]\n    as: last\n", ["W0002"]
    ),
    ("  - stop_gradient: { x: y }\n  - expmap:\n    from: [stop_gradient_1, v]\n    as: last\n", ["E0208"]),
  ])
  func bases(_ graph: String, _ expected: [String]) throws { #expect(try codes(graph) == expected) }

  @Test func baseOfAnInputIsAnInput() throws {
    #expect(try codes("  - expmap:\n    from: [x, v]\n    as: last\n", at: "z") == ["E0203"])
  }
}
