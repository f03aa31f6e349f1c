import GeocKernelABI
import GeocKernels
import Testing

@Suite struct ScatterTests {
  static let levels = VectorMathTests.levels

  /// Channels and samples: no multiples of four channels or of any vector, one block of samples and several, the last one
  /// short.
  static let sizes = [
    (1, 1), (1, 5), (2, 9), (3, 7), (4, 16), (5, 33), (6, 1), (7, 200), (8, 203), (13, 64), (20, 300), (33, 40),
    (93, 100),
    (9, 1100), (65, 450),
  ]

  /// Σ_t (x_t − x̄)(x_t − x̄)ᵀ / T of each field.
  static func covariance(_ x: [Double], _ fields: Int, _ c: Int, _ samples: Int) -> [Double] {
    (0..<fields).flatMap { field -> [Double] in
      let rows = (0..<c).map { channel -> [Double] in
        let row = Reference.field(x, field * c + channel, samples)
        let mean = row.reduce(0, +) / Double(samples)
        return row.map { $0 - mean }
      }
      return rows.flatMap { a in rows.map { Reference.dot(a, $0) / Double(samples) } }
    }
  }

  func scatter(
    _ x: BenchInput, _ instance: Instance, _ level: InstructionLevel, fields: Int = 1, _ c: Int, _ samples: Int
  ) throws -> [[Double]] {
    var bench = KernelBench(sizes: [fields, c, samples], reals: [1 / Double(samples)])
    bench.level = level.description
    return try bench.run("scatter_matrix", instance, batch: x.items.count, [x], outputs: [fields * c * c]).outputs[0]
  }

  @Test(arguments: Instance.allCases, levels)
  func matchesTheDefinition(_ instance: Instance, _ level: InstructionLevel) throws {
    var numbers = TestNumbers(11)
    for (c, samples) in Self.sizes {
      let fields = c < 8 ? 3 : 1
      let x = numbers.items(3) { $0.normal(fields * c * samples) }
      let y = try scatter(x, instance, level, fields: fields, c, samples)
      for item in [0, 2] {
        let expected = Self.covariance(x[item], fields, c, samples)
        expectClose(y[item], expected, instance.tolerance, "\(c) channels, \(samples) samples, item \(item)")
        for i in 0..<c { for j in 0..<i { #expect(y[item][i * c + j] == y[item][j * c + i]) } }
      }
    }
  }

  /// Rows of the host, in any order, give the bits that the same numbers give in lanes; so does an item without the others.
  @Test(arguments: [Instance.f64, .f32], levels)
  func rowsAndLanesAgree(_ instance: Instance, _ level: InstructionLevel) throws {
    var numbers = TestNumbers(12)
    for (c, samples) in Self.sizes {
      for batch in c * samples < 2000 ? [1, 3, 13, 33] : [5] {
        let fields = c < 8 ? 2 : 1
        let x = numbers.items(batch) { $0.normal(fields * c * samples) }
        let lanes = try scatter(x, instance, level, fields: fields, c, samples)
        #expect(
          try scatter(x.onHost(instance.isDouble ? .f64 : .f32), instance, level, fields: fields, c, samples) == lanes)
        let last = BenchInput.batched([x[batch - 1]])
        #expect(try scatter(last, instance, level, fields: fields, c, samples) == [lanes[batch - 1]])
      }
    }
  }

  /// Numbers that all scalar types of the host hold.
  @Test(arguments: [Instance.f64, .f32], levels)
  func readsEveryScalar(_ instance: Instance, _ level: InstructionLevel) throws {
    var numbers = TestNumbers(13)
    for (c, samples) in [(5, 70), (9, 1100)] {
      for scalar in RowScalar.allCases {
        let x = numbers.items(5) { numbers in
          numbers.uniform(c * samples, 0...(scalar == .bool ? 1.9 : 127)).map { $0.rounded(.down) }
        }
        #expect(
          try scatter(x.onHost(scalar), instance, level, c, samples) == scatter(x, instance, level, c, samples))
      }
    }
  }

  /// Neither a mean far above the deviations costs digits nor a trend that no block sees; all numbers are exact in both
  /// scalar types.
  @Test(arguments: Instance.allCases, levels)
  func largeMeansCancelBeforeTheProducts(_ instance: Instance, _ level: InstructionLevel) throws {
    var numbers = TestNumbers(14)
    let mean = instance.isDouble ? 0x1p30 : 0x1p12
    for (c, samples) in [(6, 150), (6, 1100)] {
      let x = numbers.items(3) { numbers in
        numbers.uniform(c * samples, -100...100).enumerated().map { index, value in
          ((value + Double(index % samples) / 10) / 2).rounded() / 8
        }
      }
      let moved = BenchInput.batched(x.items.map { $0.map { $0 + mean } })
      for input in instance.lanes == 1 ? [moved] : [moved, moved.onHost(.f64)] {
        let y = try scatter(input, instance, level, c, samples)
        for item in 0..<3 { expectClose(y[item], Self.covariance(x[item], 1, c, samples), instance.tolerance) }
      }
    }
  }
}
