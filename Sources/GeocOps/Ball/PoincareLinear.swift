import GeocIR

/// The signed distances to hyperplanes, on points given by their hyperboloid coordinates w = λx, τ = λ − 1.
struct HyperplaneDistances {
  /// κ n, n the column norms of the weight, [out]; κ times twice n is the slope at the origin.
  let norms: Value
  /// sinh t = κ⟨w, z⟩/‖z‖ cosh 2κr − τ sinh 2κr, [rows, out].
  let sines: Value
}

extension Builder {
  /// ‖z‖ of the columns of a weight [in, out], at least 1e-15; a zero column has no slope there.
  mutating func columnNorms(_ weight: Value) throws -> Value {
    let squares = try reduce(try mul(weight, weight), "sum", axes: [0])
    return try map("sqrt(select(less(1e-30, x0), x0, 1e-30))", [squares])
  }

  /// f(κ, r) of the offsets r [out], an expression of x0 = r and x1 = c.
  mutating func offsets(_ bias: Value?, _ out: Int, _ curvature: Curvature, _ text: String, at zero: Double) throws
    -> Value
  {
    guard let bias else { return try fill([out], zero) }
    let c = try curvature.operand ?? fill([1], curvature.number ?? 1)
    return try map(text, [bias, c])
  }

  /// The weight with its columns z cosh(2κr)/‖z‖, and sinh(2κr): what t is a linear combination of.
  mutating func hyperplanes(_ weight: Value, _ bias: Value?, _ curvature: Curvature) throws
    -> (weight: Value, sines: Value, norms: Value)
  {
    let out = shape(weight)[1]
    let norms = try columnNorms(weight)
    let cosines = try offsets(bias, out, curvature, "cosh(2 * x0 * sqrt(x1))", at: 1)
    let sines = try offsets(bias, out, curvature, "sinh(2 * x0 * sqrt(x1))", at: 0)
    return (try map("x0 * x1 / x2", [weight, cosines, norms]), sines, norms)
  }

  /// A product of rows [.., in] with a matrix [in, out].
  mutating func product(_ x: Value, _ weight: Value) throws -> Value {
    let own = shape(x)
    let rows = try reshape(x, [own.dropLast().reduce(1, *), own[own.count - 1]])
    return try reshape(try matmul(rows, weight), Array(own.dropLast()) + [shape(weight)[1]])
  }

  /// sinh(2n arsinh t)/κ: the hyperboloid coordinates of the point with signed distances (2n/κ) arsinh t. The argument
  /// is held at `reach`, beyond which squares overflow; every such point is projected.
  mutating func hyperboloid(_ t: Value, _ norms: Value, _ curvature: Curvature, reach: Double) throws -> Value {
    let c = try curvature.operand ?? fill([1], curvature.number ?? 1)
    return try map("sinh(min(max(2 * x1 * asinh(x0), -\(reach)), \(reach))) * rsqrt(x2)", [t, norms, c])
  }
}

/// Signed distances to learned hyperplanes.
enum HyperplaneDistanceOp: Op {
  static let name = "hyperplane_distance"
  static let doc = OpDoc(
    family: "ball", summary: "Scaled signed distances to hyperplanes: the logits of hyperbolic logistic regression.",
    formula: "(2‖z‖/κ) arsinh(κλ⟨x, z⟩ cosh(2κr)/‖z‖ − (λ − 1) sinh 2κr), z a column of the weight, r its bias",
    backward: "in closed form; a zero column has slope 2λ cosh(2κr) x/√(1 + t²)",
    source: "Hyperbolic neural networks++, 2021",
    parameters: [
      "out": "number of hyperplanes", "bias": "whether r is there",
      "init": "normal: variance 1/(2 in·out); identity: half the rectangular identity",
    ], example: "- hyperplane_distance: { out: 5 }")
  static let signature: Signature = """
    (x: Ball(n, c=k); weight weight: R[n, out] = normal(n), bias: R[out] = zeros if bias, \
    c: Positive = ones if learn_c) {out: int in 1..., bias: bool = true, init: normal|identity = normal} -> R[out]
    """
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { try HyperplaneWeights.operands(call, signature) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let (t, norms) = try sines(&b, c, c.inputs[0], curvature)
    let k = try curvature.operand ?? b.fill([1], curvature.number ?? 1)
    return [try b.map("2 * x1 * asinh(x0) * rsqrt(x2)", [t, norms, k])]
  }

