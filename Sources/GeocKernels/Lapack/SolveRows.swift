import GeocKernelABI

/// `solve_rows`, sizes [r, d]: over the whole batch rows R [B] [r,d] and weights W [B] [r]; diagonal C [d] and b [d] →
/// (C + RᵀWR)⁻¹ b [d], by Woodbury's formula with all N = B r rows.
///
/// Rows are scaled by √|w| and by C^{−1/2}, those of negative weight come last, and the system of order N,
/// diag(±1) + RRᵀ, is solved by blocks: the Cholesky factor of the first block, then that of the negated Schur complement
/// of the second, which exists exactly where the whole matrix is positive definite.
///
/// Faults: `notPositiveDefinite` with the number of the diagonal or the pivot that is not positive.
enum SolveRows {
  static let name = "solve_rows"

  /// The entry in the kernel table; `transfer` brings lanes to rows.
  static func set(_ transfer: LaneTransfer) -> KernelSet {
    let (unpack64, unpack32) = (transfer.unpack64, transfer.unpack32)
    var set = KernelSet(
      name: name, f64: nil, f32: nil, single64: { run($0.pointee, unpack64, as: Double.self) },
      single32: { run($0.pointee, unpack32, as: Float.self) })
    set.batchWorkspace = { sizes, batch in
      let (rows, d) = (batch * sizes[0], sizes[1])
      return rows * (d + 2 * rows + 3) + 2 * d
    }
    return set
  }

  private static func run<T: LapackScalar>(
    _ call: KernelCall, _ unpack: (UnsafePointer<UnpackCall>) -> Void, as _: T.Type
  ) {
    let (r, d) = (call.sizes[0], call.sizes[1])
    let count = call.batch * r
    var scratch = ScratchCursor<T>(call)
    let (rows, weights) = (scratch.scalars(count * d), scratch.scalars(count))
    let (scale, right) = (scratch.scalars(d), scratch.scalars(d))
    let (c, b, x) = (call.array(2, as: T.self), call.array(3, as: T.self), call.array(4, as: T.self))
    for (operand, elements, place) in [(0, r * d, rows), (1, r, weights)] {
      var transfer = UnpackCall(
        lanes: UnsafeRawPointer(call.operands[operand].base), items: call.batch, elements: elements,
        destination: UnsafeMutableRawPointer(place))
      unpack(&transfer)
    }
    for j in 0..<d {
      guard c[j] > 0 else { return fault(call, c[j]) }
      scale[j] = 1 / c[j].squareRoot()
      right[j] = b[j] * scale[j]
    }
    for i in 0..<count {
      let w = weights[i].magnitude.squareRoot()
      for j in 0..<d { rows[i * d + j] *= w * scale[j] }
    }
    let positive = partition(rows, weights, count, d)
    let (left, product) = (scratch.scalars(count), scratch.scalars(count))
    T.multiply(rows, isTransposed: false, right, isTransposed: false, left, m: count, k: d, n: 1)
    if let pivot = solve(rows, left, positive, count - positive, d, product, &scratch) { return fault(call, pivot) }
    T.multiply(rows, isTransposed: true, left, isTransposed: false, x, m: d, k: count, n: 1)
    for j in 0..<d { x[j] = (right[j] - x[j]) * scale[j] }
  }

  private static func fault<T: LapackScalar>(_ call: KernelCall, _ value: T) {
    call.fault.pointee.record(.notPositiveDefinite, item: 0, field: 0, value: Double(value))
  }

  /// Brings rows of negative weight behind the others; how many others there are.
  private static func partition<T: LapackScalar>(
    _ rows: UnsafeMutablePointer<T>, _ weights: UnsafeMutablePointer<T>, _ count: Int, _ d: Int
  ) -> Int {
    var (low, high) = (0, count)
    while low < high {
      guard weights[low] < 0 else {
        low += 1
        continue
      }
      high -= 1
      (weights[low], weights[high]) = (weights[high], weights[low])
      for j in 0..<d { (rows[low * d + j], rows[high * d + j]) = (rows[high * d + j], rows[low * d + j]) }
    }
    return low
  }

  /// Solves (diag(1, −1) + RRᵀ) y = v in the place of v, for p rows of the sign 1 and q of the sign −1; a pivot that is
  /// not positive, or nil. `product` has p + q scalars.
  private static func solve<T: LapackScalar>(
    _ rows: UnsafeMutablePointer<T>, _ v: UnsafeMutablePointer<T>, _ p: Int, _ q: Int, _ d: Int,
    _ product: UnsafeMutablePointer<T>, _ scratch: inout ScratchCursor<T>
  ) -> T? {
    let first = scratch.scalars(p * p)
    if p > 0 {
      T.rankUpdate(rows, first, n: p, depth: d, stride: p, scale: 1)
      if let pivot = factorize(first, p) { return pivot }
      _ = T.potrs(Int32(p), 1, first, v)
    }
    guard q > 0 else { return nil }
    // Cross products, by rows [q,p], and by columns what they become behind the first block.
    let (cross, solved, second) = (scratch.scalars(q * p), scratch.scalars(q * p), scratch.scalars(q * q))
    let last = rows + p * d
    T.multiplyByTranspose(last, last, second, rows: q, columns: q, depth: d, stride: q, scale: -1)
    if p > 0 {
      let change = scratch.scalars(q * q)
      T.multiplyByTranspose(last, rows, cross, rows: q, columns: p, depth: d, stride: p, scale: 1)
      solved.update(from: cross, count: q * p)
      _ = T.potrs(Int32(p), Int32(q), first, solved)
      T.multiply(cross, isTransposed: false, v, isTransposed: false, product, m: q, k: p, n: 1)
      T.multiplyByTranspose(cross, solved, change, rows: q, columns: q, depth: p, stride: q, scale: 1)
      for i in 0..<q { v[p + i] -= product[i] }
      for k in 0..<(q * q) { second[k] += change[k] }
    }
    if let pivot = factorize(second, q) { return pivot }
    _ = T.potrs(Int32(q), 1, second, v + p)
    for i in 0..<q { v[p + i] = -v[p + i] }
    if p > 0 {
      T.multiply(solved, isTransposed: true, v + p, isTransposed: false, product, m: p, k: q, n: 1)
      for i in 0..<p { v[i] -= product[i] }
    }
    return nil
  }

  /// Adds 1 to the diagonal of a matrix given by its lower triangle by rows, and factorises it; a pivot that is not
  /// positive, or nil.
  private static func factorize<T: LapackScalar>(_ a: UnsafeMutablePointer<T>, _ n: Int) -> T? {
    for i in 0..<n {
      a[i * (n + 1)] += 1
      for j in 0..<i { a[j * n + i] = a[i * n + j] }
    }
    let minor = Int(T.potrf(Int32(n), a))
    return minor == 0 ? nil : (1...n).contains(minor) ? a[(minor - 1) * (n + 1)] : T.nan
  }
}
