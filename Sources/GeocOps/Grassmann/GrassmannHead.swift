import GeocIR

/// Classes as subspaces: logits are lengths of projections.
enum GrassmannHeadOp: Op {
  static let name = "grassmann_head"
  static let doc = OpDoc(
    family: "head",
    summary: "Logits of classes that are subspaces: the length of the projection of the normalised input onto each.",
    formula: "l_c = γ ‖w_cᵀ x̂‖, x̂ = x / max(‖x‖, 10⁻¹²)",
    backward: """
      with a_c = γ w_cᵀ x̂ and ā_c = l̄_c a_c/l_c (0 where l_c = 0): w̄_c = γ Σ x̂ ā_cᵀ, \
      g = γ Σ_c w_c ā_c, x̄ = (g − x̂⟨x̂, g⟩)/‖x‖
      """,
    source: "Wang, Li, Zhang, ICCV 2023: Grassmann class representation",
    parameters: ["classes": "number of classes", "dim": "dimension of each subspace", "gamma": "γ, the largest logit"],
    example: "- grassmann_head: { classes: 10, dim: 4 }",
    invariances: ["grassmann_head(x, w_c q_c) = grassmann_head(x, w_c) for q_c in O(dim)"])
  static let signature: Signature = """
    (x: R[n]; weight weight: Grassmann(n, dim)[classes] = random_point) \
    {classes: int in 1..., dim: int = 1 in 1..., gamma: real = 25 in (0...} -> R[classes] where dim <= n
    """

  /// The normalised input as a row, its norm, and γ times its coordinates in every subspace, [classes, dim].
  private static func coordinates(
    _ b: inout Builder, _ c: OpContext
  ) throws -> (row: Value, norm: Value, bases: Value, a: Value) {
    let shape = c.inputShape(0)
    let (leading, n) = (shape.dropLast(), shape.last ?? 1)
    let weight = try c.shape("weight")
    let norm = try b.squareRoot(try b.sumLast(try b.mul(c.inputs[0], c.inputs[0]), 1, keep: true))
    let unit = try b.map("x0 / max(x1, 1e-12)", [c.inputs[0], norm])
    let row = try b.reshape(unit, leading + [1, n])
    let bases = try b.reshape(try b.transpose(try c.value("weight")), [weight[0] * weight[2], n])
    let product = try b.scale(try b.matmul(row, bases, tb: true), c.attributes.real("gamma", 25))
    return (row, norm, bases, try b.reshape(product, leading + [weight[0], weight[2]]))
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let a = try coordinates(&b, c).a
    return [try b.squareRoot(try b.sumLast(try b.mul(a, a), 1))]
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dl = cotangents[0] else { return [nil, nil] }
    let shape = c.inputShape(0)
    let (leading, n) = (shape.dropLast(), shape.last ?? 1)
    let (row, norm, bases, a) = try coordinates(&b, c)
    let axes: [Int] = leading + [b.shape(a)[leading.count], 1]
    let share = try b.map(
      "select(less(0, x1), \(c.attributes.real("gamma", 25)) * x0 / x1, 0)",
      [try b.reshape(dl, axes), try b.reshape(c.results[0], axes)])
    let da = try b.mul(a, share)
    let wide = try b.reshape(da, leading + [1, b.shape(bases)[0]])
    let g = try b.reshape(try b.matmul(wide, bases), shape)
    let unit = try b.reshape(row, shape)
    let along = try b.sumLast(try b.mul(unit, g), 1, keep: true)
    // Below the bound the input is divided by a constant.
    let dx = try b.map("select(less(1e-12, x3), (x0 - x1 * x2) / x3, x0 * 1e12)", [g, unit, along, norm])
    let column = try b.reshape(unit, leading + [1, n, 1])
    let dw = try b.matmul(column, try b.reshape(da, leading + [axes[axes.count - 2], 1, b.shape(a).last ?? 1]))
    return [dx, dw]
  }
}
