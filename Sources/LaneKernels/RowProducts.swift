// Products of rows of samples with one another, along the samples: a register holds neighbouring samples of one row, and a
// product is a vector of partial sums, added up over the lanes by the caller. Rows are `stride` scalars apart, of whole
// vectors, with zeros behind their samples. The product of row i of a strip of four with row j is written at 4 j + i.

/// Four rows, anywhere.
struct FourRows<Scalar> {
  let rows: (UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>)

  /// Each where `row` says.
  @inline(always) init(_ row: (Int) -> UnsafePointer<Scalar>) { rows = (row(0), row(1), row(2), row(3)) }
}

/// Writes about what each row is to be centred by, the mean of every eighth vector of its `count` samples, or of all samples
/// where there is no vector.
@inline(never)
func estimateCenters<V: Lanes>(
  of four: FourRows<V.Scalar>, _ count: Int, to centers: UnsafeMutablePointer<V.Scalar>, as _: V.Type
) {
  let (r0, r1, r2, r3) = four.rows
  let whole = count / V.count * V.count
  // Less the first sample, so that the mean is right to its last place however large it is.
  let (f0, f1, f2, f3) = (r0[0], r1[0], r2[0], r3[0])
  var taken = 0
  var sums: (V.Scalar, V.Scalar, V.Scalar, V.Scalar)
  if whole > 0 {
    let m0 = V.splat(f0), m1 = V.splat(f1), m2 = V.splat(f2), m3 = V.splat(f3)
    var s0 = V.zero, s1 = V.zero, s2 = V.zero, s3 = V.zero
    for t in stride(from: 0, to: whole, by: 8 * V.count) {
      s0 += V.load(r0 + t) - m0
      s1 += V.load(r1 + t) - m1
      s2 += V.load(r2 + t) - m2
      s3 += V.load(r3 + t) - m3
      taken += V.count
    }
    sums = (s0.sum, s1.sum, s2.sum, s3.sum)
  } else {
    sums = (0, 0, 0, 0)
    for t in 0..<count {
      sums = (sums.0 + (r0[t] - f0), sums.1 + (r1[t] - f1), sums.2 + (r2[t] - f2), sums.3 + (r3[t] - f3))
    }
    taken = count
  }
  let share = 1 / V.Scalar(taken)
  centers[0] = f0 + sums.0 * share
  centers[1] = f1 + sums.1 * share
  centers[2] = f2 + sums.2 * share
  centers[3] = f3 + sums.3 * share
}

/// `count` samples of four rows less its center each, written to the strip `x`, which may be where they are, the products of
/// the strip with itself, and its sums, which are added to `sums`.
@inline(never)
func centreAndMultiply<V: Lanes>(
  _ four: FourRows<V.Scalar>, less center: UnsafePointer<V.Scalar>, _ count: Int,
  into x: UnsafeMutablePointer<V.Scalar>, stride rowStride: Int, products: UnsafeMutablePointer<V>,
  sums: UnsafeMutablePointer<V.Scalar>, ahead: PacedPrefetch
) {
  let (x0, x1, x2, x3) = (x, x + rowStride, x + 2 * rowStride, x + 3 * rowStride)
  var (r0, r1, r2, r3) = four.rows
  // 14 sums leave two registers: the centers wait where the products will be, and samples are read again once they are
  // centred.
  for k in 0..<4 { products[k] = V.splat(center[k]) }
  let m = UnsafeRawPointer(products).assumingMemoryBound(to: V.Scalar.self)
  let whole = count / V.count * V.count
  if whole < count {
    for t in whole..<count { (x0[t], x1[t], x2[t], x3[t]) = (r0[t], r1[t], r2[t], r3[t]) }
    // What is behind the samples is zero once it is centred.
    for t in count..<(whole + V.count) { (x0[t], x1[t], x2[t], x3[t]) = (center[0], center[1], center[2], center[3]) }
  }
  var c00 = V.zero, c10 = V.zero, c11 = V.zero, c20 = V.zero, c21 = V.zero
  var c22 = V.zero, c30 = V.zero, c31 = V.zero, c32 = V.zero, c33 = V.zero
  var s0 = V.zero, s1 = V.zero, s2 = V.zero, s3 = V.zero
  var (t, end) = (0, whole)
  var ahead = ahead
  while true {
    while t < end {
      ahead.advance()
      let v0 = V.load(r0 + t) - V.reload(m)
      v0.store(x0 + t)
      s0 += v0
      c00 = V.fma(v0, v0, c00)
      let v1 = V.load(r1 + t) - V.reload(m + V.count)
      v1.store(x1 + t)
      s1 += v1
      c11 = V.fma(v1, v1, c11)
      c10 = V.fma(v1, V.reload(x0 + t), c10)
      let v2 = V.load(r2 + t) - V.reload(m + 2 * V.count)
      v2.store(x2 + t)
      s2 += v2
      c22 = V.fma(v2, v2, c22)
      c20 = V.fma(v2, V.reload(x0 + t), c20)
      c21 = V.fma(v2, V.reload(x1 + t), c21)
      let v3 = V.load(r3 + t) - V.reload(m + 3 * V.count)
      v3.store(x3 + t)
      s3 += v3
      c33 = V.fma(v3, v3, c33)
      c30 = V.fma(v3, V.reload(x0 + t), c30)
      c31 = V.fma(v3, V.reload(x1 + t), c31)
      c32 = V.fma(v3, V.reload(x2 + t), c32)
      t += V.count
    }
    guard end < count else { break }
    end += V.count
    (r0, r1, r2, r3) = (UnsafePointer(x0), UnsafePointer(x1), UnsafePointer(x2), UnsafePointer(x3))
  }
  sums[0] += s0.sum
  sums[1] += s1.sum
  sums[2] += s2.sum
  sums[3] += s3.sum
  products[0] = c00
  products[1] = c10
  products[2] = c20
  products[3] = c30
  products[4] = c10
  products[5] = c11
  products[6] = c21
  products[7] = c31
  products[8] = c20
  products[9] = c21
  products[10] = c22
  products[11] = c32
  products[12] = c30
  products[13] = c31
  products[14] = c32
  products[15] = c33
}

