import GeocKernelABI

/// `pair_contraction`, sizes [F, n], reals [c, p]: w [n], v [F,n,n], g [F,n,n] → y [F,n,n],
/// y_ik = Σ_j Δ_ikj (g_ij v_kj + g_kj v_ij) with Δ as in `pair_kernel_vjp`: what that gives in the eigenbasis of a base
/// point that all items share.
enum PairContraction: LaneKernel {
  static var name: String { "pair_contraction" }
  static func workspace(_ sizes: [Int]) -> Int { sizes[1] + Contraction<Double>.workspace(n: sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    let values = call.scratchLanes(as: V.self)
    let w = call.source(0, group: 0, as: V.self)
    for i in 0..<n { values[i] = w[i] }
    let contraction = Contraction(
      n: n, c: call.reals[0], p: call.reals[1], values: values, terms: values + n, isShared: V.count > 1)
    contraction.prepare()
    for group in 0..<call.groups {
      var ahead = Lookahead(
        call.next(1, after: group, as: V.self), call.next(2, after: group, as: V.self),
        call.next(3, after: group, as: V.self), steps: call.sizes[0] * 3 * n * (n + 1) / 2)
      for field in 0..<call.sizes[0] {
        contraction.run(
          call.lanes(1, group: group, as: V.self) + field * n * n,
          call.lanes(2, group: group, as: V.self) + field * n * n, &ahead,
          to: call.lanes(3, group: group, as: V.self) + field * n * n)
      }
    }
  }
}

/// Sums M + Mᵀ with M_ik = Σ_j Δ_ikj ĝ_ij v̂_kj, Δ_ikj = c h[c(a_i + a_j), c(a_k + a_j)] and h = x^p.
struct Contraction<V: Lanes> {
  let n: Int
  let c: Double
  let p: Double
  /// a [n].
  let values: UnsafeMutablePointer<V>
  /// Scratch.
  let terms: UnsafeMutablePointer<V>
  /// Whether all lanes have the same a, and so the same Δ: the lanes then hold neighbouring j while it is computed.
  let isShared: Bool

  /// Vectors of scratch, of two lanes at least where the lanes hold neighbouring j.
  static func workspace(n: Int) -> Int { n * n + 2 * n + 1 + (keepsAll(n) ? n * (n + 1) / 2 * ((n + 1) / 2) : 0) }

  /// Whether all Δ of a base point that is shared are computed together, and once for all items: where they stay in the
  /// cache.
  private static func keepsAll(_ n: Int) -> Bool { n <= 16 }

  /// Rows of numbers when shared, filled up to whole vectors, and of vectors when not.
  private var length: Int { (n + V.count - 1) / V.count }

  /// Computes what depends on a alone.
  func prepare() {
    switch p {
    case 0.5: prepare(RootDifference.self)
    case -0.5: prepare(InverseRootDifference.self)
    case -1: prepare(InverseDifference.self)
    case 1: prepare(UnitDifference.self)
    default: prepare(GeneralDifference.self)
    }
  }

  /// The sums for symmetric v and g [n,n].
  func run(
    _ v: UnsafeMutablePointer<V>, _ g: UnsafeMutablePointer<V>, _ ahead: inout Lookahead,
    to y: UnsafeMutablePointer<V>
  ) {
    switch p {
    case 0.5: run(RootDifference.self, v, g, &ahead, to: y)
    case -0.5: run(InverseRootDifference.self, v, g, &ahead, to: y)
    case -1: run(InverseDifference.self, v, g, &ahead, to: y)
    case 1: run(UnitDifference.self, v, g, &ahead, to: y)
    default: run(GeneralDifference.self, v, g, &ahead, to: y)
    }
  }

  /// Where Δ is computed, behind what it is computed from.
  private var differences: UnsafeMutablePointer<V> { terms + n * (isShared ? length : n) }

  /// The numbers Δ_ikj of a pair, when shared.
  @inline(always) private func findDifferences<D: PowerDividedDifference>(
    _: D.Type, _ i: Int, _ k: Int, to row: UnsafeMutablePointer<V>
  ) {
    for j in 0..<length { row[j] = D.difference(terms[i * length + j], terms[k * length + j], p) }
  }

