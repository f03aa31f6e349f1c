import GeocKernelABI

/// `cholesky`, sizes [F, n]: x [F,n,n] symmetric positive definite → L [F,n,n], x = L Lᵀ, zeros above the diagonal.
///
/// Only the lower triangle of x is read. Faults: `notPositiveDefinite` with the pivot.
enum Cholesky: LaneKernel {
  static var name: String { "cholesky" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (fields, n) = (call.sizes[0], call.sizes[1])
    for group in 0..<call.groups {
      let all = call.source(0, group: group, as: V.self)
      let l = call.lanes(1, group: group, as: V.self)
      for field in 0..<fields {
        let x = all.advanced(by: field * n * n)
        let own = l + field * n * n
        for i in 0..<n {
          for j in 0..<n { own[i * n + j] = j <= i ? x[i * n + j] : V.zero }
        }
        factor(call, own, n: n, group: group, field: field)
      }
    }
  }

  /// Four columns at a time: the product of all columns before them is subtracted in registers.
  private static func factor<V: Lanes>(
    _ call: KernelCall, _ l: UnsafeMutablePointer<V>, n: Int, group: Int, field: Int
  ) {
    let view = MatrixView(LaneElements(l), columns: n)
    let sink = SubtractSink(base: l, rowStride: n, columnStride: 1, lowerOnly: true)
    for start in stride(from: 0, to: n, by: 4) {
      let width = Swift.min(4, n - start)
      let panel = view.from(start, 0).transposed
      var row = start
      if width == 4 {
        while row + 4 <= n {
          block4x4(view.from(row, 0), panel, depth: start, into: sink, row: row, column: start)
          row += 4
        }
        while row < n {
          block1x4(view.from(row, 0), panel, depth: start, into: sink, row: row, column: start, isFlipped: false)
          row += 1
        }
      } else {
        for r in start..<n {
          for c in start...r {
            block1x1(
              view.from(r, 0), panel.from(0, c - start), depth: start, into: sink, row: r, column: c, isFlipped: false)
          }
        }
      }
      for c in start..<(start + width) {
        var pivot = l[c * n + c]
        for k in start..<c { pivot = V.fnma(l[c * n + k], l[c * n + k], pivot) }
        l[c * n + c] = pivot
        if V.Bits.not(pivot .> V.zero).any {
          report(call, UnsafePointer(l + (c * n + c)), group: group, field: field)
        }
        let root = V.sqrt(pivot)
        let inverse = V.one / root
        l[c * n + c] = root
        for r in (c + 1)..<Swift.max(n, c + 1) {
          var value = l[r * n + c]
          for k in start..<c { value = V.fnma(l[r * n + k], l[c * n + k], value) }
          l[r * n + c] = value * inverse
        }
      }
    }
  }

  @inline(never)
  private static func report<V: Lanes>(_ call: KernelCall, _ pivot: UnsafePointer<V>, group: Int, field: Int) {
    let lanes = UnsafeRawPointer(pivot).assumingMemoryBound(to: V.Scalar.self)
    for lane in 0..<V.count where !(lanes[lane] > 0) {
      call.record(
        .notPositiveDefinite, item: call.item(group: group, lane: lane, as: V.self), field: field,
        value: Double(lanes[lane]))
      return
    }
  }
}

/// `cholesky_vjp`, sizes [F, n]: L, dL [F,n,n] → dx [F,n,n] = sym(L⁻ᵀ Φ(Lᵀ dL) L⁻¹), symmetric.
///
/// Φ keeps the lower triangle and halves the diagonal. What L and dL hold above the diagonal does not matter.
enum CholeskyVJP: LaneKernel {
  static var name: String { "cholesky_vjp" }
  static func workspace(_ sizes: [Int]) -> Int { 3 * sizes[1] * sizes[1] + sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (fields, n) = (call.sizes[0], call.sizes[1])
    let l = call.scratchLanes(as: V.self)
    let dl = l + n * n
    let p = dl + n * n
    let inverses = p + n * n
    let half = V.constant(0.5)
    for group in 0..<call.groups {
      let allL = call.source(0, group: group, as: V.self)
      let allDL = call.source(1, group: group, as: V.self)
      let dx = call.lanes(2, group: group, as: V.self)
      for field in 0..<fields {
        let base = field * n * n
        for i in 0..<n {
          for j in 0..<n {
            let e = i * n + j
            l[e] = j <= i ? allL[base + e] : V.zero
            dl[e] = j <= i ? allDL[base + e] : V.zero
            p[e] = V.zero
          }
        }
        multiplyLower(
          MatrixView(LaneElements(l), columns: n, isTransposed: true), MatrixView(LaneElements(dl), columns: n), n: n,
          depth: n, into: LowerSink(base: p, n: n), isTriangular: true)
        for i in 0..<n { p[i * n + i] *= half }
        solveTriangular(UnsafePointer(l), p, n: n, m: n, isLeft: true, isTransposed: true, inverses: inverses)
        solveTriangular(UnsafePointer(l), p, n: n, m: n, isLeft: false, isTransposed: false, inverses: inverses)
        for i in 0..<n {
          for j in 0...i {
            let mean = (p[i * n + j] + p[j * n + i]) * half
            dx[base + i * n + j] = mean
            dx[base + j * n + i] = mean
          }
        }
      }
    }
  }
}