  /// t and ‖z‖, as the definition has them.
  static func sines(_ b: inout Builder, _ c: OpContext, _ x: Value, _ curvature: Curvature) throws -> (Value, Value) {
    let weight = try c.value("weight")
    let bias = c.has("bias") ? try c.value("bias") : nil
    let out = b.shape(weight)[1]
    let norms = try b.columnNorms(weight)
    let cosines = try b.offsets(bias, out, curvature, "cosh(2 * x0 * sqrt(x1))", at: 1)
    let sines = try b.offsets(bias, out, curvature, "sinh(2 * x0 * sqrt(x1))", at: 0)
    let factor = try b.rows([x], curvature.operands) { r, v, s in
      let ball = BallAlgebra(c: curvature.scalar(&r, s))
      r.result(try r.number("2 / x0", try ball.alpha(&r, v[0])))
    }[0]
    let k = try curvature.operand ?? b.fill([1], curvature.number ?? 1)
    let p = try b.product(x, weight)
    let t = try b.map("sqrt(x5) * x1 * x0 * x2 / x4 - (x1 - 1) * x3", [p, factor, cosines, sines, norms, k])
    return (t, norms)
  }
}

/// Initial values that the layers with hyperplanes share.
enum HyperplaneWeights {
  /// The operands of the signature, the weight initialised as the parameter `init` asks.
  static func operands(_ call: TypeCall, _ signature: Signature) throws -> [TypedOperand] {
    try call.inferred(signature).weights.map { operand in
      guard operand.name == "weight", operand.type.field.count == 2 else { return operand }
      var copy = operand
      let (rows, columns) = (operand.type.field[0], operand.type.field[1])
      switch call.attributes.name("init", "identity") {
      case "identity": copy.initial = "eye(0.5)"
      case "centre":
        let taps = kernelTaps(call)
        let ratio = BetaRatio.value(parts: taps, dim: rows / taps)
        copy.initial = "centre(\(taps), \(1 / (2 * ratio)))"
      default: copy.initial = "normal(\((1 / (2 * Double(rows * columns))).squareRoot()))"
      }
      return copy
    }
  }

  private static func kernelTaps(_ call: TypeCall) -> Int {
    let kernel = call.attributes.int("kernel", 1)
    return kernel * kernel
  }
}

/// A fully connected layer between balls.
enum PoincareLinearOp: Op {
  static let name = "poincare_linear"
  static let doc = OpDoc(
    family: "ball", summary: "Fully connected layer of hyperbolic networks++: Ball(n) to Ball(out).",
    formula: "project(w/(1 + √(1 + c‖w‖²))), w = sinh(κv)/κ, v the hyperplane distances",
    backward: "w̄ = g/(1+e) − c⟨g,w⟩w/((1+e)²e), e = √(1 + c‖w‖²), then of sinh and of the distances",
    source: "Hyperbolic neural networks++, 2021; Poincaré ResNet, 2023",
    parameters: [
      "out": "dimension of the result", "bias": "whether offsets are there",
      "init": "identity: half the rectangular identity, which keeps norms; normal: variance 1/(2 in·out)",
      "margin": Margin.meaning,
    ], example: "- poincare_linear: { out: 8 }")
  static let signature: Signature = """
    (x: Ball(n, c=k); weight weight: R[n, out] = eye, bias: R[out] = zeros if bias, c: Positive = ones if learn_c) \
    {out: int in 1..., bias: bool = true, init: identity|normal = identity, margin: real? in (0...1)} -> Ball(out, c=k)
    """
  static let traits: OpTraits = [.transparent]
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { try HyperplaneWeights.operands(call, signature) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    return [try point(&b, c, try HyperplaneDistanceOp.sines(&b, c, c.inputs[0], curvature), curvature)]
  }
  /// On hyperboloid coordinates: t is linear in w and τ.
  static func rewritten(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let curvature = try Curvature(&b, c, input: 0)
    let w = try b.radial(c.inputs[0], RadialFunction(.ball, to: .hyperboloid), curvature)
    let planes = try b.hyperplanes(try c.value("weight"), c.has("bias") ? try c.value("bias") : nil, curvature)
    let square = try b.rows([w]) { r, v, _ in r.result(r.square(v[0])) }[0]
    let p = try b.product(w, planes.weight)
    let t = try b.rows([p, planes.sines], curvature.operands + [square]) { r, v, s in
      let c = curvature.scalar(&r, s)
      let depth = try r.number("-sqrt(1 + x0 * x1)", c, curvature.rest(s)[0])
      r.result(r.combination(try r.number("sqrt(x0)", c), v[0], depth, v[1]))
    }[0]
    return [try point(&b, c, (t, planes.norms), curvature)]
  }

  /// The point with the given distances.
  static func point(_ b: inout Builder, _ c: OpContext, _ distances: (t: Value, norms: Value), _ curvature: Curvature)
    throws -> Value
  {
    let w = try b.hyperboloid(
      distances.t, distances.norms, curvature, reach: c.attributes.real("reach", 350))
    return try b.radial(w, RadialFunction(.hyperboloid, [.clamp(Margin.of(c))], to: .ball), curvature)
  }
}
