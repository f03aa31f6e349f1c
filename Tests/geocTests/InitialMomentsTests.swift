import Testing

@testable import geoc

/// What `--report` says of values at initialisation and of the backward.
@Suite struct InitialMomentsTests {
  static func stack(_ layer: String) -> String {
    """
    geoc: 1
    model: stack
    inputs: { x: "R[16]" }
    graph:
      - scale: { by: 0.25 }
      - expmap0: { c: 0.1 }
      - \(layer)
        repeat: 8
    """
  }

  @Test func collapsesUnderTheUsualInitialisation() {
    let run = Run("compile", "-", "--report", input: Self.stack("poincare_linear: { out: 16, init: normal }"))
    #expect(run.output.contains("warning: points collapse to the origin"))
  }

  @Test func keepsNormsUnderTheIdentity() throws {
    let run = Run("compile", "-", "--report", input: Self.stack("poincare_linear: { out: 16, init: identity }"))
    #expect(!run.output.contains("warning"))
    let norms = run.output.split(separator: "\n").compactMap { line in
      line.split(separator: "mean norm ").dropFirst().first.flatMap { Double($0) }
    }
    #expect(norms.count == 9)
    for norm in norms { #expect(abs(norm - (norms.first ?? 0)) < 1e-3) }
  }

  @Test func handWrittenBackwardsAreSmaller() throws {
    let run = Run("compile", Repository.root + "examples/digits-poincare-resnet.yaml", "--report", "--function", "step")
    func nodes(_ name: String) throws -> Int {
      let line = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("  \(name) ") })
      let words = line.split(separator: " ")
      return try #require(Int(words[1].filter { $0 != "," }))
    }
    #expect(try nodes("default") * 5 < nodes("--no-manual-backward"))
    #expect(try nodes("default") < nodes("--no-fusion"))
  }

  /// Points stay on the ball through training, and the gradients are right.
  @Test func networksOnTheBallVerify() {
    let run = Run("verify", Repository.root + "examples/digits-poincare-resnet.yaml")
    #expect(run.status == .success, "\(run.errors)")
    #expect(run.output.contains("points of downsample_2/ball_relu_2 after"))
    #expect(!run.output.contains("FAIL"))
  }
}
