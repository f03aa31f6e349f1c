import GeocKernelABI
import Testing

@Suite struct TriangularTests {
  static let orders = [1, 2, 3, 4, 5, 8, 11, 18]

  @Test(arguments: Instance.allCases)
  func choleskyRebuildsTheMatrix(_ instance: Instance) throws {
    var numbers = TestNumbers(11)
    for n in Self.orders {
      let x = numbers.items(19) { $0.spd(2, n) }
      let bench = KernelBench(sizes: [2, n])
      let result = try bench.run("cholesky", instance, batch: 19, [x], outputs: [2 * n * n])
      #expect(result.faultKind == 0)
      #expect(try bench.run("cholesky", instance, batch: 19, [x], outputs: [2 * n * n]) == result)
      for item in 0..<19 {
        for f in 0..<2 {
          let l = Reference.field(result.outputs[0][item], f, n * n)
          for e in 0..<(n * n) where e % n > e / n { #expect(l[e] == 0) }
          expectClose(
            Reference.product(l, l, n, n, n, tb: true), Reference.field(x[item], f, n * n), instance.tolerance)
        }
      }
    }
  }

  @Test(arguments: Instance.allCases)
  func choleskyReportsThePivotItemAndField(_ instance: Instance) throws {
    var numbers = TestNumbers(12)
    var x = numbers.items(11) { $0.spd(2, 6) }
    // Makes the pivot of row 4 of the second matrix of item 9 negative.
    x.items[9][36 + 4 * 6 + 4] = -2
    let result = try KernelBench(sizes: [2, 6]).run("cholesky", instance, batch: 11, [x], outputs: [72])
    #expect(result.faultKind == KernelFault.Kind.notPositiveDefinite.rawValue)
    #expect(result.faultItem == 9)
    #expect(result.faultField == 1)
    #expect(result.faultValue <= -2)
    #expect(result.outputs[0][8].allSatisfy { $0.isFinite })
  }

  @Test(arguments: Instance.allCases)
  func trsolveSolvesAllFourSystems(_ instance: Instance) throws {
    var numbers = TestNumbers(13)
    for n in Self.orders {
      for m in [1, 3, 6] {
        for (isLeft, isTransposed) in [(true, false), (true, true), (false, false), (false, true)] {
          for isShared in [false, true] {
            let batch = 18
            func triangle(_ numbers: inout TestNumbers) -> [Double] {
              numbers.normal(n * n).enumerated().map { e, value in
                e % n > e / n ? 0 : e % n == e / n ? 2 + value.magnitude : value / Double(n)
              }
            }
            let l = isShared ? BenchInput.shared(triangle(&numbers)) : numbers.items(batch, triangle)
            let b = numbers.items(batch) { $0.normal(2 * n * m) }
            let bench = KernelBench(sizes: [2, 1, 1, 1, 2, n, m, isLeft ? 0 : 1, isTransposed ? 1 : 0])
            let result = try bench.run("trsolve", instance, batch: batch, [l, b], outputs: [2 * n * m])
            for item in [0, 7, 16, 17] {
              for f in 0..<2 {
                let x = Reference.field(result.outputs[0][item], f, n * m)
                let back =
                  isLeft
                  ? Reference.product(l[item], x, n, n, m, ta: isTransposed)
                  : Reference.product(x, l[item], m, n, n, tb: isTransposed)
                expectClose(
                  back, Reference.field(b[item], f, n * m), instance.tolerance, "\(n) \(m) \(isLeft) \(isTransposed)")
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8])
  func choleskyGradientMatchesDifferences(_ n: Int) throws {
    var numbers = TestNumbers(14)
    let x = numbers.spd(1, n)
    let dl = numbers.normal(n * n)
    let lower = dl.enumerated().map { $0 % n > $0 / n ? 0 : $1 }
    func loss(_ x: [Double]) throws -> Double {
      let l = try KernelBench(sizes: [1, n]).run("cholesky", .single64, [.shared(x)], outputs: [n * n]).outputs[0][0]
      return Reference.dot(l, lower)
    }
    let l = try KernelBench(sizes: [1, n]).run("cholesky", .single64, [.shared(x)], outputs: [n * n]).outputs[0][0]
    let expected = try Gradient.symmetric(x, n, loss)
    for instance in Instance.allCases {
      // The kernel must not read what the cotangent holds above the diagonal.
      let result = try KernelBench(sizes: [1, n]).run(
        "cholesky_vjp", instance, batch: 9, [.batched(Array(repeating: l, count: 9)), .shared(dl)], outputs: [n * n])
      for item in 0..<9 {
        expectClose(result.outputs[0][item], expected, instance.isDouble ? 1e-7 : 1e-4)
        #expect(result.outputs[0][item] == Reference.transpose(result.outputs[0][item], n, n))
      }
    }
  }
}

/// Central differences, refined by Richardson extrapolation.
enum Gradient {
  static func derivative(_ step: Double, _ f: (Double) throws -> Double) rethrows -> Double {
    func central(_ h: Double) throws -> Double { (try f(h) - f(-h)) / (2 * h) }
    return (4 * (try central(step / 2)) - (try central(step))) / 3
  }

  /// The symmetric gradient of a function of a symmetric matrix.
  static func symmetric(_ x: [Double], _ n: Int, _ f: ([Double]) throws -> Double) rethrows -> [Double] {
    var gradient = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        let slope = try derivative(1e-3) { h in
          var moved = x
          moved[i * n + j] += h
          if i != j { moved[j * n + i] += h }
          return try f(moved)
        }
        gradient[i * n + j] = i == j ? slope : slope / 2
        gradient[j * n + i] = gradient[i * n + j]
      }
    }
    return gradient
  }

  /// The gradient of a function of any array.
  static func full(_ x: [Double], _ f: ([Double]) throws -> Double) rethrows -> [Double] {
    try x.indices.map { e in
      try derivative(1e-3) { h in
        var moved = x
        moved[e] += h
        return try f(moved)
      }
    }
  }
}
