import GeocKernelABI

/// Matrices rebuilt from eigenvalues and eigenvectors, one lane group at a time.
enum SpectralRebuild {
  /// `y = U·diag(values)·Uᵀ` [n,n], exactly symmetric; `scaled` is scratch [n,n].
  static func rebuild<V: Lanes>(
    _ values: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, _ y: UnsafeMutablePointer<V>, _ n: Int,
    _ scaled: UnsafeMutablePointer<V>, _ ahead: inout Lookahead
  ) {
    for i in 0..<n {
      for k in 0..<n { scaled[i * n + k] = u[i * n + k] * values[k] }
    }
    multiplyLower(
      MatrixView(LaneElements(scaled), columns: n), MatrixView(LaneElements(u), columns: n, isTransposed: true), n: n,
      depth: n, into: MirrorSink(base: y, n: n, scale: 1), &ahead)
  }

  /// `dx = U(K ⊙ (Uᵀ sym(dy) U))Uᵀ` [n,n], exactly symmetric, where `kernel` holds the lower triangle of K.
  ///
  /// `scratch` is [2·n·n]; `kernel` is overwritten.
  static func pullBack<V: Lanes>(
    _ kernel: UnsafeMutablePointer<V>, _ u: UnsafeMutablePointer<V>, _ dy: LaneSource<V>,
    _ dx: UnsafeMutablePointer<V>, _ n: Int, _ scratch: UnsafeMutablePointer<V>, _ ahead: inout Lookahead
  ) {
    let middle = scratch
    let product = scratch + n * n
    let half = V.constant(0.5)
    for i in 0..<n {
      for j in 0...i {
        let mean = (dy[i * n + j] + dy[j * n + i]) * half
        middle[i * n + j] = mean
        middle[j * n + i] = mean
      }
    }
    let columns = MatrixView(LaneElements(u), columns: n)
    let inner = MatrixView(LaneElements(middle), columns: n)
    let outer = MatrixView(LaneElements(product), columns: n)
    let whole = StoreSink(base: product, columns: n)
    multiply(inner, columns, rows: n, columns: n, depth: n, into: whole, &ahead)
    multiplyLower(
      columns.transposed, outer, n: n, depth: n, into: WeightedMirrorSink(base: middle, n: n, weight: kernel), &ahead)
    multiply(columns, inner, rows: n, columns: n, depth: n, into: whole, &ahead)
    multiplyLower(outer, columns.transposed, n: n, depth: n, into: MirrorSink(base: dx, n: n, scale: 1), &ahead)
  }

  /// `n` vectors of an operand where they are, or of an unbatched one in `memory`. They are not to be written to.
  @inline(always) static func vectors<V: Lanes>(
    of source: LaneSource<V>, _ n: Int, or memory: UnsafeMutablePointer<V>
  ) -> UnsafeMutablePointer<V> {
    if V.count > 1 && source.isBatched {
      return UnsafeMutableRawPointer(mutating: source.base).assumingMemoryBound(to: V.self)
    }
    copy(source, memory, n)
    return memory
  }

  /// Copies `n` vectors of an operand, splatting an unbatched one.
  @inline(always) static func copy<V: Lanes>(_ source: LaneSource<V>, _ to: UnsafeMutablePointer<V>, _ n: Int) {
    for i in 0..<n { to[i] = source[i] }
  }
}

/// `spectral`, sizes [F, n], reals [count, (code, p1, p2)…]: w [F,n], u [F,n,n] → y [F,n,n] = U f(w) Uᵀ.
///
/// Fault: an eigenvalue of a valid item outside the domain of f.
enum Spectral: LaneKernel {
  static var name: String { "spectral" }
  static func workspace(_ sizes: [Int]) -> Int { 2 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    let values: UnsafeMutablePointer<V> = call.scratchLanes()
    let vectors = values + n
    let scaled = vectors + n * n
    for group in 0..<call.groups {
      var ahead = call.lookahead(after: group, 1, 2, during: call.sizes[0] * n * n * n / 2, as: V.self)
      for field in 0..<call.sizes[0] {
        let w: LaneSource<V> = call.source(0, group: group).dropping(field * n)
        SpectralRebuild.copy(w, values, n)
        let u = SpectralRebuild.vectors(of: call.source(1, group: group).dropping(field * n * n), n * n, or: vectors)
        SpectralMap.evaluate(call, group: group, values, n, fieldOf: { _ in field }) { w[$0] }
        SpectralRebuild.rebuild(values, u, call.lanes(2, group: group) + field * n * n, n, scaled, &ahead)
      }
    }
  }
}

