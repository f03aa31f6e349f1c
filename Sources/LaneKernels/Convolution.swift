import GeocKernelABI

/// Sizes shared by the convolution kernels: `[H, W, Ci, Ho, Wo, Co, kh, kw, stride, padding, input strides (h, w, c),
/// output strides (h, w, c), weight strides (ky, kx, ci, co)]`. A value's elements may lie in any order; the lanes hold
/// items, so that no order is better than another.
struct ConvolutionLayout {
  let height: Int, width: Int, inChannels: Int
  let outHeight: Int, outWidth: Int, outChannels: Int
  let kernelHeight: Int, kernelWidth: Int
  let step: Int, padding: Int
  let input: (h: Int, w: Int, c: Int)
  let output: (h: Int, w: Int, c: Int)
  let weight: (y: Int, x: Int, i: Int, o: Int)

  init(_ s: UnsafePointer<Int>) {
    (height, width, inChannels) = (s[0], s[1], s[2])
    (outHeight, outWidth, outChannels) = (s[3], s[4], s[5])
    (kernelHeight, kernelWidth, step, padding) = (s[6], s[7], s[8], s[9])
    input = (s[10], s[11], s[12])
    output = (s[13], s[14], s[15])
    weight = (s[16], s[17], s[18], s[19])
  }

  /// Scalars of the weight.
  var weightCount: Int { kernelHeight * kernelWidth * inChannels * outChannels }

  /// The padded input, channels last.
  var paddedHeight: Int { Swift.max(height + 2 * padding, (outHeight - 1) * step + kernelHeight) }
  var paddedWidth: Int { Swift.max(width + 2 * padding, (outWidth - 1) * step + kernelWidth) }
  var paddedCount: Int { paddedHeight * paddedWidth * inChannels }

  /// The output spread out by the stride with a border of kernel size, channels last: what the backward slides over.
  var spreadHeight: Int { height + kernelHeight - 1 }
  var spreadWidth: Int { width + kernelWidth - 1 }
  var spreadCount: Int { spreadHeight * spreadWidth * outChannels }
}

/// A correlation over channels-last vectors: `result[p][o] = Σ source[p + tap][i] · weight[tap][i][o]`.
struct Correlation<V: Lanes> {
  /// Channels-last source of the row width `sourceWidth`.
  let source: UnsafePointer<V>
  let sourceWidth: Int
  let inChannels: Int
  /// Scalars `[kh][kw][in][out]`.
  let weight: UnsafePointer<V.Scalar>
  let kernelHeight: Int, kernelWidth: Int
  let step: Int
  let outChannels: Int
  let result: UnsafeMutablePointer<V>
  let strides: (h: Int, w: Int, c: Int)

  func run(height: Int, width: Int) {
    let whole = outChannels & ~3
    for y in 0..<height {
      var x = 0
      while x < width && whole > 0 {
        let left = width - x
        let count = left == 1 || (V.hasManyRegisters && left < 4) ? 1 : V.tileHeight(left)
        for o in stride(from: 0, to: whole, by: 4) {
          switch count {
          case 4: block4x4(y, x, o)
          case 3: block3x4(y, x, o)
          case 2: block2x4(y, x, o)
          default: block1x4(y, x, o)
          }
        }
        x += count
      }
      for o in whole..<outChannels {
        x = 0
        while x + 4 <= width {
          block4x1(y, x, o)
          x += 4
        }
        while x < width {
          block1x1(y, x, o)
          x += 1
        }
      }
    }
  }

  @inline(always) private func start(_ y: Int, _ x: Int, _ ky: Int) -> UnsafePointer<V> {
    source + ((y * step + ky) * sourceWidth + x * step) * inChannels
  }

  @inline(always) private func target(_ y: Int, _ x: Int, _ o: Int) -> UnsafeMutablePointer<V> {
    result + y * strides.h + x * strides.w + o * strides.c
  }

