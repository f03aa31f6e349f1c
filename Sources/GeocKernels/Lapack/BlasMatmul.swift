import GeocKernelABI

/// `matmul` of unbatched values by BLAS, where it is faster than the lane kernel's single instance.
enum BlasMatmul {
  /// Products with at least this many multiplications go to BLAS.
  private static let threshold = 4096

  /// `lanes`, the lane kernel, with its unbatched instances replaced for large matrices.
  static func override(_ lanes: KernelSet) -> KernelSet {
    var set = lanes
    let (single64, single32) = (lanes.single64, lanes.single32)
    set.single64 = { if !run($0.pointee, as: Double.self) { single64($0) } }
    set.single32 = { if !run($0.pointee, as: Float.self) { single32($0) } }
    return set
  }

  /// False when the matrices are too small.
  private static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) -> Bool {
    let s = call.sizes
    let (m, k, n) = (s[5], s[6], s[7])
    guard m * k * n >= threshold else { return false }
    let (a, b, c) = (call.array(0, as: T.self), call.array(1, as: T.self), call.array(2, as: T.self))
    for field in 0..<s[0] {
      T.multiply(
        a + (field / s[1]) % s[2] * m * k, isTransposed: s[8] != 0, b + (field / s[3]) % s[4] * k * n,
        isTransposed: s[9] != 0, c + field * m * n, m: m, k: k, n: n)
    }
    return true
  }
}
