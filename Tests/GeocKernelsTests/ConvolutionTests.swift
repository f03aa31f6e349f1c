import Testing

/// Convolution kernels against their definition, for images and fields of points.
@Suite struct ConvolutionTests {
  /// One shape: image, channels in and out, kernel, stride, padding.
  struct Shape: Sendable, CustomTestStringConvertible {
    var height: Int, width: Int, channels: Int, out: Int, kernel: Int, stride: Int, padding: Int
    var isFast = false
    var outHeight: Int { (height + 2 * padding - kernel) / stride + 1 }
    var outWidth: Int { (width + 2 * padding - kernel) / stride + 1 }
    var testDescription: String {
      "\(height)x\(width)x\(channels) to \(out), \(kernel)/\(stride)/\(padding)\(isFast ? ", fast" : "")"
    }

    /// Strides of input, output and weight in the order that the kernels take, channels last.
    var sizes: [Int] {
      [height, width, channels, outHeight, outWidth, out, kernel, kernel, stride, padding]
        + [width * channels, channels, 1, outWidth * out, out, 1]
        + [kernel * out, out, kernel * kernel * out, 1, isFast ? 1 : 0]
    }

    /// Calls `body` with the element of output, input and weight for every product.
    func forEach(_ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
      for (row, column) in (0..<outHeight).flatMap({ r in (0..<outWidth).map { (r, $0) } }) {
        for (ky, kx) in (0..<kernel).flatMap({ k in (0..<kernel).map { (k, $0) } }) {
          let (iy, ix) = (row * stride + ky - padding, column * stride + kx - padding)
          guard (0..<height).contains(iy), (0..<width).contains(ix) else { continue }
          for i in 0..<channels {
            for o in 0..<out {
              body(
                (row * outWidth + column) * out + o, (iy * width + ix) * channels + i,
                ((i * kernel + ky) * kernel + kx) * out + o)
            }
          }
        }
      }
    }
  }

  static let shapes = [
    Shape(height: 1, width: 1, channels: 1, out: 1, kernel: 1, stride: 1, padding: 0),
    Shape(height: 5, width: 7, channels: 3, out: 5, kernel: 3, stride: 1, padding: 1),
    Shape(height: 8, width: 8, channels: 4, out: 8, kernel: 3, stride: 2, padding: 1),
    Shape(height: 5, width: 5, channels: 2, out: 3, kernel: 3, stride: 2, padding: 0),
    Shape(height: 6, width: 5, channels: 3, out: 4, kernel: 1, stride: 2, padding: 0),
    Shape(height: 4, width: 9, channels: 1, out: 2, kernel: 2, stride: 3, padding: 2),
    Shape(height: 2, width: 2, channels: 5, out: 6, kernel: 3, stride: 1, padding: 1),
    Shape(height: 7, width: 6, channels: 4, out: 3, kernel: 2, stride: 4, padding: 1),
    Shape(height: 8, width: 8, channels: 16, out: 12, kernel: 3, stride: 1, padding: 1, isFast: true),
    Shape(height: 5, width: 7, channels: 8, out: 9, kernel: 3, stride: 1, padding: 1, isFast: true),
    Shape(height: 6, width: 5, channels: 3, out: 2, kernel: 3, stride: 1, padding: 0, isFast: true),
    Shape(height: 1, width: 3, channels: 1, out: 5, kernel: 3, stride: 1, padding: 2, isFast: true),
  ]
  static let batch = 19

  @Test(arguments: Instance.allCases, shapes) func forward(_ instance: Instance, _ s: Shape) throws {
    var numbers = TestNumbers(3)
    let x = numbers.items(Self.batch) { $0.normal(s.height * s.width * s.channels) }
    let w = BenchInput.shared(numbers.normal(s.channels * s.kernel * s.kernel * s.out))
    let count = s.outHeight * s.outWidth * s.out
    let result = try KernelBench(sizes: s.sizes).run("conv2d", instance, batch: Self.batch, [x, w], outputs: [count])
    for item in 0..<Self.batch {
      var expected = [Double](repeating: 0, count: count)
      s.forEach { y, i, k in expected[y] += x[item][i] * w[0][k] }
      expectClose(result.outputs[0][item], expected, instance.tolerance, "item \(item)")
    }
  }

  @Test(arguments: Instance.allCases, shapes) func cotangentOfTheInput(_ instance: Instance, _ s: Shape) throws {
    var numbers = TestNumbers(4)
    let g = numbers.items(Self.batch) { $0.normal(s.outHeight * s.outWidth * s.out) }
    let w = BenchInput.shared(numbers.normal(s.channels * s.kernel * s.kernel * s.out))
    let count = s.height * s.width * s.channels
    let result = try KernelBench(sizes: s.sizes).run(
      "conv2d_input", instance, batch: Self.batch, [g, w], outputs: [count])
    for item in 0..<Self.batch {
      var expected = [Double](repeating: 0, count: count)
      s.forEach { y, i, k in expected[i] += g[item][y] * w[0][k] }
      expectClose(result.outputs[0][item], expected, instance.tolerance, "item \(item)")
    }
  }

  @Test(arguments: Instance.allCases, shapes) func cotangentOfTheWeight(_ instance: Instance, _ s: Shape) throws {
    var numbers = TestNumbers(5)
    let x = numbers.items(Self.batch) { $0.normal(s.height * s.width * s.channels) }
    let g = numbers.items(Self.batch) { $0.normal(s.outHeight * s.outWidth * s.out) }
    let count = s.channels * s.kernel * s.kernel * s.out
    let result = try KernelBench(sizes: s.sizes).run(
      "conv2d_weight", instance, batch: Self.batch, [x, g], outputs: [count], reduces: true)
    var expected = [Double](repeating: 0, count: count)
    for item in 0..<Self.batch { s.forEach { y, i, k in expected[k] += x[item][i] * g[item][y] } }
    let sums = result.outputs[0].reduce([Double](repeating: 0, count: count)) { zip($0, $1).map(+) }
    expectClose(sums, expected, instance.tolerance, "sum")
  }
}
