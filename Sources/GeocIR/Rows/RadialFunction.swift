import GeocKernelABI

/// Coordinates of a point of hyperbolic space of curvature −c, as vectors along the same ray; κ = √c.
package enum Chart: String, Hashable, Sendable, CaseIterable {
  /// The tangent space at the origin: logmap0.
  case tangent
  /// The Poincaré ball.
  case ball
  /// The space part of the hyperboloid, λx: of norm sinh(2κ‖v‖)/κ for the tangent vector v.
  case hyperboloid

  /// κ times the norm in this chart of the point whose tangent vector has κ-norm `s`.
  package func norm(_ s: Double) -> Double {
    switch self {
    case .tangent: s
    case .ball: MapOpcode.tanh.value(s)
    case .hyperboloid: MapOpcode.hyperbolicSine.value(2 * s)
    }
  }
}

/// A map along rays, f(‖x‖) x/‖x‖, on hyperbolic space: from one chart to another, with steps in the tangent chart in
/// between. Exponential and logarithmic maps at the origin are changes of charts, projection is a clamp, Möbius scaling
/// a scale; maps compose where the charts meet.
package struct RadialFunction: Hashable, Sendable {
  /// What happens to the length of the tangent vector.
  package enum Step: Hashable, Sendable {
    /// Multiplied.
    case scale(Double)
    /// Held so that the point stays the margin ε away from the sphere at infinity: κ‖v‖ ≤ artanh(1 − ε).
    case clamp(Double)
    /// Multiplied by min(1, max/(‖v‖ + eps)).
    case clip(max: Double, eps: Double)

    /// The largest κ-norm after a clamp.
    package static func limit(_ margin: Double) -> Double { MapOpcode.inverseHyperbolicTangent.value(1 - margin) }
  }

  /// The chart of the argument.
  package var from: Chart
  /// Steps in the tangent chart, in order.
  package var steps: [Step]
  /// The chart of the result.
  package var to: Chart

  /// A map by its parts.
  package init(_ from: Chart, _ steps: [Step] = [], to: Chart) {
    self.from = from
    self.steps = steps
    self.to = to
  }

  /// Whether it leaves every argument as it is.
  package var isIdentity: Bool { from == to && steps.isEmpty }

  /// This map, then `outer`; nil where the charts do not meet.
  package func composed(with outer: RadialFunction) -> RadialFunction? {
    guard to == outer.from else { return nil }
    return RadialFunction(from, steps + outer.steps, to: outer.to)
  }

  /// The map on arguments whose κ-norm in the tangent chart is at most `bound`, without the steps that do nothing there,
  /// and the bound of its results. Clipping bounds only where κ is known.
  package func simplified(
    bound: Double = .infinity, kappa: Double? = nil
  ) -> (function: RadialFunction, bound: Double) {
    var kept: [Step] = []
    var s = bound
    for step in steps {
      switch step {
      case .scale(let a):
        s *= abs(a)
        if case .scale(let b)? = kept.last {
          kept[kept.count - 1] = .scale(a * b)
        } else {
          kept.append(step)
        }
        if kept.last == .scale(1) { kept.removeLast() }
      case .clamp(let margin):
        let limit = Step.limit(margin)
        if s <= limit { continue }
        s = limit
        if case .clamp? = kept.last { kept.removeLast() }
        kept.append(step)
      case .clip(let maximum, _):
        kept.append(step)
        if let kappa { s = min(s, kappa * maximum) }
      }
    }
    return (RadialFunction(from, kept, to: to), s)
  }

  /// Writes the map of `v`, of curvature −`c`, into a row program. Throws `ScalarSyntaxError` never in practice.
  package func apply(_ r: inout RowBuilder, _ v: RowVector, c: RowNumber) throws -> RowVector {
    let q = r.square(v)
    if steps.isEmpty { return r.scaled(v, try factor(&r, from, to, try r.number("x0 * x1", c, q))) }
    if steps.count == 1, case .clamp(let margin) = steps[0] {
      return r.scaled(v, try clamped(&r, q, c, Step.limit(margin)))
    }
    var factor = r.constant(1)
    var square = q
    func multiply(_ k: RowNumber) throws {
      factor = r.times(factor, k)
      square = try r.number("x0 * x1 * x1", square, k)
    }
    try multiply(try self.factor(&r, from, .tangent, try r.number("x0 * x1", c, square)))
    for step in steps {
      switch step {
      case .scale(let a): try multiply(r.constant(a))
      case .clamp(let margin):
        try multiply(try RadialFunction(.tangent, to: .tangent).clamped(&r, square, c, Step.limit(margin)))
      case .clip(let maximum, let eps):
        let isActive = try r.number("less(\(max(0, maximum - eps) * max(0, maximum - eps)), x0)", square)
        let norm = try r.number("sqrt(select(x1, x0, 1))", square, isActive)
        try multiply(try r.number("select(x1, \(maximum) / (x0 + \(eps)), 1)", norm, isActive))
      }
    }
    try multiply(try self.factor(&r, .tangent, to, try r.number("x0 * x1", c, square)))
    return r.scaled(v, factor)
  }

  /// The factor of the change of charts where c‖x‖² = `cq`.
  private func factor(_ r: inout RowBuilder, _ from: Chart, _ to: Chart, _ cq: RowNumber) throws -> RowNumber {
    switch (from, to) {
    case (.tangent, .ball): try r.number("tanhc(x0)", cq)
    case (.ball, .tangent): try r.number("atanhc(x0)", cq)
    case (.tangent, .hyperboloid): try r.number("2 * sinhc(4 * x0)", cq)
    case (.hyperboloid, .tangent): try r.number("0.5 * asinhc(x0)", cq)
    case (.ball, .hyperboloid): try r.number("2 / max(1 - x0, 1e-15)", cq)
    case (.hyperboloid, .ball): try r.number("1 / (1 + sqrt(1 + x0))", cq)
    default: r.constant(1)
    }
  }

  /// The factor of the change of charts, held so that the κ-norm in the tangent chart is at most `limit`.
  private func clamped(_ r: inout RowBuilder, _ q: RowNumber, _ c: RowNumber, _ limit: Double) throws -> RowNumber {
    let bound = from.norm(limit)
    let cq = try r.number("x0 * x1", c, q)
    let isBeyond = try r.number("less(\(bound * bound), x0)", cq)
    // The branch that is not taken must stay finite, and so must its slope.
    let inner = try factor(&r, from, to, try r.number("select(x1, \(min(bound * bound, 1)), x0)", cq, isBeyond))
    return try r.number(
      "select(x1, \(to.norm(limit)) * rsqrt(select(x1, x0, 1)), x2)", cq, isBeyond, inner)
  }
}