/// The products of the strip `x` with three rows from `y` on, `depth` scalars of each: 12 sums, three rows of one side and
/// one of the other, all 16 registers.
@inline(never)
func multiplyStripByThree<V: Lanes>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>, stride rowStride: Int, depth: Int,
  products: UnsafeMutablePointer<V>, ahead: PacedPrefetch
) {
  let (x0, x1, x2, x3) = (x, x + rowStride, x + 2 * rowStride, x + 3 * rowStride)
  let (y0, y1, y2) = (y, y + rowStride, y + 2 * rowStride)
  var c00 = V.zero, c01 = V.zero, c02 = V.zero
  var c10 = V.zero, c11 = V.zero, c12 = V.zero
  var c20 = V.zero, c21 = V.zero, c22 = V.zero
  var c30 = V.zero, c31 = V.zero, c32 = V.zero
  var ahead = ahead
  for t in stride(from: 0, to: depth, by: V.count) {
    ahead.advance()
    let b0 = V.load(y0 + t), b1 = V.load(y1 + t), b2 = V.load(y2 + t)
    let a0 = V.load(x0 + t)
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    c02 = V.fma(a0, b2, c02)
    let a1 = V.load(x1 + t)
    c10 = V.fma(a1, b0, c10)
    c11 = V.fma(a1, b1, c11)
    c12 = V.fma(a1, b2, c12)
    let a2 = V.load(x2 + t)
    c20 = V.fma(a2, b0, c20)
    c21 = V.fma(a2, b1, c21)
    c22 = V.fma(a2, b2, c22)
    let a3 = V.load(x3 + t)
    c30 = V.fma(a3, b0, c30)
    c31 = V.fma(a3, b1, c31)
    c32 = V.fma(a3, b2, c32)
  }
  products[0] = c00
  products[1] = c10
  products[2] = c20
  products[3] = c30
  products[4] = c01
  products[5] = c11
  products[6] = c21
  products[7] = c31
  products[8] = c02
  products[9] = c12
  products[10] = c22
  products[11] = c32
}

/// The products of the strip `x` with two rows from `y` on, `depth` scalars of each: 8 sums, as many as hide the latency
/// of an addition.
@inline(never)
func multiplyStripByTwo<V: Lanes>(
  _ x: UnsafePointer<V.Scalar>, _ y: UnsafePointer<V.Scalar>, stride rowStride: Int, depth: Int,
  products: UnsafeMutablePointer<V>, ahead: PacedPrefetch
) {
  let (x0, x1, x2, x3) = (x, x + rowStride, x + 2 * rowStride, x + 3 * rowStride)
  let (y0, y1) = (y, y + rowStride)
  var c00 = V.zero, c01 = V.zero, c10 = V.zero, c11 = V.zero
  var c20 = V.zero, c21 = V.zero, c30 = V.zero, c31 = V.zero
  var ahead = ahead
  for t in stride(from: 0, to: depth, by: V.count) {
    ahead.advance()
    let b0 = V.load(y0 + t), b1 = V.load(y1 + t)
    let a0 = V.load(x0 + t)
    c00 = V.fma(a0, b0, c00)
    c01 = V.fma(a0, b1, c01)
    let a1 = V.load(x1 + t)
    c10 = V.fma(a1, b0, c10)
    c11 = V.fma(a1, b1, c11)
    let a2 = V.load(x2 + t)
    c20 = V.fma(a2, b0, c20)
    c21 = V.fma(a2, b1, c21)
    let a3 = V.load(x3 + t)
    c30 = V.fma(a3, b0, c30)
    c31 = V.fma(a3, b1, c31)
  }
  products[0] = c00
  products[1] = c10
  products[2] = c20
  products[3] = c30
  products[4] = c01
  products[5] = c11
  products[6] = c21
  products[7] = c31
}
