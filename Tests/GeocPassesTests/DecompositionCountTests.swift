import GeocIR
import GeocOps
import GeocPasses
import Testing

/// The decompositions that a function does.
struct DecompositionCounts: Equatable, CustomStringConvertible {
  /// One for each sample, with eigenvectors.
  var vectors = 0
  /// One for each sample, eigenvalues only.
  var values = 0
  /// Cholesky guards in front of a ReEig, one for each sample.
  var guards = 0
  /// Of single matrices.
  var singles = 0

  var description: String { "\(vectors)N vectors, \(values)N values, \(guards)N guards, \(singles) singles" }

  init(vectors: Int, values: Int = 0, guards: Int = 0, singles: Int) {
    (self.vectors, self.values, self.guards, self.singles) = (vectors, values, guards, singles)
  }

  init(_ f: Function) {
    for node in f.nodes {
      let isBatched = node.results.first.map { f.type($0).isBatched } ?? false
      switch (node.op, isBatched) {
      case ("eigh", true): vectors += 1
      case ("eigvals", true): values += 1
      case ("guarded_max", true): guards += 1
      case ("eigh", false), ("eigvals", false): singles += 1
      default: break
      }
    }
  }
}

/// BiMap → ReEig → BWBN → LogEig needs no more eigendecompositions than the closed forms do.
@Suite struct DecompositionCountTests {
  private static func network(_ parameters: String) throws -> Function {
    try Network.text(
      "net",
      """
      inputs: { x: SPD(8), y: Label(3) }
      graph:
        - bimap: { out: 6 }
        - reeig: { eps: 1.0e-4 }
        - bwbn: \(parameters)
        - logeig
        - vech
        - linear: { out: 3 }
          as: logits
      loss: { cross_entropy: { logits: logits, target: y } }
      """
    ).forward()
  }

  private static let optimizer = OptimizerDescription(
    name: "sgd",
    attributes: Attributes([
      "lr": .real(0.1), "momentum": .real(0), "weight_decay": .real(0), "nesterov": .bool(false), "dampening": .real(0),
    ]))

  private static func gradient(
    _ parameters: String, mode: String = "train", disabled: Set<String> = []
  ) throws -> DecompositionCounts {
    let outcome = try Pipeline.compile(
      try network(parameters), for: .gradient(mode: mode, ofLoss: true), optimizer: nil,
      options: PassOptions(registry: Catalogue.registry, disabled: disabled))
    return DecompositionCounts(outcome.function)
  }

  @Test func trainsWithFourAndOne() throws {
    #expect(try Self.gradient("{ theta: 0.5, metric: learn }") == .init(vectors: 4, values: 1, singles: 5))
    #expect(try Self.gradient("{ theta: 0.5 }") == .init(vectors: 4, singles: 3))
  }

  @Test func trainsWithThreeBehindAGuard() throws {
    #expect(try Self.gradient("{ theta: 1 }") == .init(vectors: 3, values: 1, guards: 1, singles: 3))
    #expect(
      try Self.gradient("{ theta: 1, metric: learn }") == .init(vectors: 3, values: 1, guards: 1, singles: 4))
  }

  /// The new point of the optimizer adds decompositions of single matrices only.
  @Test func aStepDecomposesNoMoreForSamples() throws {
    let outcome = try Pipeline.compile(
      try Self.network("{ theta: 0.5, metric: learn }"), for: .step, optimizer: Self.optimizer,
      options: PassOptions(registry: Catalogue.registry))
    let counts = DecompositionCounts(outcome.function)
    #expect(counts.vectors == 4 && counts.values == 1, "\(counts)")
  }

  @Test func evaluatesWithThreeOrTwo() throws {
    for (parameters, vectors, guards) in [
      ("{ theta: 0.5, metric: learn }", 3, 0), ("{ theta: 0.5 }", 3, 0), ("{ theta: 1 }", 2, 1),
      ("{ theta: 1, metric: learn }", 2, 1),
    ] {
      let outcome = try Pipeline.compile(
        try Self.network(parameters), for: .predict, optimizer: nil,
        options: PassOptions(registry: Catalogue.registry))
      let split = try #require(try Hoist.run(outcome.function, registry: Catalogue.registry))
      #expect(
        DecompositionCounts(split.main) == .init(vectors: vectors, guards: guards, singles: 0), "\(parameters)")
    }
  }

  /// Without fusion and sharing, the forward decomposes six times and the backward five times more.
  @Test func sharingIsWhatSavesThem() throws {
    let none: Set<String> = [FuseMaps.name, GuardClamps.name, Share.name]
    let straightforward = try Self.gradient("{ theta: 0.5, metric: learn }", disabled: none)
    #expect(straightforward == .init(vectors: 11, values: 1, singles: 10))
    let forward = try Pipeline.compile(
      try Self.network("{ theta: 0.5, metric: learn }"), for: .predict, optimizer: nil,
      options: PassOptions(registry: Catalogue.registry, disabled: none))
    #expect(DecompositionCounts(forward.function) == .init(vectors: 5, singles: 5))
  }

  /// Sharing alone finds what fusion finds: a matrix rebuilt from eigenpairs is not decomposed again.
  @Test func sharingReachesAcrossMaps() throws {
    let shared = try Self.gradient("{ theta: 0.5, metric: learn }", disabled: [FuseMaps.name])
    #expect(shared == .init(vectors: 4, values: 1, singles: 5))
  }
}
