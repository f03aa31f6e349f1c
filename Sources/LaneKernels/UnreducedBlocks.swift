/// The first unreduced block of a tridiagonal matrix in every lane.
///
/// Every lane has its own, so that it neither waits for another lane nor sees it: the bits of its result do not depend on its
/// neighbours. A lane that is diagonal has no block.
struct UnreducedBlocks<V: Lanes> {
  /// Sweeps between looks at all subdiagonals, a power of two.
  private static var sweepsPerScan: Int { 4 }

  /// First row of each block; n in a lane that is diagonal.
  private(set) var start = V.Bits.splat(0)
  /// Last row of each block; 0 in a lane that is diagonal.
  private(set) var end = V.Bits.splat(0)
  /// Rows of any block, from the first row of one to the last.
  private(set) var low = 0
  private(set) var high = 0
  /// Rows of the blocks of all lanes; none if a lane is diagonal.
  private(set) var commonLow = 0
  private(set) var commonHigh = 0
  /// The first row that a block ends with.
  private var firstEnd = 0
  private(set) var sweeps = 0

  /// What the shift of a sweep is made of: both ends of every block.
  struct Ends {
    var first: V
    var second: V
    var subdiagonal: V
    var last: V

    /// Wilkinson's shift: the eigenvalue of the first two rows that is nearer to the first one, `square` being the square of their
    /// subdiagonal.
    @inline(always) func shift(_ square: V) -> V {
      let half = V.constant(0.5) * (second - first)
      return first - square / (half + V.withSign(V.sqrt(V.fma(half, half, square)), of: half))
    }
  }

  /// Whether a row is in the blocks of all lanes, with the rows above and below it.
  @inline(always) func areCommon(_ row: Int) -> Bool { row >= commonLow && row + 1 < commonHigh }

  /// Lanes whose block holds rows `row` and `row + 1`.
  @inline(always) func holds(_ row: Int) -> V.Bits { (start .<= .splat(row)) & (end .> .splat(row)) }

  /// Finds the blocks of the next sweep of the matrices with diagonals `d` [n] and subdiagonals `e` [n]; nil once all lanes are
  /// diagonal.
  ///
  /// A subdiagonal that is not `isLarge` beside its diagonals ends a block. The first one of a block, which is the one that
  /// converges, is looked at before every sweep and multiplied with `patience` for that; all of them are every few sweeps,
  /// and where a block has come to its end.
  @inline(always) mutating func next(
    _ d: UnsafeMutablePointer<V>, _ e: UnsafeMutablePointer<V>, _ n: Int, patience: V,
    _ isLarge: (_ e: V, _ left: V, _ right: V) -> V.Bits
  ) -> Ends? {
    let none = V.Bits.splat(n)
    let one = V.Bits.splat(1)
    if sweeps & (Self.sweepsPerScan - 1) == 0 { scan(d, e, n, start .< none, isLarge) }
    sweeps += 1
    while low < n {
      let isActive = start .< none
      // In a lane that is diagonal any rows serve.
      let row = V.Bits.select(isActive, start, .splat(0))
      let isLastPair = row + one .== .splat(n - 1)
      let first = V.gather(d, row)
      let second = V.gather(d, row + one)
      let third = V.gather(d, row + one + .select(isLastPair, .splat(0), one))
      let subdiagonal = V.gather(e, row)
      let next = V.gather(e, row + one)
      let isDone = isActive & ~isLarge(subdiagonal * patience, first, second)
      // A true mask is -1.
      start = start - isDone
      let isAtEnd = isDone & (start .== end)
      let isNextDone = isDone & ~isLarge(next * patience, second, third)
      low = start.minimum
      commonLow = commonHigh > 0 ? start.maximum : n
      if isAtEnd.any {
        scan(d, e, n, isAtEnd, isLarge)
      } else if !isNextDone.any {
        return Ends(
          first: V.select(isDone, second, first), second: V.select(isDone, third, second),
          subdiagonal: V.select(isActive, V.select(isDone, next, subdiagonal), .one), last: V.gather(d, end))
      }
    }
    return nil
  }

  /// Finds the first block of the `wanted` lanes anew.
  @inline(always) private mutating func scan(
    _ d: UnsafeMutablePointer<V>, _ e: UnsafeMutablePointer<V>, _ n: Int, _ wanted: V.Bits,
    _ isLarge: (_ e: V, _ left: V, _ right: V) -> V.Bits
  ) {
    let none = V.Bits.splat(n)
    var first = none
    var last = V.Bits.splat(0)
    var open = V.Bits.splat(0)
    var row = V.Bits.select(wanted, start, none).minimum
    while row < n {
      // What an earlier block has left before its own first row may be large.
      let isOpen = isLarge(e[row], d[row], row + 1 < n ? d[row + 1] : .zero) & (start .<= .splat(row))
      // An exact zero: a lane finds the same blocks whatever the moment its neighbours make it look.
      e[row] = V.select(wanted & ~isOpen, .zero, e[row])
      let opens = isOpen & (first .== none)
      first = .select(opens, .splat(row), first)
      open = (open | opens) & isOpen
      last = .select(open, .splat(row + 1), last)
      row += 1
    }
    start = .select(wanted, first, start)
    end = .select(wanted, last, end)
    let isActive = start .< none
    let areActive = !(~isActive).any
    low = start.minimum
    high = end.maximum
    firstEnd = V.Bits.select(isActive, end, none).minimum
    commonLow = areActive ? start.maximum : n
    commonHigh = areActive ? firstEnd : 0
  }

  /// Lanes that are not diagonal after [n,n].
  @inline(always) func remaining(_ n: Int) -> V.Bits { start .< .splat(n) }

  /// Writes to the last row of every block.
  @inline(always) func writeEnd(_ x: UnsafeMutablePointer<V>, _ value: V) {
    for row in firstEnd...high where row > 0 { x[row] = V.select(end .== .splat(row), value, x[row]) }
  }
}
