import GeocIR
import Glibc

/// A scalar function of every element of a real array.
protocol ScalarMapOp: Op {
  /// The function of `x0`.
  static func expression(_ attributes: Attributes) -> ScalarExpression
}

extension ScalarMapOp {
  static var traits: OpTraits { [.elementwise] }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.map(expression(c.attributes), [c.inputs[0]])]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let f = expression(c.node.attributes)
    return MomentTransfer(
      [c.input.map { x in x.image { f.evaluate([$0]) } }],
      obstacle: traits.contains(.activation) ? "\(name) has no fixed point of mean and variance" : nil,
      help: traits.contains(.activation) ? "use 'selu'" : nil)
  }
}

enum ReluOp: ScalarMapOp {
  static let name = "relu"
  static let doc = OpDoc(
    family: "dense", summary: "max(x, 0), elementwise; gradient 0 at 0.", formula: "max(x, 0)", example: "- relu")
  static let traits: OpTraits = [.elementwise, .activation]
  static let signature: Signature = "(x: R[*]) -> R[*]"
  static func expression(_ attributes: Attributes) -> ScalarExpression { .binary(.max, .input(0), .constant(0)) }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let image = c.input.map { x in
      guard x.variance > 0 else { return Moments(mean: max(0, x.mean), variance: 0) }
      let deviation = x.variance.squareRoot()
      let t = x.mean / deviation
      let above = 0.5 * erfc(-t * 0.5.squareRoot())
      let edge = deviation * exp(-t * t / 2) / (2 * Double.pi).squareRoot()
      return Moments(mean: x.mean * above + edge, second: x.second * above + x.mean * edge)
    }
    return MomentTransfer([image], obstacle: "relu has no fixed point of mean and variance", help: "use 'selu'")
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Relu") }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("all numbers below 0 become 0") }
}

