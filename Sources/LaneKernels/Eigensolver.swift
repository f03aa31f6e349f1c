import GeocKernelABI

/// The symmetric eigensolver of one lane group: scaling, Householder reduction, QL.
enum Eigensolver {
  /// Scratch vectors for one problem.
  static func scratch(_ n: Int) -> Int { (8 + 2 * sweepsPerBatch) * n }

  /// Sweeps whose rotations are recorded before they are applied to the vectors.
  static var sweepsPerBatch: Int { 8 }

  /// A scaled problem between reduction and results.
  private struct Reduced<V: Lanes> {
    /// Diagonal [n], at last the eigenvalues, and vectors [n,n].
    var w: UnsafeMutablePointer<V>
    var u: UnsafeMutablePointer<V>
    var scratch: UnsafeMutablePointer<V>
    var factor: V
    /// Lanes with a NaN or an infinity.
    var isBad: V.Bits
    /// Lanes that have not become diagonal.
    var isUnfinished = V.Bits.splat(0)
    /// Subdiagonal [n].
    var e: UnsafeMutablePointer<V> { scratch }
  }

  /// Vectors of fewer rows do not make up for finding the eigenvalues first.
  private static var leastRowsForShifts: Int { 18 }

  /// One matrix per lane: eigenvalues `w` [n], unsorted, and eigenvectors in the columns of `u` [n,n] of the lower
  /// triangle of `x` [n,n].
  ///
  /// `u` is the work space of the reduction even without vectors. Lanes with a NaN or an infinity get NaN results and
  /// disturb nobody. Each lane is scaled by a power of two to a norm of about 2^20, so that squares of small
  /// off-diagonals do not underflow. Returns whether every lane converged and was finite.
  static func solve<V: Lanes>(
    _ x: LaneSource<V>, _ n: Int, _ w: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, vectors: Bool,
    _ scratch: UnsafeMutablePointer<V>
  ) -> Bool {
    var reduced = reduce(x, n, w, u, vectors: vectors, scratch)
    var nothing = Lookahead.nothing
    diagonalise(&reduced, 1, n, vectors: vectors, &nothing)
    return finish(reduced, n, vectors: vectors)
  }

  /// Scales, reduces and forms Q.
  private static func reduce<V: Lanes>(
    _ x: LaneSource<V>, _ n: Int, _ w: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, vectors: Bool,
    _ scratch: UnsafeMutablePointer<V>
  ) -> Reduced<V> {
    var largest = V.zero
    var sum = V.zero
    for i in 0..<n {
      for j in 0...i {
        let a = V.abs(x[i * n + j])
        largest = V.max(a, largest)
        sum += a * .zero
      }
    }
    // 0·∞ and 0·NaN are NaN: the sum is 0 exactly where all entries are finite.
    let isBad = sum .!= .zero
    let exponent = (largest.bits.shiftedRightLogically(V.mantissaBits)) - .splat(V.exponentBias)
    // Subnormal and very large norms: two factors would be needed, one that is as near as possible suffices.
    let most = V.Bits.splat(V.exponentBias - 2)
    let wanted = V.Bits.splat(20) - exponent
    let shift = V.Bits.select(wanted .> most, most, wanted)
    let least = V.Bits.splat(3 - V.exponentBias)
    let clamped = V.Bits.select(shift .< least, least, shift)
    let factor = V.select(isBad, .one, V.powerOfTwo(.select(isBad, .splat(0), clamped)))
    for i in 0..<n {
      for j in 0...i { u[i * n + j] = V.select(isBad, .zero, x[i * n + j] * factor) }
    }
    let e = scratch
    let tau = scratch + n
    let work = scratch + 2 * n
    Tridiagonal.reduce(u, n, w, e, tau, work)
    if vectors { Tridiagonal.formQ(u, n, tau, work) }
    return Reduced(w: w, u: u, scratch: scratch, factor: factor, isBad: isBad)
  }

