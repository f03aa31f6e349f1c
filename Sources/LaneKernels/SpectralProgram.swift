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

  /// Multiplies `kernel` [n,n], lower triangle, by the divided differences of primitive `index` at `values` [n].
  func multiplyDifferences(
    _ index: Int, _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int
  ) {
    let p = parameter(index)
    switch opcode(index) {
    case .maximum: each(kernel, values, n) { Difference.maximum($0, $1, V.constant(p)) }
    case .log: each(kernel, values, n) { Difference.log($0, $1) }
    case .exp: each(kernel, values, n) { Difference.exp($0, $1) }
    case .absolute: each(kernel, values, n) { Difference.absolute($0, $1) }
    case .affine: each(kernel, values, n) { _, _ in V.constant(p) }
    case .power: PowerDifference.multiply(p, kernel, values, n)
    case nil: break
    }
  }

  @inline(always) private func each(
    _ kernel: UnsafeMutablePointer<V>, _ values: UnsafeMutablePointer<V>, _ n: Int, _ difference: (V, V) -> V
  ) {
    for i in 0..<n {
      for j in 0...i { kernel[i * n + j] *= difference(values[i], values[j]) }
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

  @inline(always) static func log<V: Lanes>(_ a: V, _ b: V) -> V {
    let low = V.min(a, b)
    let high = V.max(a, b)
    let gap = high - low
    let ratio = gap / low
    let y = logarithmOfRatio(low, high, ratio) / gap
    return V.select(gap .== .zero, .one / low, y)
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
