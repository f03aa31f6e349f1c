import GeocIR

/// Removes the radial part of an update where a weight is scale-invariant: per index of the first axis, or of the whole
/// tensor. Vectors and numbers keep theirs.
struct RadialProjection {
  /// The update without its radial part.
  var direction: Value
  /// Factor on the weight decay, one number; nil for 1.
  var ratio: Value?

  static let documentation = [
    "scale_test": "project where scale invariance is proved, or where a cosine says so at run time, as the paper",
    "delta": "δ of the cosine test |cos(g, x)| < δ/√count", "wd_ratio": "r, factor on the decay where x is projected",
  ]

  /// The projection of `p`, an update of the weight before this step.
  static func apply(_ b: inout Builder, _ u: UpdateContext, _ p: Value) throws -> RadialProjection {
    let shape = b.shape(u.parameter)
    let isTested = u.attributes.name("scale_test") == "cosine"
    guard shape.count > 1, isTested || u.scale != .unproved else { return RadialProjection(direction: p) }
    let rows = [shape[0], shape.dropFirst().reduce(1, *)]
    let w = try b.reshape(u.parameter, rows)
    let eps = u.attributes.real("eps", 1e-8)
    func products(_ x: Value, _ y: Value) throws -> (channel: Value, layer: Value) {
      let channel = try b.sumLast(try b.mul(x, y), 1, keep: true)
      return (channel, try b.reduce(channel, "sum", axes: [0], keep: true))
    }
    let ww = try products(w, w)
    let wp = try products(w, try b.reshape(p, rows))
    func share(_ wp: Value, _ ww: Value) throws -> Value {
      try b.map("x0 / ((sqrt(x1) + \(eps)) * (sqrt(x1) + \(eps)))", [wp, ww])
    }
    let ratio = u.attributes.real("wd_ratio", 0.1)
    var radial: Value
    var factor: Value
    if isTested {
      let g = try b.reshape(u.gradient, rows)
      let (gg, gw) = (try products(g, g), try products(g, w))
      func cosine(_ gw: Value, _ gg: Value, _ ww: Value) throws -> Value {
        try b.map("abs(x0) / (max(sqrt(x1), \(eps)) * max(sqrt(x2), \(eps)))", [gw, gg, ww])
      }
      let largest = try b.reduce(try cosine(gw.channel, gg.channel, ww.channel), "max", axes: [0], keep: true)
      let delta = u.attributes.real("delta", 0.1)
      let byChannel = "less(x0, \(delta / Double(rows[1]).squareRoot()))"
      let byLayer = "less(x1, \(delta / Double(rows[0] * rows[1]).squareRoot()))"
      let tests = [largest, try cosine(gw.layer, gg.layer, ww.layer)]
      radial = try b.map(
        "select(\(byChannel), x2, select(\(byLayer), x3, 0))",
        tests + [try share(wp.channel, ww.channel), try share(wp.layer, ww.layer)])
      factor = try b.map("select(\(byChannel), \(ratio), select(\(byLayer), \(ratio), 1))", tests)
    } else {
      radial = u.scale == .channel ? try share(wp.channel, ww.channel) : try share(wp.layer, ww.layer)
      factor = try b.fill([1, 1], ratio)
    }
    radial = try b.map("x0 - x1 * x2", [try b.reshape(p, rows), radial, w])
    return RadialProjection(direction: try b.reshape(radial, shape), ratio: try b.reshape(factor, []))
  }

  /// The weight after decoupled decay by `rate` times the factor.
  func decayed(_ b: inout Builder, _ u: UpdateContext, by rate: Double) throws -> Value {
    guard rate != 0 else { return u.parameter }
    guard let ratio else { return try b.map("x0 * (1 - \(rate) * x1)", [u.parameter, u.learningRate]) }
    return try b.map("x0 * (1 - \(rate) * x1 * x2)", [u.parameter, u.learningRate, ratio])
  }
}

/// Rules that are arithmetic on arrays and know nothing of manifolds.
enum ArraysOnly {
  static func problem(_ type: GeoType) -> OptimizerProblem? {
    if type.isReal { return nil }
    return OptimizerProblem(
      "it steps in arrays, and a straight step leaves \(type)", help: "use 'rsgd' or 'radam', which step along \(type)")
  }
}
