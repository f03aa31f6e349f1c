import GeocKernelABI

/// `syrk` of large unbatched values by BLAS: half the products of a square one, in blocks of rows whose bounds do not depend
/// on the number of workers that share them.
enum BlasSyrk: BlasKernel {
  static var name: String { "syrk" }
  /// Products with at least this many multiplications go to BLAS.
  private static let threshold = 32768
  /// Rows of a block.
  private static let block = 128

  /// False when the matrices are too small.
  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) -> Bool {
    let (fields, n, m) = (call.sizes[0], call.sizes[1], call.sizes[2])
    guard n * n * m >= threshold else { return false }
    let alpha = T(call.reals[0])
    let (x, y) = (call.array(0, as: T.self), call.array(1, as: T.self))
    let blocks = (n + block - 1) / block
    for piece in 0..<fields * blocks where piece % call.parts == call.part {
      let (a, c) = (x + piece / blocks * n * m, y + piece / blocks * n * n)
      let rows = piece % blocks * block..<Swift.min(n, (piece % blocks + 1) * block)
      if rows.lowerBound > 0 {
        T.multiplyByTranspose(
          a + rows.lowerBound * m, a, c + rows.lowerBound * n, rows: rows.count, columns: rows.lowerBound, depth: m,
          stride: n, scale: alpha)
      }
      T.rankUpdate(
        a + rows.lowerBound * m, c + rows.lowerBound * (n + 1), n: rows.count, depth: m, stride: n, scale: alpha)
      for i in rows {
        for j in 0..<i { c[j * n + i] = c[i * n + j] }
      }
    }
    return true
  }
}
