import GeocKernelABI
import Glibc
import Testing

@Suite struct ElementKernelTests {
  @Test(arguments: Instance.allCases)
  func reduceSumsAndFindsExtremes(_ instance: Instance) throws {
    var numbers = TestNumbers(41)
    for (outer, mid, inner) in [(1, 1, 1), (3, 5, 1), (2, 9, 4), (4, 100, 1), (2, 67, 3), (1, 1000, 1)] {
      for isShared in [false, true] {
        let count = outer * mid * inner
        let x = isShared ? BenchInput.shared(numbers.normal(count)) : numbers.items(10) { $0.normal(count) }
        for kind in 0..<3 {
          let result = try KernelBench(sizes: [kind, outer, mid, inner]).run(
            "reduce", instance, batch: 10, [x], outputs: [outer * inner])
          for item in 0..<10 {
            let expected = (0..<(outer * inner)).map { e -> Double in
              let row = (0..<mid).map { x[item][(e / inner * mid + $0) * inner + e % inner] }
              return kind == 0 ? row.reduce(0, +) : kind == 1 ? row.max() ?? 0 : row.min() ?? 0
            }
            expectClose(result.outputs[0][item], expected, instance.tolerance, "\(outer) \(mid) \(inner) \(kind)")
          }
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func reduceKeepsNaN(_ instance: Instance) throws {
    for mid in [3, 12, 90] {
      for position in [0, 1, mid - 1] {
        var x = [Double](repeating: 1, count: mid)
        x[position] = .nan
        for kind in 0..<3 {
          let result = try KernelBench(sizes: [kind, 1, mid, 1]).run("reduce", instance, [.batched([x])], outputs: [1])
          #expect(result.outputs[0][0][0].isNaN)
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func maximumGradientSharesTies(_ instance: Instance) throws {
    let x = BenchInput.batched([[1, 5, 5, 2, 0, 5], [7, 1, 2, 3, 4, 4]])
    let y = BenchInput.batched([[5, 5], [7, 4]])
    let dy = BenchInput.shared([6, 8])
    // [3,2] reduced over the first axis.
    let result = try KernelBench(sizes: [1, 3, 2]).run("max_vjp", instance, batch: 2, [x, y, dy], outputs: [6])
    #expect(result.outputs[0][0] == [0, 4, 6, 0, 0, 4])
    #expect(result.outputs[0][1] == [6, 0, 0, 0, 0, 8])
  }

  @Test(arguments: Instance.allCases)
  func batchSumMasksTheLanesBeyondTheBatch(_ instance: Instance) throws {
    var numbers = TestNumbers(42)
    for batch in instance.lanes == 1 ? [1] : [1, 7, 16, 17, 40] {
      for count in [1, 8, 16, 21] {
        let x = numbers.items(batch) { $0.normal(count) }
        let bench = KernelBench(sizes: [count])
        let result = try bench.run("batch_sum", instance, batch: batch, [x], outputs: [count], reduces: true)
        #expect(try bench.run("batch_sum", instance, batch: batch, [x], outputs: [count], reduces: true) == result)
        let expected = (0..<count).map { e in (0..<batch).reduce(0) { $0 + x[$1][e] } }
        expectClose(result.outputs[0][0], expected, instance.tolerance, "\(batch) \(count)")
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func gatherAndScatterAreAdjoint(_ instance: Instance) throws {
    var numbers = TestNumbers(43)
    let indices = [3, -1, 0, 0, 4, 2, 3]
    let weights = [2.0, 5, -1, 0.5, 1, 1, 4]
    for isWeighted in [false, true] {
      let reals = isWeighted ? weights : []
      let x = numbers.items(9) { $0.normal(5) }
      let y = numbers.items(9) { $0.normal(7) }
      let gathered = try KernelBench(sizes: [7, 5, isWeighted ? 1 : 0] + indices, reals: reals).run(
        "gather", instance, batch: 9, [x], outputs: [7])
      let scattered = try KernelBench(sizes: [5, 7, isWeighted ? 1 : 0] + indices, reals: reals).run(
        "scatter_add", instance, batch: 9, [y], outputs: [5])
      for item in 0..<9 {
        let expected = indices.indices.map { e in
          indices[e] < 0 ? 0 : (isWeighted ? weights[e] : 1) * x[item][indices[e]]
        }
        expectClose(gathered.outputs[0][item], expected, instance.tolerance)
        let forward = Reference.dot(expected, y[item])
        #expect((Reference.dot(x[item], scattered.outputs[0][item]) - forward).magnitude < 100 * instance.tolerance)
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func concatCopyRampAndBatchSize(_ instance: Instance) throws {
    let a = BenchInput.batched([[1, 2], [3, 4]])
    let b = BenchInput.shared([10, 11, 12, 13, 14, 15])
    let joined = try KernelBench(sizes: [2, 1, 3]).run("concat", instance, batch: 2, [a, b], outputs: [8])
    #expect(joined.outputs[0] == [[1, 10, 11, 12, 2, 13, 14, 15], [3, 10, 11, 12, 4, 13, 14, 15]])
    let copied = try KernelBench(sizes: [6]).run("copy", instance, batch: 2, [b], outputs: [6])
    #expect(copied.outputs[0] == [b[0], b[0]])
    let ramp = try KernelBench(sizes: [4]).run("ramp", instance, [], outputs: [4])
    #expect(ramp.outputs[0][0] == [0, 1, 2, 3])
    let size = try KernelBench().run("batch_size", instance, batch: 21, [], outputs: [1])
    #expect(size.outputs[0].allSatisfy { $0 == [21] })
  }

  private func softmax(_ x: [Double]) -> [Double] {
    let top = x.max() ?? 0
    let e = x.map { exp($0 - top) }
    return e.map { $0 / e.reduce(0, +) }
  }

  @Test(arguments: Instance.allCases)
  func softmaxAndItsGradient(_ instance: Instance) throws {
    var numbers = TestNumbers(44)
    let x = numbers.items(9) { $0.normal(2 * 5).map { 300 * $0 } }
    let y = try KernelBench(sizes: [2, 5]).run("softmax", instance, batch: 9, [x], outputs: [10])
    let logs = try KernelBench(sizes: [2, 5]).run("log_softmax", instance, batch: 9, [x], outputs: [10])
    for item in 0..<9 {
      let rows = (0..<2).map { softmax(Reference.field(x[item], $0, 5)) }
      expectClose(y.outputs[0][item], rows.flatMap { $0 }, instance.isDouble ? 1e-12 : 1e-4)
      let expected = (0..<2).flatMap { f -> [Double] in
        let row = Reference.field(x[item], f, 5)
        let top = row.max() ?? 0
        return row.map { $0 - top - log(row.reduce(0) { $0 + exp($1 - top) }) }
      }
      expectClose(logs.outputs[0][item], expected, instance.isDouble ? 1e-13 : 1e-6)
    }
    let point = numbers.normal(4)
    let dy = numbers.normal(4)
    let expected = Gradient.full(point) { Reference.dot(softmax($0), dy) }
    let gradient = try KernelBench(sizes: [1, 4]).run(
      "softmax_vjp", instance, batch: 3, [.shared(softmax(point)), .shared(dy)], outputs: [4])
    expectClose(gradient.outputs[0][2], expected, instance.isDouble ? 1e-8 : 1e-5)
  }

  @Test(arguments: Instance.allCases)
  func crossEntropyIsStableAndChecksLabels(_ instance: Instance) throws {
    var numbers = TestNumbers(45)
    let x = numbers.items(19) { $0.normal(6).map { 500 * $0 } }
    var labels = BenchInput.batched((0..<19).map { [Double($0 % 6)] })
    let result = try KernelBench(sizes: [6]).run("cross_entropy", instance, batch: 19, [x, labels], outputs: [1, 6])
    #expect(result.faultKind == 0)
    for item in 0..<19 {
      let top = x[item].max() ?? 0
      let loss = log(x[item].reduce(0) { $0 + exp($1 - top) }) + top - x[item][item % 6]
      #expect((result.outputs[0][item][0] - loss).magnitude <= 10 * instance.tolerance * max(1, top))
      expectClose(result.outputs[1][item], softmax(x[item]), instance.isDouble ? 1e-12 : 1e-4)
    }
    for wrong in [6, -1, 2.5] {
      labels.items[17] = [wrong]
      let fault = try KernelBench(sizes: [6]).run("cross_entropy", instance, batch: 19, [x, labels], outputs: [1, 6])
      #expect(fault.faultKind == KernelFault.Kind.labelOutOfRange.rawValue)
      #expect(fault.faultItem == 17)
      #expect(fault.faultValue == wrong)
      #expect(fault.outputs[0][17][0].isNaN)
      #expect(fault.outputs[0][16] == result.outputs[0][16])
    }
  }
}
