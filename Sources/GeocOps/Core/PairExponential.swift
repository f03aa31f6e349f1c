import GeocIR

/// The exponential map of Bures–Wasserstein geometry, (I + L) a (I + L) with L the `pair_map` of a tangent vector at a.
///
/// At one base point for a batch it stays in the eigenbasis of that: with a = EΛEᵀ and K = EᵀLE the result is E H Hᵀ Eᵀ for
/// H = (I + K)Λ^½, one product instead of a congruence, and H is all that the backward needs of the batch.
enum PairExpOp: Op {
  static let name = "pair_exp"
  static let doc = OpDoc(
    family: "core", summary: "The end of a tangent vector weighted by sums of eigenvalues of its base point.",
    formula: "(I + L) a (I + L), L = E[(EᵀvE) ∘ (c(a_i + a_j))^p]Eᵀ",
    backward: "L̄ = 2 sym(ȳ (I + L) a), on as in pair_map; ā of the outer products (I + L) ȳ (I + L)",
    source: "SPD layer set, section 5")
  static let signature: Signature = "(a: T[*], v: T[*]) {c: real, p: real} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] { try PairMapOp.infer(call) }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    guard PairMapOp.hasOneBase(c) else { return [try b.congruence(try transport(&b, c), c.inputs[0])] }
    let (_, u, _, h) = try inEigenbasis(&b, c)
    return [try b.congruence(u, try b.syrk(h), transpose: true)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    guard PairMapOp.hasOneBase(c) else { return try spelledOutVJP(&b, c, dy) }
    let (w, u, v, h) = try inEigenbasis(&b, c)
    let half = try b.matmul(try b.congruence(u, try b.sym(dy)), h)
    let dk = try b.sym(try b.map("2 * x0 * sqrt(x1)", [half, w]))
    let dv = try b.mul(dk, try PairMapOp.weight(&b, c, w))
    // In the eigenbasis; Λ^½ on both sides is taken off once for the batch.
    let shape = c.inputShape(0)
    let direct = try b.batchSum(try b.summed(try b.matmul(h, half, ta: true), to: shape))
    let contraction = try b.node("pair_contraction", [w, v, dk], c.attributes)[0]
    let throughL = try b.batchSum(try b.summed(contraction, to: shape))
    let column = try b.reshape(w, [shape.last ?? 1, 1])
    let da = try b.map("x0 * rsqrt(x1) * rsqrt(x2) + x3", [direct, w, column, throughL])
    return [try b.congruence(u, da, transpose: true), try b.congruence(u, dv, transpose: true)]
  }

  /// I + L
  private static func transport(_ b: inout Builder, _ c: OpContext) throws -> Value {
    let l = try b.node("pair_map", c.inputs, c.attributes)[0]
    return try b.add(try b.identity(c.inputShape(0).last ?? 1), l)
  }

  /// The gradients where every tangent vector has a base point of its own.
  private static func spelledOutVJP(_ b: inout Builder, _ c: OpContext, _ raw: Value) throws -> [Value?]? {
    let dy = try b.sym(raw)
    let w = try transport(&b, c)
    let dl = try b.scale(try b.matmul(try b.matmul(c.inputs[0], w), dy), 2)
    guard let own = try PairMapOp.vjp(&b, c, [dl]), let throughL = own[0] else { return nil }
    let direct = try b.summedInside(try b.congruence(w, dy), c.inputShape(0))
    return [try b.add(direct, throughL), own[1]]
  }

  /// The eigenpairs of the base point, the tangent vectors in their basis, and H = (I + K)Λ^½.
  private static func inEigenbasis(
    _ b: inout Builder, _ c: OpContext
  ) throws -> (w: Value, u: Value, v: Value, h: Value) {
    let (w, u) = try b.eigh(c.inputs[0])
    let v = try b.congruence(u, try b.sym(c.inputs[1]))
    let one = try b.identity(c.inputShape(0).last ?? 1)
    let weight = try PairMapOp.weight(&b, c, w)
    return (w, u, v, try b.map("x0 * (x1 * sqrt(x2)) + x3 * sqrt(x2)", [v, weight, w, one]))
  }
}
