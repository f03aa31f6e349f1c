import GeocKernelABI
import GeocKernels
import Testing

@Suite struct GuardedTests {
  static let n = 6

  /// Definite and indefinite matrices in one lane group.
  private func items(definiteEvery step: Int) -> [[Double]] {
    var random = SplitMix(seed: 77)
    return (0..<12).map { item in
      let isDefinite = item % step != 0
      let w = (0..<Self.n).map { k in isDefinite ? 0.5 + Double(k) : Double(k) - 2.25 }
      return TestMatrices.withEigenvalues(w, Self.n, &random)
    }
  }

  @Test func absoluteKeepsDefiniteItemsBitForBit() throws {
    let n = Self.n
    let x = items(definiteEvery: 3)
    let harness = KernelHarness(name: "guarded_abs", sizes: [1, n])
    let outputs = [n * n, n, n * n, 1]
    let result = try #require(harness.run([.batched(x)], outputs: outputs))
    #expect(result.fault.kind == 0)
    for (item, matrix) in x.enumerated() {
      let alone = try #require(harness.run([.batched([matrix])], outputs: outputs))
      // The vectors of a definite item mean nothing.
      for k in outputs.indices where k != 2 || item % 3 == 0 { #expect(alone.outputs[k][0] == result.outputs[k][item]) }
      if item % 3 == 0 {
        #expect(result.outputs[3][item] == [1])
        let w = TestMatrices.lapackEigenvalues(result.outputs[0][item], n)
        let exact = TestMatrices.lapackEigenvalues(matrix, n).map(\.magnitude).sorted()
        for (a, b) in zip(w, exact) { #expect((a - b).magnitude < 1e-13) }
      } else {
        #expect(result.outputs[0][item] == matrix)
        #expect(result.outputs[1][item] == Array(repeating: 1, count: n))
        #expect(result.outputs[3][item] == [0])
      }
    }
  }

  @Test func maximumClampsOnlyWhatIsBelow() throws {
    let n = Self.n
    let x = items(definiteEvery: 4)
    let result = try #require(
      KernelHarness(name: "guarded_max", sizes: [1, n], reals: [0.25]).run([.batched(x)], outputs: [n * n, n, n * n]))
    for (item, matrix) in x.enumerated() {
      let w = TestMatrices.lapackEigenvalues(result.outputs[0][item], n)
      let exact = TestMatrices.lapackEigenvalues(matrix, n).map { max($0, 0.25) }.sorted()
      for (a, b) in zip(w, exact) { #expect((a - b).magnitude < 1e-13) }
      if item % 4 != 0 { #expect(result.outputs[0][item] == matrix) }
    }
  }

  /// Against `spectral_vjp` of the same function on the true decomposition.
  @Test(arguments: ["abs", "max"]) func gradientIsThatOfTheSpectralFunction(_ name: String) throws {
    let n = Self.n
    let x = items(definiteEvery: 3)
    var random = SplitMix(seed: 4)
    let dy = x.map { _ in (0..<(n * n)).map { _ in random.next(in: -1...1) } }
    let reals = name == "abs" ? [1, 5, 0, 0] : [1, 1, 0.25, 0]
    let outputs = name == "abs" ? [n * n, n, n * n, 1] : [n * n, n, n * n]
    let forward = try #require(
      KernelHarness(name: "guarded_\(name)", sizes: [1, n], reals: [0.25]).run([.batched(x)], outputs: outputs))
    let backward = try #require(
      KernelHarness(name: "guarded_\(name)_vjp", sizes: [1, n], reals: [0.25])
        .run([.batched(forward.outputs[1]), .batched(forward.outputs[2]), .batched(dy)], outputs: [n * n]))
    let eigen = try #require(KernelHarness(name: "eigh", sizes: [1, n]).run([.batched(x)], outputs: [n, n * n]))
    let exact = try #require(
      KernelHarness(name: "spectral_vjp", sizes: [1, n], reals: reals)
        .run([.batched(eigen.outputs[0]), .batched(eigen.outputs[1]), .batched(dy)], outputs: [n * n]))
    for item in x.indices {
      for i in 0..<n {
        for j in 0..<n {
          let mine = backward.outputs[0][item][i * n + j]
          #expect((mine - exact.outputs[0][item][i * n + j]).magnitude < 1e-12)
          if item % 3 != 0 { #expect(mine == (dy[item][i * n + j] + dy[item][j * n + i]) * 0.5) }
        }
      }
    }
  }

  @Test func notANumberIsAFault() throws {
    let n = Self.n
    var x = items(definiteEvery: 3)
    x[7][0] = .nan
    let result = try #require(
      KernelHarness(name: "guarded_abs", sizes: [1, n]).run([.batched(x)], outputs: [n * n, n, n * n, 1]))
    #expect(result.fault.kind == KernelFault.Kind.notConverged.rawValue)
    #expect(result.fault.item == 7)
    #expect(result.outputs[0][8] == x[8])
  }
}
