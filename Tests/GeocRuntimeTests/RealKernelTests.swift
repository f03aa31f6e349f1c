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

  /// The scatter matrices of series, which kernels may read from the host's rows; of `2x/2` they may not.
  func scatter(channels: Int, samples: Int, inLanes: Bool) throws -> Function {
    var b = Builder(name: "f", stage: .core, registry: Catalogue.registry)
    let x = b.parameter("x", .real([channels, samples], isBatched: true), .input)
    let series = inLanes ? try b.map("x0 * 2 * 0.5", [x]) : x
    b.result("y", try b.one("scatter_matrix", [series], ["alpha": .real(1 / Double(samples))]))
    return b.function
  }

  /// 7 samples, one block and several; 1 to 33 items, which fill a group or not.
  @Test(arguments: [(3, 7), (5, 200), (20, 300), (20, 600), (93, 100)], [1, 13, 33])
  func seriesAreReadFromRowsAsFromLanes(size: (channels: Int, samples: Int), batch: Int) throws {
    let (c, t) = size
    let data = ExecutionTests.decimals(batch * c * t, UInt64(c + batch)).map { $0 + 1000 }
    let functions = try [false, true].map { try scatter(channels: c, samples: t, inLanes: $0) }
    for dtype in DType.allCases {
      let schedules = try functions.map { try Scheduler.schedule($0, registry: Catalogue.registry, dtype: dtype) }
      #expect(schedules.map { $0.steps.contains { $0.kind == .pack } } == [false, true])
      #expect(schedules.map { $0.slots.contains { $0.storage == .rows } } == [true, false])
      let found = try functions.map {
        try Interpreter.run(
          $0, inputs: ["x": try Tensor(data, shape: [batch, c, t])], registry: Catalogue.registry, dtype: dtype,
          threads: 2)["y"]?.doubles()
      }
      #expect(found[0] == found[1])
      guard dtype == .f64, let y = found[0] else { continue }
      for item in [0, batch - 1] {
        let rows = (0..<c).map { i in Array(data[(item * c + i) * t..<(item * c + i + 1) * t]) }
        let centred = rows.map { row in row.map { [mean = row.reduce(0, +) / Double(t)] in $0 - mean } }
        for i in 0..<c {
          for j in 0..<c {
            let wanted = zip(centred[i], centred[j]).reduce(0) { $0 + $1.0 * $1.1 } / Double(t)
            #expect(abs(y[(item * c + i) * c + j] - wanted) < 1e-10)
          }
        }
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