/// `spectral_vjp`, sizes [F, n], reals as `spectral`: w, u, dy → dx = U(K ⊙ (Uᵀ sym(dy) U))Uᵀ.
enum SpectralVJP: LaneKernel {
  static var name: String { "spectral_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { 4 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    let program = SpectralProgram<V>(call.reals)
    let values: UnsafeMutablePointer<V> = call.scratchLanes()
    let kernel = values + n
    let vectors = kernel + n * n
    for group in 0..<call.groups {
      var ahead = call.lookahead(after: group, 2, 3, 1, during: call.sizes[0] * n * n * n * 3, as: V.self)
      for field in 0..<call.sizes[0] {
        SpectralRebuild.copy(call.source(0, group: group).dropping(field * n), values, n)
        let u = SpectralRebuild.vectors(of: call.source(1, group: group).dropping(field * n * n), n * n, or: vectors)
        for i in 0..<n {
          for j in 0...i { kernel[i * n + j] = .one }
        }
        for index in 0..<program.count {
          program.multiplyDifferences(index, kernel, values, n, vectors + n * n)
          _ = program.apply(index, values, n)
        }
        SpectralRebuild.pullBack(
          kernel, u, call.source(2, group: group).dropping(field * n * n),
          call.lanes(3, group: group) + field * n * n, n, vectors + n * n, &ahead)
      }
    }
  }
}

/// `spectral_map`, sizes [count], reals as `spectral`: w [count] → f(w), element by element.
///
/// Fault: an element outside the domain of f; the field is the index of the element.
enum SpectralMap: LaneKernel {
  static var name: String { "spectral_map" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let count = call.sizes[0]
    for group in 0..<call.groups {
      let w: LaneSource<V> = call.source(0, group: group)
      let y: UnsafeMutablePointer<V> = call.lanes(1, group: group)
      SpectralRebuild.copy(w, y, count)
      evaluate(call, group: group, y, count, fieldOf: { $0 }) { w[$0] }
    }
  }

  /// Applies the program of the call to `values` [n]; `original` gives an eigenvalue back for a fault's report.
  @inline(always) static func evaluate<V: Lanes>(
    _ call: KernelCall, group: Int, _ values: UnsafeMutablePointer<V>, _ n: Int, fieldOf: (Int) -> Int,
    original: (Int) -> V
  ) {
    let program = SpectralProgram<V>(call.reals)
    var isInside = true
    for index in 0..<program.count {
      if !program.apply(index, values, n) { isInside = false }
    }
    if isInside { return }
    for i in 0..<n {
      var value = original(i)
      let lambda = value
      var outside = V.Bits.splat(0)
      for index in 0..<program.count {
        outside = outside | ~program.contains(index, value)
        _ = program.apply(index, &value, 1)
      }
      let marks = V.select(outside, .one, .zero)
      let found = withUnsafeBytes(of: marks) { marks in
        let marks = marks.bindMemory(to: V.Scalar.self)
        return (0..<call.validLanes(group: group, as: V.self)).first { marks[$0] != 0 }
      }
      guard let found else { continue }
      let eigenvalue = withUnsafeBytes(of: lambda) { Double($0.bindMemory(to: V.Scalar.self)[found]) }
      // A NaN is the failure of the eigensolver, which reports it itself.
      if !eigenvalue.isNaN {
        call.record(
          .eigenvalueOutsideDomain, item: call.firstItem + group * V.count + found, field: fieldOf(i),
          value: eigenvalue)
        return
      }
    }
  }
}
