import GeocIR
import Glibc

/// Convolution between fields of points.
enum PoincareConv2dOp: Op {
  static let name = "poincare_conv2d"
  static let doc = OpDoc(
    family: "ball", summary: "Convolution of a field of points: beta-concatenated patches through a Poincaré layer.",
    formula: "poincare_linear(expmap0(concat(β logmap0(x_tap)))), β = B(k²n/2, ½)/B(n/2, ½), zeros beyond the border",
    backward: "as an ordinary convolution, a box sum of squared norms and point-wise factors",
    source: "Hyperbolic neural networks++; Poincaré ResNet, 2023",
    parameters: [
      "out": "dimension of the result", "kernel": "size of the square kernel", "stride": "step in pixels",
      "padding": "zeros on each side", "bias": "whether offsets are there",
      "init": """
      identity: half the rectangular identity; normal: variance 1/(2 in·out); centre: the middle tap copies its \
      channel, which keeps norms
      """, "margin": Margin.meaning,
    ], example: "- poincare_conv2d: { out: 8, kernel: 3, padding: 1 }")
  static let signature: Signature = """
    (x: Ball(n, c=k)[h, w]; weight weight: R[n*kernel*kernel, out] = eye, bias: R[out] = zeros if bias, \
    c: Positive = ones if learn_c) {out: int in 1..., kernel: int in 1..., stride: int = 1 in 1..., \
    padding: int = 0 in 0..., bias: bool = true, init: identity|normal|centre = identity, margin: real? in (0...1)} \
    -> Ball(out, c=k)[(h+2*padding-kernel)/stride+1, (w+2*padding-kernel)/stride+1]
    """
  static let traits: OpTraits = [.transparent]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try BallTypes.count(call, ["x"])
    let type = try BallTypes.point(call, 0, axes: 2)
    let (k, stride, padding) = sizes(call.attributes)
    let field = try type.field.map { try ConvolutionShape.places($0, k, stride, padding, name) }
    var space = type.space
    space.sizes = [call.attributes.int("out", 1)]
    return [GeoType(space, field: field, isBatched: call.isBatched)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    _ = try infer(call)
    return try HyperplaneWeights.operands(call, signature)
  }
  private static func sizes(_ a: Attributes) -> (kernel: Int, stride: Int, padding: Int) {
    (a.int("kernel", 1), a.int("stride", 1), a.int("padding", 0))
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let (k, stride, padding) = sizes(c.attributes)
    let n = c.inputShape(0)[2]
    let v = try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), curvature)
    let scaled = try b.scale(v, BetaRatio.value(parts: k * k, dim: n))
    let patches = try b.one(
      "unfold", [scaled], ["kernel": .ints([k, k]), "stride": .int(stride), "padding": .int(padding)])
    let points = try b.radial(patches, RadialFunction(.tangent, [.clamp(Margin.of(c))], to: .ball), curvature)
    return [
      try PoincareLinearOp.point(&b, c, try HyperplaneDistanceOp.sines(&b, c, points, curvature), curvature)
    ]
  }

  /// No patch matrix: the products with the weight are an ordinary convolution of the tangent field, and the patch enters
  /// otherwise only through its norm, a box sum.
  static func rewritten(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let (k, stride, padding) = sizes(c.attributes)
    let ratio = BetaRatio.value(parts: k * k, dim: c.inputShape(0)[2])
    let limit = RadialFunction.Step.limit(Margin.of(c))
    let v = try b.radial(c.inputs[0], RadialFunction(.ball, to: .tangent), curvature)
    let planes = try b.hyperplanes(try c.value("weight"), c.has("bias") ? try c.value("bias") : nil, curvature)
    let products = try b.convolvePoints(v, planes.weight, kernel: k, stride: stride, padding: padding)
    var squares = try b.rows([v]) { r, v, _ in r.result(r.square(v[0])) }[0]
    if k > 1 || stride > 1 || padding > 0 {
      squares = try b.convolvePoints(
        squares, try b.fill([k * k, 1], 1), kernel: k, stride: stride, padding: padding)
    }
    let t = try b.rows([products, planes.sines], curvature.operands + [squares]) { r, v, s in
      let c = curvature.scalar(&r, s)
      // s² = c ratio² Σ‖v‖², held at the limit; κλx = 2 sinhc(4s²) κ ratio v and λ − 1 = cosh 2s.
      let square = try r.number("\(ratio * ratio) * x0 * x1", c, curvature.rest(s)[0])
      let isBeyond = try r.number("less(\(limit * limit), x0)", square)
      let held = try r.number("select(x1, \(limit * limit), x0)", square, isBeyond)
      let inner = try r.number("2 * sinhc(4 * x0)", held)
      let factor = try r.number(
        "select(x1, \(Chart.hyperboloid.norm(limit)) * rsqrt(select(x1, x0, 1)), x2)", square, isBeyond, inner)
      let depth = try r.number("sqrt(1 + x0 * x1 * x1)", held, inner)
      r.result(
        r.combination(
          try r.number("\(ratio) * sqrt(x0) * x1", c, factor), v[0], try r.number("-x0", depth), v[1]))
    }[0]
    return [try PoincareLinearOp.point(&b, c, (t, planes.norms), curvature)]
  }
}

/// The factor that keeps the expected norm of concatenated tangent vectors.
enum BetaRatio {
  /// B(n/2, ½)/B(dim/2, ½) with n = parts·dim.
  static func value(parts: Int, dim: Int) -> Double {
    func beta(_ n: Int) -> Double { lgamma(Double(n) / 2) - lgamma(Double(n + 1) / 2) }
    return exp(beta(parts * dim) - beta(dim))
  }
}
