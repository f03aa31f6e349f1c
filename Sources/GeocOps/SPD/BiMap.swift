import GeocIR

/// Congruence by a learned frame.
enum BiMapOp: Op {
  static let name = "bimap"
  static let doc = OpDoc(
    family: "spd", summary: "Maps SPD(n) to SPD(out) by a learned orthonormal frame; channels are summed.",
    formula: "y = wᵀ x w; with channels y_o = Σ_i w_oiᵀ x_i w_oi", backward: "x̄ = w sym(ȳ) wᵀ, w̄ = 2 Σ x w sym(ȳ)",
    source: "SPDNet (Huang and Van Gool, 2017)",
    parameters: ["out": "size of the result", "channels": "channels of the result"], example: "- bimap: { out: 6 }",
    invariances: ["bimap(g x gᵀ, g w) = bimap(x, w) for g in O(n)"])
  static let signature: Signature = """
    (x: SPD(n)[*]; weight weight: Stiefel(n, out) = orthogonal) {out: int in 1..., channels: int = 1 in 1...} \
    -> SPD(out)[*] where out <= n
    """

  private static func hasChannels(_ field: [Int], _ attributes: Attributes) -> Bool {
    !field.isEmpty || attributes.int("channels", 1) > 1
  }
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var type = try call.inferred(signature).results[0]
    let field = call.inputs[0].field
    guard field.count <= 1 else {
      throw TypeProblem(
        .mismatch, "bimap expects SPD(n) or SPD(n)[channels], found \(call.inputs[0].batched(false))", operand: 0,
        expected: signature.inputs[0].pattern)
    }
    type.field = hasChannels(field, call.attributes) ? [call.attributes.int("channels", 1)] : []
    type.space["min"] = call.inputs[0].space["min"]
    return [type]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    var weights = try call.inferred(signature).weights
    let field = call.inputs[0].field
    if hasChannels(field, call.attributes) {
      weights[0].type.field = [call.attributes.int("channels", 1), field.first ?? 1]
    }
    return weights
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let y = try b.congruence(try c.value("weight"), c.inputs[0])
    return [hasChannels(c.inputTypes[0].field, c.attributes) ? try b.reduce(y, "sum", axes: [1]) : y]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let raw = cotangents[0] else { return [nil, nil] }
    var dy = try b.sym(raw)
    let (x, w) = (c.inputs[0], try c.value("weight"))
    let channels = hasChannels(c.inputTypes[0].field, c.attributes)
    if channels {
      let s = b.shape(dy)
      dy = try b.reshape(dy, [s[0], 1, s[1], s[2]])
    }
    var dx = try b.congruence(w, dy, transpose: true)
    if channels { dx = try b.reshape(try b.reduce(dx, "sum", axes: [0]), c.inputShape(0)) }
    let dw = try b.scale(try b.matmul(try b.matmul(x, w), dy), 2)
    return [dx, dw]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    guard !hasChannels(c.inputTypes[0].field, c.attributes) else { return .unproved("it adds channels up") }
    return c.inputTypes[0].space.sizes == c.resultTypes[0].space.sizes
      ? .exact : .lost("what is orthogonal to the frame is gone")
  }
}
