import CBlas

/// The BLAS and LAPACK routines in use, for both scalar types. Matrices are column-major unless stated otherwise.
protocol LapackScalar: BinaryFloatingPoint {
  /// `c = op(a) op(b)` for row-major matrices, op(a) [m,k] and op(b) [k,n].
  static func multiply(
    _ a: UnsafePointer<Self>, isTransposed ta: Bool, _ b: UnsafePointer<Self>, isTransposed tb: Bool,
    _ c: UnsafeMutablePointer<Self>, m: Int, k: Int, n: Int)
  /// `c = scale · a bᵀ` for row-major a [rows,depth], b [columns,depth] and c with `stride` scalars from row to row.
  static func multiplyByTranspose(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>, rows: Int, columns: Int,
    depth: Int, stride: Int, scale: Self)
  /// The lower triangle of `c = scale · a aᵀ` for row-major a [n,depth] and c with `stride` scalars from row to row.
  static func rankUpdate(
    _ a: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>, n: Int, depth: Int, stride: Int, scale: Self)
  /// Householder QR in place.
  static func geqrf(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Self>, _ tau: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32
  ) -> Int32
  /// The thin orthonormal factor of `geqrf`, in place.
  static func orgqr(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Self>, _ tau: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32
  ) -> Int32
  /// LU decomposition in place.
  static func getrf(_ n: Int32, _ a: UnsafeMutablePointer<Self>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32
  /// Solves `Aᵀ X = B` in place from the `getrf` of A.
  static func getrsTransposed(
    _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Self>, _ pivots: UnsafePointer<Int32>,
    _ b: UnsafeMutablePointer<Self>
  ) -> Int32
  /// Cholesky factor of the lower triangle in place; the order of the first minor that is not positive definite, or 0.
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Self>) -> Int32
  /// Solves `A X = B` in place from the `potrf` of A.
  static func potrs(_ n: Int32, _ columns: Int32, _ a: UnsafePointer<Self>, _ b: UnsafeMutablePointer<Self>) -> Int32
  /// Thin singular value decomposition; `a` is destroyed.
  static func gesdd(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Self>, _ s: UnsafeMutablePointer<Self>,
    _ u: UnsafeMutablePointer<Self>, _ vt: UnsafeMutablePointer<Self>, _ work: UnsafeMutablePointer<Self>,
    _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32
}

extension Double: LapackScalar {
  static func multiply(
    _ a: UnsafePointer<Double>, isTransposed ta: Bool, _ b: UnsafePointer<Double>, isTransposed tb: Bool,
    _ c: UnsafeMutablePointer<Double>, m: Int, k: Int, n: Int
  ) {
    DenseLibrary.routines.cblas_dgemm(
      CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(ta ? m : k), b, Int32(tb ? k : n), 0, c, Int32(n))
  }
  static func multiplyByTranspose(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
    depth: Int, stride: Int, scale: Double
  ) {
    DenseLibrary.routines.cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(depth), scale, a, Int32(depth), b,
      Int32(depth), 0, c, Int32(stride))
  }
  static func rankUpdate(
    _ a: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>, n: Int, depth: Int, stride: Int, scale: Double
  ) {
    DenseLibrary.routines.cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(depth), scale, a, Int32(depth), 0, c, Int32(stride))
  }
  static func geqrf(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Double>, _ tau: UnsafeMutablePointer<Double>,
    _ work: UnsafeMutablePointer<Double>, _ workCount: Int32
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, columns, a, rows, tau, work, workCount)
  }
  static func orgqr(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Double>, _ tau: UnsafeMutablePointer<Double>,
    _ work: UnsafeMutablePointer<Double>, _ workCount: Int32
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, rows, columns, columns, a, rows, tau, work, workCount)
  }
  static func getrf(_ n: Int32, _ a: UnsafeMutablePointer<Double>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32 {
    DenseLibrary.routines.LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, n, n, a, n, pivots)
  }
  static func getrsTransposed(
    _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Double>, _ pivots: UnsafePointer<Int32>,
    _ b: UnsafeMutablePointer<Double>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_dgetrs_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "T")), n, columns, a, n, pivots, b, n)
  }
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Double>) -> Int32 {
    DenseLibrary.routines.LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, a, n)
  }
  static func potrs(
    _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Double>, _ b: UnsafeMutablePointer<Double>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, columns, a, n, b, n)
  }
  static func gesdd(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Double>, _ s: UnsafeMutablePointer<Double>,
    _ u: UnsafeMutablePointer<Double>, _ vt: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>,
    _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_dgesdd_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), rows, columns, a, rows, s, u, rows, vt, Swift.min(rows, columns),
      work,
      workCount, integers)
  }
}

extension Float: LapackScalar {
  static func multiply(
    _ a: UnsafePointer<Float>, isTransposed ta: Bool, _ b: UnsafePointer<Float>, isTransposed tb: Bool,
    _ c: UnsafeMutablePointer<Float>, m: Int, k: Int, n: Int
  ) {
    DenseLibrary.routines.cblas_sgemm(
      CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(ta ? m : k), b, Int32(tb ? k : n), 0, c, Int32(n))
  }
  static func multiplyByTranspose(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    depth: Int, stride: Int, scale: Float
  ) {
    DenseLibrary.routines.cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(depth), scale, a, Int32(depth), b,
      Int32(depth), 0, c, Int32(stride))
  }
  static func rankUpdate(
    _ a: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, n: Int, depth: Int, stride: Int, scale: Float
  ) {
    DenseLibrary.routines.cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(depth), scale, a, Int32(depth), 0, c, Int32(stride))
  }
  static func geqrf(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Float>, _ tau: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_sgeqrf_work(LAPACK_COL_MAJOR, rows, columns, a, rows, tau, work, workCount)
  }
  static func orgqr(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Float>, _ tau: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_sorgqr_work(LAPACK_COL_MAJOR, rows, columns, columns, a, rows, tau, work, workCount)
  }
  static func getrf(_ n: Int32, _ a: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>) -> Int32 {
    DenseLibrary.routines.LAPACKE_sgetrf_work(LAPACK_COL_MAJOR, n, n, a, n, pivots)
  }
  static func getrsTransposed(
    _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Float>, _ pivots: UnsafePointer<Int32>,
    _ b: UnsafeMutablePointer<Float>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_sgetrs_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "T")), n, columns, a, n, pivots, b, n)
  }
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Float>) -> Int32 {
    DenseLibrary.routines.LAPACKE_spotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, a, n)
  }
  static func potrs(
    _ n: Int32, _ columns: Int32, _ a: UnsafePointer<Float>, _ b: UnsafeMutablePointer<Float>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_spotrs_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), n, columns, a, n, b, n)
  }
  static func gesdd(
    _ rows: Int32, _ columns: Int32, _ a: UnsafeMutablePointer<Float>, _ s: UnsafeMutablePointer<Float>,
    _ u: UnsafeMutablePointer<Float>, _ vt: UnsafeMutablePointer<Float>, _ work: UnsafeMutablePointer<Float>,
    _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    DenseLibrary.routines.LAPACKE_sgesdd_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), rows, columns, a, rows, s, u, rows, vt, Swift.min(rows, columns),
      work,
      workCount, integers)
  }
}