  @inline(never) private func block4x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    var a20 = V.zero, a21 = V.zero, a22 = V.zero, a23 = V.zero
    var a30 = V.zero, a31 = V.zero, a32 = V.zero, a33 = V.zero
    let next = step * inChannels
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        let (s0, s1, s2, s3) = (p[k], p[k + next], p[k + 2 * next], p[k + 3 * next])
        let w0 = V.splat(w[0])
        a00 = V.fma(s0, w0, a00)
        a10 = V.fma(s1, w0, a10)
        a20 = V.fma(s2, w0, a20)
        a30 = V.fma(s3, w0, a30)
        let w1 = V.splat(w[1])
        a01 = V.fma(s0, w1, a01)
        a11 = V.fma(s1, w1, a11)
        a21 = V.fma(s2, w1, a21)
        a31 = V.fma(s3, w1, a31)
        let w2 = V.splat(w[2])
        a02 = V.fma(s0, w2, a02)
        a12 = V.fma(s1, w2, a12)
        a22 = V.fma(s2, w2, a22)
        a32 = V.fma(s3, w2, a32)
        let w3 = V.splat(w[3])
        a03 = V.fma(s0, w3, a03)
        a13 = V.fma(s1, w3, a13)
        a23 = V.fma(s2, w3, a23)
        a33 = V.fma(s3, w3, a33)
        w += outChannels
      }
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
    store(target(y, x + 2, o), a20, a21, a22, a23)
    store(target(y, x + 3, o), a30, a31, a32, a33)
  }

  @inline(never) private func block3x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    var a20 = V.zero, a21 = V.zero, a22 = V.zero, a23 = V.zero
    let next = step * inChannels
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        let (s0, s1, s2) = (p[k], p[k + next], p[k + 2 * next])
        let w0 = V.splat(w[0])
        a00 = V.fma(s0, w0, a00)
        a10 = V.fma(s1, w0, a10)
        a20 = V.fma(s2, w0, a20)
        let w1 = V.splat(w[1])
        a01 = V.fma(s0, w1, a01)
        a11 = V.fma(s1, w1, a11)
        a21 = V.fma(s2, w1, a21)
        let w2 = V.splat(w[2])
        a02 = V.fma(s0, w2, a02)
        a12 = V.fma(s1, w2, a12)
        a22 = V.fma(s2, w2, a22)
        let w3 = V.splat(w[3])
        a03 = V.fma(s0, w3, a03)
        a13 = V.fma(s1, w3, a13)
        a23 = V.fma(s2, w3, a23)
        w += outChannels
      }
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
    store(target(y, x + 2, o), a20, a21, a22, a23)
  }

  @inline(never) private func block2x4(_ y: Int, _ x: Int, _ o: Int) {
    var a00 = V.zero, a01 = V.zero, a02 = V.zero, a03 = V.zero
    var a10 = V.zero, a11 = V.zero, a12 = V.zero, a13 = V.zero
    let next = step * inChannels
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        let (s0, s1) = (p[k], p[k + next])
        let w0 = V.splat(w[0])
        a00 = V.fma(s0, w0, a00)
        a10 = V.fma(s1, w0, a10)
        let w1 = V.splat(w[1])
        a01 = V.fma(s0, w1, a01)
        a11 = V.fma(s1, w1, a11)
        let w2 = V.splat(w[2])
        a02 = V.fma(s0, w2, a02)
        a12 = V.fma(s1, w2, a12)
        let w3 = V.splat(w[3])
        a03 = V.fma(s0, w3, a03)
        a13 = V.fma(s1, w3, a13)
        w += outChannels
      }
    }
    store(target(y, x, o), a00, a01, a02, a03)
    store(target(y, x + 1, o), a10, a11, a12, a13)
  }

  @inline(always) private func store(_ t: UnsafeMutablePointer<V>, _ a: V, _ b: V, _ c: V, _ d: V) {
    t[0] = a
    t[strides.c] = b
    t[2 * strides.c] = c
    t[3 * strides.c] = d
  }

  @inline(never) private func block1x4(_ y: Int, _ x: Int, _ o: Int) {
    var a0 = V.zero, a1 = V.zero, a2 = V.zero, a3 = V.zero
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        a0 = V.fma(p[k], V.splat(w[0]), a0)
        a1 = V.fma(p[k], V.splat(w[1]), a1)
        a2 = V.fma(p[k], V.splat(w[2]), a2)
        a3 = V.fma(p[k], V.splat(w[3]), a3)
        w += outChannels
      }
    }
    store(target(y, x, o), a0, a1, a2, a3)
  }

  @inline(never) private func block4x1(_ y: Int, _ x: Int, _ o: Int) {
    var a0 = V.zero, a1 = V.zero, a2 = V.zero, a3 = V.zero
    let next = step * inChannels
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        let b = V.splat(w[0])
        a0 = V.fma(p[k], b, a0)
        a1 = V.fma(p[k + next], b, a1)
        a2 = V.fma(p[k + 2 * next], b, a2)
        a3 = V.fma(p[k + 3 * next], b, a3)
        w += outChannels
      }
    }
    target(y, x, o)[0] = a0
    target(y, x + 1, o)[0] = a1
    target(y, x + 2, o)[0] = a2
    target(y, x + 3, o)[0] = a3
  }

  @inline(never) private func block1x1(_ y: Int, _ x: Int, _ o: Int) {
    var a = V.zero
    let run = kernelWidth * inChannels
    for ky in 0..<kernelHeight {
      let p = start(y, x, ky)
      var w = weight + ky * run * outChannels + o
      for k in 0..<run {
        a = V.fma(p[k], V.splat(w[0]), a)
        w += outChannels
      }
    }
    target(y, x, o)[0] = a
  }
}

