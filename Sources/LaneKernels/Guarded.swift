import GeocKernelABI

/// Spectral clamps that cost an eigendecomposition only in groups where some item needs one.
///
/// The guard is a Cholesky factorisation of `x - shift·I`: where it succeeds in a lane, the clamp is the identity there,
/// bit for bit, and the decomposition reported is a marker: `w` the same number, inside the region where the clamp is the
/// identity, and a `u` that means nothing. Every choice is made lane by lane, so results do not depend on the neighbours.
enum SpectralGuard {
  /// Scratch vectors for `run`.
  static func scratch(_ n: Int) -> Int { 2 * n * n + n + Eigensolver.scratch(n) }

  /// Which lanes of `x` [n,n] (lower triangle) have only positive pivots after `shift` is taken from the diagonal.
  static func passes<V: Lanes>(
    _ x: LaneSource<V>, _ n: Int, shift: V, _ l: UnsafeMutablePointer<V>, _ ahead: inout Lookahead
  ) -> V.Bits {
    var good = V.Bits.splat(-1)
    for j in 0..<n {
      let rj = l + j * n
      var pivot = x[j * n + j] - shift
      for k in 0..<j { pivot = V.fnma(rj[k], rj[k], pivot) }
      good = good & (pivot .> .zero) & (pivot .<= V.splat(V.Scalar.greatestFiniteMagnitude))
      if !good.any { return good }
      let inverse = V.one / V.sqrt(pivot)
      rj[j] = inverse
      var i = j + 1
      // Eight chains of multiply-adds fill both units.
      while i + 7 < n {
        let r0 = l + i * n
        let r1 = r0 + n
        let r2 = r1 + n
        let r3 = r2 + n
        let r4 = r3 + n
        let r5 = r4 + n
        let r6 = r5 + n
        let r7 = r6 + n
        var s0 = x[i * n + j]
        var s1 = x[(i + 1) * n + j]
        var s2 = x[(i + 2) * n + j]
        var s3 = x[(i + 3) * n + j]
        var s4 = x[(i + 4) * n + j]
        var s5 = x[(i + 5) * n + j]
        var s6 = x[(i + 6) * n + j]
        var s7 = x[(i + 7) * n + j]
        var pace = ahead.pace
        for k in 0..<j {
          pace.advance()
          let y = -rj[k]
          s0 = V.fma(r0[k], y, s0)
          s1 = V.fma(r1[k], y, s1)
          s2 = V.fma(r2[k], y, s2)
          s3 = V.fma(r3[k], y, s3)
          s4 = V.fma(r4[k], y, s4)
          s5 = V.fma(r5[k], y, s5)
          s6 = V.fma(r6[k], y, s6)
          s7 = V.fma(r7[k], y, s7)
        }
        r0[j] = s0 * inverse
        r1[j] = s1 * inverse
        r2[j] = s2 * inverse
        r3[j] = s3 * inverse
        r4[j] = s4 * inverse
        r5[j] = s5 * inverse
        r6[j] = s6 * inverse
        r7[j] = s7 * inverse
        ahead.pass(j)
        i += 8
      }
      while i + 3 < n {
        let r0 = l + i * n
        let r1 = r0 + n
        let r2 = r1 + n
        let r3 = r2 + n
        var s0 = x[i * n + j]
        var s1 = x[(i + 1) * n + j]
        var s2 = x[(i + 2) * n + j]
        var s3 = x[(i + 3) * n + j]
        for k in 0..<j {
          let y = -rj[k]
          s0 = V.fma(r0[k], y, s0)
          s1 = V.fma(r1[k], y, s1)
          s2 = V.fma(r2[k], y, s2)
          s3 = V.fma(r3[k], y, s3)
        }
        r0[j] = s0 * inverse
        r1[j] = s1 * inverse
        r2[j] = s2 * inverse
        r3[j] = s3 * inverse
        i += 4
      }
      while i < n {
        let r = l + i * n
        var s = x[i * n + j]
        for k in 0..<j { s = V.fnma(r[k], rj[k], s) }
        r[j] = s * inverse
        i += 1
      }
    }
    return good
  }

  /// One field of one group: `y` [n,n], `w` [n], `u` [n,n] from `x`; returns the lanes that passed the guard.
  @inline(always) static func run<V: Lanes>(
    _ call: KernelCall, group: Int, field: Int, _ n: Int, shift: V, marker: V, _ clamp: (V) -> V
  ) -> V.Bits {
    let x: LaneSource<V> = call.source(0, group: group).dropping(field * n * n)
    let y: UnsafeMutablePointer<V> = call.lanes(1, group: group) + field * n * n
    let w: UnsafeMutablePointer<V> = call.lanes(2, group: group) + field * n
    let u: UnsafeMutablePointer<V> = call.lanes(3, group: group) + field * n * n
    let scratch: UnsafeMutablePointer<V> = call.scratchLanes()
    var ahead = Lookahead(
      call.next(0, after: group, as: V.self), call.next(1, after: group, as: V.self),
      steps: call.sizes[0] * n * n * 3 / 2)
    let good = passes(x, n, shift: shift, scratch, &ahead)
    if (~good).any {
      let clamped = scratch + n * n
      if !Eigensolver.solve(x, n, w, u, vectors: true, scratch + 2 * n * n + n) {
        Eigensolver.recordFailure(call, group: group, field: field, w, n)
      }
      for k in 0..<n { clamped[k] = clamp(w[k]) }
      SpectralRebuild.rebuild(clamped, u, y, n, clamped + n, &ahead)
      for i in 0..<(n * n) { y[i] = V.select(good, x[i], y[i]) }
      for k in 0..<n { w[k] = V.select(good, marker, w[k]) }
    } else {
      for i in 0..<(n * n) {
        ahead.advance()
        y[i] = x[i]
      }
      for k in 0..<n { w[k] = marker }
    }
    return good
  }

