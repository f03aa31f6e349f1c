import GeocIR

/// Two-dimensional convolution of images.
enum Conv2dOp: Op {
  static let name = "conv2d"
  static let doc = OpDoc(
    family: "dense", summary: "Two-dimensional convolution of R[C, H, W] with zero padding.",
    formula: "y[o, p] = b[o] + Σ w[o, i, tap] x[i, p·stride + tap − padding]",
    backward: "x̄: convolution of the spread ȳ with the turned w; w̄: correlation of x with ȳ; b̄ = Σ ȳ",
    source: "PyTorch Conv2d",
    parameters: [
      "out": "output channels", "kernel": "size of the square kernel", "stride": "step in pixels",
      "padding": "zeros on each side", "bias": "whether b is there", "init": WeightStart.text,
    ], example: "- conv2d: { out: 8, kernel: 3, padding: 1 }")
  static let traits: OpTraits = [.affine, .channelsFirst]
  static let signature: Signature = """
    (x: R[c, h, w]; weight weight: R[out, c, kernel, kernel] = uniform_fan_in, bias: R[out] = uniform_fan_in if bias) \
    {out: int in 1..., kernel: int in 1..., stride: int = 1 in 1..., padding: int = 0 in 0..., bias: bool = true, \
    init: uniform_fan_in|lecun_normal|he_normal|zeros = uniform_fan_in} \
    -> R[out, (h+2*padding-kernel)/stride+1, (w+2*padding-kernel)/stride+1]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let (k, stride, padding) = Pooling.sizes(call.attributes)
    let field = try Pooling.image(call).dropFirst().map { try ConvolutionShape.places($0, k, stride, padding, name) }
    return [.real([call.attributes.int("out", 1)] + field, isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    _ = try infer(call)
    let k = call.attributes.int("kernel", 1)
    let fanIn = try Pooling.image(call)[0] * k * k
    let weights = try call.inferred(signature).weights.map { operand in
      var copy = operand
      if operand.name == "bias" { copy.initial = "uniform_fan_in(\(fanIn))" }
      return copy
    }
    return WeightStart.applied(weights, call.attributes)
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (k, stride, padding) = Pooling.sizes(c.attributes)
    let y = try b.one(
      "convolve", [c.inputs[0], try c.value("weight")],
      ["kernel": .ints([k, k]), "stride": .int(stride), "padding": .int(padding), "points": .bool(false)])
    guard c.has("bias") else { return [y] }
    return [try b.add(y, try b.reshape(try c.value("bias"), [c.resultShape(0)[0], 1, 1]))]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let (k, stride, padding) = Pooling.sizes(c.node.attributes)
    let (image, places) = (c.node.inputShape(0), c.node.resultShape(0))
    /// The share of the taps along an axis that do not read padding.
    func inside(_ axis: Int) -> Double {
      var taps = 0
      for place in 0..<places[axis] {
        for tap in 0..<k where (0..<image[axis]).contains(place * stride + tap - padding) { taps += 1 }
      }
      return Double(taps) / Double(max(1, places[axis] * k))
    }
    return c.weightedSum(image[0] * k * k, share: inside(1) * inside(2))
  }
  static func onnx(_ c: OpContext) -> ONNXForm? {
    guard c.inputTypes[0].isBatched else { return nil }
    let (k, stride, padding) = Pooling.sizes(c.attributes)
    return ONNXForm(
      "Conv",
      [
        "kernel_shape": .ints([k, k]), "strides": .ints([stride, stride]),
        "pads": .ints([padding, padding, padding, padding]),
      ])
  }
}

/// What ops on images share.
private enum Pooling {
  static func sizes(_ a: Attributes) -> (kernel: Int, stride: Int, padding: Int) {
    (a.int("kernel", 1), a.int("stride", 1), a.int("padding", 0))
  }

  /// The shape [C, H, W] of the input. Throws `TypeProblem`.
  static func image(_ call: TypeCall) throws -> [Int] {
    guard let type = call.inputs.first, call.inputs.count == 1 else {
      throw TypeProblem(.inputCount, "\(call.op) takes 1 input, found \(call.inputs.count)")
    }
    guard type.isReal, type.field.count == 3 else {
      throw TypeProblem(.mismatch, "\(call.op) expects R[c, h, w], found \(type.shown)", operand: 0)
    }
    return type.field
  }

  /// The windows of an image: [C, H/k, k, W/k, k], rows and columns beyond the last whole window left out.
  static func windows(_ b: inout Builder, _ x: Value, _ k: Int) throws -> (Value, [Int]) {
    let shape = b.shape(x)
    let (h, w) = (shape[1] / k, shape[2] / k)
    var value = x
    for (axis, count) in [(1, h * k), (2, w * k)] where shape[axis] != count {
      value = try b.one("slice", [value], ["axis": .int(axis), "start": .int(0), "count": .int(count)])
    }
    return (try b.reshape(value, [shape[0] * h, k, w, k]), [shape[0], h, w])
  }

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let shape = try image(call)
    let k = call.attributes.int("kernel", 1)
    guard shape[1] >= k, shape[2] >= k else {
      throw TypeProblem(
        .parameter, "\(call.op): a window of \(k) does not fit \(call.inputs[0].shown)", operand: 0, parameter: "kernel"
      )
    }
    return [.real([shape[0], shape[1] / k, shape[2] / k], isBatched: call.isBatched)]
  }
}

/// Averages of windows.
enum AvgPool2dOp: Op {
  static let name = "avg_pool2d"
  static let doc = OpDoc(
    family: "dense", summary: "Average of k×k windows of R[C, H, W]; the stride is the kernel.",
    source: "PyTorch AvgPool2d", parameters: ["kernel": "size of the square window"],
    example: "- avg_pool2d: { kernel: 2 }")
  static let signature: Signature =
    "(x: R[c, h, w]) {kernel: int in 1...} -> R[c, h/kernel, w/kernel]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { try Pooling.infer(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let k = c.attributes.int("kernel", 1)
    let (windows, shape) = try Pooling.windows(&b, c.inputs[0], k)
    let columns = try b.reduce(windows, "sum", axes: [3])
    return [try b.reshape(try b.scale(try b.reduce(columns, "sum", axes: [1]), 1 / Double(k * k)), shape)]
  }
}

/// Largest elements of windows.
enum MaxPool2dOp: Op {
  static let name = "max_pool2d"
  static let doc = OpDoc(
    family: "dense", summary: "Largest element of k×k windows of R[C, H, W]; the stride is the kernel.",
    backward: "to the largest element, shared where several are largest", source: "PyTorch MaxPool2d",
    parameters: ["kernel": "size of the square window"], example: "- max_pool2d: { kernel: 2 }")
  static let signature: Signature =
    "(x: R[c, h, w]) {kernel: int in 1...} -> R[c, h/kernel, w/kernel]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { try Pooling.infer(call) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let k = c.attributes.int("kernel", 1)
    let (windows, shape) = try Pooling.windows(&b, c.inputs[0], k)
    let columns = try b.reduce(windows, "max", axes: [3])
    return [try b.reshape(try b.reduce(columns, "max", axes: [1]), shape)]
  }
}
