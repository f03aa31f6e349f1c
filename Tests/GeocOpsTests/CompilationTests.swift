import GeocIR
import GeocOps
import GeocPasses
import Testing

@Suite struct CompilationTests {
  /// Every pass of the pipeline verifies what it made.
  @Test(arguments: OracleCatalogue.all, [true, false])
  func compiles(oracle: OracleCase, usesManualBackward: Bool) throws {
    let (function, _) = try oracle.compiled(try Oracle(oracle.file), usesManualBackward: usesManualBackward)
    #expect(Verifier.problems(function, Catalogue.registry) == [])
  }

  private static let options = PassOptions(registry: Catalogue.registry)

  private static let variants: [[String: Attribute]] = [
    [:], ["theta": .real(0.5)], ["theta": .real(-1.5), "metric": .name("learn")], ["metric": .name("learn")],
    ["learn_bias": .bool(false)], ["learn_bias": .bool(false), "learn_scale": .bool(false), "theta": .real(0.5)],
    ["variance_about": .name("mean"), "mean_iterations": .int(3)], ["detach_statistics": .bool(false)],
    ["detach_statistics": .bool(false), "theta": .real(0.5), "metric": .name("learn")],
    ["detach_statistics": .bool(false), "variance_about": .name("mean"), "mean_iterations": .int(2)],
  ]

  @Test(arguments: variants, [[], [3]])
  func bwbnCompilesInEveryVariant(attributes: [String: Attribute], field: [Int]) throws {
    for mode in ["train", "eval"] {
      var m = LayerModel()
      m.output("Y", try m.layer("bwbn", [m.input("X", .spd(4, field: field))], attributes))
      let outcome = try Pipeline.compile(
        m.builder.function, for: .gradient(mode: mode, ofLoss: false), optimizer: nil, options: Self.options)
      let weights = m.builder.function.parameters.filter { $0.kind == .param }.map { "grad.\($0.name)" }
      #expect(Set(weights + ["grad.X"]).isSubset(of: Set(outcome.function.results.map(\.name))))
    }
  }

  @Test(arguments: [true, false], [[], [3]])
  func airmBatchNormCompilesInEveryVariant(variance: Bool, field: [Int]) throws {
    for mode in ["train", "eval"] {
      var m = LayerModel()
      let x = m.input("X", .spd(4, field: field))
      m.output("Y", try m.layer("airm_bn", [x], ["variance": .bool(variance), "karcher_iterations": .int(2)]))
      let outcome = try Pipeline.compile(
        m.builder.function, for: .gradient(mode: mode, ofLoss: false), optimizer: nil, options: Self.options)
      #expect(outcome.function.result("grad.X") != nil)
    }
  }

  /// Decompositions of one matrix per sample, and of single matrices, as the SPD brief counts them.
  private struct Counts: Equatable {
    var batched = 0
    var values = 0
    var single = 0
  }

  private static func decompositions(_ f: Function) -> Counts {
    var counts = Counts()
    for node in f.nodes {
      let isBatched = node.results.first.map { f.type($0).isBatched } ?? false
      switch (node.op, isBatched) {
      case ("eigh", true): counts.batched += 1
      case ("eigvals", true): counts.values += 1
      case ("eigh", false), ("eigvals", false): counts.single += 1
      default: break
      }
    }
    return counts
  }

  @Test(arguments: [
    (["theta": Attribute.real(0.5), "metric": .name("learn")], Counts(batched: 4, values: 1, single: 5)),
    (["theta": .real(0.5)], Counts(batched: 4, values: 0, single: 3)),
    (["theta": .real(1), "metric": .name("learn")], Counts(batched: 3, values: 1, single: 4)),
    (["theta": .real(1)], Counts(batched: 3, values: 1, single: 3)),
  ])
  private func trainingNeedsFewDecompositions(attributes: [String: Attribute], expected: Counts) throws {
    let outcome = try Pipeline.compile(
      try Self.network(attributes), for: .gradient(mode: "train", ofLoss: false), optimizer: nil, options: Self.options)
    #expect(Self.decompositions(outcome.function) == expected)
  }

  @Test func evaluationDecomposesNoParameterPerBatch() throws {
    let f = try Self.network(["theta": .real(0.5), "metric": .name("learn")])
    let outcome = try Pipeline.compile(f, for: .predict, optimizer: nil, options: Self.options)
    let split = try #require(try Hoist.run(outcome.function, registry: Catalogue.registry))
    #expect(Self.decompositions(split.main) == Counts(batched: 3, values: 0, single: 0))
  }

  private static func network(_ attributes: [String: Attribute]) throws -> Function {
    var m = LayerModel()
    let x = try m.layer("bimap", [m.input("X", .spd(8))], ["out": .int(6)])
    let n = try m.layer("bwbn", [try m.layer("reeig", [x])], attributes)
    m.output("Y", try m.layer("logeig", [n]))
    return m.builder.function
  }
}