  /// The gradient of a clamp: `sym(dy)` in lanes whose eigenvalues are all in the identity region.
  @inline(always) static func pullBack<V: Lanes>(
    _ call: KernelCall, as _: V.Type, isIdentity: (V) -> V.Bits, _ difference: (V, V) -> V
  ) {
    let n = call.sizes[1]
    let half = V.constant(0.5)
    let kernel: UnsafeMutablePointer<V> = call.scratchLanes()
    for group in 0..<call.groups {
      for field in 0..<call.sizes[0] {
        let w: LaneSource<V> = call.source(0, group: group).dropping(field * n)
        let dy: LaneSource<V> = call.source(2, group: group).dropping(field * n * n)
        let dx: UnsafeMutablePointer<V> = call.lanes(3, group: group) + field * n * n
        var identity = V.Bits.splat(-1)
        for k in 0..<n { identity = identity & isIdentity(w[k]) }
        if (~identity).any {
          for i in 0..<n {
            for j in 0...i { kernel[i * n + j] = difference(w[i], w[j]) }
          }
          let u = kernel + n * n
          SpectralRebuild.copy(call.source(1, group: group).dropping(field * n * n), u, n * n)
          var nothing = Lookahead.nothing
          SpectralRebuild.pullBack(kernel, u, dy, dx, n, u + n * n, &nothing)
        }
        for i in 0..<n {
          for j in 0...i {
            let mean = (dy[i * n + j] + dy[j * n + i]) * half
            dx[i * n + j] = V.select(identity, mean, dx[i * n + j])
            dx[j * n + i] = dx[i * n + j]
          }
        }
      }
    }
  }
}

/// `guarded_abs`, sizes [F, n]: x [F,n,n] → y [F,n,n] = |x|, w [F,n], u [F,n,n], folded [1].
///
/// Where Cholesky succeeds y is x, w is 1 and u need not be written. `folded` counts the fields with a negative eigenvalue.
enum GuardedAbs: LaneKernel {
  static var name: String { "guarded_abs" }
  static func workspace(_ sizes: [Int]) -> Int { SpectralGuard.scratch(sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups {
      var folded = V.zero
      for field in 0..<call.sizes[0] {
        let good = SpectralGuard.run(call, group: group, field: field, n, shift: V.zero, marker: .one) { V.abs($0) }
        if (~good).any {
          let w: UnsafeMutablePointer<V> = call.lanes(2, group: group) + field * n
          var negative = V.Bits.splat(0)
          for k in 0..<n { negative = negative | (w[k] .< .zero) }
          folded += V.select(negative, .one, .zero)
        }
      }
      call.lanes(4, group: group, as: V.self)[0] = folded
    }
  }
}

/// `guarded_abs_vjp`, sizes [F, n]: w, u, dy → dx.
enum GuardedAbsVJP: LaneKernel {
  static var name: String { "guarded_abs_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { 4 * sizes[1] * sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    SpectralGuard.pullBack(call, as: V.self, isIdentity: { $0 .>= .zero }) { Difference.absolute($0, $1) }
  }
}

/// `guarded_max`, sizes [F, n], reals [ε]: x → y = U max(w, ε) Uᵀ, w, u.
///
/// Where Cholesky of x - εI succeeds y is x, w is |ε| + 1 and u need not be written.
enum GuardedMax: LaneKernel {
  static var name: String { "guarded_max" }
  static func workspace(_ sizes: [Int]) -> Int { SpectralGuard.scratch(sizes[1]) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let bound = V.constant(call.reals[0])
    for group in 0..<call.groups {
      for field in 0..<call.sizes[0] {
        _ = SpectralGuard.run(
          call, group: group, field: field, call.sizes[1], shift: bound, marker: V.abs(bound) + .one
        ) { V.max(bound, $0) }
      }
    }
  }
}

/// `guarded_max_vjp`, sizes [F, n], reals [ε]: w, u, dy → dx.
enum GuardedMaxVJP: LaneKernel {
  static var name: String { "guarded_max_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { 4 * sizes[1] * sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let bound = V.constant(call.reals[0])
    SpectralGuard.pullBack(call, as: V.self, isIdentity: { $0 .> bound }) { Difference.maximum($0, $1, bound) }
  }
}
