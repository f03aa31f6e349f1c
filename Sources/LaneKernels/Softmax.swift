import GeocKernelABI

/// Rows of exponentials, shared by the softmax kernels.
enum ExponentialRow {
  /// Writes e^(x_i - max x) to `y`; the sum of these and the maximum. x and y may be the same memory.
  @inline(always)
  static func write<V: Lanes>(_ x: LaneSource<V>, _ y: UnsafeMutablePointer<V>, n: Int) -> (sum: V, top: V) {
    var top = x[0]
    for i in 1..<Swift.max(n, 1) { top = V.max(x[i], top) }
    var sum = V.zero
    for i in 0..<n {
      let e = V.exp(x[i] - top)
      y[i] = e
      sum += e
    }
    return (sum, top)
  }
}

/// `softmax`, sizes [outer, n]: x [outer,n] → y [outer,n], exponentials that sum to one over the last axis.
enum Softmax: LaneKernel {
  static var name: String { "softmax" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for o in 0..<call.sizes[0] {
        let row = y + o * n
        let scale = V.one / ExponentialRow.write(x.advanced(by: o * n), row, n: n).sum
        for i in 0..<n { row[i] *= scale }
      }
    }
  }
}

/// `softmax_vjp`, sizes [outer, n]: y, dy [outer,n] → dx = y (dy - Σ y dy).
enum SoftmaxVJP: LaneKernel {
  static var name: String { "softmax_vjp" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups {
      let y = call.source(0, group: group, as: V.self)
      let dy = call.source(1, group: group, as: V.self)
      let dx = call.lanes(2, group: group, as: V.self)
      for o in 0..<call.sizes[0] {
        var dot = V.zero
        for i in (o * n)..<((o + 1) * n) { dot = V.fma(y[i], dy[i], dot) }
        for i in (o * n)..<((o + 1) * n) { dx[i] = y[i] * (dy[i] - dot) }
      }
    }
  }
}

/// `log_softmax`, sizes [outer, n]: x [outer,n] → y = x - max x - ln Σ e^(x - max x).
enum LogSoftmax: LaneKernel {
  static var name: String { "log_softmax" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let n = call.sizes[1]
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for o in 0..<call.sizes[0] {
        let own = x.advanced(by: o * n)
        var top = own[0]
        for i in 1..<Swift.max(n, 1) { top = V.max(own[i], top) }
        var sum = V.zero
        for i in 0..<n { sum += V.exp(own[i] - top) }
        let logarithm = V.log(sum)
        for i in 0..<n { y[o * n + i] = (own[i] - top) - logarithm }
      }
    }
  }
}
