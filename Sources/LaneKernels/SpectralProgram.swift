import GeocKernelABI

/// A spectral function as reals `[count, (code, p1, p2) × count]`, evaluated on eigenvalues and on pairs of them.
struct SpectralProgram<V: Lanes> {
  let reals: UnsafePointer<Double>
  /// Primitives in the program.
  let count: Int

  @inline(always) init(_ reals: UnsafePointer<Double>) {
    self.reals = reals
    count = Int(reals[0])
  }

  @inline(always) private func opcode(_ index: Int) -> SpectralOpcode? {
    SpectralOpcode(rawValue: Int(reals[1 + 3 * index]))
  }
  @inline(always) private func parameter(_ index: Int) -> Double { reals[2 + 3 * index] }
  @inline(always) private func offset(_ index: Int) -> Double { reals[3 + 3 * index] }

  /// Applies primitive `index` to `values` [n] in place; returns whether all lanes were inside its domain.
  func apply(_ index: Int, _ values: UnsafeMutablePointer<V>, _ n: Int) -> Bool {
    let p = parameter(index)
    var outside = V.Bits.splat(0)
    switch opcode(index) {
    case .maximum:
      for i in 0..<n { values[i] = V.max(V.constant(p), values[i]) }
    case .log:
      for i in 0..<n {
        outside = outside | .not(values[i] .> .zero)
        values[i] = V.log(values[i])
      }
    case .exp:
      for i in 0..<n { values[i] = V.exp(values[i]) }
    case .power:
      for i in 0..<n {
        outside = outside | PowerDifference.isOutside(values[i], p)
        values[i] = PowerDifference.power(values[i], p)
      }
    case .absolute:
      for i in 0..<n { values[i] = V.abs(values[i]) }
    case .affine:
      for i in 0..<n { values[i] = V.fma(V.constant(p), values[i], V.constant(offset(index))) }
    case nil:
      break
    }
    return !outside.any
  }

  /// Whether `value` is in the domain of primitive `index`.
  func contains(_ index: Int, _ value: V) -> V.Bits {
    switch opcode(index) {
    case .log: value .> .zero
    case .power: .not(PowerDifference.isOutside(value, parameter(index)))
    default: .splat(-1)
    }
  }

  /// Multiplies `kernel` [n,n], lower triangle, by the divided differences of primitive `index` at `values` [n]; `scratch`
  /// is [2n].
  func multiplyDifferences(
    _ index: Int, _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int,
    _ scratch: UnsafeMutablePointer<V>
  ) {
    let p = parameter(index)
    switch opcode(index) {
    case .maximum: Difference.multiply(kernel, n) { Difference.maximum(values[$0], values[$1], V.constant(p)) }
    case .log: Difference.multiplyLog(kernel, values, n, scratch)
    case .exp: Difference.multiply(kernel, n) { Difference.exp(values[$0], values[$1]) }
    case .absolute: Difference.multiply(kernel, n) { Difference.absolute(values[$0], values[$1]) }
    case .affine: Difference.multiply(kernel, n) { _, _ in V.constant(p) }
    case .power: PowerDifference.multiply(p, kernel, values, n, scratch)
    case nil: break
    }
  }
}

/// Divided differences `f[a, b]`, without a threshold: only `a = b` is a case of its own.
enum Difference {
  /// max(λ, ε): derivative 0 at ε.
  @inline(always) static func maximum<V: Lanes>(_ a: V, _ b: V, _ bound: V) -> V {
    let low = V.min(a, b)
    let high = V.max(a, b)
    let mixed = (high - bound) / (high - low)
    return V.select(low .> bound, .one, V.select(high .<= bound, .zero, mixed))
  }

  @inline(always) static func absolute<V: Lanes>(_ a: V, _ b: V) -> V {
    let mixed = (V.abs(a) - V.abs(b)) / (a - b)
    let bothPositive = (a .>= .zero) & (b .>= .zero)
    let bothNegative = (a .< .zero) & (b .< .zero)
    return V.select(bothPositive, .one, V.select(bothNegative, -.one, mixed))
  }

  /// Multiplies the lower triangle of `kernel` [n,n] by a function of its rows and columns.
  @inline(always) static func multiply<V: Lanes>(
    _ kernel: UnsafeMutablePointer<V>, _ n: Int, by difference: (_ row: Int, _ column: Int) -> V
  ) {
    for i in 0..<n {
      for j in 0...i { kernel[i * n + j] *= difference(i, j) }
    }
  }

  /// Multiplies `kernel` by the differences of the logarithm at `values` [n], all > 0; `scratch` is [2n].
  ///
  /// ln(a/b) is 2 artanh((a - b)/(a + b)) of numbers within a factor of two, and the same of their mantissas and a multiple of
  /// ln 2 otherwise, which cancels nothing there.
  @inline(always) static func multiplyLog<V: Lanes>(
    _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int, _ scratch: UnsafeMutablePointer<V>
  ) {
    let mantissas = scratch
    let exponents = scratch + n
    for i in 0..<n {
      let (f, k) = V.decomposeAny(values[i])
      mantissas[i] = .one + f
      exponents[i] = V.number(k)
    }
    let third = V.constant(1.0 / 3)
    let two = V.constant(2)
    multiply(kernel, n) { i, j in
      let gap = values[i] - values[j]
      let sum = values[i] + values[j]
      let isNear = V.abs(gap) .<= sum * third
      let s =
        V.select(isNear, gap, mantissas[i] - mantissas[j]) / V.select(isNear, sum, mantissas[i] + mantissas[j])
      let z = s * s
      let tail = z * V.wideLogarithmTail(z)
      let k = exponents[i] - exponents[j]
      let logarithm = V.fma(k, V.ln2High, V.fma(s, two, V.fma(s, tail, k * V.ln2Low)))
      return V.select(isNear, two + tail, logarithm) / V.select(isNear, sum, gap)
    }
  }

  /// `ln(hi/lo)` with `ratio = (hi - lo)/lo`, which may overflow.
  @inline(always) static func logarithmOfRatio<V: Lanes>(_ low: V, _ high: V, _ ratio: V) -> V {
    let overflows = .not(ratio .<= V.splat(V.Scalar.greatestFiniteMagnitude)) as V.Bits
    let y = V.log1p(ratio)
    // A rare branch: all lanes take it, those that overflow keep its result.
    return overflows.any ? V.select(overflows, V.log(high) - V.log(low), y) : y
  }

  @inline(always) static func exp<V: Lanes>(_ a: V, _ b: V) -> V {
    let high = V.max(a, b)
    let gap = high - V.min(a, b)
    let top = V.exp(high)
    return top * V.select(gap .== .zero, .one, -V.expm1(-gap) / gap)
  }
}
