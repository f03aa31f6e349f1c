import GeocKernelABI

/// `conv2d_weight`, sizes as `ConvolutionLayout`: x, the cotangent of y → the cotangent of the weight, unbatched, summed
/// over the items of the chunk. The sums over lanes are taken once, at the end of the chunk.
enum ConvolutionWeight: LaneKernel {
  static var name: String { "conv2d_weight" }
  static func workspace(_ sizes: [Int]) -> Int {
    ConvolutionLayout.workspace(sizes) { l in
      l.padded.count + outColumns(l) * (l.outHeight * l.outWidth + l.kernelHeight * l.kernelWidth * l.inChannels)
    }
  }

  /// Channels of the cotangent in whole register tiles.
  private static func outColumns(_ l: ConvolutionLayout) -> Int { (l.outChannels + 3) & ~3 }

  /// Channels of x in the next register tile, with `left` to go: with four sums each, as many as fit 16 registers.
  private static func tileHeight(_ left: Int) -> Int { left == 2 || left == 4 ? 2 : Swift.min(left, 3) }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let image = l.padded
    let columns = outColumns(l)
    let x = call.scratchLanes(as: V.self)
    let g = x + image.count
    let sums = g + l.outHeight * l.outWidth * columns
    for e in 0..<(l.kernelHeight * l.kernelWidth * l.inChannels * columns) { sums[e] = V.zero }
    // A few rows for all taps while the channels of a tile are in the first cache: 64 places outweigh the sums' traffic.
    let rows = Swift.max(1, 64 / l.outWidth)
    for group in 0..<call.groups {
      tilesOfInput(call.source(0, group: group, as: V.self), l, to: x)
      tilesOfCotangent(call, group, l, to: g)
      for y in stride(from: 0, to: l.outHeight, by: rows) {
        let places = y..<Swift.min(y + rows, l.outHeight)
        var i = 0
        while i < l.inChannels {
          let height = tileHeight(l.inChannels - i)
          for o in stride(from: 0, to: columns, by: 4) {
            let tile = Tile(
              x: UnsafePointer(x) + i * image.height * image.width, rowLength: image.width * height,
              step: l.step, g: UnsafePointer(g) + o * l.outHeight * l.outWidth, width: l.outWidth, columns: columns)
            for ky in 0..<l.kernelHeight {
              for kx in 0..<l.kernelWidth {
                let target = sums + ((ky * l.kernelWidth + kx) * l.inChannels + i) * columns + o
                switch height {
                case 3: tile.add3(places, ky, kx, to: target)
                case 2: tile.add2(places, ky, kx, to: target)
                default: tile.add1(places, ky, kx, to: target)
                }
              }
            }
          }
          i += height
        }
      }
    }
    let result = call.scalars(2, group: 0, as: V.self)
    var next = UnsafePointer(sums)
    for ky in 0..<l.kernelHeight {
      for kx in 0..<l.kernelWidth {
        for i in 0..<l.inChannels {
          let w = result + ky * l.weight.y + kx * l.weight.x + i * l.weight.i
          for o in 0..<l.outChannels { w[o * l.weight.o] = next[o].sum }
          next += columns
        }
      }
    }
  }

  /// The padded input, the channels of a register tile side by side, tile after tile.
  private static func tilesOfInput<V: Lanes>(
    _ x: LaneSource<V>, _ l: ConvolutionLayout, to target: UnsafeMutablePointer<V>
  ) {
    let image = l.padded
    var i = 0
    while i < l.inChannels {
      let tile = BorderedImage(height: image.height, width: image.width, channels: tileHeight(l.inChannels - i))
      tile.place(
        x.dropping(i * l.input.c), l.height, l.width, l.input, top: l.padding, left: l.padding,
        to: target + i * image.height * image.width)
      i += tile.channels
    }
  }

  /// The cotangent in the lanes that hold items, four channels side by side, zeros for those that do not exist.
  @inline(never)
  private static func tilesOfCotangent<V: Lanes>(
    _ call: KernelCall, _ group: Int, _ l: ConvolutionLayout, to target: UnsafeMutablePointer<V>
  ) {
    let g: LaneSource<V> = call.source(1, group: group)
    let valid = V.count == 1 ? 1 : call.validLanes(group: group, as: V.self)
    let mask = valid < V.count ? firstLanes(valid, as: V.self) : V.zero .== V.zero
    var next = target
    for o in stride(from: 0, to: l.outChannels, by: 4) {
      let count = Swift.min(4, l.outChannels - o)
      for y in 0..<l.outHeight {
        for x in 0..<l.outWidth {
          let at = y * l.output.h + x * l.output.w + o * l.output.c
          for c in 0..<count { next[c] = V.select(mask, g[at + c * l.output.c], V.zero) }
          for c in count..<4 { next[c] = V.zero }
          next += 4
        }
      }
    }
  }

  /// Up to three channels of x and four of the cotangent: sums of their products over places.
  private struct Tile<V: Lanes> {
    let x: UnsafePointer<V>
    /// Vectors from a row of x to the next.
    let rowLength: Int
    let step: Int
    let g: UnsafePointer<V>
    let width: Int
    /// Sums from a channel of x to the next.
    let columns: Int

    @inline(always)
    private func forPlaces(
      _ rows: Range<Int>, _ ky: Int, _ kx: Int, _ height: Int, _ body: (UnsafePointer<V>, UnsafePointer<V>) -> Void
    ) {
      for y in rows {
        var p = x + (y * step + ky) * rowLength + kx * height
        var q = g + 4 * y * width
        for _ in 0..<width {
          body(p, q)
          p += step * height
          q += 4
        }
      }
    }

    @inline(always)
    private func add(_ target: UnsafeMutablePointer<V>, _ a: V, _ b: V, _ c: V, _ d: V) {
      target[0] += a
      target[1] += b
      target[2] += c
      target[3] += d
    }

    @inline(never)
    func add3(_ rows: Range<Int>, _ ky: Int, _ kx: Int, to target: UnsafeMutablePointer<V>) {
      var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
      var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
      var a20 = V.zero, a21 = V.zero, a22 = V.zero, a23 = V.zero
      forPlaces(rows, ky, kx, 3) { p, q in
        let (s0, s1, s2) = (p[0], p[1], p[2])
        let g0 = q[0]
        a00 = V.fma(s0, g0, a00)
        a10 = V.fma(s1, g0, a10)
        a20 = V.fma(s2, g0, a20)
        let g1 = q[1]
        a01 = V.fma(s0, g1, a01)
        a11 = V.fma(s1, g1, a11)
        a21 = V.fma(s2, g1, a21)
        let g2 = q[2]
        a02 = V.fma(s0, g2, a02)
        a12 = V.fma(s1, g2, a12)
        a22 = V.fma(s2, g2, a22)
        let g3 = q[3]
        a03 = V.fma(s0, g3, a03)
        a13 = V.fma(s1, g3, a13)
        a23 = V.fma(s2, g3, a23)
      }
      add(target, a00, a01, a02, a03)
      add(target + columns, a10, a11, a12, a13)
      add(target + 2 * columns, a20, a21, a22, a23)
    }

    @inline(never)
    func add2(_ rows: Range<Int>, _ ky: Int, _ kx: Int, to target: UnsafeMutablePointer<V>) {
      var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
      var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
      forPlaces(rows, ky, kx, 2) { p, q in
        let (g0, g1, g2, g3) = (q[0], q[1], q[2], q[3])
        let (s0, s1) = (p[0], p[1])
        a00 = V.fma(s0, g0, a00)
        a01 = V.fma(s0, g1, a01)
        a02 = V.fma(s0, g2, a02)
        a03 = V.fma(s0, g3, a03)
        a10 = V.fma(s1, g0, a10)
        a11 = V.fma(s1, g1, a11)
        a12 = V.fma(s1, g2, a12)
        a13 = V.fma(s1, g3, a13)
      }
      add(target, a00, a01, a02, a03)
      add(target + columns, a10, a11, a12, a13)
    }

    @inline(never)
    func add1(_ rows: Range<Int>, _ ky: Int, _ kx: Int, to target: UnsafeMutablePointer<V>) {
      var a0 = V.zero, a1 = V.zero, a2 = V.zero, a3 = V.zero
      forPlaces(rows, ky, kx, 1) { p, q in
        let s = p[0]
        a0 = V.fma(s, q[0], a0)
        a1 = V.fma(s, q[1], a1)
        a2 = V.fma(s, q[2], a2)
        a3 = V.fma(s, q[3], a3)
      }
      add(target, a0, a1, a2, a3)
    }
  }
}
