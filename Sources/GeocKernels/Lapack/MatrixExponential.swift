import GeocKernelABI

/// `expm`, sizes [F, n]: A [F,n,n] → e^A [F,n,n].
///
/// Scaling and squaring with the diagonal Padé approximant of degree 13 (Higham, 2005): A is halved until its 1-norm is
/// at most 5.37. Faults: `notConverged` when A holds a NaN or an infinity.
enum MatrixExponential: UnbatchedKernel {
  static var name: String { "expm" }
  static func workspace(_ sizes: [Int]) -> Int { 9 * sizes[1] * sizes[1] + sizes[1] }

  /// Coefficients of the numerator, from the constant on.
  private static let pade: [Double] = [
    64_764_752_532_480_000, 32_382_376_266_240_000, 7_771_770_303_897_600, 1_187_353_796_428_800, 129_060_195_264_000,
    10_559_470_521_600, 670_442_572_800, 33_522_128_640, 1_323_241_920, 40_840_800, 960_960, 16_380, 182, 1,
  ]

  static func run<T: LapackScalar>(_ call: KernelCall, as _: T.Type) {
    let (fields, n) = (call.sizes[0], call.sizes[1])
    let area = n * n
    var scratch = ScratchCursor<T>(call)
    let (a, a2, a4, a6) = (
      scratch.scalars(area), scratch.scalars(area), scratch.scalars(area), scratch.scalars(area)
    )
    let (odd, even, work, lu, columns) = (
      scratch.scalars(area), scratch.scalars(area), scratch.scalars(area), scratch.scalars(area), scratch.scalars(area)
    )
    let pivots = scratch.integers(n)
    let b = pade.map { T($0 / 64_764_752_532_480_000) }
    func multiply(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>, _ z: UnsafeMutablePointer<T>) {
      T.multiply(x, isTransposed: false, y, isTransposed: false, z, m: n, k: n, n: n)
    }
    for field in 0..<fields {
      let x = call.array(0, as: T.self) + field * area
      let y = call.array(1, as: T.self) + field * area
      guard let halvings = halvings(x, n: n) else {
        call.fault.pointee.record(.notConverged, item: 0, field: field, value: .nan)
        for e in 0..<area { y[e] = .nan }
        continue
      }
      let scale = T(sign: .plus, exponent: T.Exponent(-halvings), significand: 1)
      for e in 0..<area { a[e] = x[e] * scale }
      multiply(a, a, a2)
      multiply(a2, a2, a4)
      multiply(a4, a2, a6)
      for e in 0..<area { work[e] = b[13] * a6[e] + b[11] * a4[e] + b[9] * a2[e] }
      multiply(a6, work, even)
      for e in 0..<area {
        even[e] += b[7] * a6[e] + b[5] * a4[e] + b[3] * a2[e] + (e % (n + 1) == 0 ? b[1] : 0)
      }
      multiply(a, even, odd)
      for e in 0..<area { work[e] = b[12] * a6[e] + b[10] * a4[e] + b[8] * a2[e] }
      multiply(a6, work, even)
      for e in 0..<area {
        even[e] += b[6] * a6[e] + b[4] * a4[e] + b[2] * a2[e] + (e % (n + 1) == 0 ? b[0] : 0)
      }
      for e in 0..<area {
        a2[e] = even[e] - odd[e]
        a4[e] = even[e] + odd[e]
      }
      if let singular = Solve.solve(a2, a4, y, n: n, m: n, lu, columns, pivots) {
        call.fault.pointee.record(.singular, item: 0, field: field, value: Double(singular))
      }
      for _ in 0..<halvings {
        multiply(y, y, work)
        y.update(from: work, count: area)
      }
    }
  }

  /// How often to halve the matrix; nil if it is not finite.
  private static func halvings<T: LapackScalar>(_ x: UnsafePointer<T>, n: Int) -> Int? {
    var norm: T = 0
    for j in 0..<n {
      var column: T = 0
      for i in 0..<n { column += x[i * n + j].magnitude }
      guard column.isFinite else { return nil }
      norm = Swift.max(norm, column)
    }
    var count = 0
    while norm > 5.371920351148152 {
      norm /= 2
      count += 1
    }
    return count
  }
}
