/// QL sweeps without square roots, for eigenvalues only (Pal, Walker and Kahan; LAPACK's `sterf`): on squares of the
/// subdiagonal, one division a row.
struct RootFreeQL<V: Lanes>: QLSweeps {
  /// Diagonal [n].
  let d: UnsafeMutablePointer<V>
  /// Squares of the subdiagonal [n].
  let e: UnsafeMutablePointer<V>
  private(set) var blocks = UnreducedBlocks<V>()
  private var shift = V.zero
  /// The last diagonal less the shift, and its square over the square of the last cosine.
  private var gamma = V.zero
  private var p = V.zero
  /// The square of the last sine.
  private var s = V.zero

  init(d: UnsafeMutablePointer<V>, squares e: UnsafeMutablePointer<V>) { (self.d, self.e) = (d, e) }

  @inline(always) mutating func begin(_ n: Int) -> Bool {
    let ends = blocks.next(d, e, n, patience: .one) { square, left, right in
      let bound = V.deflationBound(left, right)
      return square .> bound * bound
    }
    guard let ends else { return false }
    shift = ends.shift(ends.subdiagonal)
    gamma = V.awayFromZero(ends.last - shift)
    p = gamma * gamma
    s = .zero
    return true
  }

  @inline(always) mutating func step(_ row: Int) {
    let square = e[row]
    let alpha = d[row]
    let r = p + square
    // Squares of cosine and sine are p/r and square/r; both quotients come from one division.
    let inverse = .one / (r * p)
    let next = V.awayFromZero(p * V.fnma(square, gamma, p * (alpha - shift)) * inverse)
    let nextP = next * next * (r * r * inverse)
    let sine = square * p * inverse
    let below = gamma + (alpha - next)
    if blocks.areCommon(row) {
      e[row + 1] = s * r
      e[row] = sine * nextP
      d[row + 1] = below
      d[row] = shift + next
      (gamma, p, s) = (next, nextP, sine)
    } else {
      let takesPart = blocks.holds(row)
      let inside = takesPart & (V.Bits.splat(row + 1) .< blocks.end)
      e[row + 1] = V.select(inside, s * r, e[row + 1])
      e[row] = V.select(takesPart, sine * nextP, square)
      d[row + 1] = V.select(takesPart, below, d[row + 1])
      d[row] = V.select(takesPart, shift + next, alpha)
      gamma = V.select(takesPart, next, gamma)
      p = V.select(takesPart, nextP, p)
      s = V.select(takesPart, sine, s)
    }
  }

  @inline(always) mutating func end(_ n: Int) {}
}

extension Lanes {
  /// `x`, or the number of its sign whose square, and the square of that, are still in the range.
  @inline(always) fileprivate static func awayFromZero(_ x: Self) -> Self {
    withSign(max(abs(x), mantissaBits == 52 ? constant(0x1p-200) : constant(0x1p-28)), of: x)
  }
}
