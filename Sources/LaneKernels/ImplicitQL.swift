/// The implicit QL iteration on tridiagonal matrices, one matrix per lane.
///
/// Every lane works on its own first unreduced block, so that a lane neither waits for another one nor sees it: the
/// bits of its result do not depend on its neighbours. A lane that is done takes part with identity rotations.
enum ImplicitQL {
  /// Sweeps recorded before their rotations are applied to the vectors.
  static var sweepsPerBatch: Int { 8 }

  /// Diagonalises `d`, `e` [n] and applies the rotations to the columns of `u` [n,n], unless it is nil.
  ///
  /// `rotations` is scratch [2·8·n]. The largest |d|, |e| must be about 2^20. Returns whether all lanes converged.
  static func iterate<V: Lanes>(
    _ d: UnsafeMutablePointer<V>, _ e: UnsafeMutablePointer<V>, _ n: Int, _ u: UnsafeMutablePointer<V>?,
    _ rotations: UnsafeMutablePointer<V>, as _: V.Type
  ) -> Bool {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * sweepsPerBatch) { ranges in
      guard let ranges = ranges.baseAddress else { return false }
      var recorded = 0
      var first = 0
      var sweeps = 0
      while let range = sweep(
        d, e, n, &first, rotations + 2 * n * recorded, records: u != nil, as: V.self)
      {
        sweeps += 1
        if let u {
          ranges[2 * recorded] = range.lowerBound
          ranges[2 * recorded + 1] = range.upperBound
          recorded += 1
          if recorded == sweepsPerBatch {
            apply(rotations, ranges, recorded, u, n)
            recorded = 0
          }
        }
        // LAPACK allows 30 per eigenvalue; a lane cannot take more than that, and lanes run in parallel.
        if sweeps > 40 * n { return false }
      }
      if let u, recorded > 0 { apply(rotations, ranges, recorded, u, n) }
      return true
    }
  }

  /// One QL sweep of every unfinished lane; returns the rows it touched, or nil if all lanes are diagonal.
  ///
  /// `first` is a row before which all lanes are known to be diagonal.
  @inline(always) private static func sweep<V: Lanes>(
    _ d: UnsafeMutablePointer<V>, _ e: UnsafeMutablePointer<V>, _ n: Int, _ first: inout Int,
    _ rotations: UnsafeMutablePointer<V>, records: Bool, as _: V.Type
  ) -> Range<Int>? {
    let none = V.Bits.splat(n)
    let epsilon = V.splat(V.Scalar.ulpOfOne * 0.5)
    let floor = V.squarableFloor
    var start = none
    var end = none
    var open = V.Bits.splat(0)
    var dStart = V.zero
    var dNext = V.zero
    var eStart = V.one
    var dEnd = V.zero
    var i = first
    var isLeading = true
    var left = d[i]
    while i < n {
      let right = i + 1 < n ? d[i + 1] : .zero
      let raw = e[i]
      let bound = V.fma(epsilon, V.abs(left) + V.abs(right), floor)
      // Not `≤`: a NaN must close a block too, or it would run past the end.
      let isSmall = ~(V.abs(raw) .> bound)
      // An exact zero: a lane finds the same blocks whatever the moment its neighbours make it look.
      let value = V.select(isSmall, .zero, raw)
      e[i] = value
      let unseen = start .== none
      let opens = unseen & ~isSmall
      let row = V.Bits.splat(i)
      start = .select(opens, row, start)
      dStart = V.select(opens, left, dStart)
      dNext = V.select(opens, right, dNext)
      eStart = V.select(opens, value, eStart)
      open = open | opens
      let closes = open & isSmall
      end = .select(closes, row, end)
      dEnd = V.select(closes, left, dEnd)
      open = open & ~isSmall
      // Once every lane has closed its block there is nothing left to find; rows before the first block are done.
      if isLeading {
        if (~isSmall).any { isLeading = false } else { first = i + 1 }
      }
      left = right
      i += 1
    }
    let isActive = start .< none
    guard isActive.any else { return nil }
    let low = start.minimum
    let high = V.Bits.select(isActive, end, .splat(0)).maximum
    let commonLow = V.Bits.select(isActive, start, .splat(n)).maximum
    let commonHigh = V.Bits.select(isActive, end, .splat(0)).minimum
    let allActive = !(~isActive).any

    // Wilkinson's shift.
    let half = (dNext - dStart) / (eStart + eStart)
    let root = V.sqrt(V.fma(half, half, .one))
    var g = dEnd - dStart + eStart / (half + V.withSign(root, of: half))
    var s = V.one
    var c = V.one
    var p = V.zero
    var row = high - 1
    while row >= low {
      let ei = e[row]
      let f = s * ei
      let b = c * ei
      let square = V.fma(f, f, g * g)
      let isZero = square .== .zero
      let inverse = V.select(isZero, .zero, V.sqrt(square) * (.one / square))
      let r = square * inverse
      let sNew = f * inverse
      let cNew = V.select(isZero, .one, g * inverse)
      let dNextRow = d[row + 1]
      let gMid = dNextRow - p
      let t = V.fma(d[row] - gMid, sNew, (cNew + cNew) * b)
      let pNew = sNew * t
      let gNew = V.fma(cNew, t, -b)
      if allActive && row >= commonLow && row + 1 < commonHigh {
        e[row + 1] = r
        d[row + 1] = gMid + pNew
        s = sNew
        c = cNew
        p = pNew
        g = gNew
        if records {
          rotations[2 * row] = cNew
          rotations[2 * row + 1] = sNew
        }
      } else {
        let index = V.Bits.splat(row)
        let takesPart = (index .>= start) & (index .< end) & isActive
        let inside = takesPart & (V.Bits.splat(row + 1) .< end)
        e[row + 1] = V.select(inside, r, e[row + 1])
        d[row + 1] = V.select(takesPart, gMid + pNew, dNextRow)
        s = V.select(takesPart, sNew, s)
        c = V.select(takesPart, cNew, c)
        p = V.select(takesPart, pNew, p)
        g = V.select(takesPart, gNew, g)
        if records {
          rotations[2 * row] = V.select(takesPart, cNew, .one)
          rotations[2 * row + 1] = V.select(takesPart, sNew, .zero)
        }
      }
      row -= 1
    }
    for row in low...Swift.min(commonLow, n - 1) {
      let here = start .== .splat(row)
      d[row] = V.select(here, d[row] - p, d[row])
      e[row] = V.select(here, g, e[row])
    }
    return low..<high
  }

  /// Applies recorded sweeps to the columns of `u`, four rows at a time, the running column in registers.
  private static func apply<V: Lanes>(
    _ rotations: UnsafeMutablePointer<V>, _ ranges: UnsafeMutablePointer<Int>, _ sweeps: Int,
    _ u: UnsafeMutablePointer<V>, _ n: Int
  ) {
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
          z0 = V.fma(c, x0, -(s * z0))
          z1 = V.fma(c, x1, -(s * z1))
          z2 = V.fma(c, x2, -(s * z2))
          z3 = V.fma(c, x3, -(s * z3))
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
          z = V.fma(c, x, -(s * z))
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
}
