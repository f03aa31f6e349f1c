import GeocKernelABI

/// What `pair_kernel` and `pair_kernel_vjp` share: sizes [F, divW, modW, divU, modU, n], reals [c, p].
struct PairProblem<V: Lanes> {
  let n: Int
  let c: Double
  let p: Double
  /// Eigenvalues [n] and eigenvectors [n,n] of the field in work, in all lanes.
  let values: UnsafeMutablePointer<V>
  let vectors: UnsafeMutablePointer<V>
  /// Scratch [n,n].
  let work: UnsafeMutablePointer<V>

  /// Scratch vectors that the problem takes itself.
  static func workspace(n: Int) -> Int { 2 * n * n + n }

  @inline(always) init(_ call: KernelCall) {
    n = call.sizes[5]
    c = call.reals[0]
    p = call.reals[1]
    values = call.scratchLanes(as: V.self)
    vectors = values + n
    work = vectors + n * n
  }

  /// Whether the eigenpairs of a group differ from those of the group before: those of an unbatched base point do not.
  @inline(always) func isNew(_ call: KernelCall, group: Int) -> Bool {
    group == 0 || call.operands[0].isBatched || call.operands[1].isBatched
  }

  @inline(always) func load(_ call: KernelCall, group: Int, field: Int) {
    let w = call.source(0, group: group, as: V.self)
    let u = call.source(1, group: group, as: V.self)
    for i in 0..<n { values[i] = w[field * n + i] }
    for e in 0..<(n * n) { vectors[e] = u[field * n * n + e] }
  }

  /// `Eᵀ sym(x) E` into the lower triangle of `sink`; `y` is scratch [n,n], which the sink may write to.
  @inline(always) func project<S: BlockSink>(_ x: LaneSource<V>, _ y: UnsafeMutablePointer<V>, _ sink: S)
  where S.Vector == V {
    let half = V.constant(0.5)
    for i in 0..<n {
      for j in 0...i {
        let mean = (x[i * n + j] + x[j * n + i]) * half
        y[i * n + j] = mean
        y[j * n + i] = mean
      }
    }
    let e = MatrixView(LaneElements(vectors), columns: n)
    multiply(
      MatrixView(LaneElements(y), columns: n), e, rows: n, columns: n, depth: n, into: StoreSink(base: work, columns: n)
    )
    multiplyLower(e.transposed, MatrixView(LaneElements(work), columns: n), n: n, depth: n, into: sink)
  }

  /// `y = E x Eᵀ` for symmetric x.
  @inline(always) func rebuild(_ x: UnsafeMutablePointer<V>, _ y: UnsafeMutablePointer<V>) {
    let e = MatrixView(LaneElements(vectors), columns: n)
    multiply(
      MatrixView(LaneElements(x), columns: n), e.transposed, rows: n, columns: n, depth: n,
      into: StoreSink(base: work, columns: n))
    multiplyLower(
      e, MatrixView(LaneElements(work), columns: n), n: n, depth: n, into: MirrorSink(base: y, n: n, scale: 1))
  }

  /// `c (a_i + a_j)`.
  @inline(always) func pairSum(_ i: Int, _ j: Int) -> V { V.constant(c) * (values[i] + values[j]) }

  /// `x^p`.
  @inline(always) func power(_ x: V) -> V {
    if p == 0.5 { return V.sqrt(x) }
    if p == -0.5 { return V.rsqrt(x) }
    if p == -1 { return V.one / x }
    if p == 1 { return x }
    return V.pow(x, V.constant(p))
  }
}

/// `pair_kernel`: w [·,n], u [·,n,n], U [·,n,n] → E[(Eᵀ sym(U) E) ∘ (c(a_i + a_j))^p]Eᵀ [F,n,n], exactly symmetric.
///
/// (w, u) = (a, E) are the eigenpairs of the base point; sizes [F, divW, modW, divU, modU, n], reals [c, p].
enum PairKernel: LaneKernel {
  static var name: String { "pair_kernel" }
  static func workspace(_ sizes: [Int]) -> Int { PairProblem<Double>.workspace(n: sizes[5]) + 2 * sizes[5] * sizes[5] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (mapW, mapU) = (FieldMap(call.sizes + 1), FieldMap(call.sizes + 3))
    let problem = PairProblem<V>(call)
    let n = problem.n
    let inner = problem.work + n * n
    let weights = inner + n * n
    for field in 0..<call.sizes[0] {
      for group in 0..<call.groups {
        if problem.isNew(call, group: group) {
          problem.load(call, group: group, field: mapW(field))
          for i in 0..<n {
            for j in 0...i { weights[i * n + j] = problem.power(problem.pairSum(i, j)) }
          }
        }
        let tangent = call.source(2, group: group, as: V.self).advanced(by: mapU(field) * n * n)
        problem.project(tangent, inner, WeightedMirrorSink(base: inner, n: n, weight: weights))
        problem.rebuild(inner, call.lanes(3, group: group, as: V.self) + field * n * n)
      }
    }
  }
}

/// `pair_kernel_vjp`: w, u, U as in `pair_kernel`, dF [F,n,n] → dA [F,n,n], the gradient for the base point.
///
/// dA = E(M + Mᵀ)Eᵀ, M_ik = Σ_j Δ_ikj Ĝ_ij Û_kj with Û = EᵀUE, Ĝ = Eᵀ sym(dF) E and
/// Δ_ikj = c h[c(a_i + a_j), c(a_k + a_j)], the divided difference of h = x^p: no eigenvalue gap is divided by.
enum PairKernelVJP: LaneKernel {
  static var name: String { "pair_kernel_vjp" }
  static func workspace(_ sizes: [Int]) -> Int {
    PairProblem<Double>.workspace(n: sizes[5]) + 3 * sizes[5] * sizes[5] + Contraction<Double>.workspace(n: sizes[5])
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (mapW, mapU) = (FieldMap(call.sizes + 1), FieldMap(call.sizes + 3))
    let problem = PairProblem<V>(call)
    let n = problem.n
    let tangent = problem.work + n * n
    let cotangent = tangent + n * n
    let terms = cotangent + n * n
    let sums = terms + Contraction<V>.workspace(n: n)
    for field in 0..<call.sizes[0] {
      for group in 0..<call.groups {
        let isNew = problem.isNew(call, group: group)
        if isNew { problem.load(call, group: group, field: mapW(field)) }
        let own = call.source(2, group: group, as: V.self).advanced(by: mapU(field) * n * n)
        problem.project(own, tangent, MirrorSink(base: tangent, n: n, scale: 1))
        let back = call.source(3, group: group, as: V.self).advanced(by: field * n * n)
        problem.project(back, cotangent, MirrorSink(base: cotangent, n: n, scale: 1))
        let isShared = V.count > 1 && !call.operands[0].isBatched
        let contraction = Contraction(
          n: n, c: problem.c, p: problem.p, values: problem.values, terms: terms, isShared: isShared)
        if isNew { contraction.prepare() }
        var nothing = Lookahead.nothing
        contraction.run(tangent, cotangent, &nothing, to: sums)
        problem.rebuild(sums, call.lanes(4, group: group, as: V.self) + field * n * n)
      }
    }
  }
}
