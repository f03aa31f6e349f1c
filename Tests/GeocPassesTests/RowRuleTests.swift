import GeocIR
import GeocOps
import GeocPasses
import Testing

/// A model that an exact rewrite of row programs or layers applies to, and what the report must say of it.
struct RowRule: Sendable, CustomTestStringConvertible {
  var name: String
  var spec: String
  var says: [String]
  /// Ops that must be gone once layers are rewritten and fused.
  var gone: [String] = []
  var testDescription: String { name }
}

@Suite struct RowRuleTests {
  private static let points = """
    inputs: { a: "R[4]", b: "R[4]", t: "R[4]", s: R }
    graph:
      - expmap0: { c: 0.7, margin: 0.004 }
        from: a
        as: x
      - expmap0: { c: 0.7, margin: 0.004 }
        from: b
        as: y

    """

  static let rules = [
    RowRule(
      name: "a distance and a logarithm share the norm of (−y) ⊕ x",
      spec: points + """
          - ball_distance:
            from: [x, y]
            as: d
          - logmap:
            from: [y, x]
            as: v
          - coordinates:
            as: out
        loss:
          - mse: { prediction: out, target: t }
          - mse: { prediction: d, target: s }
        """, says: ["fuse-rows: merged v with d: one pass over the same rows"]),
    RowRule(
      name: "a midpoint is summed from hyperboloid coordinates",
      spec: """
        inputs: { a: "R[4]", t: "R[4]" }
        graph:
          - expmap0: { c: 0.7, margin: 0.004 }
          - poincare_linear: { out: 4, margin: 0.004 }
            as: h
          - poincare_batch_norm: { stats: batch, margin: 0.004 }
            as: n
          - logmap0: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """,
      says: [
        "fuse-radial: fused a map of h and a map of n into radial{hyperboloid, clamp 0.004, hyperboloid}",
        "fuse-rows: ran a map of n inside the row program of n",
        "fuse-rows: ran out behind n, as one row program",
      ]),
    RowRule(
      name: "−((−x) ⊕ (−y)) = x ⊕ y",
      spec: points + """
          - mobius_scale: { by: -1 }
            from: x
            as: p
          - mobius_scale: { by: -1 }
            from: y
            as: q
          - mobius_add:
            from: [p, q]
            as: sum
          - mobius_scale: { by: -1 }
            as: z
          - logmap0: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """, says: ["rewrite-layers: simplified z: −((−x) ⊕ (−y)) = x ⊕ y"], gone: ["mobius_scale"]),
    RowRule(
      name: "transport to and from the origin scales",
      spec: points + """
          - mobius_scale: { by: 0 }
            from: x
            as: origin
          - logmap:
            from: [x, y]
            as: v
          - ball_transport: { x: x, y: origin, v: v }
            as: back
          - ball_transport: { x: origin, y: y, v: back }
            as: forth
          - coordinates: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """,
      says: [
        "rewrite-layers: simplified back: transport from x to 0 is v/α_x",
        "rewrite-layers: simplified forth: transport from 0 to y is α_y v",
      ], gone: ["ball_transport"]),
    RowRule(
      name: "angles skip clipping and the exponential map",
      spec: """
        inputs: { a: "R[3, 4]", t: "R[3, 3]" }
        graph:
          - clip_norm: { max: 2.3 }
          - expmap0: { c: 0.7, axis: -1, margin: 0.004 }
            as: x
          - pairwise_cosine: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """, says: ["fuse-radial: skipped a map of x in front of out: it reads directions only"], gone: ["radial"]),
    RowRule(
      name: "a rectified tangent vector never is in memory",
      spec: """
        inputs: { a: "R[4]", t: "R[4]" }
        graph:
          - expmap0: { c: 0.7, margin: 0.004 }
          - poincare_linear: { out: 4, margin: 0.004 }
            as: h
          - ball_relu: { margin: 0.004 }
            as: r
          - coordinates: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """,
      says: [
        "fuse-radial: fused a map of h and a map of r into radial{hyperboloid, clamp 0.004, tangent}",
        "fuse-rows: ran r behind a map of r, as one row program",
      ]),
    RowRule(
      name: "a rectifier between radial maps makes a program with them",
      spec: """
        inputs: { a: "R[4]", t: "R[4]" }
        graph:
          - ball_project: { c: 0.7, margin: 0.004 }
          - logmap0: {}
          - relu: {}
            as: r
          - expmap0: { c: 0.7, margin: 0.004 }
            as: x
          - coordinates: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """,
      says: [
        "fuse-radial: dropped the projection of a map of x: its argument stays inside",
        "fuse-rows: ran r behind logmap0_1, as one row program",
        "fuse-rows: ran a map of x behind r, as one row program",
      ], gone: ["radial", "relu"]),
    RowRule(
      name: "a rectifier ends a row program",
      spec: """
        inputs: { a: "R[4]", t: "R[4]" }
        graph:
          - expmap0: { c: 0.7, margin: 0.004 }
          - poincare_batch_norm: { stats: batch, margin: 0.004 }
            as: n
          - ball_relu: { margin: 0.004 }
            as: r
          - poincare_linear: { out: 4, margin: 0.004 }
          - logmap0: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """,
      says: [
        "fuse-rows: ran a map of r behind n, as one row program",
        "fuse-rows: ran r behind a map of r, as one row program",
        "fuse-rows: ran a map of poincare_linear_1 behind r, as one row program",
      ]),
  ]

