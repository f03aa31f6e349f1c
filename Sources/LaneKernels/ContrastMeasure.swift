import GeocKernelABI

/// Similarity of two rows of the batch, one of them in each lane and the other the same for all lanes.
///
/// Angle: γ, for rows of norm 1. Distance: −d of points of the ball in Gram form, with q = x² + y² − 2γ,
/// D = 1 − 2cγ + c²x²y², ρ = √c·√(qD)/(D + e) and d = 2/√c · artanh(min(ρ, 1 − a)); e and a are constants of the
/// library that the loss comes from, and the gradient passes through the bound 1 − a.
struct ContrastMeasure<V: Lanes> {
  let isDistance: Bool
  let inverseTemperature: V
  private let c: V
  private let root: V
  private let denominatorSum: V
  private let limit: V

  /// reals [temperature, e, a]; c is the number of operand `curvature`.
  @inline(always) init(_ call: KernelCall, isDistance: Bool, curvature: Int) {
    self.isDistance = isDistance
    inverseTemperature = V.one / V.constant(call.reals[0])
    c = call.source(curvature, group: 0, as: V.self)[0]
    root = V.sqrt(c)
    denominatorSum = V.constant(call.reals[1])
    limit = V.constant(1 - call.reals[2])
  }

  /// q and D.
  @inline(always) private func parts(_ gram: V, _ xx: V, _ yy: V) -> (q: V, d: V) {
    let q = V.max(V.zero, V.fma(V.constant(-2), gram, xx + yy))
    let d = V.max(V.zero, V.fma(c * c * xx, yy, V.fma(V.constant(-2) * c, gram, V.one)))
    return (q, d)
  }

  /// The similarity divided by the temperature.
  @inline(always) func scaled(_ gram: V, _ xx: V, _ yy: V) -> V {
    guard isDistance else { return gram * inverseTemperature }
    let (q, d) = parts(gram, xx, yy)
    let rho = root * V.sqrt(q * d) / (d + denominatorSum)
    return -(V.constant(2) / root) * V.atanh(V.min(limit, rho)) * inverseTemperature
  }

  /// What a change of the similarity means for γ, x² and c, for the cotangent `s` of the similarity.
  @inline(always) func slopes(_ s: V, _ gram: V, _ xx: V, _ yy: V) -> (gram: V, square: V, c: V) {
    guard isDistance else { return (s, V.zero, V.zero) }
    let (q, d) = parts(gram, xx, yy)
    let rho = root * V.sqrt(q * d) / (d + denominatorSum)
    let bounded = V.min(limit, rho)
    let distance = V.constant(2) / root * V.atanh(bounded)
    let half = V.constant(0.5)
    // −s is the cotangent of d; t = ρ̄ρ.
    let t = V.constant(-2) * s * rho / (root * ((V.one - bounded) * (V.one + bounded)))
    let isApart = q .> V.zero
    let qBar = V.select(isApart, half * t / q, V.zero)
    let dBar = V.select(isApart, t * (half / d - V.one / (d + denominatorSum)), V.zero)
    let gramBar = V.constant(-2) * V.fma(c, dBar, qBar)
    let squareBar = V.fma(c * c * yy, dBar, qBar)
    let own = half * (s * distance + t) / c
    let cBar = V.fma(dBar, V.constant(2) * (c * xx * yy - gram), own)
    return (gramBar, squareBar, cBar)
  }
}

/// Products of the rows of a group with eight rows of the batch.
enum GramBlock {
  /// Rows of a block; two after one another are in one group, whatever its width.
  static var rows: Int { 8 }
  /// Where the rows 0, 2, 4 and 6 of a block are.
  typealias Rows<Scalar> = (
    UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>
  )

  /// γ of the vectors `x` [n] and the rows at `y`.
  @inline(never)
  static func write<V: Lanes>(
    _ x: LaneSource<V>, _ y: Rows<V.Scalar>, n: Int, to gram: UnsafeMutablePointer<V>
  ) {
    var (a, b, c, d) = (V.zero, V.zero, V.zero, V.zero)
    var (e, f, g, h) = (V.zero, V.zero, V.zero, V.zero)
    for i in 0..<n {
      let v = x[i]
      let at = i * V.count
      let (p, q, r, s) = (y.0 + at, y.1 + at, y.2 + at, y.3 + at)
      a = V.fma(v, V.splat(p[0]), a)
      b = V.fma(v, V.splat(p[1]), b)
      c = V.fma(v, V.splat(q[0]), c)
      d = V.fma(v, V.splat(q[1]), d)
      e = V.fma(v, V.splat(r[0]), e)
      f = V.fma(v, V.splat(r[1]), f)
      g = V.fma(v, V.splat(s[0]), g)
      h = V.fma(v, V.splat(s[1]), h)
    }
    gram[0] = a
    gram[1] = b
    gram[2] = c
    gram[3] = d
    gram[4] = e
    gram[5] = f
    gram[6] = g
    gram[7] = h
  }

  /// Adds Σ weight · row over the eight rows at `y` to `sum` [n].
  @inline(never)
  static func add<V: Lanes>(
    _ weight: UnsafePointer<V>, _ y: Rows<V.Scalar>, n: Int, to sum: UnsafeMutablePointer<V>
  ) {
    let (a, b, c, d) = (weight[0], weight[1], weight[2], weight[3])
    let (e, f, g, h) = (weight[4], weight[5], weight[6], weight[7])
    for i in 0..<n {
      let at = i * V.count
      let (p, q, r, s) = (y.0 + at, y.1 + at, y.2 + at, y.3 + at)
      var first = V.fma(a, V.splat(p[0]), sum[i])
      var second = b * V.splat(p[1])
      first = V.fma(c, V.splat(q[0]), first)
      second = V.fma(d, V.splat(q[1]), second)
      first = V.fma(e, V.splat(r[0]), first)
      second = V.fma(f, V.splat(r[1]), second)
      first = V.fma(g, V.splat(s[0]), first)
      second = V.fma(h, V.splat(s[1]), second)
      sum[i] = first + second
    }
  }
}
