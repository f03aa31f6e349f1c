import GeocKernelABI

/// `lag_covariance`, sizes [F, c, T, q, τ, L], reals [k]: x [F,c,T] → y [F,qc,qc] = k Σ_t (a_t − ā)(a_t − ā)ᵀ, exactly
/// symmetric, where a_t stacks x_t, x_{t+τ}, …, x_{t+(q−1)τ} for t < L.
///
/// The stacked series is never there. With S_pr = Σ_t x_{t+pτ} x_{t+rτ}ᵀ only the first row of blocks needs full sums:
/// S_{p+1,r+1} is S_pr without the first τ terms and with the next τ. The mean over all T samples is taken off first,
/// so that raw sums do not cancel.
enum LagCovariance: LaneKernel {
  static var name: String { "lag_covariance" }
  static func workspace(_ sizes: [Int]) -> Int { LagWindows(sizes).seriesCount + LagWindows(sizes).n }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let w = LagWindows(call)
    let factor = V.constant(call.reals[0])
    let x = call.scratchLanes(as: V.self)
    let sums = x + w.seriesCount
    for group in 0..<call.groups {
      let series = call.source(0, group: group, as: V.self)
      let y = call.lanes(1, group: group, as: V.self)
      for field in 0..<w.fields {
        w.centre(series.advanced(by: field * w.seriesCount), into: x)
        w.sum(UnsafePointer(x), into: sums)
        let own = y + field * w.n * w.n
        sumProducts(UnsafePointer(x), own, w)
        finish(own, UnsafePointer(sums), factor, w)
      }
    }
  }

  /// Raw S_pr of the blocks on and above the diagonal.
  private static func sumProducts<V: Lanes>(_ x: UnsafePointer<V>, _ y: UnsafeMutablePointer<V>, _ w: LagWindows) {
    let (c, n) = (w.channels, w.n)
    for p in 0..<w.order {
      for r in p..<w.order {
        let block = y + p * c * n + r * c
        if p == 0 || 2 * w.lag >= w.length {
          multiply(
            MatrixView(LaneElements(x + p * w.lag), columns: w.samples),
            MatrixView(LaneElements(x + r * w.lag), columns: w.samples, isTransposed: true),
            rows: c, columns: c, depth: w.length, into: StoreSink(base: block, columns: n))
        } else {
          shift(x, from: UnsafePointer(block - c * n - c), to: block, p - 1, r - 1, w)
        }
      }
    }
  }

  /// The block after (p, r) on its diagonal.
  private static func shift<V: Lanes>(
    _ x: UnsafePointer<V>, from old: UnsafePointer<V>, to new: UnsafeMutablePointer<V>, _ p: Int, _ r: Int,
    _ w: LagWindows
  ) {
    let (c, n) = (w.channels, w.n)
    for i in 0..<c {
      let a = x + i * w.samples + p * w.lag
      for j in 0..<c {
        let b = x + j * w.samples + r * w.lag
        var value = old[i * n + j]
        for t in 0..<w.lag {
          value = V.fma(a[w.length + t], b[w.length + t], V.fnma(a[t], b[t], value))
        }
        new[i * n + j] = value
      }
    }
  }

  /// Takes the means off, scales and mirrors.
  private static func finish<V: Lanes>(
    _ y: UnsafeMutablePointer<V>, _ sums: UnsafePointer<V>, _ factor: V, _ w: LagWindows
  ) {
    let share = V.constant(1 / Double(w.length))
    for p in 0..<w.order {
      for i in 0..<w.channels {
        let row = p * w.channels + i
        let mean = sums[row] * share
        for column in row..<w.n {
          let value = V.fnma(mean, sums[column], y[row * w.n + column]) * factor
          y[row * w.n + column] = value
          y[column * w.n + row] = value
        }
      }
    }
  }
}

/// `lag_covariance_vjp`, sizes [F, c, T, q, τ, L], reals [k]: x [F,c,T], dy [F,qc,qc] → dx [F,c,T].
///
/// dx_u = 2k Σ_p Σ_r sym(dy)_pr (x_{u+(r−p)τ} − ā_r) over the windows p that hold sample u. Between two ends of windows
/// these p are the same, so that blocks with one r − p are added first: 2q − 1 products of c × c for a sample, not q².
enum LagCovarianceVJP: LaneKernel {
  static var name: String { "lag_covariance_vjp" }
  static func workspace(_ sizes: [Int]) -> Int {
    let w = LagWindows(sizes)
    return w.seriesCount + w.n + w.n * w.n + 2 * w.order * w.channels * w.channels + w.channels
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let w = LagWindows(call)
    let x = call.scratchLanes(as: V.self)
    let means = x + w.seriesCount
    let g = means + w.n
    let merged = g + w.n * w.n
    let share = V.constant(1 / Double(w.length))
    let factor = V.constant(call.reals[0])
    for group in 0..<call.groups {
      let series = call.source(0, group: group, as: V.self)
      let dy = call.source(1, group: group, as: V.self)
      let dx = call.lanes(2, group: group, as: V.self)
      for field in 0..<w.fields {
        w.centre(series.advanced(by: field * w.seriesCount), into: x)
        w.sum(UnsafePointer(x), into: means)
        for e in 0..<w.n { means[e] *= share }
        let own = dy.advanced(by: field * w.n * w.n)
        for i in 0..<w.n {
          for j in 0..<w.n { g[i * w.n + j] = (own[i * w.n + j] + own[j * w.n + i]) * factor }
        }
        let target = dx + field * w.seriesCount
        var start = 0
        while start < w.samples {
          let end = w.nextEnd(after: start)
          segment(UnsafePointer(x), UnsafePointer(means), UnsafePointer(g), merged, target, start..<end, w)
          start = end
        }
      }
    }
  }

