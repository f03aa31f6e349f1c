import GeocKernelABI

/// `solve_spd`, sizes [F, n, m]: symmetric A [F,n,n], B [F,n,m] → A⁻¹ B [F,n,m], by Cholesky.
///
/// Faults: `notPositiveDefinite` with the pivot where the decomposition stopped.
enum SolveSPD: UnbatchedKernel {
  static var name: String { "solve_spd" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[1] * (sizes[1] + sizes[2]) }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n, m) = (call.sizes[0], call.sizes[1], call.sizes[2])
    var scratch = ScratchCursor<T>(call)
    let (factor, columns) = (scratch.scalars(n * n), scratch.scalars(n * m))
    for field in 0..<fields {
      let (b, x) = (call.array(1, as: T.self) + field * n * m, call.array(2, as: T.self) + field * n * m)
      factor.update(from: call.array(0, as: T.self) + field * n * n, count: n * n)
      let minor = Int(T.potrf(Int32(n), factor))
      guard minor == 0 else {
        let pivot = (1...n).contains(minor) ? Double(factor[(minor - 1) * (n + 1)]) : .nan
        call.fault.pointee.record(.notPositiveDefinite, item: 0, field: field, value: pivot)
        return
      }
      for i in 0..<n {
        for j in 0..<m { columns[j * n + i] = b[i * m + j] }
      }
      _ = T.potrs(Int32(n), Int32(m), factor, columns)
      for i in 0..<n {
        for j in 0..<m { x[i * m + j] = columns[j * n + i] }
      }
    }
  }
}
