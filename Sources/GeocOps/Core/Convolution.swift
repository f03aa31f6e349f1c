import GeocIR

/// The sizes of a two-dimensional convolution, and where the elements of its operands lie.
///
/// Images are `[C, H, W]` with weights `[out, in, kh, kw]`, or fields of points `[H, W, C]` with weights
/// `[in·kh·kw, out]` (attribute `points`). The order costs nothing: an item's elements are spread over memory anyway.
struct ConvolutionShape {
  var height = 1, width = 1, channels = 1
  var outHeight = 1, outWidth = 1, outChannels = 1
  var kernel = [1, 1]
  var stride = 1, padding = 0
  var isPoints = false

  /// From the shapes of the input and of the weight. Throws `TypeProblem` where they do not fit.
  init(_ x: [Int], _ weight: [Int], _ attributes: Attributes, _ op: String) throws {
    isPoints = attributes.bool("points")
    kernel = attributes.ints("kernel")
    stride = attributes.int("stride", 1)
    padding = attributes.int("padding", 0)
    guard x.count == 3, kernel.count == 2 else { throw TypeProblem(.mismatch, "\(op) takes images, found \(x)") }
    (height, width, channels) = isPoints ? (x[0], x[1], x[2]) : (x[1], x[2], x[0])
    outChannels = isPoints ? weight.last ?? 1 : weight.first ?? 1
    let wanted =
      isPoints ? [channels * kernel[0] * kernel[1], outChannels] : [outChannels, channels, kernel[0], kernel[1]]
    guard weight == wanted else { throw TypeProblem(.disagreement, "\(op) cannot combine \(x) and weights \(weight)") }
    outHeight = try Self.places(height, kernel[0], stride, padding, op)
    outWidth = try Self.places(width, kernel[1], stride, padding, op)
  }

  /// Where a kernel of size `k` stands on an axis: ⌊(size + 2 padding − k)/stride⌋ + 1. Throws `TypeProblem`.
  static func places(_ size: Int, _ k: Int, _ stride: Int, _ padding: Int, _ op: String) throws -> Int {
    guard k >= 1, stride >= 1, padding >= 0 else {
      throw TypeProblem(
        .parameter, "\(op) needs a kernel and a stride of at least 1, and a padding of at least 0", operand: 0,
        parameter: k < 1 ? "kernel" : stride < 1 ? "stride" : "padding")
    }
    guard size + 2 * padding >= k else {
      throw TypeProblem(
        .parameter, "\(op): a kernel of \(k) does not fit \(size) pixels with padding \(padding)", operand: 0,
        parameter: "kernel")
    }
    return (size + 2 * padding - k) / stride + 1
  }

  var inputShape: [Int] { isPoints ? [height, width, channels] : [channels, height, width] }
  var outputShape: [Int] { isPoints ? [outHeight, outWidth, outChannels] : [outChannels, outHeight, outWidth] }
  var weightShape: [Int] {
    isPoints ? [channels * kernel[0] * kernel[1], outChannels] : [outChannels, channels, kernel[0], kernel[1]]
  }

  /// The sizes of the kernels.
  var sizes: [Int] {
    let taps = kernel[0] * kernel[1]
    let places =
      isPoints
      ? [width * channels, channels, 1, outWidth * outChannels, outChannels, 1]
      : [width, 1, height * width, outWidth, 1, outHeight * outWidth]
    let weights =
      isPoints
      ? [kernel[1] * outChannels, outChannels, taps * outChannels, 1]
      : [kernel[1], 1, taps, channels * taps]
    return [height, width, channels, outHeight, outWidth, outChannels, kernel[0], kernel[1], stride, padding]
      + places + weights + [isFast ? 1 : 0]
  }

  /// Whether taps are multiplied by Winograd's F(2 × 2, 3 × 3): with few channels its transforms cost more than they save.
  private var isFast: Bool { kernel == [3, 3] && stride == 1 && min(channels, outChannels) >= 16 }

  var flops: Int { 2 * outHeight * outWidth * outChannels * channels * kernel[0] * kernel[1] }
}

