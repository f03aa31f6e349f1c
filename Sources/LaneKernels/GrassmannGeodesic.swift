import GeocKernelABI

/// `grassmann_geodesic`, sizes [F, n, k, every]: x, e [F,n,k], rate [], and perhaps step [] → y [F,n,k].
///
/// h = e − x xᵀe, M = rate² hᵀh, y = x cos√M − rate h (sin√M/√M). cos√M and sin√M/√M are power series in M: no square
/// root, no decomposition, nothing that a zero or repeated singular value of h could upset. M is quartered until its norm
/// is at most 1, the series are summed, and the angle is doubled as often. When step − 1 is a multiple of `every`, the
/// columns of y are made orthonormal by the Cholesky factor of yᵀy, which turns no column over.
///
/// Unbatched values only: a matrix per lane.
enum GrassmannGeodesic: LaneKernel {
  static var name: String { "grassmann_geodesic" }
  /// Lanes of the widest vector, as scratch is counted per lane of an unbatched value.
  private static var widest: Int { LaneWidth.f32 }

  static func workspace(_ sizes: [Int]) -> Int {
    let (n, k) = (sizes[1], sizes[2])
    return widest * (3 * n * k + 6 * k * k + k)
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    if V.Scalar.self == Double.self {
      GeodesicRun<VectorOfDoubles>(call).run()
    } else {
      GeodesicRun<VectorOfFloats>(call).run()
    }
  }
}

/// All matrices of one call, as many at a time as there are lanes.
private struct GeodesicRun<V: Lanes> {
  let call: KernelCall
  let (fields, n, k): (Int, Int, Int)
  let rate: V
  let isRefreshed: Bool
  /// Three n×k matrices and six k×k ones, a matrix per lane.
  let (x, e, h): (UnsafeMutablePointer<V>, UnsafeMutablePointer<V>, UnsafeMutablePointer<V>)
  let small: UnsafeMutablePointer<V>

  init(_ call: KernelCall) {
    self.call = call
    (fields, n, k) = (call.sizes[0], call.sizes[1], call.sizes[2])
    rate = V.splat(call.operands[2].base.assumingMemoryBound(to: V.Scalar.self)[0])
    if call.inputCount > 3 {
      let step = Int(call.operands[3].base.assumingMemoryBound(to: V.Scalar.self)[0])
      isRefreshed = (step - 1) % call.sizes[3] == 0
    } else {
      isRefreshed = false
    }
    x = call.scratch.assumingMemoryBound(to: V.self)
    e = x + n * k
    h = e + n * k
    small = h + n * k
  }