  /// Samples that lie in the same windows.
  private static func segment<V: Lanes>(
    _ x: UnsafePointer<V>, _ means: UnsafePointer<V>, _ g: UnsafePointer<V>, _ merged: UnsafeMutablePointer<V>,
    _ dx: UnsafeMutablePointer<V>, _ range: Range<Int>, _ w: LagWindows
  ) {
    let (c, n) = (w.channels, w.n)
    let last = Swift.min(w.order - 1, range.lowerBound / w.lag)
    var first = 0
    while first <= last && range.lowerBound >= first * w.lag + w.length { first += 1 }
    guard first <= last else {
      for i in 0..<c {
        for u in range { dx[i * w.samples + u] = V.zero }
      }
      return
    }
    // Distances r − p from −last to order − 1 − first.
    let count = w.order + last - first
    let offset = merged + count * c * c
    for k in 0..<count {
      let distance = k - last
      for e in 0..<c * c {
        var sum = V.zero
        for p in Swift.max(first, -distance)...Swift.min(last, w.order - 1 - distance) {
          sum += g[(p * c + e / c) * n + (p + distance) * c + e % c]
        }
        merged[k * c * c + e] = sum
      }
    }
    for i in 0..<c {
      var sum = V.zero
      for p in first...last {
        for column in 0..<n { sum = V.fma(g[(p * c + i) * n + column], means[column], sum) }
      }
      offset[i] = sum
    }
    for i in 0..<c {
      var u = range.lowerBound
      while u + 4 <= range.upperBound {
        let start = V.zero - offset[i]
        var (s0, s1, s2, s3) = (start, start, start, start)
        for k in 0..<count {
          let h = merged + k * c * c + i * c
          let source = x + u + (k - last) * w.lag
          for j in 0..<c {
            let (weight, row) = (h[j], source + j * w.samples)
            s0 = V.fma(weight, row[0], s0)
            s1 = V.fma(weight, row[1], s1)
            s2 = V.fma(weight, row[2], s2)
            s3 = V.fma(weight, row[3], s3)
          }
        }
        let out = dx + i * w.samples + u
        out[0] = s0
        out[1] = s1
        out[2] = s2
        out[3] = s3
        u += 4
      }
      while u < range.upperBound {
        var sum = V.zero - offset[i]
        for k in 0..<count {
          for j in 0..<c {
            sum = V.fma(merged[k * c * c + i * c + j], x[j * w.samples + u + (k - last) * w.lag], sum)
          }
        }
        dx[i * w.samples + u] = sum
        u += 1
      }
    }
  }
}

/// The delayed windows of a series: window p holds samples pτ to pτ + L.
struct LagWindows {
  let fields: Int
  let channels: Int
  let samples: Int
  let order: Int
  let lag: Int
  let length: Int

  init(_ call: KernelCall) {
    let s = call.sizes
    (fields, channels, samples) = (s[0], s[1], s[2])
    (order, lag, length) = (s[3], s[4], s[5])
  }
  init(_ s: [Int]) {
    (fields, channels, samples) = (s[0], s[1], s[2])
    (order, lag, length) = (s[3], s[4], s[5])
  }

  /// Rows of the stacked series.
  var n: Int { order * channels }
  /// Numbers of one series.
  var seriesCount: Int { channels * samples }

  /// The first sample after `u` at which a window begins or ends.
  func nextEnd(after u: Int) -> Int {
    var end = samples
    for p in 0..<order {
      let (start, stop) = (p * lag, p * lag + length)
      if start > u { end = Swift.min(end, start) }
      if stop > u { end = Swift.min(end, stop) }
    }
    return end
  }

  /// The series without its mean over all samples.
  @inline(always) func centre<V: Lanes>(_ source: LaneSource<V>, into x: UnsafeMutablePointer<V>) {
    let share = V.constant(1 / Double(samples))
    for i in 0..<channels {
      let row = source.advanced(by: i * samples)
      var sum = V.zero
      for t in 0..<samples { sum += row[t] }
      let mean = sum * share
      for t in 0..<samples { x[i * samples + t] = row[t] - mean }
    }
  }

  /// The sum of every row of the stacked series.
  @inline(always) func sum<V: Lanes>(_ x: UnsafePointer<V>, into sums: UnsafeMutablePointer<V>) {
    for i in 0..<channels {
      let row = x + i * samples
      var value = V.zero
      for t in 0..<length { value += row[t] }
      sums[i] = value
      for p in 1..<Swift.max(order, 1) {
        let start = (p - 1) * lag
        for t in start..<(start + lag) { value += row[t + length] - row[t] }
        sums[p * channels + i] = value
      }
    }
  }
}