/// Convolution of images, or of fields of vectors, with unbatched weights.
enum ConvolveOp: Op {
  static let name = "convolve"
  static let doc = OpDoc(
    family: "core", summary: "Two-dimensional correlation with zero padding.",
    formula: "y[p, o] = Σ x[p·stride + tap − padding, i] w[tap, i, o]",
    backward: "x̄: correlation of the spread ȳ with the turned w; w̄: correlation of x with ȳ")
  static let signature: Signature =
    "(x: T[*], w: T[*]) {kernel: [int], stride: int = 1, padding: int = 0, points: bool = false} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard !call.inputs[1].isBatched else { throw TypeProblem(.mismatch, "convolve takes unbatched weights") }
    let s = try ConvolutionShape(call.shape(0), call.shape(1), call.attributes, call.op)
    return [.real(s.outputShape, isBatched: call.inputs[0].isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    var attributes = c.attributes
    attributes["shape_of_x"] = .ints(c.inputShape(0))
    let dx = try b.node("convolve_input", [dy, c.inputs[1]], attributes)[0]
    let dw = try b.node("convolve_weight", [c.inputs[0], dy], c.attributes)[0]
    return [dx, dw]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("conv2d", sizes: try ConvolutionShape(c.inputShape(0), c.inputShape(1), c.attributes, name).sizes)
  }
  static func flops(_ c: OpContext) -> Int {
    (try? ConvolutionShape(c.inputShape(0), c.inputShape(1), c.attributes, name).flops) ?? 0
  }
}

/// The cotangent of the input of `convolve`; linear in both operands.
enum ConvolveInputOp: Op {
  static let name = "convolve_input"
  static let doc = OpDoc(family: "core", summary: "Cotangent of the input of convolve.")
  static let signature: Signature =
    "(y: T[*], w: T[*]) {kernel: [int], shape_of_x: [int], stride: int = 1, padding: int = 0, points: bool = false} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let x = call.attributes.ints("shape_of_x")
    let s = try ConvolutionShape(x, call.shape(1), call.attributes, call.op)
    guard s.outputShape == call.shape(0) else { throw TypeProblem(.disagreement, "\(call.op) has a cotangent amiss") }
    return [.real(x, isBatched: call.inputs[0].isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dx = cotangents[0] else { return [nil, nil] }
    var attributes = c.attributes
    attributes["shape_of_x"] = nil
    return [
      try b.node("convolve", [dx, c.inputs[1]], attributes)[0],
      try b.node("convolve_weight", [dx, c.inputs[0]], attributes)[0],
    ]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "conv2d_input",
      sizes: try ConvolutionShape(c.attributes.ints("shape_of_x"), c.inputShape(1), c.attributes, name).sizes)
  }
  static func flops(_ c: OpContext) -> Int {
    (try? ConvolutionShape(c.attributes.ints("shape_of_x"), c.inputShape(1), c.attributes, name).flops) ?? 0
  }
}

/// The cotangent of the weight of `convolve`, summed over the batch.
enum ConvolveWeightOp: Op {
  static let name = "convolve_weight"
  static let doc = OpDoc(family: "core", summary: "Cotangent of the weight of convolve, summed over the batch.")
  static let signature: Signature =
    "(x: T[*], y: T[*]) {kernel: [int], stride: int = 1, padding: int = 0, points: bool = false} -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  private static func shape(_ x: [Int], _ y: [Int], _ attributes: Attributes) throws -> ConvolutionShape {
    let isPoints = attributes.bool("points")
    let kernel = attributes.ints("kernel")
    guard x.count == 3, y.count == 3, kernel.count == 2 else { throw TypeProblem(.mismatch, "\(name) takes images") }
    let (channels, out) = isPoints ? (x[2], y[2]) : (x[0], y[0])
    let weight =
      isPoints ? [channels * kernel[0] * kernel[1], out] : [out, channels, kernel[0], kernel[1]]
    let s = try ConvolutionShape(x, weight, attributes, name)
    guard s.outputShape == y else { throw TypeProblem(.disagreement, "\(name) has a cotangent amiss") }
    return s
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(try shape(call.shape(0), call.shape(1), call.attributes).weightShape)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dw = cotangents[0] else { return [nil, nil] }
    var attributes = c.attributes
    let dy = try b.node("convolve", [c.inputs[0], dw], attributes)[0]
    attributes["shape_of_x"] = .ints(c.inputShape(0))
    return [try b.node("convolve_input", [c.inputs[1], dw], attributes)[0], dy]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "conv2d_weight", sizes: try shape(c.inputShape(0), c.inputShape(1), c.attributes).sizes,
      reducesBatch: c.inputTypes.contains(where: \.isBatched))
  }
  static func flops(_ c: OpContext) -> Int {
    (try? shape(c.inputShape(0), c.inputShape(1), c.attributes).flops) ?? 0
  }
}

/// Patches as vectors: channels slowest, then the rows and columns of the kernel.
enum UnfoldOp: GatherOp {
  static let name = "unfold"
  static let doc = OpDoc(
    family: "core", summary: "The patches of a field of points, zeros beyond its border, channels slowest.")
  static let signature: Signature = "(x: T[*]) {kernel: [int], stride: int = 1, padding: int = 0} -> R[*]"
  static func plan(_ shape: [Int], _ attributes: Attributes) throws -> GatherPlan {
    var own = attributes
    own["points"] = .bool(true)
    let kernel = attributes.ints("kernel")
    guard shape.count == 3, kernel.count == 2 else {
      throw TypeProblem(.mismatch, "unfold takes fields, found \(shape)")
    }
    let s = try ConvolutionShape(shape, [shape[2] * kernel[0] * kernel[1], 1], own, name)
    var indices: [Int] = []
    for y in 0..<s.outHeight {
      for x in 0..<s.outWidth {
        for channel in 0..<s.channels {
          for ky in 0..<kernel[0] {
            for kx in 0..<kernel[1] {
              let (row, column) = (y * s.stride + ky - s.padding, x * s.stride + kx - s.padding)
              let isInside = (0..<s.height).contains(row) && (0..<s.width).contains(column)
              indices.append(isInside ? (row * s.width + column) * s.channels + channel : -1)
            }
          }
        }
      }
    }
    return GatherPlan(shape: [s.outHeight, s.outWidth, s.channels * kernel[0] * kernel[1]], indices: indices)
  }
}

extension Builder {
  /// Correlation of the field `x` [H, W, C] with `w` [C·k·k, out].
  mutating func convolvePoints(_ x: Value, _ w: Value, kernel: Int, stride: Int, padding: Int) throws -> Value {
    try one(
      "convolve", [x, w],
      [
        "kernel": .ints([kernel, kernel]), "stride": .int(stride), "padding": .int(padding), "points": .bool(true),
      ])
  }
}