/// `conv2d`, sizes as `ConvolutionLayout`: x, weight (unbatched) → y.
enum Convolution: LaneKernel {
  static var name: String { "conv2d" }
  static func workspace(_ sizes: [Int]) -> Int {
    sizes.withUnsafeBufferPointer {
      $0.baseAddress.map { ConvolutionLayout($0).paddedCount + ConvolutionLayout($0).weightCount } ?? 0
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let padded = call.scratchLanes(as: V.self)
    let weight = UnsafeMutableRawPointer(padded + l.paddedCount).assumingMemoryBound(to: V.Scalar.self)
    packWeight(call, l, to: weight)
    for group in 0..<call.groups {
      let x = call.source(0, group: group, as: V.self)
      pad(x, l, to: padded)
      Correlation(
        source: UnsafePointer(padded), sourceWidth: l.paddedWidth, inChannels: l.inChannels,
        weight: UnsafePointer(weight), kernelHeight: l.kernelHeight, kernelWidth: l.kernelWidth, step: l.step,
        outChannels: l.outChannels, result: call.lanes(2, group: group, as: V.self), strides: l.output
      ).run(height: l.outHeight, width: l.outWidth)
    }
  }

  /// Weights as `[kh][kw][in][out]`.
  static func packWeight<S>(_ call: KernelCall, _ l: ConvolutionLayout, to weight: UnsafeMutablePointer<S>) {
    let source = call.operands[1].base.assumingMemoryBound(to: S.self)
    var next = weight
    for ky in 0..<l.kernelHeight {
      for kx in 0..<l.kernelWidth {
        for i in 0..<l.inChannels {
          let w = source + ky * l.weight.y + kx * l.weight.x + i * l.weight.i
          for o in 0..<l.outChannels {
            next[0] = w[o * l.weight.o]
            next += 1
          }
        }
      }
    }
  }

  /// The input inside a border of zeros, channels last.
  @inline(never)
  static func pad<V: Lanes>(_ x: LaneSource<V>, _ l: ConvolutionLayout, to padded: UnsafeMutablePointer<V>) {
    for e in 0..<l.paddedCount { padded[e] = V.zero }
    for y in 0..<l.height {
      for column in 0..<l.width {
        let target = padded + ((y + l.padding) * l.paddedWidth + column + l.padding) * l.inChannels
        let at = y * l.input.h + column * l.input.w
        for i in 0..<l.inChannels { target[i] = x[at + i * l.input.c] }
      }
    }
  }
}

/// `conv2d_input`, sizes as `ConvolutionLayout`: the cotangent of y, weight (unbatched) → the cotangent of x.
enum ConvolutionInput: LaneKernel {
  static var name: String { "conv2d_input" }
  static func workspace(_ sizes: [Int]) -> Int {
    sizes.withUnsafeBufferPointer {
      $0.baseAddress.map { ConvolutionLayout($0).spreadCount + ConvolutionLayout($0).weightCount } ?? 0
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let spread = call.scratchLanes(as: V.self)
    let weight = UnsafeMutableRawPointer(spread + l.spreadCount).assumingMemoryBound(to: V.Scalar.self)
    packTurned(call, l, to: weight)
    for group in 0..<call.groups {
      let g = call.source(0, group: group, as: V.self)
      self.spread(g, l, to: spread)
      Correlation(
        source: UnsafePointer(spread), sourceWidth: l.spreadWidth, inChannels: l.outChannels,
        weight: UnsafePointer(weight), kernelHeight: l.kernelHeight, kernelWidth: l.kernelWidth, step: 1,
        outChannels: l.inChannels, result: call.lanes(2, group: group, as: V.self), strides: l.input
      ).run(height: l.height, width: l.width)
    }
  }

  /// Weights turned by half a turn, as `[kh][kw][out][in]`.
  private static func packTurned<S>(_ call: KernelCall, _ l: ConvolutionLayout, to weight: UnsafeMutablePointer<S>) {
    let source = call.operands[1].base.assumingMemoryBound(to: S.self)
    var next = weight
    for ky in 0..<l.kernelHeight {
      for kx in 0..<l.kernelWidth {
        let tap =
          source + (l.kernelHeight - 1 - ky) * l.weight.y + (l.kernelWidth - 1 - kx) * l.weight.x
        for o in 0..<l.outChannels {
          for i in 0..<l.inChannels {
            next[0] = tap[i * l.weight.i + o * l.weight.o]
            next += 1
          }
        }
      }
    }
  }

  /// The cotangent at the places where the kernel stood, zeros in between and around.
  @inline(never)
  private static func spread<V: Lanes>(
    _ g: LaneSource<V>, _ l: ConvolutionLayout, to spread: UnsafeMutablePointer<V>
  ) {
    for e in 0..<l.spreadCount { spread[e] = V.zero }
    for y in 0..<l.outHeight {
      // Output y covers inputs y·step − padding …; in the spread picture input 0 reads rows 0 … kh − 1.
      let row = y * l.step - l.padding + l.kernelHeight - 1
      guard row >= 0, row < l.spreadHeight else { continue }
      for x in 0..<l.outWidth {
        let column = x * l.step - l.padding + l.kernelWidth - 1
        guard column >= 0, column < l.spreadWidth else { continue }
        let target = spread + (row * l.spreadWidth + column) * l.outChannels
        let at = y * l.output.h + x * l.output.w
        for o in 0..<l.outChannels { target[o] = g[at + o * l.output.c] }
      }
    }
  }
}