  private static let plain = PassOptions(registry: Catalogue.registry)

  /// Inside, at and beyond the clamps of the projections: vectors of up to 0.2, 6 and 60 times their radius.
  @Test(arguments: rules, [0.1, 3, 30])
  func keepsTheNumbers(_ rule: RowRule, _ range: Double) throws {
    var network = Network.text("rule", rule.spec)
    network.range = range
    for mode in ["train", "eval"] {
      let wanted = try network.results(
        mode: mode,
        options: PassOptions(
          registry: Catalogue.registry, disabled: Pipeline.optional))
      #expect(wanted.keys.contains { $0.hasPrefix("grad.") })
      for manual in [true, false] {
        let found = try network.results(
          mode: mode, options: PassOptions(registry: Catalogue.registry, usesManualBackward: manual))
        #expect(Results.differences(found, wanted, tolerance: 1e-9) == [], "\(mode) \(manual)")
      }
    }
  }

  @Test(arguments: rules) func isReported(_ rule: RowRule) throws {
    let outcome = try Pipeline.compile(
      try Network.text("rule", rule.spec).forward(), for: .gradient(mode: "train", ofLoss: true), optimizer: nil,
      options: Self.plain)
    let said = outcome.report.entries.map { "\($0.pass): \($0.message)" }
    for line in rule.says {
      #expect(said.contains(line), "\(said.joined(separator: "\n"))")
      #expect(outcome.report.entries.first { "\($0.pass): \($0.message)" == line }?.origin.line ?? 0 > 0)
    }
    let left = try #require(outcome.stages.first { $0.pass == FuseRows.name }?.function)
    for op in rule.gone { #expect(!left.nodes.contains { $0.op == op }, "\(IRPrinter.print(left))") }
  }

  /// The text of types with base points reads back, after every pass.
  @Test(arguments: rules) func textReadsBack(_ rule: RowRule) throws {
    let forward = try Network.text("rule", rule.spec).forward()
    let outcome = try Pipeline.compile(
      forward, for: .gradient(mode: "train", ofLoss: true), optimizer: nil, options: Self.plain)
    for (pass, function) in [("elaborate", forward)] + outcome.stages {
      var module = Module(name: "rule", dtype: .f64)
      module.functions = [function]
      let text = IRPrinter.print(module)
      let read = try IRParser.module(text, spaces: Catalogue.registry.spaces)
      #expect(IRPrinter.print(read) == text, "\(pass)")
      #expect(Verifier.problems(read.functions[0], Catalogue.registry) == [], "\(pass)")
    }
  }

  /// A vector moved to another base point by hand is no valid program.
  @Test func wrongBasePointsAreNoProgram() throws {
    let forward = try Network.text("rule", Self.rules[3].spec).forward()
    var module = Module(name: "rule", dtype: .f64)
    module.functions = [forward]
    let text = IRPrinter.print(module)
    #expect(text.contains("%v = logmap(%x, %y) : [B] Tangent(Ball(4, c=0.7), at=%x)"), "\(text)")
    let moved = text.replacing("at=%x)", with: "at=%y)")
    let read = try IRParser.module(moved, spaces: Catalogue.registry.spaces)
    let problems = Verifier.problems(read.functions[0], Catalogue.registry)
    #expect(problems.contains { $0.contains("at=%x") && $0.contains("at=%y") }, "\(problems)")
    #expect(throws: TextError.self) {
      try IRParser.module(text.replacing("at=%x)", with: "at=%nowhere)"), spaces: Catalogue.registry.spaces)
    }
  }
}
