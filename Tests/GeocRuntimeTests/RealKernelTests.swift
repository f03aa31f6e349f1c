import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPlan
import GeocTensorFiles
import PlanTestSupport
import Testing

@testable import GeocRuntime

/// The interpreter on real ops and kernels.
@Suite struct RealKernelTests {
  /// exp(log(sym(x))) and the eigenvalues of it.
  func function(_ n: Int) throws -> Function {
    var b = Builder(name: "f", stage: .core, registry: Catalogue.registry)
    let x = b.parameter("x", .real([n, n], isBatched: true), .input)
    b.origin = Origin(line: 3, column: 5, path: "logeig_1")
    let first = try b.eigh(try b.sym(x))
    let log = try b.one("spectral_rebuild", [first.w, first.u], ["f": .spectral(SpectralFunction([.log]))])
    let second = try b.eigh(log)
    b.result("y", try b.one("spectral_rebuild", [second.w, second.u], ["f": .spectral(SpectralFunction([.exp]))]))
    b.result("w", try b.eigvals(log))
    return b.function
  }

  /// Matrices with eigenvalues above 1/2.
  func matrices(_ count: Int, _ n: Int) -> [Double] {
    var result: [Double] = []
    for k in 0..<count {
      let a = ExecutionTests.decimals(n * n, UInt64(k + 1))
      for i in 0..<n {
        for j in 0..<n {
          result.append((0..<n).reduce(i == j ? 0.5 : 0) { $0 + a[i * n + $1] * a[j * n + $1] })
        }
      }
    }
    return result
  }

  @Test(arguments: [1, 3, 6, 20]) func expUndoesLog(n: Int) throws {
    let batch = 37
    let data = matrices(batch, n)
    for dtype in DType.allCases {
      let x = try Tensor(data, shape: [batch, n, n])
      let runs = try [1, 2].map {
        try Interpreter.run(
          try function(n), inputs: ["x": x], registry: Catalogue.registry, dtype: dtype, threads: $0)
      }
      #expect(runs[0] == runs[1])
      let found = try #require(runs[0]["y"])
      #expect(found.shape == [batch, n, n])
      let worst = zip(found.doubles(), data).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < (dtype == .f64 ? 1e-12 : 1e-3))
      for row in [0, 17, 36] {
        let one = try Tensor(Array(data[row * n * n..<(row + 1) * n * n]), shape: [1, n, n])
        let alone = try Interpreter.run(
          try function(n), inputs: ["x": one], registry: Catalogue.registry, dtype: dtype)
        #expect(alone["y"]?.doubles() == Array(found.doubles()[row * n * n..<(row + 1) * n * n]))
      }
    }
  }

  @Test func anIndefiniteMatrixIsNamed() throws {
    var data = matrices(20, 3)
    for (k, value) in [-3.2e-4, 0, 0, 0, 1, 0, 0, 0, 2].enumerated() { data[11 * 9 + k] = value }
    let error = #expect(throws: GeocError.self) {
      try Interpreter.run(
        try function(3), inputs: ["x": try Tensor(data, shape: [20, 3, 3])], registry: Catalogue.registry)
    }
    let found = error?.diagnostics.first
    #expect(found?.code == .numeric.notPositiveDefinite)
    #expect(found?.message.contains("'logeig_1'") == true && found?.message.contains("-3.2e-4") == true)
    #expect(found?.notes == ["line 3, column 5 of the spec", "sample 11 of the data, item 11 of the batch"])
  }
}
