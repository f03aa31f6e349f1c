import CBlas
import GeocKernelABI

/// Single matrices too large for one scalar lane: LAPACK's divide and conquer.
///
/// The choice depends on the shape only, never on the batch size, so that it cannot change a result from run to run.
enum LapackEigensolver {
  /// Largest matrix that the scalar lane solves at least as fast.
  static let largestLaneOrder = 20

  /// `set` (`eigh` or `eigvals`) with its unbatched instances replaced for large matrices.
  static func extending(_ set: KernelSet) -> KernelSet {
    let single64 = set.single64
    let single32 = set.single32
    let vectors = set.name == "eigh"
    var result = set
    result.single64 = { call in
      guard call.pointee.sizes[1] > largestLaneOrder else { return single64(call) }
      solve(call.pointee, vectors: vectors, as: Double.self) { job, n, a, w in
        DenseLibrary.routines.LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, upper, n, a, n, w)
      }
    }
    result.single32 = { call in
      guard call.pointee.sizes[1] > largestLaneOrder else { return single32(call) }
      solve(call.pointee, vectors: vectors, as: Float.self) { job, n, a, w in
        DenseLibrary.routines.LAPACKE_ssyevd(LAPACK_COL_MAJOR, job, upper, n, a, n, w)
      }
    }
    return result
  }

  /// The lower triangle by rows is the upper triangle by columns.
  private static let upper = CChar(UInt8(ascii: "U"))

  private static func solve<Scalar: BinaryFloatingPoint>(
    _ call: KernelCall, vectors: Bool, as _: Scalar.Type,
    _ driver: (CChar, Int32, UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Int32
  ) {
    let n = call.sizes[1]
    let job = CChar(UInt8(ascii: vectors ? "V" : "N"))
    for field in 0..<call.sizes[0] {
      let x = call.operands[0].base.assumingMemoryBound(to: Scalar.self) + field * n * n
      let w = call.operands[1].base.assumingMemoryBound(to: Scalar.self) + field * n
      let isFinite = (0..<n).allSatisfy { i in (0...i).allSatisfy { x[i * n + $0].isFinite } }
      // `eigvals` has no output for the matrix that LAPACK overwrites; its scratch memory holds one.
      let a =
        vectors
        ? call.operands[2].base.assumingMemoryBound(to: Scalar.self) + field * n * n
        : call.scratch.assumingMemoryBound(to: Scalar.self)
      for i in 0..<(n * n) { a[i] = x[i] }
      guard isFinite, driver(job, Int32(n), a, w) == 0 else {
        for k in 0..<n { w[k] = .nan }
        if vectors { for i in 0..<(n * n) { a[i] = .nan } }
        call.fault.pointee.record(.notConverged, item: call.firstItem, field: field, value: .nan)
        continue
      }
      if vectors {
        for i in 0..<n {
          for k in 0..<i { (a[i * n + k], a[k * n + i]) = (a[k * n + i], a[i * n + k]) }
        }
      }
    }
  }
}
