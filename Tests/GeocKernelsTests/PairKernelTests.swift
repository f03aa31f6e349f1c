import CBlas
import GeocKernelABI
import Testing

@testable import GeocKernels

@Suite struct PairKernelTests {
  /// Eigenvalues, and eigenvectors as columns.
  static func eigenpairs(_ x: [Double], _ n: Int) -> (w: [Double], u: [Double]) {
    var columns = x
    var w = [Double](repeating: 0, count: n)
    let info = DenseLibrary.routines.LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), Int32(n), &columns, Int32(n), &w)
    #expect(info == 0)
    return (w, Reference.transpose(columns, n, n))
  }

  /// E[(Eᵀ sym(U) E) ∘ (c(a_i + a_j))^p]Eᵀ
  static func reference(_ x: [Double], _ v: [Double], _ n: Int, c: Double, p: Double) -> [Double] {
    let (w, u) = eigenpairs(x, n)
    let projected = Reference.product(
      Reference.product(u, Reference.symmetric(v, n), n, n, n, ta: true), u, n, n, n)
    let weighted = projected.enumerated().map { e, value in value * power(c * (w[e / n] + w[e % n]), p) }
    return Reference.product(Reference.product(u, weighted, n, n, n), u, n, n, n, tb: true)
  }

  static func power(_ x: Double, _ p: Double) -> Double {
    switch p {
    case 0.5: x.squareRoot()
    case -0.5: 1 / x.squareRoot()
    case -1: 1 / x
    case 1: x
    default: x * x
    }
  }

  static let exponents = [0.5, -0.5, -1, 1, 2]

  @Test(arguments: Instance.allCases)
  func forwardMatchesTheDefinition(_ instance: Instance) throws {
    var numbers = TestNumbers(21)
    for n in [1, 3, 6, 9] {
      for p in Self.exponents {
        for isShared in [true, false] {
          let batch = 10
          let points = isShared ? BenchInput.shared(numbers.spd(1, n)) : numbers.items(batch) { $0.spd(1, n) }
          let pairs = points.items.map { Self.eigenpairs($0, n) }
          let w = BenchInput(items: pairs.map(\.w), isBatched: !isShared)
          let u = BenchInput(items: pairs.map(\.u), isBatched: !isShared)
          // Two tangent vectors for one base point.
          let v = numbers.items(batch) { $0.normal(2 * n * n) }
          let bench = KernelBench(sizes: [2, 1, 1, 1, 2, n], reals: [0.5, p])
          let result = try bench.run("pair_kernel", instance, batch: batch, [w, u, v], outputs: [2 * n * n])
          for item in 0..<batch {
            for f in 0..<2 {
              let own = Reference.field(result.outputs[0][item], f, n * n)
              let expected = Self.reference(points[item], Reference.field(v[item], f, n * n), n, c: 0.5, p: p)
              expectClose(own, expected, 4 * instance.tolerance, "n \(n) p \(p)")
              #expect(own == Reference.transpose(own, n, n))
            }
          }
        }
      }
    }
  }

  /// In its eigenbasis a base point is diagonal, and its eigenvectors are the identity.
  @Test(arguments: exponents)
  func contractionIsTheGradientInTheEigenbasis(_ p: Double) throws {
    var numbers = TestNumbers(23)
    let batch = 10
    for n in [1, 3, 4, 9] {
      let w = BenchInput.shared((0..<n).map { 0.5 + Double($0 / 2) })
      let identity = BenchInput.shared((0..<(n * n)).map { $0 % (n + 1) == 0 ? 1.0 : 0 })
      let (v, g) = (
        numbers.items(batch) { Reference.symmetric($0.normal(n * n), n) },
        numbers.items(batch) { Reference.symmetric($0.normal(n * n), n) }
      )
      for instance in Instance.allCases {
        let whole = try KernelBench(sizes: [1, 1, 1, 1, 1, n], reals: [2, p])
          .run("pair_kernel_vjp", instance, batch: batch, [w, identity, v, g], outputs: [n * n])
        let part = try KernelBench(sizes: [1, n], reals: [2, p])
          .run("pair_contraction", instance, batch: batch, [w, v, g], outputs: [n * n])
        for item in 0..<batch {
          expectClose(part.outputs[0][item], whole.outputs[0][item], 4 * instance.tolerance, "n \(n) p \(p)")
        }
      }
    }
  }

  @Test(arguments: exponents)
  func gradientMatchesDifferences(_ p: Double) throws {
    var numbers = TestNumbers(22)
    let n = 4
    let identity = (0..<(n * n)).map { $0 % (n + 1) == 0 ? 1.0 : 0 }
    // The identity has only equal eigenvalues: a formula with gaps would divide by zero.
    for x in [numbers.spd(1, n), identity] {
      let v = numbers.normal(n * n)
      let dy = numbers.normal(n * n)
      let expected = Gradient.symmetric(x, n) {
        Reference.dot(Self.reference($0, v, n, c: 2, p: p), dy)
      }
      let (w, u) = Self.eigenpairs(x, n)
      for instance in Instance.allCases {
        let bench = KernelBench(sizes: [1, 1, 1, 1, 1, n], reals: [2, p])
        let inputs = [BenchInput.shared(w), .shared(u), .batched(Array(repeating: v, count: 3)), .shared(dy)]
        let result = try bench.run("pair_kernel_vjp", instance, batch: 3, inputs, outputs: [n * n])
        #expect(try bench.run("pair_kernel_vjp", instance, batch: 3, inputs, outputs: [n * n]) == result)
        for item in 0..<3 {
          expectClose(result.outputs[0][item], expected, instance.isDouble ? 1e-7 : 2e-5, "p \(p)")
        }
      }
    }
  }
}
