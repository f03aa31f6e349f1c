import GeocKernelABI

/// `solve`, sizes [F, n, m]: A [F,n,n], B [F,n,m] → A⁻¹ B [F,n,m]. Faults: `singular` with the index of the zero pivot.
enum Solve: UnbatchedKernel {
  static var name: String { "solve" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[1] * (sizes[1] + sizes[2] + 1) }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n, m) = (call.sizes[0], call.sizes[1], call.sizes[2])
    var scratch = ScratchCursor<T>(call)
    let (lu, columns, pivots) = (scratch.scalars(n * n), scratch.scalars(n * m), scratch.integers(n))
    for field in 0..<fields {
      let singular = solve(
        call.array(0, as: T.self) + field * n * n, call.array(1, as: T.self) + field * n * m,
        call.array(2, as: T.self) + field * n * m, n: n, m: m, lu, columns, pivots)
      if let singular { call.fault.pointee.record(.singular, item: 0, field: field, value: Double(singular)) }
    }
  }

  /// Row-major `x = A⁻¹ B` with scratch `lu` [n,n], `columns` [m,n], `pivots` [n]; the index of a zero pivot, or nil.
  static func solve<T: LapackScalar>(
    _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ x: UnsafeMutablePointer<T>, n: Int, m: Int,
    _ lu: UnsafeMutablePointer<T>, _ columns: UnsafeMutablePointer<T>, _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int? {
    lu.update(from: a, count: n * n)
    let info = T.getrf(Int32(n), lu, pivots)
    for i in 0..<n {
      for j in 0..<m { columns[j * n + i] = b[i * m + j] }
    }
    // Row-major A is column-major Aᵀ: its transpose is A.
    _ = T.getrsTransposed(Int32(n), Int32(m), lu, pivots, columns)
    for i in 0..<n {
      for j in 0..<m { x[i * m + j] = columns[j * n + i] }
    }
    return info > 0 ? Int(info) - 1 : nil
  }
}

/// `det`, sizes [F, n]: A [F,n,n] → det A [F].
enum Determinant: UnbatchedKernel {
  static var name: String { "det" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[1] * (sizes[1] + 1) }

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n) = (call.sizes[0], call.sizes[1])
    var scratch = ScratchCursor<T>(call)
    let (lu, pivots) = (scratch.scalars(n * n), scratch.integers(n))
    for field in 0..<fields {
      lu.update(from: call.array(0, as: T.self) + field * n * n, count: n * n)
      _ = T.getrf(Int32(n), lu, pivots)
      var product: T = 1
      for i in 0..<n { product *= Int(pivots[i]) == i + 1 ? lu[i * n + i] : -lu[i * n + i] }
      call.array(1, as: T.self)[field] = product
    }
  }
}
