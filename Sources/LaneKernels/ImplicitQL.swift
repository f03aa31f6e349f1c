/// Implicit QL sweeps, whose rotations are applied to the columns of a matrix.
///
/// What a sweep carries from row to row is where its results will be: the element to annihilate next in `e[row + 1]`, its
/// diagonal less what the last rotation took in `d[row + 1]`, the last rotation in the table.
struct ImplicitQL<V: Lanes>: QLSweeps {
  /// Diagonal [n].
  let d: UnsafeMutablePointer<V>
  /// Subdiagonal [n].
  let e: UnsafeMutablePointer<V>
  /// Vectors [n,n].
  let u: UnsafeMutablePointer<V>
  /// Eigenvalues [n] in the order in which blocks find them, the shifts of their first sweeps; without them shifts are Wilkinson's.
  let shifts: UnsafeMutablePointer<V>?
  /// First and last row of every recorded sweep.
  let ranges: UnsafeMutablePointer<Int>
  /// Cosine and sine of every row of this sweep, [n,2]; recorded ones come before it.
  private var table: UnsafeMutablePointer<V>
  private var recorded = 0
  /// The blocks that have had their eigenvalue for a shift.
  private var shifted = V.Bits.splat(-1)
  private(set) var blocks = UnreducedBlocks<V>()

  /// `rotations` is scratch [2·8·n], `ranges` [2·8].
  init(
    d: UnsafeMutablePointer<V>, e: UnsafeMutablePointer<V>, u: UnsafeMutablePointer<V>,
    shifts: UnsafeMutablePointer<V>?, rotations: UnsafeMutablePointer<V>, ranges: UnsafeMutablePointer<Int>
  ) {
    (self.d, self.e, self.u, self.shifts, self.ranges, table) = (d, e, u, shifts, ranges, rotations)
  }

  @inline(always) mutating func begin(_ n: Int) -> Bool {
    // An eigenvalue for a shift leaves some rounding errors beside its diagonal, where another sweep would change nothing else.
    let patience = V.constant(shifts == nil ? 1 : 0.125)
    let ends = blocks.next(d, e, n, patience: patience) { e, left, right in
      // Not `≤`: a NaN must close a block too, or it would run past the end.
      V.abs(e) .> V.deflationBound(left, right)
    }
    guard let ends else { return false }
    var g = ends.last - ends.shift(ends.subdiagonal * ends.subdiagonal)
    if let shifts {
      g = V.select(blocks.start .== shifted, g, ends.last - V.gather(shifts, blocks.start))
      shifted = blocks.start
    }
    blocks.writeEnd(e, g)
    return true
  }

  @inline(always) mutating func step(_ row: Int) {
    let d = d + row
    let e = e + row
    let table = table + 2 * row
    if blocks.areCommon(row) {
      let turn = rotate(d[0], d[1], e[0], e[1], table[2], table[3])
      e[1] = turn.r
      e[0] = turn.g
      d[1] = turn.right
      d[0] = turn.left
      table[0] = turn.c
      table[1] = turn.s
    } else {
      let takesPart = blocks.holds(row)
      let isFirst = V.Bits.splat(row + 1) .== blocks.end
      let turn = rotate(
        d[0], d[1], e[0], e[1], V.select(isFirst, .one, table[2]), V.select(isFirst, .one, table[3]))
      e[1] = V.select(takesPart, V.select(isFirst, .zero, turn.r), e[1])
      e[0] = V.select(takesPart, turn.g, e[0])
      d[1] = V.select(takesPart, turn.right, d[1])
      d[0] = V.select(takesPart, turn.left, d[0])
      // A lane that is elsewhere takes part with the identity.
      table[0] = V.select(takesPart, turn.c, .one)
      table[1] = V.select(takesPart, turn.s, .zero)
    }
  }

  /// The rotation that annihilates what the last one, `lastC` and `lastS`, left beside `g`, and what it makes of two rows.
  @inline(always) private func rotate(
    _ left: V, _ right: V, _ e: V, _ g: V, _ lastC: V, _ lastS: V
  ) -> (left: V, right: V, g: V, r: V, c: V, s: V) {
    let f = lastS * e
    let b = lastC * e
    let square = V.fma(f, f, g * g)
    let isZero = square .== .zero
    let inverse = V.select(isZero, .zero, V.sqrt(square) * (.one / square))
    let s = f * inverse
    let c = V.select(isZero, .one, g * inverse)
    let t = V.fma(left - right, s, (c + c) * b)
    let p = s * t
    return (left - p, right + p, V.fma(c, t, -b), square * inverse, c, s)
  }

  @inline(always) mutating func end(_ n: Int) {
    ranges[2 * recorded] = blocks.low
    ranges[2 * recorded + 1] = blocks.high
    recorded += 1
    table += 2 * n
    if recorded == Eigensolver.sweepsPerBatch { flush(n) }
  }

  /// Applies what is recorded.
  @inline(always) mutating func flush(_ n: Int) {
    apply(n)
    table -= 2 * n * recorded
    recorded = 0
  }

  /// Applies recorded sweeps to the columns of `u`, four rows at a time, the running column in registers.
  private func apply(_ n: Int) {
    let sweeps = recorded
    let rotations = table - 2 * n * sweeps
    var i = 0
    while i + 3 < n {
      let r0 = u + i * n
      let r1 = r0 + n
      let r2 = r1 + n
      let r3 = r2 + n
      for sweep in 0..<sweeps {
        let low = ranges[2 * sweep]
        var k = ranges[2 * sweep + 1]
        let table = rotations + 2 * n * sweep
        var z0 = r0[k]
        var z1 = r1[k]
        var z2 = r2[k]
        var z3 = r3[k]
        while k > low {
          k -= 1
          let c = table[2 * k]
          let s = table[2 * k + 1]
          let x0 = r0[k]
          let x1 = r1[k]
          let x2 = r2[k]
          let x3 = r3[k]
          r0[k + 1] = V.fma(s, x0, c * z0)
          r1[k + 1] = V.fma(s, x1, c * z1)
          r2[k + 1] = V.fma(s, x2, c * z2)
          r3[k + 1] = V.fma(s, x3, c * z3)
          z0 = V.fnma(s, z0, c * x0)
          z1 = V.fnma(s, z1, c * x1)
          z2 = V.fnma(s, z2, c * x2)
          z3 = V.fnma(s, z3, c * x3)
        }
        r0[low] = z0
        r1[low] = z1
        r2[low] = z2
        r3[low] = z3
      }
      i += 4
    }
    while i < n {
      let r = u + i * n
      for sweep in 0..<sweeps {
        let low = ranges[2 * sweep]
        var k = ranges[2 * sweep + 1]
        let table = rotations + 2 * n * sweep
        var z = r[k]
        while k > low {
          k -= 1
          let c = table[2 * k]
          let s = table[2 * k + 1]
          let x = r[k]
          r[k + 1] = V.fma(s, x, c * z)
          z = V.fnma(s, z, c * x)
        }
        r[low] = z
      }
      i += 1
    }
  }
}

extension Lanes {
  /// Numbers below this are 2^-62 (f32) of a norm of 2^20 and count as zero: their squares, or the reciprocals of
  /// their squares times the norm, would leave the range.
  @inline(always) static var squarableFloor: Self { mantissaBits == 52 ? constant(0x1p-450) : constant(0x1p-42) }

  /// A subdiagonal up to this between two diagonals counts as zero.
  @inline(always) static func deflationBound(_ left: Self, _ right: Self) -> Self {
    fma(splat(Scalar.ulpOfOne * 0.5), abs(left) + abs(right), squarableFloor)
  }
}
