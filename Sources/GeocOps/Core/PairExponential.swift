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
    let (a, v) = (c.inputs[0], c.inputs[1])
    guard PairMapOp.hasOneBase(c) else { return [try b.congruence(try transport(&b, c), a)] }
    let pair = try b.eigh(a)
    let h = try factor(&b, c, pair, try b.congruence(pair.u, try b.sym(v)))
    return [try b.congruence(pair.u, try b.syrk(h, alpha: 1), transpose: true)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    guard PairMapOp.hasOneBase(c) else { return try spelledOutVJP(&b, c, dy) }
    let pair = try b.eigh(c.inputs[0])
    let v = try b.congruence(pair.u, try b.sym(c.inputs[1]))
    let h = try factor(&b, c, pair, v)
    let half = try b.matmul(try b.congruence(pair.u, try b.sym(dy)), h)
    let dk = try b.sym(try b.map("2 * x0 * sqrt(x1)", [half, pair.w]))
    let dv = try b.mul(dk, try PairMapOp.weight(&b, c, pair.w))
    // In the eigenbasis; Λ^½ on both sides is taken off once for the batch.
    let shape = c.inputShape(0)
    let direct = try b.batchSum(try b.summed(try b.matmul(h, half, ta: true), to: shape))
    let contraction = try b.node("pair_contraction", [pair.w, v, dk], c.attributes)[0]
    let throughL = try b.batchSum(try b.summed(contraction, to: shape))
    let column = try b.reshape(pair.w, [shape.last ?? 1, 1])
    let da = try b.map("x0 * rsqrt(x1) * rsqrt(x2) + x3", [direct, pair.w, column, throughL])
    return [
      try b.congruence(pair.u, da, transpose: true), try b.congruence(pair.u, dv, transpose: true),
    ]
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

  /// H = (I + K)Λ^½, given the tangent vectors in the eigenbasis.
  private static func factor(
    _ b: inout Builder, _ c: OpContext, _ pair: (w: Value, u: Value), _ v: Value
  ) throws -> Value {
    let one = try b.identity(b.shape(pair.w).last ?? 1)
    return try b.map(
      "x0 * (x1 * sqrt(x2)) + x3 * sqrt(x2)", [v, try PairMapOp.weight(&b, c, pair.w), pair.w, one])
  }
}
