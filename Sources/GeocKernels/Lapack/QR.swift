import GeocKernelABI

/// `qr`, sizes [F, n, p, signs, every], n ≥ p: x [F,n,p] → Q [F,n,p], orthonormal columns, x = Q R.
///
/// signs 0: diag(R) ≥ 0, a zero counting as positive, so that Q is a function of x; signs 1: as LAPACK leaves them. With a
/// second input, the number of the step from 1, x itself is the result unless step − 1 is a multiple of `every`.
enum QR: UnbatchedKernel {
  static var name: String { "qr" }
  private static let block = 32
  static func workspace(_ sizes: [Int]) -> Int { sizes[1] * sizes[2] + 2 * sizes[2] + block * sizes[2] }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n, p) = (call.sizes[0], call.sizes[1], call.sizes[2])
    let keepsSigns = call.sizes[3] != 0
    let output = call.inputCount
    if call.inputCount > 1, (Int(call.array(1, as: T.self)[0]) - 1) % call.sizes[4] != 0 {
      call.array(output, as: T.self).update(from: call.array(0, as: T.self), count: fields * n * p)
      return
    }
    var scratch = ScratchCursor<T>(call)
    let a = scratch.scalars(n * p)
    let tau = scratch.scalars(p)
    let signs = scratch.scalars(p)
    let work = scratch.scalars(block * p)
    for field in 0..<fields {
      let x = call.array(0, as: T.self) + field * n * p
      let q = call.array(output, as: T.self) + field * n * p
      for i in 0..<n {
        for j in 0..<p { a[j * n + i] = x[i * p + j] }
      }
      var info = T.geqrf(Int32(n), Int32(p), a, tau, work, Int32(block * p))
      for j in 0..<p { signs[j] = !keepsSigns && a[j * n + j] < 0 ? -1 : 1 }
      if info == 0 { info = T.orgqr(Int32(n), Int32(p), a, tau, work, Int32(block * p)) }
      if info != 0 { call.fault.pointee.record(.notConverged, item: 0, field: field, value: Double(info)) }
      for i in 0..<n {
        for j in 0..<p { q[i * p + j] = signs[j] * a[j * n + i] }
      }
    }
  }
}