  /// Brings `count` tridiagonal problems to diagonals side by side.
  ///
  /// Eigenvalues come first, by sweeps that touch no vectors: with an eigenvalue for its shift the first sweep of a block mostly
  /// finds it again, so that the vectors are turned about half as often as by Wilkinson's shifts.
  @inline(always) private static func diagonalise<V: Lanes>(
    _ problems: UnsafeMutablePointer<Reduced<V>>, _ count: Int, _ n: Int, vectors: Bool, _ ahead: inout Lookahead
  ) {
    let shifted = !vectors || n >= leastRowsForShifts
    if shifted {
      withUnsafeTemporaryAllocation(of: RootFreeQL<V>.self, capacity: count) { side in
        guard let side = side.baseAddress else { return }
        for k in 0..<count {
          let squares = vectors ? problems[k].scratch + n : problems[k].e
          let values = vectors ? problems[k].scratch + 2 * n : problems[k].w
          for i in 0..<n {
            squares[i] = problems[k].e[i] * problems[k].e[i]
            values[i] = problems[k].w[i]
          }
          (side + k).initialize(to: RootFreeQL(d: values, squares: squares))
        }
        if vectors {
          var nothing = Lookahead.nothing
          QLIteration.run(side, count, n, &nothing)
        } else {
          QLIteration.run(side, count, n, &ahead)
          for k in 0..<count { problems[k].isUnfinished = side[k].blocks.remaining(n) }
        }
      }
    }
    guard vectors else { return }
    withUnsafeTemporaryAllocation(of: ImplicitQL<V>.self, capacity: count) { side in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count * 2 * sweepsPerBatch) { ranges in
        guard let side = side.baseAddress, let ranges = ranges.baseAddress else { return }
        for k in 0..<count {
          let scratch = problems[k].scratch
          (side + k).initialize(
            to: ImplicitQL(
              d: problems[k].w, e: problems[k].e, u: problems[k].u, shifts: shifted ? scratch + 2 * n : nil,
              rotations: scratch + 8 * n, ranges: ranges + k * 2 * sweepsPerBatch))
        }
        QLIteration.run(side, count, n, &ahead)
        for k in 0..<count {
          side[k].flush(n)
          problems[k].isUnfinished = side[k].blocks.remaining(n)
        }
      }
    }
  }

  /// Makes the results `x` [count] of lanes NaN.
  @inline(always) private static func spoil<V: Lanes>(_ lanes: V.Bits, _ x: UnsafeMutablePointer<V>, _ count: Int) {
    guard lanes.any else { return }
    for i in 0..<count { x[i] = V.select(lanes, V.splat(V.Scalar.nan), x[i]) }
  }

  /// Takes the scaling back and marks failed lanes; whether there are none.
  private static func finish<V: Lanes>(_ reduced: Reduced<V>, _ n: Int, vectors: Bool) -> Bool {
    let back = V.one / reduced.factor
    let failed = reduced.isBad | reduced.isUnfinished
    for i in 0..<n { reduced.w[i] *= back }
    spoil(failed, reduced.w, n)
    if vectors { spoil(reduced.isBad, reduced.u, n * n) }
    return !failed.any
  }

  /// All fields of all groups of a call, a few side by side; `scratch` is what 128 bytes of lanes need.
  ///
  /// The vectors [n,n] of a problem are where `work` says, which for eigenvalues only may be scratch memory.
  @inline(always) static func solveAll<V: Lanes>(
    _ call: KernelCall, vectors: Bool, _ scratch: UnsafeMutablePointer<V>,
    _ work: (_ group: Int, _ field: Int, _ slot: Int) -> UnsafeMutablePointer<V>
  ) {
    let fields = call.sizes[0]
    let n = call.sizes[1]
    let problems = call.groups * fields
    func x(_ p: Int) -> LaneSource<V> { call.source(0, group: p / fields).dropping(p % fields * n * n) }
    func w(_ p: Int) -> UnsafeMutablePointer<V> { call.lanes(1, group: p / fields) + p % fields * n }
    let width = QLIteration.interleaved(n, as: V.self)
    withUnsafeTemporaryAllocation(of: Reduced<V>.self, capacity: width) { reduced in
      guard let reduced = reduced.baseAddress else { return }
      for p in stride(from: 0, to: problems, by: width) {
        let count = Swift.min(width, problems - p)
        for k in 0..<count {
          let u = work((p + k) / fields, (p + k) % fields, k)
          let one = reduce(x(p + k), n, w(p + k), u, vectors: vectors, scratch + k * Self.scratch(n))
          (reduced + k).initialize(to: one)
        }
        let size = count * n * n * MemoryLayout<V>.size
        let next = Swift.min(p + width, problems)
        func memory(_ operand: Int, _ base: UnsafeRawPointer) -> UnsafeRawBufferPointer {
          call.isDistant(operand) && V.count > 1 ? UnsafeRawBufferPointer(start: base, count: size) : .none
        }
        var ahead = Lookahead(
          memory(0, x(next).base), vectors ? memory(2, work(next / fields, next % fields, 0)) : .none,
          steps: count * n * n / 2)
        diagonalise(reduced, count, n, vectors: vectors, &ahead)
        for k in 0..<count where !finish(reduced[k], n, vectors: vectors) {
          recordFailure(call, group: (p + k) / fields, field: (p + k) % fields, w(p + k), n)
        }
      }
    }
  }

  /// Reports the first valid item of a group with a NaN among its eigenvalues `w` [n].
  static func recordFailure<V: Lanes>(
    _ call: KernelCall, group: Int, field: Int, _ w: UnsafeMutablePointer<V>, _ n: Int
  ) {
    let scalars = UnsafeMutableRawPointer(w).assumingMemoryBound(to: V.Scalar.self)
    for lane in 0..<call.validLanes(group: group, as: V.self) {
      for i in 0..<n where scalars[i * V.count + lane].isNaN {
        call.record(
          .notConverged, item: call.firstItem + group * V.count + lane, field: field,
          value: Double(scalars[i * V.count + lane]))
        return
      }
    }
  }
}

/// `eigh`, sizes [F, n]: x [F,n,n] → w [F,n], u [F,n,n].
///
/// Reads the lower triangle of x. `w[k]` in no particular order, `u[i,k]` is component i of the eigenvector of `w[k]`.
enum Eigh: LaneKernel {
  static var name: String { "eigh" }
  static func workspace(_ sizes: [Int]) -> Int { 2 * Eigensolver.scratch(sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let square = call.sizes[1] * call.sizes[1]
    Eigensolver.solveAll(call, vectors: true, call.scratchLanes(as: V.self)) { group, field, _ in
      call.lanes(2, group: group, as: V.self) + field * square
    }
  }
}

/// `eigvals`, sizes [F, n]: x [F,n,n] → w [F,n], the eigenvalues of the lower triangle in no particular order.
enum Eigvals: LaneKernel {
  static var name: String { "eigvals" }
  static func workspace(_ sizes: [Int]) -> Int { 2 * (Eigensolver.scratch(sizes[1]) + sizes[1] * sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let square = call.sizes[1] * call.sizes[1]
    let work: UnsafeMutablePointer<V> = call.scratchLanes()
    let scratch = work + QLIteration.interleaved(call.sizes[1], as: V.self) * square
    Eigensolver.solveAll(call, vectors: false, scratch) { _, _, slot in work + slot * square }
  }
}
