import GeocIR

/// Squared norms and products of all pairs of two lists of points.
private struct GramForm {
  let x: Value
  let y: Value
  let gram: Value
  /// ‖x‖² as a column.
  let xx: Value
  /// ‖y‖² as a row.
  let yy: Value

  /// Of x [.., N, n] and y [.., M, n].
  init(_ b: inout Builder, _ x: Value, _ y: Value) throws {
    (self.x, self.y) = (x, y)
    gram = try b.matmul(x, y, tb: true)
    xx = try b.sumLast(try b.mul(x, x), 1, keep: true)
    let rows = b.shape(y).dropLast()
    let squares = try b.sumLast(try b.mul(y, y), 1)
    yy = try b.reshape(squares, Array(rows.dropLast()) + [1, rows.last ?? 1])
  }

  /// x̄ and ȳ from the cotangents of γ, ‖x‖² and ‖y‖², all of the shape of γ.
  func cotangents(_ b: inout Builder, gram dg: Value, xx dxx: Value, yy dyy: Value) throws -> (x: Value, y: Value) {
    let rank = b.shape(dg).count
    let rows = try b.reduce(dxx, "sum", axes: [rank - 1], keep: true)
    let columns = try b.reshape(
      try b.reduce(dyy, "sum", axes: [rank - 2], keep: false), Array(b.shape(y).dropLast()) + [1])
    return (
      try b.map("x0 + 2 * x1 * x2", [try b.matmul(dg, y), rows, x]),
      try b.map("x0 + 2 * x1 * x2", [try b.matmul(dg, x, ta: true), columns, y])
    )
  }
}

extension TypeCall {
  /// The same question with one list of points standing for two.
  fileprivate var paired: TypeCall {
    TypeCall(
      op: op, attributes: attributes, inputs: inputs.count == 1 ? [inputs[0], inputs[0]] : inputs, spaces: spaces)
  }
}

