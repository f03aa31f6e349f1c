import CBlas
import GeocKernelABI
import GeocKernels
import Testing

@Suite struct EigensolverTests {
  static let orders = [1, 2, 3, 5, 6, 8, 16, 17, 33, 50]

  @Test(arguments: orders) func decomposesInDoubles(_ n: Int) throws {
    try check(n, .f64, residual: 4e-14, orthogonality: 8e-14)
  }

  @Test(arguments: orders) func decomposesInFloats(_ n: Int) throws {
    try check(n, .f32, residual: 2e-5, orthogonality: 4e-5)
  }

  /// All kinds of matrices side by side in the lanes, against LAPACK and against the definition.
  private func check(_ n: Int, _ precision: KernelHarness.Precision, residual: Double, orthogonality: Double) throws {
    let items = TestMatrices.mixture(n, seed: 11)
    let result = try #require(
      KernelHarness(name: "eigh", precision: precision, sizes: [1, n]).run([.batched(items)], outputs: [n, n * n]))
    let values = try #require(
      KernelHarness(name: "eigvals", precision: precision, sizes: [1, n]).run([.batched(items)], outputs: [n]))
    #expect(result.fault.kind == 0)
    for (item, x) in items.enumerated() {
      let w = result.outputs[0][item]
      let u = result.outputs[1][item]
      let reference = TestMatrices.lapackEigenvalues(x, n)
      let norm = max(reference.map(\.magnitude).max() ?? 0, Double.leastNormalMagnitude)
      for (mine, exact) in zip(w.sorted(), reference) {
        #expect((mine - exact).magnitude <= residual * norm, "item \(item) order \(n): \(mine) \(exact)")
      }
      for (mine, exact) in zip(values.outputs[0][item].sorted(), reference) {
        #expect((mine - exact).magnitude <= residual * norm)
      }
      var worst = 0.0
      var skew = 0.0
      for i in 0..<n {
        for j in 0..<n {
          var rebuilt = 0.0
          var dot = 0.0
          for k in 0..<n {
            rebuilt += u[i * n + k] * w[k] * u[j * n + k]
            dot += u[k * n + i] * u[k * n + j]
          }
          worst = max(worst, (rebuilt - x[i * n + j]).magnitude / norm)
          skew = max(skew, (dot - (i == j ? 1 : 0)).magnitude)
        }
      }
      #expect(worst <= residual, "item \(item) order \(n)")
      #expect(skew <= orthogonality, "item \(item) order \(n)")
    }
  }

  @Test(arguments: [3, 8, 17, 32], [KernelHarness.Precision.f64, .f32])
  func bitsDoNotDependOnLaneNeighboursOrBatch(_ n: Int, _ precision: KernelHarness.Precision) throws {
    let items = TestMatrices.mixture(n, seed: 23) + TestMatrices.mixture(n, seed: 24)
    let harness = KernelHarness(name: "eigh", precision: precision, sizes: [1, n])
    let together = try #require(harness.run([.batched(items)], outputs: [n, n * n]))
    let backwards = try #require(harness.run([.batched(items.reversed())], outputs: [n, n * n]))
    for (index, item) in items.enumerated() {
      let alone = try #require(harness.run([.batched([item])], outputs: [n, n * n]))
      for output in 0..<2 {
        #expect(together.outputs[output][index] == alone.outputs[output][0], "item \(index)")
        #expect(backwards.outputs[output][items.count - 1 - index] == alone.outputs[output][0], "item \(index)")
      }
    }
  }

  @Test(arguments: [Double.nan, .infinity]) func badItemDisturbsNobody(_ bad: Double) throws {
    let n = 6
    var items = TestMatrices.mixture(n, seed: 5)
    let harness = KernelHarness(name: "eigh", sizes: [1, n])
    let clean = try #require(harness.run([.batched(items)], outputs: [n, n * n]))
    items[3][2 * n + 1] = bad
    items[3][1 * n + 2] = bad
    let result = try #require(harness.run([.batched(items)], outputs: [n, n * n]))
    #expect(result.fault.kind == KernelFault.Kind.notConverged.rawValue)
    #expect(result.fault.item == 3)
    #expect(result.outputs[0][3].allSatisfy { $0.isNaN })
    for item in items.indices where item != 3 {
      #expect(result.outputs[0][item] == clean.outputs[0][item])
      #expect(result.outputs[1][item] == clean.outputs[1][item])
    }
  }

  @Test(arguments: [4, 30]) func solvesASingleMatrix(_ n: Int) throws {
    for precision in [KernelHarness.Precision.f64, .f32] {
      let tolerance = precision == .f64 ? 1e-13 : 2e-5
      for x in TestMatrices.mixture(n, seed: 41) {
        let harness = KernelHarness(name: "eigh", precision: precision, sizes: [1, n])
        let result = try #require(harness.runSingle([x], outputs: [n, n * n]))
        let w = result.outputs[0][0]
        let u = result.outputs[1][0]
        let reference = TestMatrices.lapackEigenvalues(x, n)
        let norm = max(reference.map(\.magnitude).max() ?? 0, Double.leastNormalMagnitude)
        for (mine, exact) in zip(w.sorted(), reference) { #expect((mine - exact).magnitude <= tolerance * norm) }
        for i in 0..<n {
          for j in 0..<n {
            var rebuilt = 0.0
            for k in 0..<n { rebuilt += u[i * n + k] * w[k] * u[j * n + k] }
            #expect((rebuilt - x[i * n + j]).magnitude <= tolerance * norm)
          }
        }
      }
    }
  }

  @Test(arguments: [4, 30]) func singleBadMatrixIsAFault(_ n: Int) throws {
    for bad in [Double.nan, .infinity] {
      for precision in [KernelHarness.Precision.f64, .f32] {
        var x = TestMatrices.mixture(n, seed: 6)[0]
        x[3 * n + 1] = bad
        let result = try #require(
          KernelHarness(name: "eigh", precision: precision, sizes: [1, n]).runSingle([x], outputs: [n, n * n]))
        #expect(result.fault.kind == KernelFault.Kind.notConverged.rawValue)
        #expect(result.outputs[0][0].allSatisfy { $0.isNaN })
        let values = try #require(
          KernelHarness(name: "eigvals", precision: precision, sizes: [1, n]).runSingle([x], outputs: [n]))
        #expect(values.fault.kind == KernelFault.Kind.notConverged.rawValue)
      }
    }
  }

  @Test func eigenvaluesOfOneLargeMatrixMatchLapack() throws {
    let n = 40
    for x in TestMatrices.mixture(n, seed: 8) {
      let values = try #require(KernelHarness(name: "eigvals", sizes: [1, n]).runSingle([x], outputs: [n]))
      let exact = TestMatrices.lapackEigenvalues(x, n)
      let norm = exact.map(\.magnitude).max() ?? 0
      for (a, b) in zip(values.outputs[0][0].sorted(), exact) { #expect((a - b).magnitude <= 1e-13 * norm) }
    }
  }

  @Test func separateFieldsAreSeparateMatrices() throws {
    let n = 5
    let pool = TestMatrices.mixture(n, seed: 2)
    let items: [[Double]] = (0..<5).map { Array(pool[$0..<($0 + 3)].joined()) }
    let harness = KernelHarness(name: "eigh", sizes: [3, n])
    let result = try #require(harness.run([.batched(items)], outputs: [3 * n, 3 * n * n]))
    let alone = try #require(
      KernelHarness(name: "eigh", sizes: [1, n]).run([.batched([pool[4]])], outputs: [n, n * n]))
    #expect(Array(result.outputs[0][2][(2 * n)..<(3 * n)]) == alone.outputs[0][0])
    #expect(Array(result.outputs[1][3][(n * n)..<(2 * n * n)]) == alone.outputs[1][0])
  }
}
