/// The QL iteration on tridiagonal matrices, one matrix per lane.
enum QLIteration {
  /// Problems whose sweeps run side by side: one sweep is a chain of square roots and divisions, and the others fill the
  /// gaps. 64 bytes of lanes twice over, whatever the register, four problems at most; vectors of more than two large
  /// problems would not stay in the cache.
  @inline(always) static func interleaved<V: Lanes>(_ n: Int, as _: V.Type) -> Int {
    V.count == 1 || n > 48 ? 2 : Swift.min(4, 2 * V.perGroup)
  }

  /// Diagonalises `count` problems side by side. The blocks that remain have not converged.
  ///
  /// The largest |d|, |e| must be about 2^20. Every row of a sweep is a step of `ahead`.
  @inline(always) static func run<S: QLSweeps>(
    _ problems: UnsafeMutablePointer<S>, _ count: Int, _ n: Int, _ ahead: inout Lookahead
  ) {
    // LAPACK allows 30 sweeps per eigenvalue; a lane cannot take more than that, and lanes run in parallel.
    let limit = 40 * n
    var running = (1 << count) - 1
    while true {
      var top = 0
      var bottom = n
      for k in 0..<count where running & (1 << k) != 0 {
        if !problems[k].begin(n) || problems[k].blocks.sweeps > limit {
          running &= ~(1 << k)
        } else {
          top = Swift.max(top, problems[k].blocks.high)
          bottom = Swift.min(bottom, problems[k].blocks.low)
        }
      }
      if running == 0 { break }
      var row = top - 1
      while row >= bottom {
        var pace = ahead.pace
        for k in 0..<count where problems[k].blocks.low <= row && row < problems[k].blocks.high {
          problems[k].step(row)
          pace.advance()
        }
        ahead.pass(count)
        row -= 1
      }
      for k in 0..<count where running & (1 << k) != 0 { problems[k].end(n) }
    }
  }
}

/// The sweeps of one lane group's problem.
protocol QLSweeps {
  associatedtype V: Lanes
  /// The blocks that the sweep works on.
  var blocks: UnreducedBlocks<V> { get }
  /// Finds the blocks and shifts of a sweep; false once all lanes are diagonal.
  mutating func begin(_ n: Int) -> Bool
  /// The rotation of rows `row` and `row + 1` in every lane whose block holds them.
  mutating func step(_ row: Int)
  /// Ends a sweep.
  mutating func end(_ n: Int)
}