/// Distances of all pairs.
enum PairwiseDistanceOp: Op {
  static let name = "pairwise_distance"
  static let doc = OpDoc(
    family: "ball", summary: "Distances of all pairs of two lists of points, or of one list with itself.",
    formula: "exact: d = 2/√c · asinh √w, w = c q / ((1 − c x²)(1 − c y²)), q = x² + y² − 2γ, γ = x yᵀ; "
      + "hyptorch: d = 2/√c · artanh min(ρ, 1 − 1e-5), ρ = √c √(q D)/(D + 1e-5), D = 1 − 2cγ + c² x² y²",
    backward: "γ̄ = −2 q̄ − 2c D̄, x̄ = γ̄ y + 2 x Σ_j ∂d/∂x², hyptorch: q̄ = ρ̄ρ/(2q), D̄ = ρ̄ρ (1/(2D) − 1/(D + 1e-5)); "
      + "0 where two points are equal, and on the diagonal of one list",
    source: "HypLL; HypCD (hyptorch)",
    parameters: [
      "profile": "`exact`, or `hyptorch` with the constants of HypCD's library; the gradient passes through its clamp"
    ],
    example: "- pairwise_distance", invariances: ["pairwise_distance(g x, g y) = pairwise_distance(x, y) for g in O(n)"]
  )
  static let signature: Signature = """
    (x: Ball(n, c=k)[N], y?: Ball(n, c=k)[M]; weight c: Positive = ones if learn_c) \
    {profile: exact|hyptorch = exact} -> R[N, M]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] { try call.paired.inferred(signature).results }

  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }

  private static let q = "max(x1 + x2 - 2 * x0, 0)"
  private static let d = "max(1 - 2 * x3 * x0 + x3 * x3 * x1 * x2, 0)"
  /// Values that all expressions read: γ, x², y², c.
  private static func values(_ b: inout Builder, _ c: OpContext) throws -> (form: GramForm, inputs: [Value]) {
    let form = try GramForm(&b, c.inputs[0], c.has("y") ? c.inputs[1] : c.inputs[0])
    return (form, [form.gram, form.xx, form.yy, try Curvature(&b, c, input: 0).value(&b)])
  }
  private static func isExact(_ c: OpContext) -> Bool { c.attributes.name("profile", "exact") == "exact" }
  /// `text` off the diagonal of one list, 0 on it.
  private static func masked(_ b: inout Builder, _ c: OpContext, _ value: Value) throws -> Value {
    guard !c.has("y") else { return value }
    return try b.map("select(x1, 0, x0)", [value, try b.identity(c.resultShape(0).last ?? 1)])
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (_, inputs) = try values(&b, c)
    // Roots are taken of 1 in place of 0: the slope of the branch that is not taken must be finite.
    let root = "sqrt(select(less(0, x0), x0, 1))"
    if isExact(c) {
      let w = try masked(&b, c, try b.map("x3 * \(q) / ((1 - x3 * x1) * (1 - x3 * x2))", inputs))
      return [try b.map("select(less(0, x0), 2 * rsqrt(x1) * asinh(\(root)), 0)", [w, inputs[3]])]
    }
    let product = try masked(&b, c, try b.map("\(q) * \(d)", inputs))
    let ratio = "min(sqrt(x1) * \(root) / (x2 + \(Hyptorch.denominator)), \(1 - Hyptorch.artanhMargin))"
    return [
      try b.map(
        "select(less(0, x0), 2 * rsqrt(x1) * atanh(\(ratio)), 0)", [product, inputs[3], try b.map(d, inputs)])
    ]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let raw = cotangents[0] else { return c.inputs.map { _ in nil } }
    let (form, inputs) = try values(&b, c)
    let dy = try masked(&b, c, try b.broadcast(raw, b.shape(form.gram)))
    let qBar: Value
    let dg: Value
    let (dxx, dyy, dc): (Value, Value, Value)
    if isExact(c) {
      // w̄ = ȳ/(√c √(w(1 + w))), q̄ = w̄ w/q, and w̄ w c/(1 − c x²) for ‖x‖² beside it.
      let w = try b.map("x3 * \(q) / ((1 - x3 * x1) * (1 - x3 * x2))", inputs)
      let t = try b.map("x0 * sqrt(x1 / (1 + x1)) * rsqrt(x2)", [dy, w, inputs[3]])
      qBar = try b.map("select(less(0, \(q)), x3 / \(q), 0)", [form.gram, form.xx, form.yy, t])
      dg = try b.scale(qBar, -2)
      dxx = try b.map("x0 + x1 * x3 / (1 - x3 * x2)", [qBar, t, form.xx, inputs[3]])
      dyy = try b.map("x0 + x1 * x3 / (1 - x3 * x2)", [qBar, t, form.yy, inputs[3]])
      let slope = try b.map("1 / x2 + x0 / (1 - x2 * x0) + x1 / (1 - x2 * x1)", [form.xx, form.yy, inputs[3]])
      dc = try b.map("x0 * x1 - x2 * asinh(sqrt(x3)) * rsqrt(x4) / x4", [t, slope, dy, w, inputs[3]])
    } else {
      let rho = try b.map("sqrt(x3) * sqrt(\(q) * \(d)) / (\(d) + \(Hyptorch.denominator))", inputs)
      let bound = "min(x1, \(1 - Hyptorch.artanhMargin))"
      let t = try b.map("2 * x0 * x1 * rsqrt(x2) / ((1 - \(bound)) * (1 + \(bound)))", [dy, rho, inputs[3]])
      qBar = try b.map("select(less(0, \(q)), 0.5 * x3 / \(q), 0)", [form.gram, form.xx, form.yy, t])
      let big = try b.map(d, inputs)
      let dBar = try b.map("select(less(0, x1), x0 * (0.5 / x1 - 1 / (x1 + \(Hyptorch.denominator))), 0)", [t, big])
      dg = try b.map("-2 * (x0 + x2 * x1)", [qBar, dBar, inputs[3]])
      dxx = try b.map("x0 + x3 * x3 * x2 * x1", [qBar, dBar, form.yy, inputs[3]])
      dyy = try b.map("x0 + x3 * x3 * x2 * x1", [qBar, dBar, form.xx, inputs[3]])
      let own = try b.map(
        "x0 - 2 * x1 * rsqrt(x3) * atanh(min(x2, \(1 - Hyptorch.artanhMargin)))", [t, dy, rho, inputs[3]])
      dc = try b.map(
        "0.5 * x0 / x5 + 2 * x1 * (x5 * x3 * x4 - x2)", [own, dBar, form.gram, form.xx, form.yy, inputs[3]])
    }
    let parts = try form.cotangents(&b, gram: dg, xx: dxx, yy: dyy)
    let points = c.has("y") ? [parts.x, parts.y] : [try b.add(parts.x, parts.y)]
    guard c.has("c") else { return points }
    return points + [try b.reduce(dc, "sum", axes: Array(b.shape(dc).indices))]
  }
}

/// Cosines of all pairs.
enum PairwiseCosineOp: Op {
  static let name = "pairwise_cosine"
  static let doc = OpDoc(
    family: "ball", summary: "Cosines of the angles, seen from the origin, between all pairs of two lists of points.",
    formula: "⟨u, v⟩, u = x / max(‖x‖, 1e-12), v = y / max(‖y‖, 1e-12)",
    backward: "ū = ȳ v, x̄ = (ū − ⟨ū, u⟩ u)/‖x‖", example: "- pairwise_cosine",
    invariances: ["pairwise_cosine(g x, g y) = pairwise_cosine(x, y) for g in O(n)"])
  static let signature: Signature = "(x: Ball(n, c=k)[N], y?: Ball(n, c=k)[M]) -> R[N, M]"

  static func infer(_ call: TypeCall) throws -> [GeoType] { try call.paired.inferred(signature).results }
  static func readsDirections(_ attributes: Attributes) -> Bool { true }

  /// Rows of norm 1.
  private static func units(_ b: inout Builder, _ x: Value) throws -> Value {
    try b.map("x0 * rsqrt(max(x1, 1e-24))", [x, try b.sumLast(try b.mul(x, x), 1, keep: true)])
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let u = try units(&b, c.inputs[0])
    return [try b.matmul(u, c.inputs.count > 1 ? try units(&b, c.inputs[1]) : u, tb: true)]
  }
}

extension Curvature {
  /// The curvature as a value of shape [].
  func value(_ b: inout Builder) throws -> Value {
    if let operand { return try b.reshape(operand, []) }
    return try b.fill([], number ?? 1)
  }
}
