import GeocIR

/// Constants of the library that HypCD builds on.
enum Hyptorch {
  /// Added to the denominator of Möbius addition.
  static let denominator = 1e-5
  /// Distance of points from the sphere at infinity, relative.
  static let margin = 1e-3
  /// Distance of the argument of artanh from 1.
  static let artanhMargin = 1e-5

  /// x ⊕ y with the constant in the denominator.
  static func add(_ r: inout RowBuilder, _ c: RowNumber, _ x: RowVector, _ y: RowVector, _ eps: Double) throws
    -> RowVector
  {
    let (xy, xx, yy) = (r.dot(x, y), r.square(x), r.square(y))
    let d = try r.number("1 + 2 * x0 * x1 + x0 * x0 * x2 * x3 + \(eps)", c, xy, xx, yy)
    let a = try r.number("(1 + 2 * x0 * x1 + x0 * x2) / x3", c, xy, yy, d)
    let b = try r.number("(1 - x0 * x1) / x2", c, xx, d)
    return r.combination(a, x, b, y)
  }
}

/// The hyperbolic classifier of HypCD.
enum MobiusLinearOp: Op {
  static let name = "mobius_linear"
  static let doc = OpDoc(
    family: "ball", summary: "Möbius matrix product and bias: Ball(n) to Ball(out); its points serve as logits.",
    formula: "project(M⊗x ⊕ expmap0(b)), M⊗x = project(tanh(‖Wx‖/‖x‖ artanh(κ‖x‖))/(κ‖Wx‖) Wx)",
    backward: "m̄ = φȳ + ⟨ȳ, m⟩(Su/(κ‖m‖) − φ)m/‖m‖², m = Wx, u = (‖m‖/‖x‖) artanh κ‖x‖, φ = tanh u/(κ‖m‖), S = sech²u",
    source: "Hyperbolic neural networks, 2018; HypCD, CVPR 2025",
    parameters: [
      "out": "dimension of the result", "bias": "whether b is there",
      "bias_curvature": "curvature of the bias addition; the ball's where it is left out, 1 in the released code",
      "eps": "added to the denominator of the addition",
      "margin": "distance kept from the sphere at infinity, relative",
    ], example: "- mobius_linear: { out: 5 }")
  static let signature: Signature = """
    (x: Ball(n, c=k); weight weight: R[out, n] = uniform_fan_in, bias: R[out] = uniform_fan_in(n) if bias, \
    c: Positive = ones if learn_c) {out: int in 1..., bias: bool = true, bias_curvature: real? in (0..., \
    eps: real = 1e-05 in 0..., margin: real = 0.001 in (0...1)} -> Ball(out, c=k)
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let (x, margin) = (c.inputs[0], c.attributes.real("margin", Hyptorch.margin))
    let m = try b.product(x, try b.one("transpose", [try c.value("weight")]))
    let square = try b.rows([x]) { r, v, _ in r.result(r.square(v[0])) }[0]
    let bias = c.has("bias") ? [try c.value("bias")] : []
    return try b.rows([m] + bias, curvature.operands + [square]) { r, v, s in
      let k = curvature.scalar(&r, s)
      let ball = BallAlgebra(c: k)
      // ‖m‖/‖x‖ artanh κ‖x‖ = ‖m‖ κ atanhc; over κ‖m‖ it is analytic where m or x is 0.
      let inner = try r.number("atanhc(x0 * x1)", k, curvature.rest(s)[0])
      let factor = try r.number("x1 * tanhc(x0 * x2 * x1 * x1)", k, inner, r.square(v[0]))
      var y = try ball.project(&r, r.scaled(v[0], factor), margin: margin)
      if v.count > 1 {
        let offset = try RadialFunction(.tangent, [.clamp(margin)], to: .ball).apply(&r, v[1], c: k)
        let own =
          if case .real(let x)? = c.attributes["bias_curvature"] { r.constant(x) } else { k }
        let sum = try Hyptorch.add(&r, own, y, offset, c.attributes.real("eps", Hyptorch.denominator))
        y = try ball.project(&r, sum, margin: margin)
      }
      r.result(y)
    }
  }
}

/// Logistic regression on the ball with normals and points.
enum HyperbolicMLROp: Op {
  static let name = "hyperbolic_mlr"
  static let doc = OpDoc(
    family: "ball", summary: "Hyperbolic multinomial logistic regression: distances to hyperplanes through points.",
    formula: "ℓ = (2‖A‖/κ) arsinh(2κ⟨z, A/‖A‖⟩/(1 − c‖z‖²)), z = (−p) ⊕ x, p = expmap0(P)",
    backward: "z̄ = t̄(2κÂ + 2c t z)/(1 − c‖z‖²), then Möbius addition and expmap0",
    source: "Hyperbolic neural networks, 2018; HypCD's library",
    parameters: [
      "classes": "number of hyperplanes", "eps": "added to the denominator of the addition",
      "margin": "distance kept from the sphere at infinity, relative",
    ],
    example: "- hyperbolic_mlr: { classes: 5 }")
  static let signature: Signature = """
    (x: Ball(n, c=k); weight normals: R[classes, n] = uniform_fan_in, points: R[classes, n] = uniform_fan_in, \
    c: Positive = ones if learn_c) {classes: int in 1..., eps: real = 1e-05 in 0..., margin: real = 0.001 in (0...1)} \
    -> R[classes]
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let shape = c.inputShape(0)
    let n = shape.last ?? 1
    let x = try b.reshape(c.inputs[0], shape.dropLast() + [1, n])
    let margin = c.attributes.real("margin", Hyptorch.margin)
    let normals = try c.value("normals")
    let points = try b.radial(
      try c.value("points"), RadialFunction(.tangent, [.clamp(margin)], to: .ball), curvature)
    let logits = try b.rows([x, points, normals], curvature.operands) { r, v, s in
      let k = curvature.scalar(&r, s)
      let z = r.fixed(try Hyptorch.add(&r, k, r.negated(v[1]), v[0], c.attributes.real("eps", Hyptorch.denominator)))
      let norm = try r.number("sqrt(max(x0, 1e-30))", r.square(v[2]))
      let t = try r.number("2 * sqrt(x0) * x1 / (x2 * (1 - x0 * x3))", k, r.dot(z, v[2]), norm, r.square(z))
      r.result(try r.number("2 * x1 * rsqrt(x0) * asinh(x2)", k, norm, t))
    }[0]
    return [try b.reshape(logits, Array(b.shape(logits).dropLast()))]
  }
}
