import GeocKernelABI

/// `matmul` of unbatched values by BLAS, where it is faster than the lane kernel's single instance.
///
/// One large product is made of blocks of rows, whose bounds do not depend on the number of workers that share them.
enum BlasMatmul: BlasKernel {
  static var name: String { "matmul" }
  /// Products with at least this many multiplications go to BLAS.
  private static let threshold = 4096
  /// Rows of a block.
  private static let block = 128

  /// False when the matrices are too small.
  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) -> Bool {
    let s = call.sizes
    let (m, k, n) = (s[5], s[6], s[7])
    guard m * k * n >= threshold else { return false }
    let (a, b, c) = (call.array(0, as: T.self), call.array(1, as: T.self), call.array(2, as: T.self))
    let (ta, tb) = (s[8] != 0, s[9] != 0)
    func product(_ field: Int, _ rows: Range<Int>) {
      T.multiply(
        a + (field / s[1]) % s[2] * m * k + (ta ? 0 : rows.lowerBound * k), isTransposed: ta,
        b + (field / s[3]) % s[4] * k * n, isTransposed: tb, c + field * m * n + rows.lowerBound * n, m: rows.count,
        k: k, n: n)
    }
    if s[0] > 1 || ta || m < 2 * block {
      for field in call.share(of: s[0]) { product(field, 0..<m) }
    } else {
      for part in call.share(of: m / block) {
        product(0, part * block..<(part == m / block - 1 ? m : (part + 1) * block))
      }
    }
    return true
  }
}
