import GeocIR
import Glibc

/// Scaled exponential linear unit.
enum SELUOp: ScalarMapOp {
  static let name = "selu"
  static let doc = OpDoc(
    family: "dense",
    summary:
      "Scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer of a net of Gaussian weights.",
    formula: "λx for x > 0, λα(e^x − 1) otherwise; α = 1.6732632…, λ = 1.0507010… for mean 0 and variance 1",
    backward: "x̄ = λȳ for x > 0, λα e^x ȳ otherwise", source: "Klambauer et al., NeurIPS 2017; PyTorch SELU",
    parameters: ["mean": "mean of the fixed point", "variance": "variance of the fixed point"], example: "- selu")
  static let traits: OpTraits = [.elementwise, .activation]
  static let signature: Signature = "(x: R[*]) {mean: real = 0, variance: real = 1 in (0...} -> R[*]"

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try SELUConstants.checked(call)
    return try call.inferred(signature).results
  }
  static func expression(_ attributes: Attributes) -> ScalarExpression {
    let constants = SELUConstants.of(attributes) ?? .standard
    let slope = ScalarExpression.constant(constants.scale)
    let saturation = ScalarExpression.constant(constants.scale * constants.alpha)
    return .select(
      .binary(.less, .constant(0), .input(0)), slope * .input(0), saturation * .unary(.expm1, .input(0)))
  }
  static func fixedPoint(_ attributes: Attributes) -> Moments? {
    Moments(mean: attributes.real("mean"), variance: attributes.real("variance", 1))
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let constants = SELUConstants.of(c.node.attributes) ?? .standard
    return MomentTransfer(
      [
        c.input.map { x in
          guard x.variance > 0 else { return x.image { expression(c.node.attributes).evaluate([$0]) } }
          let image = constants.moments(mean: x.mean, variance: x.variance)
          return Moments(mean: image.mean, variance: image.variance)
        }
      ])
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// Dropout to the saturation value of SELU, with mean and variance restored.
enum AlphaDropoutOp: Op {
  static let name = "alpha_dropout"
  static let doc = OpDoc(
    family: "dense",
    summary: "Sets elements to the lower limit of SELU with probability p in training and restores mean and variance.",
    formula: """
      y = a (x k + α′(1 − k)) + b, k ~ Bernoulli(1−p), α′ = −λα; a = √(ν/(q(p(α′ − μ)² + ν))), \
      b = μ − a(qμ + pα′), q = 1 − p
      """,
    backward: "x̄ = a k ȳ", source: "Klambauer et al., NeurIPS 2017; PyTorch AlphaDropout",
    parameters: [
      "p": "probability of a drop", "mean": "mean μ to keep", "variance": "variance ν to keep",
      "stream": "number of the random stream; one of its own where it is left out",
    ], example: "- alpha_dropout: { p: 0.05 }")
  static let signature: Signature = """
    (x: R[*]) {p: real = 0.5 in 0...1), mean: real = 0, variance: real = 1 in (0..., stream: int = 0} -> R[*]
    """
  static let traits: OpTraits = [.mode, .random]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try SELUConstants.checked(call)
    return try call.inferred(signature).results
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let p = c.attributes.real("p", 0.5)
    guard c.isTraining, p > 0 else { return [c.inputs[0]] }
    let u = try b.one(
      "random_uniform", [c.inputs[0]],
      ["shape": .ints(c.inputShape(0)), "stream": .int(c.attributes.int("stream"))])
    return [try dropped(&b, c.inputs[0], kept: try b.map("select(less(x0, \(p)), 0, 1)", [u]), c.attributes)]
  }

  /// Factor a and offset b behind the drop, and the value of what is dropped.
  private static func map(_ attributes: Attributes) -> (factor: Double, offset: Double, low: Double) {
    let (p, mean, variance) = (attributes.real("p", 0.5), attributes.real("mean"), attributes.real("variance", 1))
    let q = 1 - p
    let low = (SELUConstants.of(attributes) ?? .standard).saturation
    let a = (variance / (q * (p * (low - mean) * (low - mean) + variance))).squareRoot()
    return (a, mean - a * (q * mean + p * low), low)
  }

  /// `x` where `kept` is 1 and the saturation value where it is 0, brought back to mean and variance.
  static func dropped(_ b: inout Builder, _ x: Value, kept: Value, _ attributes: Attributes) throws -> Value {
    let (a, offset, low) = map(attributes)
    return try b.map("\(a) * select(x1, x0, \(low)) + \(offset)", [x, kept])
  }
  static func fixedPoint(_ attributes: Attributes) -> Moments? {
    Moments(mean: attributes.real("mean"), variance: attributes.real("variance", 1))
  }
  static func moments(_ c: MomentContext) throws -> MomentTransfer? {
    let (a, b, low) = map(c.node.attributes)
    let p = c.node.attributes.real("p", 0.5)
    return MomentTransfer([
      c.input.map { x in
        let (mean, second) = ((1 - p) * x.mean + p * low, (1 - p) * x.second + p * low * low)
        return Moments(mean: a * mean + b, variance: a * a * (second - mean * mean))
      }
    ])
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// α and λ of SELU.
struct SELUConstants: Hashable, Sendable {
  var alpha: Double
  var scale: Double

  /// Lower limit −λα.
  var saturation: Double { -scale * alpha }

  /// The constants of mean 0 and variance 1.
  static let standard = SELUConstants(alpha: 1.6732632423543772, scale: 1.0507009873554805)

  /// The constants that the attributes `mean` and `variance` ask for; nil where there are none.
  static func of(_ attributes: Attributes) -> SELUConstants? {
    let (mean, variance) = (attributes.real("mean"), attributes.real("variance", 1))
    return mean == 0 && variance == 1 ? standard : SELUConstants(mean: mean, variance: variance)
  }

  /// The same for a type rule. Throws `TypeProblem` where there are none.
  static func checked(_ call: TypeCall) throws -> SELUConstants {
    if let constants = of(call.attributes) { return constants }
    throw TypeProblem(
      .parameter,
      "\(call.op) has no constants with a fixed point at mean \(call.attributes.real("mean")) and variance "
        + "\(call.attributes.real("variance", 1))", parameter: "mean", help: "leave 'mean' at 0, or move it closer to 0"
    )
  }

  init(alpha: Double, scale: Double) {
    self.alpha = alpha
    self.scale = scale
  }

  /// The constants for which Gaussian inputs of `mean` and `variance` give outputs of the same mean and variance.
  ///
  /// The mean is ½λ(A + αB) and the second moment ½λ²(C + α²D), so that α is a root of a quadratic equation.
  init?(mean: Double, variance: Double) {
    let m = GaussianMoments(mean: mean, variance: variance)
    let second = variance + mean * mean
    let (a, b) = (second * m.b * m.b - 2 * mean * mean * m.d, 2 * second * m.a * m.b)
    let c = second * m.a * m.a - 2 * mean * mean * m.c
    let discriminant = max(0, b * b - 4 * a * c).squareRoot()
    let roots = [(-b + discriminant) / (2 * a), (-b - discriminant) / (2 * a)].filter { root in
      let bent = m.a + root * m.b
      return root.isFinite && root > 0 && m.c + root * root * m.d > 0 && (mean == 0 || bent * mean > 0)
        && b * b - 4 * a * c >= -1e-9 * b * b
    }
    guard let alpha = roots.min() else { return nil }
    self.init(alpha: alpha, scale: (2 * second / (m.c + alpha * alpha * m.d)).squareRoot())
  }

  /// Mean and variance of SELU(z) for Gaussian z.
  func moments(mean: Double, variance: Double) -> (mean: Double, variance: Double) {
    let m = GaussianMoments(mean: mean, variance: variance)
    let first = scale / 2 * (m.a + alpha * m.b)
    let second = scale * scale / 2 * (m.c + alpha * alpha * m.d)
    return (first, second - first * first)
  }

  /// Terms of the moments of SELU that do not depend on its constants.
  private struct GaussianMoments {
    var a, b, c, d: Double

    init(mean m: Double, variance v: Double) {
      let s = (2 * v).squareRoot()
      // e^{m+v/2} erfc((m+v)/s) overflows in parts; this product does not.
      let bell = exp(-m * m / (2 * v))
      let one = bell * Self.scaledErfc((m + v) / s)
      let two = bell * Self.scaledErfc((m + 2 * v) / s)
      let edge = (2 * v / .pi).squareRoot() * bell
      a = m * erf(m / s) + edge + m
      b = one - erfc(m / s)
      c = (m * m + v) * (2 - erfc(m / s)) + m * edge
      d = -2 * one + two + erfc(m / s)
    }

    /// e^{x²} erfc(x); beyond 20 by its asymptotic series, whose terms fall below 1e-17 there.
    private static func scaledErfc(_ x: Double) -> Double {
      if x < 20 { return exp(x * x) * erfc(x) }
      let t = 1 / (2 * x * x)
      let series = 1 - t * (1 - 3 * t * (1 - 5 * t * (1 - 7 * t * (1 - 9 * t))))
      return series / (x * Double.pi.squareRoot())
    }
  }
}
