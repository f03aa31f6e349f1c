import GeocKernelABI

/// `conv2d_weight`, sizes as `ConvolutionLayout`: x, the cotangent of y → the cotangent of the weight, unbatched, summed
/// over the items of the chunk. The sums over lanes are taken once, at the end of the chunk.
enum ConvolutionWeight: LaneKernel {
  static var name: String { "conv2d_weight" }
  static func workspace(_ sizes: [Int]) -> Int {
    sizes.withUnsafeBufferPointer {
      $0.baseAddress.map {
        let l = ConvolutionLayout($0)
        return l.paddedCount + l.outHeight * l.outWidth * l.outChannels + l.weightCount
      } ?? 0
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let padded = call.scratchLanes(as: V.self)
    let cotangent = padded + l.paddedCount
    let sums = cotangent + l.outHeight * l.outWidth * l.outChannels
    for e in 0..<l.weightCount { sums[e] = V.zero }
    for group in 0..<call.groups {
      let valid = V.count == 1 ? 1 : call.validLanes(group: group, as: V.self)
      let mask = valid < V.count ? firstLanes(valid, as: V.self) : V.zero .== V.zero
      Convolution.pad(call.source(0, group: group, as: V.self), l, to: padded)
      copy(call.source(1, group: group, as: V.self), l, mask, to: cotangent)
      // A few rows for all taps and channels while they are in the first cache: 64 places outweigh the sums' traffic.
      let rows = Swift.max(1, 64 / l.outWidth)
      for y in stride(from: 0, to: l.outHeight, by: rows) {
        let places = y..<Swift.min(y + rows, l.outHeight)
        for ky in 0..<l.kernelHeight {
          for kx in 0..<l.kernelWidth {
            let tap = sums + (ky * l.kernelWidth + kx) * l.inChannels * l.outChannels
            let corner = UnsafePointer(padded) + (ky * l.paddedWidth + kx) * l.inChannels
            for i in stride(from: 0, to: l.inChannels, by: 2) {
              for o in stride(from: 0, to: l.outChannels, by: 4) {
                block(l, places, corner, UnsafePointer(cotangent), tap, i, o)
              }
            }
          }
        }
      }
    }
    let result = call.scalars(2, group: 0, as: V.self)
    var next = UnsafePointer(sums)
    for ky in 0..<l.kernelHeight {
      for kx in 0..<l.kernelWidth {
        for i in 0..<l.inChannels {
          let w = result + ky * l.weight.y + kx * l.weight.x + i * l.weight.i
          for o in 0..<l.outChannels {
            w[o * l.weight.o] = next[0].sum
            next += 1
          }
        }
      }
    }
  }

  /// The cotangent in the lanes of `mask`, channels last.
  @inline(never)
  private static func copy<V: Lanes>(
    _ g: LaneSource<V>, _ l: ConvolutionLayout, _ mask: V.Bits, to target: UnsafeMutablePointer<V>
  ) {
    var next = target
    for y in 0..<l.outHeight {
      for x in 0..<l.outWidth {
        let at = y * l.output.h + x * l.output.w
        for o in 0..<l.outChannels { next[o] = V.select(mask, g[at + o * l.output.c], V.zero) }
        next += l.outChannels
      }
    }
  }

  /// 2×4 sums over the places of some rows, as many as fit 16 registers; rows and columns beyond the channels repeat the
  /// last one.
  @inline(never)
  private static func block<V: Lanes>(
    _ l: ConvolutionLayout, _ rows: Range<Int>, _ x: UnsafePointer<V>, _ g: UnsafePointer<V>,
    _ sums: UnsafeMutablePointer<V>, _ i: Int, _ o: Int
  ) {
    let (ni, no) = (l.inChannels, l.outChannels)
    let i1 = Swift.min(i + 1, ni - 1)
    let (o1, o2, o3) = (Swift.min(o + 1, no - 1), Swift.min(o + 2, no - 1), Swift.min(o + 3, no - 1))
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    let step = l.step * ni
    for y in rows {
      var p = x + y * l.step * l.paddedWidth * ni
      var q = g + y * l.outWidth * no
      for _ in 0..<l.outWidth {
        let (g0, g1, g2, g3) = (q[o], q[o1], q[o2], q[o3])
        let s0 = p[i]
        a00 = V.fma(s0, g0, a00)
        a01 = V.fma(s0, g1, a01)
        a02 = V.fma(s0, g2, a02)
        a03 = V.fma(s0, g3, a03)
        let s1 = p[i1]
        a10 = V.fma(s1, g0, a10)
        a11 = V.fma(s1, g1, a11)
        a12 = V.fma(s1, g2, a12)
        a13 = V.fma(s1, g3, a13)
        p += step
        q += no
      }
    }
    let row0 = sums + i * no + o
    add(row0, no - o, a00, a01, a02, a03)
    if i + 1 < ni { add(row0 + no, no - o, a10, a11, a12, a13) }
  }

  @inline(always)
  private static func add<V: Lanes>(_ t: UnsafeMutablePointer<V>, _ count: Int, _ a: V, _ b: V, _ c: V, _ d: V) {
    t[0] += a
    if count > 1 { t[1] += b }
    if count > 2 { t[2] += c }
    if count > 3 { t[3] += d }
  }
}
