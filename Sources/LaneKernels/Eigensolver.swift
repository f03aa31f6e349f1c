import GeocKernelABI

/// The symmetric eigensolver of one lane group: scaling, Householder reduction, QL.
enum Eigensolver {
  /// Scratch vectors that `solve` needs besides its arguments.
  static func scratch(_ n: Int) -> Int { (8 + 2 * ImplicitQL.sweepsPerBatch) * n }

  /// Eigenvalues `w` [n], unsorted, and eigenvectors in the columns of `u` [n,n] of the lower triangle of `x` [n,n].
  ///
  /// `u` is the work space of the reduction even without vectors. Lanes with a NaN or an infinity get NaN results and
  /// disturb nobody. Each lane is scaled by a power of two to a norm of about 2^20, so that squares of small
  /// off-diagonals do not underflow. Returns whether every lane converged and was finite.
  static func solve<V: Lanes>(
    _ x: LaneSource<V>, _ n: Int, _ w: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, vectors: Bool,
    _ scratch: UnsafeMutablePointer<V>
  ) -> Bool {
    var largest = V.zero
    var sum = V.zero
    for i in 0..<n {
      for j in 0...i {
        let a = V.abs(x[i * n + j])
        largest = V.max(a, largest)
        sum += a * .zero
        u[i * n + j] = x[i * n + j]
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
      for j in 0...i { u[i * n + j] = V.select(isBad, .zero, u[i * n + j] * factor) }
    }
    let e = scratch
    let tau = scratch + n
    let work = scratch + 2 * n
    let rotations = scratch + 8 * n
    Tridiagonal.reduce(u, n, w, e, tau, work)
    if vectors { Tridiagonal.formQ(u, n, tau, work) }
    let converged = ImplicitQL.iterate(w, e, n, vectors ? u : nil, rotations, as: V.self)
    let back = V.one / factor
    let nan = V.splat(V.Scalar.nan)
    for i in 0..<n { w[i] = V.select(isBad, nan, w[i] * back) }
    let anyBad = isBad.any
    if anyBad && vectors {
      for i in 0..<(n * n) { u[i] = V.select(isBad, nan, u[i]) }
    }
    if !converged {
      for i in 0..<n { w[i] = V.select(e[i] .== .zero, w[i], nan) }
    }
    return converged && !anyBad
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
  static func workspace(_ sizes: [Int]) -> Int { Eigensolver.scratch(sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let w = call.lanes(1, group: group, as: V.self)
      let u = call.lanes(2, group: group, as: V.self)
      for field in 0..<call.sizes[0] {
        let good = Eigensolver.solve(
          x.dropping(field * n * n), n, w + field * n, u + field * n * n, vectors: true, call.scratchLanes())
        if !good { Eigensolver.recordFailure(call, group: group, field: field, w + field * n, n) }
      }
    }
  }
}

/// `eigvals`, sizes [F, n]: x [F,n,n] → w [F,n], the eigenvalues of the lower triangle in no particular order.
enum Eigvals: LaneKernel {
  static var name: String { "eigvals" }
  static func workspace(_ sizes: [Int]) -> Int { Eigensolver.scratch(sizes[1]) + sizes[1] * sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    let work: UnsafeMutablePointer<V> = call.scratchLanes()
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let w = call.lanes(1, group: group, as: V.self)
      for field in 0..<call.sizes[0] {
        let good = Eigensolver.solve(
          x.dropping(field * n * n), n, w + field * n, work, vectors: false, work + n * n)
        if !good { Eigensolver.recordFailure(call, group: group, field: field, w + field * n, n) }
      }
    }
  }
}