extension RadialFunction: CustomStringConvertible {
  /// The text form: `tangent, clamp 0.004, scale 2, ball`.
  package var description: String {
    let middle = steps.map { step in
      switch step {
      case .scale(let a): "scale \(a)"
      case .clamp(let margin): "clamp \(margin)"
      case .clip(let maximum, let eps): "clip \(maximum) \(eps)"
      }
    }
    return ([from.rawValue] + middle + [to.rawValue]).joined(separator: ", ")
  }

  /// Reads the text form. Throws `TextError` where it is malformed.
  package static func parse(_ text: String) throws(TextError) -> RadialFunction {
    let parts = text.split(separator: ",").map { $0.split(separator: " ").map(String.init) }
    guard parts.count >= 2, parts[0].count == 1, let from = Chart(rawValue: parts[0][0]),
      parts[parts.count - 1].count == 1, let to = Chart(rawValue: parts[parts.count - 1][0])
    else { throw TextError("a radial map begins and ends with a chart", at: 0) }
    var steps: [Step] = []
    for words in parts.dropFirst().dropLast() {
      let numbers = words.dropFirst().compactMap { Double($0) }
      guard numbers.count == words.count - 1, numbers.allSatisfy(\.isFinite) else {
        throw TextError("a radial map has steps with numbers", at: 0)
      }
      switch (words.first, numbers.count) {
      case ("scale", 1): steps.append(.scale(numbers[0]))
      case ("clamp", 1) where numbers[0] > 0 && numbers[0] < 1: steps.append(.clamp(numbers[0]))
      case ("clip", 2): steps.append(.clip(max: numbers[0], eps: numbers[1]))
      default: throw TextError("'\(words.joined(separator: " "))' is not a step of a radial map", at: 0)
      }
    }
    return RadialFunction(from, steps, to: to)
  }
}
