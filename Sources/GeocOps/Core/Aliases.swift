import GeocIR

/// The same elements in another shape.
enum ReshapeOp: Op {
  static let name = "reshape"
  static let doc = OpDoc(
    family: "dense", summary: "The same elements in another shape, row-major.",
    parameters: ["shape": "sizes of the result; one may be -1"], example: "- reshape: { shape: [16, 4] }")
  static let signature: Signature = "(x: R[*]) {shape: [int]} -> R[*]"
  static let traits: OpTraits = [.alias, .primitive]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let count = call.shape(0).reduce(1, *)
    var shape = call.attributes.ints("shape")
    let known = shape.filter { $0 != -1 }.reduce(1, *)
    if let open = shape.firstIndex(of: -1), known > 0, count % known == 0 { shape[open] = count / known }
    guard shape.allSatisfy({ $0 > 0 }), shape.reduce(1, *) == count else {
      throw TypeProblem(
        .parameter,
        "reshape to \(call.attributes.ints("shape")) does not fit \(call.shape(0)), which has \(count) elements",
        operand: 0, parameter: "shape")
    }
    return [.real(shape, isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.reshape(dy, c.inputShape(0))]
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? { MomentTransfer([c.input], isOdd: true) }
}

/// The same value seen as another type of the same storage.
enum AsTypeOp: Op {
  static let name = "as_type"
  static let doc = OpDoc(
    family: "core",
    summary: "The same value as another type of equal storage; a tangent vector then stands at the second input.")
  static let signature: Signature = "(x: T[*], at?: T[*]) {type: type} -> R[*]"
  static let traits: OpTraits = [.alias, .primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard var type = call.attributes.type("type"), call.spaces.shape(type) == call.shape(0) else {
      throw TypeProblem(.mismatch, "as_type needs a type of the same storage")
    }
    if type.isTangent, call.values.count > 1 { type.space["at"] = .at(call.values[1]) }
    return [type.batched(call.inputs[0].isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { [c.inputs[0]] }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    [cotangents[0]] + c.inputs.dropFirst().map { _ in nil }
  }
}

/// A value that gradients do not pass.
enum StopGradientOp: Op {
  static let name = "stop_gradient"
  static let doc = OpDoc(
    family: "dense", summary: "The same value, constant for the backward.", example: "- stop_gradient")
  static let signature: Signature = "(x: T[*]) -> T[*]"
  static let traits: OpTraits = [.alias, .primitive, .constant]

  static func infer(_ call: TypeCall) throws -> [GeoType] { [call.inputs[0]] }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { [c.inputs[0]] }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { [nil] }
}

extension Builder {
  /// The same elements in another shape.
  package mutating func reshape(_ x: Value, _ shape: [Int]) throws -> Value {
    self.shape(x) == shape ? x : try one("reshape", [x], ["shape": .ints(shape)])
  }

  /// The same value, constant for the backward.
  package mutating func detached(_ x: Value) throws -> Value { try one("stop_gradient", [x]) }
}