  func run() {
    withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { sources in
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<V.Scalar>?.self, capacity: V.count) { targets in
        guard let sources = sources.baseAddress, let targets = targets.baseAddress else { return }
        for group in call.share(of: (fields + V.count - 1) / V.count) {
          let first = group * V.count
          load(0, first, x, sources)
          load(1, first, e, sources)
          step()
          if isRefreshed { refresh() }
          store(first, targets)
        }
      }
    }
  }

  /// Matrices `first`, … of an operand, one per lane; lanes beyond the last matrix repeat it.
  private func load(
    _ operand: Int, _ first: Int, _ target: UnsafeMutablePointer<V>,
    _ rows: UnsafeMutablePointer<UnsafePointer<V.Scalar>?>
  ) {
    let size = n * k
    let base = call.operands[operand].base.assumingMemoryBound(to: V.Scalar.self)
    let out = UnsafeMutableRawPointer(target).assumingMemoryBound(to: V.Scalar.self)
    for lane in 0..<V.count { rows[lane] = UnsafePointer(base + Swift.min(first + lane, fields - 1) * size) }
    rowsToLanes(rows, size, into: out, as: V.self)
  }

  private func store(_ first: Int, _ rows: UnsafeMutablePointer<UnsafeMutablePointer<V.Scalar>?>) {
    let size = n * k
    let valid = Swift.min(V.count, fields - first)
    let base = call.operands[call.inputCount].base.assumingMemoryBound(to: V.Scalar.self) + first * size
    let lanes = UnsafeMutableRawPointer(x).assumingMemoryBound(to: V.Scalar.self)
    for lane in 0..<valid { rows[lane] = base + lane * size }
    lanesToRows(UnsafePointer(lanes), size, into: rows, valid: valid, as: V.self)
  }

  private func view(_ m: UnsafeMutablePointer<V>, isTransposed: Bool = false) -> MatrixView<LaneElements<V>> {
    MatrixView(LaneElements(m), columns: k, isTransposed: isTransposed)
  }

  private func matrix(_ index: Int) -> UnsafeMutablePointer<V> { small + index * k * k }

  /// The k×k product a b, which must not lie in a or b.
  private func product(_ a: UnsafeMutablePointer<V>, _ b: UnsafeMutablePointer<V>, _ c: UnsafeMutablePointer<V>) {
    multiply(view(a), view(b), rows: k, columns: k, depth: k, into: StoreSink(base: c, columns: k))
  }

  /// `x` moved along the geodesic; `e` and `h` are used up.
  private func step() {
    let (m, m2, m3, c, z, t) = (matrix(0), matrix(1), matrix(2), matrix(3), matrix(4), matrix(5))
    multiply(view(x, isTransposed: true), view(e), rows: k, columns: k, depth: n, into: StoreSink(base: t, columns: k))
    multiply(view(x), view(t), rows: n, columns: k, depth: k, into: SumSink(from: e, into: h, columns: k, scale: -1))
    multiplyLower(
      view(h, isTransposed: true), view(h), n: k, depth: n, into: MirrorSink(base: m, n: k, scale: (rate * rate).first))
    let halvings = quartered(m)
    product(m, m, m2)
    product(m2, m, m3)
    // cos√M and sin√M/√M to degree 8: (c0 + c1 M + c2 M²) + M³ ((c3 + …) + M³ (c6 + …)).
    series(Self.cosine, into: c, m, m2, m3, t)
    series(Self.sine, into: z, m, m2, m3, t)
    for _ in 0..<halvings {
      product(z, c, t)
      for i in 0..<(k * k) { z[i] = t[i] }
      product(c, c, t)
      for i in 0..<(k * k) { c[i] = t[i] + t[i] }
      for i in 0..<k { c[i * k + i] -= V.one }
    }
    for i in 0..<(k * k) { z[i] *= rate }
    multiply(view(x), view(c), rows: n, columns: k, depth: k, into: StoreSink(base: e, columns: k))
    multiply(view(h), view(z), rows: n, columns: k, depth: k, into: SumSink(from: e, into: x, columns: k, scale: -1))
  }

  private static var cosine: (Double, Double, Double, Double, Double, Double, Double, Double, Double) {
    (
      1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3_628_800, 1 / 479_001_600, -1 / 87_178_291_200,
      1 / 20_922_789_888_000
    )
  }
  private static var sine: (Double, Double, Double, Double, Double, Double, Double, Double, Double) {
    (
      1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362_880, -1 / 39_916_800, 1 / 6_227_020_800, -1 / 1_307_674_368_000,
      1 / 355_687_428_096_000
    )
  }

  /// Brings the Frobenius norms of the matrices to at most 1 by factors of 4; their number.
  private func quartered(_ m: UnsafeMutablePointer<V>) -> Int {
    var sum = V.zero
    for i in 0..<(k * k) { sum = V.fma(m[i], m[i], sum) }
    var halvings = 0
    // A norm that is not finite passes every comparison and ends here.
    while halvings < 40, (sum .> V.one).any, !V.isNotFinite(sum).any {
      sum *= V.constant(1.0 / 16)
      halvings += 1
    }
    guard halvings > 0 else { return 0 }
    var factor = V.one
    for _ in 0..<halvings { factor *= V.constant(0.25) }
    for i in 0..<(k * k) { m[i] *= factor }
    return halvings
  }

  private func series(
    _ f: (Double, Double, Double, Double, Double, Double, Double, Double, Double), into y: UnsafeMutablePointer<V>,
    _ m: UnsafeMutablePointer<V>, _ m2: UnsafeMutablePointer<V>, _ m3: UnsafeMutablePointer<V>,
    _ t: UnsafeMutablePointer<V>
  ) {
    mix(nil, f.6, f.7, f.8, m, m2, into: t)
    product(m3, t, y)
    mix(y, f.3, f.4, f.5, m, m2, into: t)
    product(m3, t, y)
    mix(y, f.0, f.1, f.2, m, m2, into: y)
  }

  /// base + c0 I + c1 M + c2 M².
  private func mix(
    _ base: UnsafeMutablePointer<V>?, _ c0: Double, _ c1: Double, _ c2: Double, _ m: UnsafeMutablePointer<V>,
    _ m2: UnsafeMutablePointer<V>, into y: UnsafeMutablePointer<V>
  ) {
    let (c1, c2) = (V.constant(c1), V.constant(c2))
    for i in 0..<(k * k) { y[i] = V.fma(c2, m2[i], V.fma(c1, m[i], base.map { $0[i] } ?? V.zero)) }
    for i in 0..<k { y[i * k + i] += V.constant(c0) }
  }

  /// x L⁻ᵀ with xᵀx = L Lᵀ: orthonormal columns, continuous in x.
  private func refresh() {
    let (gram, inverses) = (matrix(0), matrix(6))
    multiplyLower(
      view(x, isTransposed: true), view(x), n: k, depth: n, into: MirrorSink(base: gram, n: k, scale: 1))
    for c in 0..<k {
      var pivot = gram[c * k + c]
      for j in 0..<c { pivot = V.fnma(gram[c * k + j], gram[c * k + j], pivot) }
      let root = V.sqrt(pivot)
      gram[c * k + c] = root
      for r in (c + 1)..<Swift.max(k, c + 1) {
        var value = gram[r * k + c]
        for j in 0..<c { value = V.fnma(gram[r * k + j], gram[c * k + j], value) }
        gram[r * k + c] = value / root
      }
    }
    solveTriangular(UnsafePointer(gram), x, n: k, m: n, isLeft: false, isTransposed: true, inverses: inverses)
  }
}
