import GeocKernelABI

/// `conv2d_input`, sizes as `ConvolutionLayout`: the cotangent of y, weight (unbatched) → the cotangent of x.
///
/// With a stride of s, the pixels whose row and column leave the same remainders by s see the same taps, at most
/// ⌈kh/s⌉ × ⌈kw/s⌉: s² correlations, no zeros in between.
enum ConvolutionInput: LaneKernel {
  static var name: String { "conv2d_input" }
  static func workspace(_ sizes: [Int]) -> Int {
    ConvolutionLayout.workspace(sizes) { l in
      image(l).count + l.weightScratch(from: l.outChannels, to: l.inChannels)
    }
  }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let l = ConvolutionLayout(call.sizes)
    let (rows, columns) = axes(l)
    let image = image(l)
    let bordered = call.scratchLanes(as: V.self)
    let weight = UnsafeMutableRawPointer(bordered + image.count).assumingMemoryBound(to: V.Scalar.self)
    var next = weight
    for r in 0..<l.step {
      for c in 0..<l.step { packTurned(call, l, (rows, r), (columns, c), to: &next) }
    }
    let fast = WinogradCorrelation<V>(l, weight, from: l.outChannels, to: l.inChannels)
    for group in 0..<call.groups {
      image.place(
        call.source(0, group: group, as: V.self), l.outHeight, l.outWidth, l.output, top: rows.lead, left: columns.lead,
        to: bordered)
      let result: UnsafeMutablePointer<V> = call.lanes(2, group: group)
      var weight = UnsafePointer(weight)
      for r in 0..<l.step {
        for c in 0..<l.step {
          let (y, x) = (rows.pixels(r), columns.pixels(c))
          let (ky, kx) = (rows.taps(r), columns.taps(c))
          let correlation = Correlation(
            source: UnsafePointer(bordered) + (y.start * image.width + x.start) * l.outChannels,
            sourceWidth: image.width, inChannels: l.outChannels, weight: weight, kernelHeight: ky, kernelWidth: kx,
            step: 1, outChannels: l.inChannels, result: result + y.first * l.input.h + x.first * l.input.w,
            strides: (l.step * l.input.h, l.step * l.input.w, l.input.c))
          if let fast {
            fast.run(correlation, height: y.count, width: x.count)
          } else {
            correlation.run(height: y.count, width: x.count)
          }
          weight += ky * kx * l.outChannels * l.inChannels
        }
      }
    }
  }

  /// One axis: input pixel p sees tap k of the output that stands at (p + padding − k) / step, if that is whole.
  private struct Axis {
    let size: Int, out: Int, kernel: Int, step: Int, padding: Int

    /// Zeros before the first output.
    var lead: Int { (kernel + step - 1) / step - 1 }
    /// Outputs with the zeros around them.
    var bordered: Int { lead + Swift.max(out, (size - 1 + padding) / step + 1) }

    /// How many taps see pixels p with (p + padding) mod step = `remainder`.
    func taps(_ remainder: Int) -> Int { remainder < kernel ? (kernel - remainder + step - 1) / step : 0 }

    /// Tap `k` of these, the last one first.
    func tap(_ k: Int, _ remainder: Int) -> Int { remainder + step * (taps(remainder) - 1 - k) }

    /// The first of these pixels, their number, and where in the bordered outputs the first tap of the first one is.
    func pixels(_ remainder: Int) -> (first: Int, count: Int, start: Int) {
      let first = ((remainder - padding) % step + step) % step
      return (
        first, Swift.max(0, (size - first + step - 1) / step),
        lead + (first + padding - remainder) / step - Swift.max(0, taps(remainder) - 1)
      )
    }
  }

  private static func axes(_ l: ConvolutionLayout) -> (rows: Axis, columns: Axis) {
    (
      Axis(size: l.height, out: l.outHeight, kernel: l.kernelHeight, step: l.step, padding: l.padding),
      Axis(size: l.width, out: l.outWidth, kernel: l.kernelWidth, step: l.step, padding: l.padding)
    )
  }

  /// The cotangent of y with the zeros around it.
  private static func image(_ l: ConvolutionLayout) -> BorderedImage {
    let (rows, columns) = axes(l)
    return BorderedImage(
      height: rows.bordered + (l.isFast ? l.height & 1 : 0), width: columns.bordered + (l.isFast ? l.width & 1 : 0),
      channels: l.outChannels)
  }

  /// The taps of a pair of remainders as `[ky][kx][out][in]`.
  private static func packTurned<S>(
    _ call: KernelCall, _ l: ConvolutionLayout, _ rows: (axis: Axis, remainder: Int),
    _ columns: (axis: Axis, remainder: Int),
    to next: inout UnsafeMutablePointer<S>
  ) {
    let source = call.operands[1].base.assumingMemoryBound(to: S.self)
    for ky in 0..<rows.axis.taps(rows.remainder) {
      let row = source + rows.axis.tap(ky, rows.remainder) * l.weight.y
      for kx in 0..<columns.axis.taps(columns.remainder) {
        let tap = row + columns.axis.tap(kx, columns.remainder) * l.weight.x
        for o in 0..<l.outChannels {
          for i in 0..<l.inChannels {
            next[0] = tap[i * l.weight.i + o * l.weight.o]
            next += 1
          }
        }
      }
    }
  }
}