enum TanhOp: ScalarMapOp {
  static let name = "tanh"
  static let doc = OpDoc(
    family: "dense", summary: "Hyperbolic tangent, elementwise.", formula: "tanh(x)", example: "- tanh")
  static let traits: OpTraits = [.elementwise, .activation]
  static let signature: Signature = "(x: R[*]) -> R[*]"
  static func expression(_ attributes: Attributes) -> ScalarExpression { .unary(.tanh, .input(0)) }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Tanh") }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

enum SigmoidOp: ScalarMapOp {
  static let name = "sigmoid"
  static let doc = OpDoc(
    family: "dense", summary: "Logistic function, elementwise.", formula: "1 / (1 + e^−x)", example: "- sigmoid")
  static let traits: OpTraits = [.elementwise, .activation]
  static let signature: Signature = "(x: R[*]) -> R[*]"
  static func expression(_ attributes: Attributes) -> ScalarExpression { .unary(.sigmoid, .input(0)) }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Sigmoid") }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

enum GeluOp: ScalarMapOp {
  static let name = "gelu"
  static let doc = OpDoc(
    family: "dense", summary: "Gaussian error linear unit in its exact form, elementwise.",
    formula: "x/2 (1 + erf(x/√2))", source: "PyTorch GELU, approximate='none'", example: "- gelu")
  static let traits: OpTraits = [.elementwise, .activation]
  static let signature: Signature = "(x: R[*]) -> R[*]"
  static func expression(_ attributes: Attributes) -> ScalarExpression {
    .constant(0.5) * .input(0) * (.constant(1) + .unary(.erf, .constant(0.5.squareRoot()) * .input(0)))
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Gelu") }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .lost("below 0 it takes every value twice") }
}

enum ScaleOp: ScalarMapOp {
  static let name = "scale"
  static let doc = OpDoc(
    family: "dense", summary: "Product with a number.", formula: "by · x", parameters: ["by": "the factor"],
    example: "- scale: { by: 0.5 }")
  static let signature: Signature = "(x: R[*]) {by: real} -> R[*]"
  /// Tangent vectors stay where they are.
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 1, call.inputs[0].isTangent else { return try call.inferred(signature).results }
    return [call.inputs[0]]
  }
  static func expression(_ attributes: Attributes) -> ScalarExpression {
    .binary(.multiply, .constant(attributes.real("by")), .input(0))
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let (scale, shift) = (c.node.attributes.real("by"), 0.0)
    return MomentTransfer(
      [c.input.map { Moments(mean: scale * $0.mean + shift, variance: scale * scale * $0.variance) }], isOdd: shift == 0
    )
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.attributes.real("by") == 0 ? .lost("everything becomes 0") : .exact
  }
}

enum CastOp: ScalarMapOp {
  static let name = "cast"
  static let doc = OpDoc(
    family: "dense", summary: "Raw data as real numbers: scale · x + shift.", formula: "scale · x + shift",
    parameters: ["scale": "factor", "shift": "added after the factor"],
    example: "- cast: { scale: 0.0078125, shift: -1.0 }")
  static let signature: Signature = "(x: R[*]) {scale: real = 1, shift: real = 0} -> R[*]"
  static func expression(_ attributes: Attributes) -> ScalarExpression {
    .binary(
      .add, .binary(.multiply, .constant(attributes.real("scale", 1)), .input(0)), .constant(attributes.real("shift")))
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let (scale, shift) = (c.node.attributes.real("scale", 1), c.node.attributes.real("shift"))
    return MomentTransfer(
      [c.input.map { Moments(mean: scale * $0.mean + shift, variance: scale * scale * $0.variance) }], isOdd: shift == 0
    )
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.attributes.real("scale", 1) == 0 ? .lost("everything becomes one number") : .exact
  }
}

/// Sum of arrays.
enum AddOp: Op {
  static let name = "add"
  static let doc = OpDoc(
    family: "dense", summary: "Sum of arrays of one shape, or of tangent vectors at one point.", formula: "x + y + …",
    example: "- add:\n    from: [h, x]")
  static let signature: Signature = "(x...: R[*]) -> R[*]"
  static let traits: OpTraits = [.elementwise]
  private static let ofVectors: Signature = "(x...: T[*]) -> T[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try call.inferred(call.inputs.first?.isTangent == true ? ofVectors : signature).results
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    var sum = c.inputs[0]
    for x in c.inputs.dropFirst() { sum = try b.add(sum, x) }
    return [sum]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let known = c.inputs.compactMap { $0 }
    let sum = Moments(
      mean: known.map(\.mean).reduce(0, +), variance: known.map(\.variance).reduce(0, +))
    return MomentTransfer(
      [known.count == c.inputs.count && c.areUncorrelated ? sum : nil],
      obstacle: c.inputs.count > 1 ? "the variances of what it adds add up" : nil)
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { ONNXForm("Sum") }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// Product of arrays.
enum MulOp: Op {
  static let name = "mul"
  static let doc = OpDoc(
    family: "dense", summary: "Elementwise product of arrays of one shape.", formula: "x · y · …",
    example: "- mul:\n    from: [h, gate]")
  static let signature: Signature = "(x...: R[*]) -> R[*]"
  static let traits: OpTraits = [.elementwise]
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    var product = c.inputs[0]
    for x in c.inputs.dropFirst() { product = try b.mul(product, x) }
    return [product]
  }
  static func onnx(_ c: OpContext) -> ONNXForm? { c.inputs.count == 2 ? ONNXForm("Mul") : nil }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .unproved("the other factor may be 0") }
}

/// All axes as one.
enum FlattenOp: Op {
  static let name = "flatten"
  static let doc = OpDoc(
    family: "dense", summary: "All axes of the item as one; a field of one point as the point.", example: "- flatten")
  static let signature: Signature = "(x: T[*]) -> T"
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    let type = call.inputs[0]
    if !type.isReal, type.field.reduce(1, *) == 1 { return [GeoType(type.space, isBatched: type.isBatched)] }
    guard type.isReal else {
      throw TypeProblem(.mismatch, "flatten expects R[*] or one point, found \(type.shown)", operand: 0)
    }
    return [.real([call.shape(0).reduce(1, *)], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.reshape(c.inputs[0], [c.inputShape(0).reduce(1, *)])]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { MomentTransfer([c.input], isOdd: true) }
  static func onnx(_ c: OpContext) -> ONNXForm? {
    c.inputTypes[0].isReal && c.inputTypes[0].isBatched ? ONNXForm("Flatten", ["axis": .int(1)]) : nil
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// Mean over an axis.
enum MeanOp: Op {
  static let name = "mean"
  static let doc = OpDoc(
    family: "dense", summary: "Mean over one axis, or over all without `axis`.",
    parameters: ["axis": "axis of the item, from 0"], example: "- mean: { axis: 0 }")
  static let signature: Signature = "(x: R[*]) {axis: int? in 0...} -> R[*]"
  static func axes(_ shape: [Int], _ attributes: Attributes) throws -> [Int] {
    guard attributes["axis"] != nil else { return Array(shape.indices) }
    let axis = attributes.int("axis")
    guard shape.indices.contains(axis) else {
      throw TypeProblem(.parameter, "mean has no axis \(axis) in \(shape)", operand: 0, parameter: "axis")
    }
    return [axis]
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    var shape = call.shape(0)
    for axis in try axes(shape, call.attributes).reversed() { shape.remove(at: axis) }
    return [.real(shape, isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let axes = try axes(c.inputShape(0), c.attributes)
    guard !axes.isEmpty else { return [c.inputs[0]] }
    let count = axes.map { c.inputShape(0)[$0] }.reduce(1, *)
    return [try b.scale(try b.reduce(c.inputs[0], "sum", axes: axes), 1 / Double(count))]
  }
}
