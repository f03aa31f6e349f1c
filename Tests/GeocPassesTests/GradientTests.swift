import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// Gradients of all ops against differences, and the laws of batches and threads.
@Suite struct GradientTests {
  @Test func everyOpIsTriedOrExcluded() {
    let tried = Set(GradientCatalogue.all.map(\.op))
    let excluded = Set(GradientCatalogue.excluded.keys)
    #expect(tried.isDisjoint(with: excluded))
    #expect(tried.union(excluded) == Set(Catalogue.registry.ops.keys))
  }

  private static func moved(_ x: Tensor, _ direction: Tensor, by h: Double) throws -> Tensor {
    try Tensor(zip(x.doubles(), direction.doubles()).map { $0 + h * $1 }, shape: x.shape)
  }

  private static func dot(_ a: Tensor?, _ b: Tensor?) throws -> Double {
    let (x, y) = (try #require(a).doubles(), try #require(b).doubles())
    try #require(x.count == y.count)
    return zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(arguments: GradientCatalogue.all)
  func gradientIsTheDerivative(test: GradientCase) throws {
    for usesManualBackward in [true, false] {
      let probe = try GradientProbe(test, batch: 3, usesManualBackward: usesManualBackward)
      let results = try probe.run(probe.inputs)
      #expect(!probe.wanted.isEmpty)
      var random = RandomPoints(seed: 5)
      for p in probe.wanted where !test.constant.contains(p.name) {
        let x = try #require(probe.inputs[p.name])
        for _ in 0..<2 {
          let direction = try random.direction(probe.forward.type(p.value), batch: probe.batch)
          let slope = try Self.dot(results["grad.\(p.name)"], direction)
          // Differences of fourth order.
          let h = 2.5e-4
          var difference = 0.0
          for (steps, weight) in [(1.0, 8.0), (-1, -8), (2, -1), (-2, 1)] {
            var inputs = probe.inputs
            inputs[p.name] = try Self.moved(x, direction, by: steps * h)
            difference += weight * (try Self.dot(try probe.run(inputs)["y"], inputs["cotangent.y"]))
          }
          difference /= 12 * h
          let error = abs(slope - difference)
          #expect(
            error <= 1e-8 * max(1, abs(difference)),
            "\(p.name): \(slope), differences \(difference), manual \(usesManualBackward)")
        }
      }
    }
  }

  private static func row(_ t: Tensor, _ k: Int) throws -> Tensor {
    let size = t.count / t.shape[0]
    return try Tensor(Array(t.doubles()[(k * size)..<((k + 1) * size)]), shape: [1] + t.shape.dropFirst())
  }

  /// Ops that see one sample at a time give each what it would get alone.
  static let mapped = GradientCatalogue.all.filter { test in
    guard let op = Catalogue.registry[test.op], !test.types.isEmpty else { return false }
    return op.traits.isDisjoint(with: [.seesBatch, .random])
  }

  @Test(arguments: mapped)
  func aBatchIsItsSamples(test: GradientCase) throws {
    let count = 19
    let probe = try GradientProbe(test, batch: count)
    let single = try GradientProbe(test, batch: 1)
    let together = try probe.run(probe.inputs)
    let batched = Set(probe.function.parameters.filter { probe.function.type($0.value).isBatched }.map(\.name))
    var sums: [String: [Double]] = [:]
    for k in 0..<count {
      var inputs = probe.inputs
      for name in batched { inputs[name] = try Self.row(try #require(inputs[name]), k) }
      for (name, alone) in try single.run(inputs) {
        let all = try #require(together[name])
        if probe.function.result(name).map({ probe.function.type($0).isBatched }) == true {
          #expect(alone == (try Self.row(all, k)), "\(name) of sample \(k)")
        } else {
          sums[name] = zip(sums[name] ?? [Double](repeating: 0, count: alone.count), alone.doubles()).map { $0 + $1 }
        }
      }
    }
    for (name, sum) in sums where name.hasPrefix("grad.") {
      let all = try #require(together[name]).doubles()
      let scale = all.map(abs).max() ?? 0
      for (x, y) in zip(sum, all) { #expect(abs(x - y) <= 1e-12 * max(1, scale), "\(name)") }
    }
  }

  @Test(arguments: GradientCatalogue.all)
  func threadsGiveTheSameBits(test: GradientCase) throws {
    let probe = try GradientProbe(test, batch: 37)
    #expect(try probe.run(probe.inputs) == (try probe.run(probe.inputs, threads: 2)))
  }
}
