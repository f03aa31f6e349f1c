import GeocIR

/// Points as plain numbers.
enum CoordinatesOp: Op {
  static let name = "coordinates"
  static let doc = OpDoc(
    family: "ball",
    summary: """
      The coordinates of points of a ball, or of its tangent vectors, as plain numbers, without leaving the ball by a map.
      """,
    formula: "x", backward: "x̄ = ȳ", source: "HypCD, CVPR 2025: points of mobius_linear serve as logits",
    example: "- coordinates", effect: "the result has no geometry")
  static let signature: Signature = "(x: Ball(n, c=k)) -> R[n]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 1, call.inputs[0].space.inner?.name == BallSpace.name else {
      return try call.inferred(signature).results
    }
    return [.real(call.shape(0), isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.one("as_type", [c.inputs[0]], ["type": .type(c.resultTypes[0].batched(false))])]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}
