import GeocKernelABI

/// Thin singular value decomposition of row-major [n,p]: what LAPACK sees is the transpose, with U and V exchanged.
private struct ThinSVD<T: LapackScalar> {
  let n: Int
  let p: Int
  let copy: UnsafeMutablePointer<T>
  let work: UnsafeMutablePointer<T>
  let integers: UnsafeMutablePointer<Int32>

  static func workCount(_ n: Int, _ p: Int) -> Int {
    let (low, high) = (Swift.min(n, p), Swift.max(n, p))
    return 4 * low * low + 7 * low + high + 32 * (low + high)
  }
  static func workspace(_ n: Int, _ p: Int) -> Int { n * p + workCount(n, p) + 8 * Swift.min(n, p) }

  init(_ scratch: inout ScratchCursor<T>, n: Int, p: Int) {
    self.n = n
    self.p = p
    copy = scratch.scalars(n * p)
    work = scratch.scalars(Self.workCount(n, p))
    integers = scratch.integers(8 * Swift.min(n, p))
  }

  /// `x = u diag(s) vt`, u [n,k], vt [k,p], k = min(n, p).
  func decompose(
    _ call: KernelCall, field: Int, _ x: UnsafePointer<T>, _ u: UnsafeMutablePointer<T>, _ s: UnsafeMutablePointer<T>,
    _ vt: UnsafeMutablePointer<T>
  ) {
    for e in 0..<(n * p) {
      copy[e] = x[e]
      guard x[e].isFinite else {
        call.fault.pointee.record(.notConverged, item: 0, field: field, value: Double(x[e]))
        return
      }
    }
    let info = T.gesdd(
      Int32(p), Int32(n), copy, s, vt, u, work, Int32(Self.workCount(n, p)), integers)
    if info != 0 { call.fault.pointee.record(.notConverged, item: 0, field: field, value: Double(info)) }
  }
}

/// `svd`, sizes [F, n, p]: x [F,n,p] → U [F,n,k], S [F,k] descending, Vᵀ [F,k,p], k = min(n, p).
///
/// Faults: `notConverged`, also when x holds a NaN or an infinity.
enum SVD: UnbatchedKernel {
  static var name: String { "svd" }
  static func workspace(_ sizes: [Int]) -> Int { ThinSVD<Double>.workspace(sizes[1], sizes[2]) }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n, p) = (call.sizes[0], call.sizes[1], call.sizes[2])
    let k = Swift.min(n, p)
    var scratch = ScratchCursor<T>(call)
    let svd = ThinSVD(&scratch, n: n, p: p)
    for field in 0..<fields {
      svd.decompose(
        call, field: field, call.array(0, as: T.self) + field * n * p, call.array(1, as: T.self) + field * n * k,
        call.array(2, as: T.self) + field * k, call.array(3, as: T.self) + field * k * p)
    }
  }
}

/// `svd_polar`, sizes [F, n, p]: x [F,n,p] = U S Vᵀ → U Vᵀ [F,n,p], the nearest matrix with orthonormal columns.
enum SVDPolar: UnbatchedKernel {
  static var name: String { "svd_polar" }
  static func workspace(_ sizes: [Int]) -> Int {
    let k = Swift.min(sizes[1], sizes[2])
    return ThinSVD<Double>.workspace(sizes[1], sizes[2]) + k * (sizes[1] + sizes[2] + 1)
  }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n, p) = (call.sizes[0], call.sizes[1], call.sizes[2])
    let k = Swift.min(n, p)
    var scratch = ScratchCursor<T>(call)
    let svd = ThinSVD(&scratch, n: n, p: p)
    let (u, s, vt) = (scratch.scalars(n * k), scratch.scalars(k), scratch.scalars(k * p))
    for field in 0..<fields {
      svd.decompose(call, field: field, call.array(0, as: T.self) + field * n * p, u, s, vt)
      T.multiply(
        u, isTransposed: false, vt, isTransposed: false, call.array(1, as: T.self) + field * n * p, m: n, k: k, n: p)
    }
  }
}