  private func prepare<D: PowerDividedDifference>(_: D.Type) {
    let c = V.constant(c)
    let numbers = UnsafeMutableRawPointer(terms).assumingMemoryBound(to: V.Scalar.self)
    for i in 0..<n {
      if isShared {
        let row = numbers + i * length * V.count
        for j in 0..<(length * V.count) {
          row[j] = D.prepare(c * (values[i] + values[Swift.min(j, n - 1)])).first
        }
      } else {
        for j in 0..<n { terms[i * n + j] = D.prepare(c * (values[i] + values[j])) }
      }
    }
    guard isShared && Self.keepsAll(n) else { return }
    for i in 0..<n {
      for k in 0...i { findDifferences(D.self, i, k, to: differences + (i * (i + 1) / 2 + k) * length) }
    }
  }

  /// Δ is symmetric in i and k, so that both halves share it.
  private func run<D: PowerDividedDifference>(
    _: D.Type, _ v: UnsafeMutablePointer<V>, _ g: UnsafeMutablePointer<V>, _ ahead: inout Lookahead,
    to y: UnsafeMutablePointer<V>
  ) {
    let c = V.constant(c)
    let keepsAll = Self.keepsAll(n)
    for i in 0..<n {
      for k in 0...i {
        let pair = keepsAll ? differences + (i * (i + 1) / 2 + k) * length : differences
        if isShared && !keepsAll { findDifferences(D.self, i, k, to: pair) }
        let shared = UnsafeRawPointer(pair).assumingMemoryBound(to: V.Scalar.self)
        for _ in 0..<3 { ahead.advance() }
        // Four sums, so that an addition need not wait for the one before.
        var sums = (V.zero, V.zero, V.zero, V.zero)
        @inline(always) func term(_ j: Int, _ sum: V) -> V {
          let both = V.fma(g[i * n + j], v[k * n + j], g[k * n + j] * v[i * n + j])
          let difference = isShared ? V.splat(shared[j]) : D.difference(terms[i * n + j], terms[k * n + j], p)
          return V.fma(difference, both, sum)
        }
        var j = 0
        while j + 4 <= n {
          sums.0 = term(j, sums.0)
          sums.1 = term(j + 1, sums.1)
          sums.2 = term(j + 2, sums.2)
          sums.3 = term(j + 3, sums.3)
          j += 4
        }
        while j < n {
          sums.0 = term(j, sums.0)
          j += 1
        }
        let value = c * ((sums.0 + sums.1) + (sums.2 + sums.3))
        y[i * n + k] = value
        y[k * n + i] = value
      }
    }
  }
}

/// Exact divided difference of x^p, from a prepared function of each argument.
private protocol PowerDividedDifference {
  static func prepare<V: Lanes>(_ x: V) -> V
  static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V
}

/// √x: 1 / (√x + √y).
private enum RootDifference: PowerDividedDifference {
  @inline(always) static func prepare<V: Lanes>(_ x: V) -> V { V.sqrt(x) }
  @inline(always) static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V { V.one / (x + y) }
}

/// 1/√x: -1 / (√x √y (√x + √y)).
private enum InverseRootDifference: PowerDividedDifference {
  @inline(always) static func prepare<V: Lanes>(_ x: V) -> V { V.sqrt(x) }
  @inline(always) static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V { -V.one / (x * y * (x + y)) }
}

/// 1/x: -1 / (x y).
private enum InverseDifference: PowerDividedDifference {
  @inline(always) static func prepare<V: Lanes>(_ x: V) -> V { V.one / x }
  @inline(always) static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V { -(x * y) }
}

/// x: 1.
private enum UnitDifference: PowerDividedDifference {
  @inline(always) static func prepare<V: Lanes>(_ x: V) -> V { x }
  @inline(always) static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V { V.one }
}

/// x^p: p (x y)^((p-1)/2) sinhc(p h) / sinhc(h), h = ½ ln(y/x), for any p.
private enum GeneralDifference: PowerDividedDifference {
  @inline(always) static func prepare<V: Lanes>(_ x: V) -> V { x }
  @inline(always) static func difference<V: Lanes>(_ x: V, _ y: V, _ p: Double) -> V {
    let low = V.min(x, y)
    let h = V.constant(0.5) * V.log1p((V.max(x, y) - low) / low)
    let scale = V.constant(p) * V.pow(x * y, V.constant((p - 1) / 2))
    return scale * sinhc(V.constant(p) * h) / sinhc(h)
  }
  @inline(always) static func sinhc<V: Lanes>(_ t: V) -> V {
    let series = V.fma(t * t, V.constant(1.0 / 6.0), V.one)
    return V.select(V.abs(t) .< V.constant(1e-4), series, V.sinh(t) / t)
  }
}
