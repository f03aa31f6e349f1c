/// The implicit QL iteration on tridiagonal matrices, one matrix per lane.
///
/// Every lane works on its own first unreduced block, so that a lane neither waits for another one nor sees it: the
/// bits of its result do not depend on its neighbours. A lane that is done takes part with identity rotations.
enum ImplicitQL {
  /// Sweeps recorded before their rotations are applied to the vectors.
  static var sweepsPerBatch: Int { 8 }

  /// One lane group's problem: diagonal and subdiagonal [n], vectors [n,n] if wanted, recorded rotations [2·8·n].
  struct Problem<V: Lanes> {
    var d: UnsafeMutablePointer<V>
    var e: UnsafeMutablePointer<V>
    var u: UnsafeMutablePointer<V>?
    var rotations: UnsafeMutablePointer<V>
  }

  /// What one sweep carries from row to row.
  private struct Sweep<V: Lanes> {
    var start: V.Bits
    var end: V.Bits
    var g: V
    var s = V.one
    var c = V.one
    var p = V.zero
    /// Rows of any lane.
    var low: Int
    var high: Int
    /// Rows of all lanes.
    var commonLow: Int
    var commonHigh: Int
  }

  /// Sweeps recorded, rows they touched, and progress of one problem.
  private struct Progress {
    var recorded = 0
    var first = 0
    var sweeps = 0
    var isDone = false
  }

  /// Problems whose sweeps run side by side: one sweep is a chain of square roots and divisions, and the others fill the
  /// gaps. 64 bytes of lanes twice over, whatever the register, four problems at most; vectors of more than two large
  /// problems would not stay in the cache.
  @inline(always) static func interleaved<V: Lanes>(_ n: Int, as _: V.Type) -> Int {
    V.count == 1 || n > 48 ? 2 : Swift.min(4, 2 * V.perGroup)
  }

