import GeocIR

/// A map along rays of hyperbolic space.
enum RadialOp: Op {
  static let name = "radial"
  static let doc = OpDoc(
    family: "core", summary: "A radial map of vectors along the last axis, of curvature −c.",
    formula: "y = f(‖x‖) x/‖x‖", backward: "x̄ = (f/r) ȳ + (f′ − f/r) ⟨ȳ, x⟩ x/r², r = ‖x‖, as a row program",
    parameters: ["f": "charts and steps", "c": "the curvature, where it is not an operand"])
  static let signature: Signature =
    "(x: T[*]; weight c: R[1] = ones if learn_c) {f: text, c: real = 1, learn_c: bool = false} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.attributes.radial("f") != nil, !call.shape(0).isEmpty else {
      throw TypeProblem(.mismatch, "radial takes vectors and a function")
    }
    return [.real(call.shape(0), isBatched: call.isBatched)]
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    guard let f = c.attributes.radial("f") else { throw InternalError("radial without a function") }
    if f.isIdentity { return [c.inputs[0]] }
    return try b.rows([c.inputs[0]], Array(c.inputs.dropFirst())) { r, v, s in
      r.result(try f.apply(&r, v[0], c: s.first ?? r.constant(c.attributes.real("c", 1))))
    }
  }
}

extension Builder {
  /// A radial map of `x`.
  mutating func radial(_ x: Value, _ f: RadialFunction, _ c: Curvature) throws -> Value {
    if f.isIdentity { return x }
    return try one(
      "radial", [x] + c.operands,
      ["f": .radial(f), "c": .real(c.number ?? 1), "learn_c": .bool(c.operand != nil)])
  }
}
