import Testing

@Suite struct MatrixProductTests {
  /// Batched and shared operands in every combination that a batched call has.
  static let layouts: [(Bool, Bool)] = [(true, true), (true, false), (false, true)]

  private func input(_ numbers: inout TestNumbers, _ isBatched: Bool, _ batch: Int, _ count: Int) -> BenchInput {
    isBatched ? numbers.items(batch) { $0.normal(count) } : .shared(numbers.normal(count))
  }

  @Test(arguments: Instance.allCases)
  func matmulMatchesTheDefinition(_ instance: Instance) throws {
    var numbers = TestNumbers(1)
    let shapes = [(1, 1, 1), (1, 5, 9), (7, 3, 1), (2, 4, 3), (6, 8, 6), (5, 17, 11), (4, 4, 4), (20, 16, 18)]
    for (m, k, n) in shapes {
      for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        for (a, b) in Self.layouts {
          let batch = 19
          // Three result fields from three fields of A and a shared field of B.
          let x = input(&numbers, a, batch, 3 * m * k)
          let y = input(&numbers, b, batch, k * n)
          let bench = KernelBench(sizes: [3, 1, 3, 1, 1, m, k, n, ta ? 1 : 0, tb ? 1 : 0])
          let result = try bench.run("matmul", instance, batch: batch, [x, y], outputs: [3 * m * n])
          #expect(try bench.run("matmul", instance, batch: batch, [x, y], outputs: [3 * m * n]) == result)
          for item in 0..<batch {
            let expected = (0..<3).flatMap {
              Reference.product(Reference.field(x[item], $0, m * k), y[item], m, k, n, ta: ta, tb: tb)
            }
            expectClose(
              result.outputs[0][item], expected, instance.tolerance, "\(m) \(k) \(n) \(ta) \(tb) item \(item)")
          }
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func fieldsAreMapped(_ instance: Instance) throws {
    var numbers = TestNumbers(2)
    // Result [2,3]: A [2,1] moves with the outer axis, B [3] with the inner one.
    let a = numbers.items(3) { $0.normal(2 * 4) }
    let b = BenchInput.shared(numbers.normal(3 * 4))
    let bench = KernelBench(sizes: [6, 3, 2, 1, 3, 2, 2, 2, 0, 0])
    let result = try bench.run("matmul", instance, batch: 3, [a, b], outputs: [24])
    for item in 0..<3 {
      let expected = (0..<6).flatMap { f in
        Reference.product(Reference.field(a[item], f / 3, 4), Reference.field(b[0], f % 3, 4), 2, 2, 2)
      }
      expectClose(result.outputs[0][item], expected, instance.tolerance)
    }
  }

  @Test(arguments: [Instance.single64, .single32])
  func largeProductsOfSharedValuesMatchToo(_ instance: Instance) throws {
    var numbers = TestNumbers(3)
    for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
      let (m, k, n) = (33, 40, 27)
      let a = BenchInput.shared(numbers.normal(2 * m * k))
      let b = BenchInput.shared(numbers.normal(k * n))
      let bench = KernelBench(sizes: [2, 1, 2, 1, 1, m, k, n, ta ? 1 : 0, tb ? 1 : 0])
      let result = try bench.run("matmul", instance, [a, b], outputs: [2 * m * n])
      let expected = (0..<2).flatMap {
        Reference.product(Reference.field(a[0], $0, m * k), b[0], m, k, n, ta: ta, tb: tb)
      }
      expectClose(result.outputs[0][0], expected, instance.tolerance)
    }
  }

  @Test(arguments: Instance.allCases)
  func matmulReduceSumsItemsAndFields(_ instance: Instance) throws {
    var numbers = TestNumbers(4)
    for (m, k, n) in [(1, 1, 1), (3, 2, 5), (6, 7, 4), (9, 1, 10), (21, 1, 35), (2, 8, 3), (20, 9, 13), (5, 16, 33)] {
      for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        for keeps in [true, false] {
          for (isBatchedA, isBatchedB) in Self.layouts {
            let batch = instance.lanes == 1 ? 1 : 37
            let a = input(&numbers, isBatchedA, batch, 2 * m * k)
            let b = input(&numbers, isBatchedB, batch, 2 * k * n)
            let fields = keeps ? 2 : 1
            let bench = KernelBench(
              sizes: [2, 1, 2, 1, 2, 1, fields, m, k, n, ta ? 1 : 0, tb ? 1 : 0])
            let result = try bench.run(
              "matmul_reduce", instance, batch: batch, [a, b], outputs: [fields * m * n], reduces: true)
            var expected = [Double](repeating: 0, count: fields * m * n)
            for item in 0..<batch {
              for f in 0..<2 {
                let product = Reference.product(
                  Reference.field(a[item], f, m * k), Reference.field(b[item], f, k * n), m, k, n, ta: ta, tb: tb)
                for e in 0..<(m * n) { expected[(keeps ? f : 0) * m * n + e] += product[e] }
              }
            }
            expectClose(result.outputs[0][0], expected, 4 * instance.tolerance, "\(m) \(k) \(n) \(ta) \(tb) \(keeps)")
          }
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func congruenceIsExactlySymmetric(_ instance: Instance) throws {
    var numbers = TestNumbers(5)
    for (n, m) in [(1, 1), (3, 2), (8, 6), (6, 8), (11, 7), (20, 17)] {
      for isTransposed in [false, true] {
        let (inner, outer) = isTransposed ? (m, n) : (n, m)
        for (w, x) in Self.layouts {
          let batch = 21
          let weights = input(&numbers, w, batch, n * m)
          let points = x ? numbers.items(batch) { $0.spd(2, inner) } : .shared(numbers.spd(2, inner))
          let bench = KernelBench(sizes: [2, 1, 1, 1, 2, n, m, isTransposed ? 1 : 0])
          let result = try bench.run(
            "congruence", instance, batch: batch, [weights, points], outputs: [2 * outer * outer])
          for item in 0..<batch {
            for f in 0..<2 {
              let p = isTransposed ? weights[item] : Reference.transpose(weights[item], n, m)
              let half = Reference.product(p, Reference.field(points[item], f, inner * inner), outer, inner, inner)
              let expected = Reference.product(half, p, outer, inner, outer, tb: true)
              let own = Reference.field(result.outputs[0][item], f, outer * outer)
              expectClose(own, expected, instance.tolerance, "\(n) \(m) \(isTransposed)")
              #expect(own == Reference.transpose(own, outer, outer))
            }
          }
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func syrkIsExactlySymmetric(_ instance: Instance) throws {
    var numbers = TestNumbers(6)
    for (n, t) in [(1, 1), (3, 5), (4, 2), (9, 31)] {
      let x = numbers.items(9) { $0.normal(2 * n * t) }
      let bench = KernelBench(sizes: [2, n, t], reals: [0.25])
      let result = try bench.run("syrk", instance, batch: 9, [x], outputs: [2 * n * n])
      for item in 0..<9 {
        for f in 0..<2 {
          let own = Reference.field(x[item], f, n * t)
          let actual = Reference.field(result.outputs[0][item], f, n * n)
          expectClose(actual, Reference.product(own, own, n, t, n, tb: true).map { $0 / 4 }, instance.tolerance)
          #expect(actual == Reference.transpose(actual, n, n))
        }
      }
    }
  }
}