  /// Diagonalises problems side by side and applies the rotations to the columns of their vectors.
  ///
  /// The largest |d|, |e| must be about 2^20. Bit k of the result says whether problem k converged. Every rotation is a step
  /// of `ahead`; there are some 1.2 n² of them in a problem.
  static func iterate<V: Lanes>(
    _ problems: UnsafeMutablePointer<Problem<V>>, _ count: Int, _ n: Int, _ ahead: inout Lookahead
  ) -> Int {
    // LAPACK allows 30 sweeps per eigenvalue; a lane cannot take more than that, and lanes run in parallel.
    let limit = 40 * n
    var converged = 0
    withUnsafeTemporaryAllocation(of: Sweep<V>.self, capacity: count) { sweeps in
      withUnsafeTemporaryAllocation(of: Progress.self, capacity: count) { progress in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: count * (1 + 2 * sweepsPerBatch)) { numbers in
          guard let sweeps = sweeps.baseAddress, let progress = progress.baseAddress, let active = numbers.baseAddress
          else { return }
          let ranges = active + count
          for k in 0..<count { (progress + k).initialize(to: Progress()) }
          while true {
            var activeCount = 0
            var top = 0
            var bottom = n
            for k in 0..<count where !progress[k].isDone {
              guard progress[k].sweeps <= limit, let sweep = begin(problems[k], n, &progress[k].first) else {
                progress[k].isDone = true
                continue
              }
              (sweeps + k).initialize(to: sweep)
              active[activeCount] = k
              activeCount += 1
              top = Swift.max(top, sweep.high)
              bottom = Swift.min(bottom, sweep.low)
            }
            if activeCount == 0 { break }
            var row = top - 1
            while row >= bottom {
              for a in 0..<activeCount {
                let k = active[a]
                if row >= sweeps[k].low && row < sweeps[k].high {
                  step(problems[k], problems[k].rotations + 2 * n * progress[k].recorded, row, &sweeps[k])
                  ahead.advance()
                }
              }
              row -= 1
            }
            for a in 0..<activeCount {
              let k = active[a]
              finish(problems[k], n, sweeps[k], ranges + k * 2 * sweepsPerBatch, &progress[k])
            }
          }
          for k in 0..<count {
            if let u = problems[k].u, progress[k].recorded > 0 {
              apply(problems[k].rotations, ranges + k * 2 * sweepsPerBatch, progress[k].recorded, u, n)
            }
            if progress[k].sweeps <= limit { converged |= 1 << k }
          }
        }
      }
    }
    return converged
  }

  /// Finds every lane's first unreduced block and its shift; nil if all lanes are diagonal.
  ///
  /// `first` is a row before which all lanes are known to be diagonal.
  @inline(always) private static func begin<V: Lanes>(
    _ problem: Problem<V>, _ n: Int, _ first: inout Int
  ) -> Sweep<V>? {
    let d = problem.d
    let e = problem.e
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
    let allActive = !(~isActive).any
    // Wilkinson's shift.
    let half = (dNext - dStart) / (eStart + eStart)
    let root = V.sqrt(V.fma(half, half, .one))
    return Sweep(
      start: start, end: .select(isActive, end, .splat(0)),
      g: dEnd - dStart + eStart / (half + V.withSign(root, of: half)),
      low: start.minimum, high: V.Bits.select(isActive, end, .splat(0)).maximum,
      commonLow: allActive ? start.maximum : n, commonHigh: allActive ? end.minimum : 0)
  }

  /// One rotation of every lane whose block holds rows `row` and `row + 1`, recorded in `table`.
  @inline(always) private static func step<V: Lanes>(
    _ problem: Problem<V>, _ table: UnsafeMutablePointer<V>, _ row: Int, _ sweep: inout Sweep<V>
  ) {
    let d = problem.d
    let e = problem.e
    let ei = e[row]
    let f = sweep.s * ei
    let b = sweep.c * ei
    let square = V.fma(f, f, sweep.g * sweep.g)
    let isZero = square .== .zero
    let inverse = V.select(isZero, .zero, V.sqrt(square) * (.one / square))
    let r = square * inverse
    let s = f * inverse
    let c = V.select(isZero, .one, sweep.g * inverse)
    let dNext = d[row + 1]
    let gMiddle = dNext - sweep.p
    let t = V.fma(d[row] - gMiddle, s, (c + c) * b)
    let p = s * t
    let g = V.fma(c, t, -b)
    if row >= sweep.commonLow && row + 1 < sweep.commonHigh {
      e[row + 1] = r
      d[row + 1] = gMiddle + p
      sweep.s = s
      sweep.c = c
      sweep.p = p
      sweep.g = g
      table[2 * row] = c
      table[2 * row + 1] = s
    } else {
      let index = V.Bits.splat(row)
      let takesPart = (index .>= sweep.start) & (index .< sweep.end)
      let inside = takesPart & (V.Bits.splat(row + 1) .< sweep.end)
      e[row + 1] = V.select(inside, r, e[row + 1])
      d[row + 1] = V.select(takesPart, gMiddle + p, dNext)
      sweep.s = V.select(takesPart, s, sweep.s)
      sweep.c = V.select(takesPart, c, sweep.c)
      sweep.p = V.select(takesPart, p, sweep.p)
      sweep.g = V.select(takesPart, g, sweep.g)
      table[2 * row] = V.select(takesPart, c, .one)
      table[2 * row + 1] = V.select(takesPart, s, .zero)
    }
  }

  /// Writes what a sweep carried to the first row of each block, and applies a full batch of sweeps.
  @inline(always) private static func finish<V: Lanes>(
    _ problem: Problem<V>, _ n: Int, _ sweep: Sweep<V>, _ ranges: UnsafeMutablePointer<Int>,
    _ progress: inout Progress
  ) {
    for row in sweep.low...Swift.min(sweep.commonLow, n - 1) {
      let here = sweep.start .== .splat(row)
      problem.d[row] = V.select(here, problem.d[row] - sweep.p, problem.d[row])
      problem.e[row] = V.select(here, sweep.g, problem.e[row])
    }
    progress.sweeps += 1
    guard let u = problem.u else { return }
    ranges[2 * progress.recorded] = sweep.low
    ranges[2 * progress.recorded + 1] = sweep.high
    progress.recorded += 1
    if progress.recorded == sweepsPerBatch {
      apply(problem.rotations, ranges, progress.recorded, u, n)
      progress.recorded = 0
    }
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
}
