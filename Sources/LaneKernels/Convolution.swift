import GeocKernelABI

/// Sizes shared by the convolution kernels: `[H, W, Ci, Ho, Wo, Co, kh, kw, stride, padding, input strides (h, w, c),
/// output strides (h, w, c), weight strides (ky, kx, ci, co), fast]`. A value's elements may lie in any order; the lanes
/// hold items, so that no order is better than another. `fast` is 1 where 3 × 3 kernels of stride 1 go by
/// `WinogradCorrelation`.
struct ConvolutionLayout {
  let height: Int, width: Int, inChannels: Int
  let outHeight: Int, outWidth: Int, outChannels: Int
  let kernelHeight: Int, kernelWidth: Int
  let step: Int, padding: Int
  let input: (h: Int, w: Int, c: Int)
  let output: (h: Int, w: Int, c: Int)
  let weight: (y: Int, x: Int, i: Int, o: Int)
  let isFast: Bool

  init(_ s: UnsafePointer<Int>) {
    (height, width, inChannels) = (s[0], s[1], s[2])
    (outHeight, outWidth, outChannels) = (s[3], s[4], s[5])
    (kernelHeight, kernelWidth, step, padding) = (s[6], s[7], s[8], s[9])
    input = (s[10], s[11], s[12])
    output = (s[13], s[14], s[15])
    weight = (s[16], s[17], s[18], s[19])
    isFast = s[20] != 0
  }

  /// What `workspace` of a kernel makes of the sizes.
  static func workspace(_ sizes: [Int], _ count: (ConvolutionLayout) -> Int) -> Int {
    sizes.withUnsafeBufferPointer { $0.baseAddress.map { count(ConvolutionLayout($0)) } ?? 0 }
  }

  /// Scalars of the weight.
  var weightCount: Int { kernelHeight * kernelWidth * inChannels * outChannels }

  /// Scratch for the weights of a correlation.
  func weightScratch(from inChannels: Int, to outChannels: Int) -> Int {
    weightCount + (isFast ? WinogradScratch.count(from: inChannels, to: outChannels) : 0)
  }

  /// The padded input.
  var padded: BorderedImage {
    BorderedImage(
      height: Swift.max(height + 2 * padding, (outHeight - 1) * step + kernelHeight) + (isFast ? outHeight & 1 : 0),
      width: Swift.max(width + 2 * padding, (outWidth - 1) * step + kernelWidth) + (isFast ? outWidth & 1 : 0),
      channels: inChannels)
  }
}

/// An image inside a border of zeros, channels last. The sizes count the border.
struct BorderedImage {
  let height: Int, width: Int, channels: Int

  var count: Int { height * width * channels }

  /// Writes `height × width` pixels of a source with any strides, the first one at (`top`, `left`).
  @inline(never)
  func place<V: Lanes>(
    _ x: LaneSource<V>, _ height: Int, _ width: Int, _ strides: (h: Int, w: Int, c: Int), top: Int, left: Int,
    to image: UnsafeMutablePointer<V>
  ) {
    for e in 0..<count { image[e] = V.zero }
    for y in 0..<height {
      for column in 0..<width {
        let target = image + ((y + top) * self.width + column + left) * channels
        let at = y * strides.h + column * strides.w
        for c in 0..<channels { target[c] = x[at + c * strides.c] }
      }
    }
  }
}

/// `conv2d`, sizes as `ConvolutionLayout`: x, weight (unbatched) → y.
enum Convolution: LaneKernel {
  static var name: String { "conv2d" }
  static func workspace(_ sizes: [Int]) -> Int {
    ConvolutionLayout.workspace(sizes) { l in l.padded.count + l.weightScratch(from: l.inChannels, to: l.outChannels) }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let image = l.padded
    let padded = call.scratchLanes(as: V.self)
    let weight = UnsafeMutableRawPointer(padded + image.count).assumingMemoryBound(to: V.Scalar.self)
    packWeight(call, l, to: weight)
    let fast = WinogradCorrelation<V>(l, weight, from: l.inChannels, to: l.outChannels)
    for group in 0..<call.groups {
      image.place(
        call.source(0, group: group, as: V.self), l.height, l.width, l.input, top: l.padding, left: l.padding,
        to: padded)
      let correlation = Correlation(
        source: UnsafePointer(padded), sourceWidth: image.width, inChannels: l.inChannels,
        weight: UnsafePointer(weight), kernelHeight: l.kernelHeight, kernelWidth: l.kernelWidth, step: l.step,
        outChannels: l.outChannels, result: call.lanes(2, group: group, as: V.self), strides: l.output)
      if let fast {
        fast.run(correlation, height: l.outHeight, width: l.outWidth)
      } else {
        correlation.run(height: l.outHeight, width: l.outWidth)
      }
    }
  }

  /// Weights as `[kh][kw][in][out]`.
  private static func packWeight<S>(_ call: KernelCall, _ l: ConvolutionLayout, to weight: UnsafeMutablePointer<S>) {
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
}
