import GeocKernelABI

/// The loop over groups and fields that the three kernels with an exponent operand share.
private func eachField<V: Lanes>(
  _ call: KernelCall, as _: V.Type,
  _ body: (
    _ group: Int, _ field: Int, _ w: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, _ p: V,
    _ ahead: inout Lookahead
  ) -> Void
) {
  let n = call.sizes[1]
  let w: UnsafeMutablePointer<V> = call.scratchLanes()
  let u = w + n
  for group in 0..<call.groups {
    let exponent: V = call.source(2, group: group)[0]
    var ahead = call.lookahead(after: group, 1, 3, during: call.sizes[0] * n * n * n / 2, as: V.self)
    for field in 0..<call.sizes[0] {
      SpectralRebuild.copy(call.source(0, group: group).dropping(field * n), w, n)
      SpectralRebuild.copy(call.source(1, group: group).dropping(field * n * n), u, n * n)
      body(group, field, w, u, exponent, &ahead)
    }
  }
}

/// `spectral_power`, sizes [F, n]: w [F,n], u [F,n,n], p [1] → y [F,n,n] = U w^p Uᵀ.
///
/// Fault: an eigenvalue ≤ 0, unless it is 0 and p ≥ 0.
enum SpectralPower: LaneKernel {
  static var name: String { "spectral_power" }
  static func workspace(_ sizes: [Int]) -> Int { 2 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    eachField(call, as: V.self) { group, field, w, u, p, ahead in
      for k in 0..<n {
        let outside = .not((w[k] .> .zero) | ((w[k] .== .zero) & (p .>= .zero))) as V.Bits
        if outside.any { record(call, group, field, w[k], outside) }
        w[k] = V.pow(w[k], p)
      }
      SpectralRebuild.rebuild(w, u, call.lanes(3, group: group) + field * n * n, n, u + n * n, &ahead)
    }
  }

  private static func record<V: Lanes>(
    _ call: KernelCall, _ group: Int, _ field: Int, _ value: V, _ outside: V.Bits
  ) {
    var pair = (value, V.select(outside, .one, .zero))
    withUnsafeBytes(of: &pair) { bytes in
      let scalars = bytes.bindMemory(to: V.Scalar.self)
      for lane in 0..<call.validLanes(group: group, as: V.self)
      where scalars[V.count + lane] != 0 && !scalars[lane].isNaN {
        call.record(
          .eigenvalueOutsideDomain, item: call.firstItem + group * V.count + lane, field: field,
          value: Double(scalars[lane]))
        return
      }
    }
  }
}

/// `spectral_power_vjp`, sizes [F, n]: w, u, p, dy → dx of `spectral_power`.
enum SpectralPowerVJP: LaneKernel {
  static var name: String { "spectral_power_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { 4 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    eachField(call, as: V.self) { group, field, w, u, p, ahead in
      let kernel = u + n * n
      let isZero = p .== .zero
      for i in 0..<n {
        for j in 0...i {
          let difference = PowerDifference.general(w[i], w[j], p, isPositive: p .> .zero)
          kernel[i * n + j] = V.select(isZero, .zero, difference)
        }
      }
      SpectralRebuild.pullBack(
        kernel, u, call.source(3, group: group).dropping(field * n * n),
        call.lanes(4, group: group) + field * n * n, n, kernel + n * n, &ahead)
    }
  }
}

/// `spectral_power_dp`, sizes [F, n]: w, u, p, dy → [1], Σ over F of ⟨dy, U (w^p log w) Uᵀ⟩.
enum SpectralPowerDP: LaneKernel {
  static var name: String { "spectral_power_dp" }
  static func workspace(_ sizes: [Int]) -> Int { 2 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups { call.lanes(4, group: group, as: V.self)[0] = .zero }
    eachField(call, as: V.self) { group, field, w, u, p, _ in
      let dy: LaneSource<V> = call.source(3, group: group).dropping(field * n * n)
      let image = u + n * n
      SpectralRebuild.copy(dy, image, n * n)
      var total = V.zero
      // ⟨dy, U d Uᵀ⟩ = Σ_k d_k u_kᵀ dy u_k: only the diagonal of Uᵀ dy U is needed.
      for k in 0..<n {
        var quadratic = V.zero
        for i in 0..<n {
          var row = V.zero
          for j in 0..<n { row = V.fma(image[i * n + j], u[j * n + k], row) }
          quadratic = V.fma(row, u[i * n + k], quadratic)
        }
        // λ^p ln λ → 0 as λ → 0 for p > 0.
        let weight = V.pow(w[k], p) * V.log(w[k])
        total = V.fma(V.select((w[k] .== .zero) & (p .> .zero), .zero, weight), quadratic, total)
      }
      call.lanes(4, group: group, as: V.self)[0] += total
    }
  }
}
