import GeocKernelABI

/// `scatter_matrix`, sizes [F, c, T], reals [k]: x [F,c,T] → k Σ_t (x_t − x̄)(x_t − x̄)ᵀ [F,c,c], exactly symmetric.
///
/// Neither the centred series nor, where x is rows of the host, the series in lanes is ever there: a block of samples
/// is brought near, less a shift, multiplied and forgotten. The shift is the mean of the first block. It differs from
/// the mean of all T samples by √(T/block) of their deviation at most, so that what is taken off in the end cannot
/// cancel more than T/block units in the last place.
enum ScatterMatrix: LaneKernel {
  static var name: String { "scatter_matrix" }

  /// Samples of a block of `c` channels: few enough for eight channels to stay in the first cache and all in the second,
  /// enough to pay for one more pass over the sums; few channels are better taken at once.
  private static func block(_ c: Int) -> Int { c < 32 ? Swift.min(4096 / c, 256) / 8 * 8 : c <= 64 ? 64 : 48 }

  static func workspace(_ sizes: [Int]) -> Int { sizes[1] * (block(sizes[1]) + 2) + 2 * sizes[1] * sizes[1] }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let (fields, c, samples) = (call.sizes[0], call.sizes[1], call.sizes[2])
    let factor = V.constant(call.reals[0])
    let block = block(c)
    let x = call.scratchLanes(as: V.self)
    let shift = x + c * block
    let sums = shift + c
    let products = (sums + c, sums + c + c * c)
    for group in 0..<call.groups {
      let y = call.lanes(1, group: group, as: V.self)
      for field in 0..<fields {
        var (done, next) = products
        for e in 0..<c { sums[e] = .zero }
        for start in stride(from: 0, to: samples, by: block) {
          let count = Swift.min(block, samples - start)
          // A channel is centred while it is near.
          for i in 0..<c {
            let channel = x + i * block
            load(call, group, first: (field * c + i) * samples + start, ahead: 2 * samples, count, into: channel)
            if start == 0 { shift[i] = sum(count) { channel[$0] } * V.constant(1 / Double(count)) }
            let mean = shift[i]
            sums[i] += sum(count) { t in
              let value = channel[t] - mean
              channel[t] = value
              return value
            }
          }
          let series = MatrixView(LaneElements(x), columns: block)
          if start == 0 {
            multiplyLower(series, series.transposed, n: c, depth: count, into: LowerSink(base: next, n: c))
          } else {
            multiplyLower(
              series, series.transposed, n: c, depth: count, into: LowerSumSink(from: done, into: next, n: c))
          }
          swap(&done, &next)
        }
        finish(UnsafePointer(done), UnsafePointer(sums), y + field * c * c, c, factor, V.constant(1 / Double(samples)))
      }
    }
  }

  /// `count` samples of a channel from element `first` on; those `ahead` elements further are asked for.
  @inline(always)
  private static func load<V: Lanes>(
    _ call: KernelCall, _ group: Int, first: Int, ahead: Int, _ count: Int, into x: UnsafeMutablePointer<V>
  ) {
    if V.count > 1 && call.operands[0].isRows {
      let rows = call.operands[0].base.assumingMemoryBound(to: PackCall.self)
      fetchRows(rows.pointee, of: group, first: first + ahead, count: count, as: V.self)
      packRegister(rows.pointee, group, first: first, count: count, into: x)
    } else {
      let series = call.lanes(0, group: group, as: V.self) + first
      for t in 0..<count { x[t] = series[t] }
    }
  }

  /// The sum of `count` elements.
  @inline(always)
  private static func sum<V: Lanes>(_ count: Int, _ element: (Int) -> V) -> V {
    // Four sums, so that an addition need not wait for the one before.
    var (a, b, c, d) = (V.zero, V.zero, V.zero, V.zero)
    var t = 0
    while t + 4 <= count {
      a += element(t)
      b += element(t + 1)
      c += element(t + 2)
      d += element(t + 3)
      t += 4
    }
    while t < count {
      a += element(t)
      t += 1
    }
    return (a + b) + (c + d)
  }

  /// Takes the products of the sums off, scales and mirrors.
  private static func finish<V: Lanes>(
    _ products: UnsafePointer<V>, _ sums: UnsafePointer<V>, _ y: UnsafeMutablePointer<V>, _ c: Int, _ factor: V,
    _ share: V
  ) {
    for i in 0..<c {
      let mean = sums[i] * share
      for j in 0...i {
        let value = V.fnma(mean, sums[j], products[i * c + j]) * factor
        y[i * c + j] = value
        y[j * c + i] = value
      }
    }
  }
}
