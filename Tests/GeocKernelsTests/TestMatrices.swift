import CBlas

@testable import GeocKernels

/// Symmetric test matrices and reference results for them.
enum TestMatrices {
  /// Wishart, condition 1e12, repeated eigenvalues, identity, zero, diagonal, indefinite, tiny and huge.
  static func mixture(_ n: Int, seed: UInt64) -> [[Double]] {
    var random = SplitMix(seed: seed)
    let identity = withEigenvalues(Array(repeating: 1, count: n), n, nil)
    var items: [[Double]] = []
    items.append(wishart(n, &random))
    items.append(withEigenvalues((0..<n).map { power(1e-12, Double($0) / Double(max(1, n - 1))) }, n, &random))
    items.append(withEigenvalues((0..<n).map { $0 % 2 == 0 ? 1 : 3 }, n, &random))
    items.append(identity)
    items.append(Array(repeating: 0, count: n * n))
    items.append(withEigenvalues((0..<n).map { Double($0) - 1.5 }, n, nil))
    items.append(withEigenvalues((0..<n).map { _ in random.next(in: -2...2) }, n, &random))
    items.append(wishart(n, &random).map { $0 * 1e-18 })
    items.append(wishart(n, &random).map { $0 * 1e15 })
    items.append(withEigenvalues((0..<n).map { 1 + 1e-9 * Double($0) }, n, &random))
    items.append(Array(repeating: 1, count: n * n))
    // Rounded to floats, so that both precisions see the same matrix.
    return items.map { $0.map { Double(Float($0)) } }
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    var result = 1.0
    var x = base
    // Exponents are fractions: repeated square roots, 40 binary digits.
    var rest = exponent
    if rest >= 1 { return base }
    for _ in 0..<40 {
      x = x.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= x
        rest -= 1
      }
    }
    return result
  }

  /// `M·Mᵀ / n + 0.1 I` with uniform entries in M.
  static func wishart(_ n: Int, _ random: inout SplitMix) -> [Double] {
    let m = (0..<(2 * n * n)).map { _ in random.next(in: -1...1) }
    var x = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<(2 * n) { sum += m[i * 2 * n + k] * m[j * 2 * n + k] }
        x[i * n + j] = sum / Double(n)
      }
      x[i * n + i] += 0.1
    }
    return x
  }

  /// `Q diag(w) Qᵀ` for a random orthogonal Q; diagonal without a generator.
  static func withEigenvalues(_ w: [Double], _ n: Int, _ random: inout SplitMix) -> [Double] {
    let q = orthogonal(n, &random)
    var x = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var value = 0.0
        for k in 0..<n { value += q[i * n + k] * w[k] * q[j * n + k] }
        x[i * n + j] = value
        x[j * n + i] = value
      }
    }
    return x
  }

  static func withEigenvalues(_ w: [Double], _ n: Int, _: Never?) -> [Double] {
    (0..<(n * n)).map { $0 / n == $0 % n ? w[$0 / n] : 0 }
  }

  /// Gram-Schmidt, twice, of a random matrix.
  static func orthogonal(_ n: Int, _ random: inout SplitMix) -> [Double] {
    var rows = (0..<n).map { _ in (0..<n).map { _ in random.next(in: -1...1) } }
    for i in 0..<n {
      for _ in 0..<2 {
        for j in 0..<i {
          let dot = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
          for k in 0..<n { rows[i][k] -= dot * rows[j][k] }
        }
      }
      let norm = rows[i].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for k in 0..<n { rows[i][k] /= norm }
    }
    return rows.flatMap { $0 }
  }

  /// Ascending, by LAPACK's dsyevd. Whoever calls OpenBLAS before the kernels have loaded it waits forever for threads that they end.
  static func lapackEigenvalues(_ x: [Double], _ n: Int) -> [Double] {
    var a = x
    var w = [Double](repeating: 0, count: n)
    let status = DenseLibrary.routines.LAPACKE_dsyevd(LAPACK_COL_MAJOR, 78, 85, Int32(n), &a, Int32(n), &w)
    return status == 0 ? w : []
  }
}
