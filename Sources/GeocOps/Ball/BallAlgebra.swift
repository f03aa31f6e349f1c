import GeocIR

/// The operations of the Poincaré ball of curvature −c as row programs (brief notation of van Spengler et al.: κ = √c,
/// α_x = 1 − c‖x‖², λ_x = 2/α_x). Intermediate points whose norms are taken are computed as vectors, never expanded.
struct BallAlgebra {
  /// The curvature.
  let c: RowNumber

  /// x ⊕ y.
  func add(_ r: inout RowBuilder, _ x: RowVector, _ y: RowVector) throws -> RowVector {
    let (xy, xx, yy) = (r.dot(x, y), r.square(x), r.square(y))
    let d = try r.number("max(1 + 2 * x0 * x1 + x0 * x0 * x2 * x3, 1e-15)", c, xy, xx, yy)
    let a = try r.number("(1 + 2 * x0 * x1 + x0 * x2) / x3", c, xy, yy, d)
    let b = try r.number("(1 - x0 * x1) / x2", c, xx, d)
    return r.combination(a, x, b, y)
  }

  /// max(1 − c‖x‖², 1e-15).
  func alpha(_ r: inout RowBuilder, _ x: RowVector) throws -> RowNumber {
    try r.number("max(1 - x0 * x1, 1e-15)", c, r.square(x))
  }

  /// gyr[u, v] w.
  func gyration(_ r: inout RowBuilder, _ u: RowVector, _ v: RowVector, _ w: RowVector) throws -> RowVector {
    let (uv, uw, vw) = (r.dot(u, v), r.dot(u, w), r.dot(v, w))
    let (uu, vv) = (r.square(u), r.square(v))
    let d = try r.number("2 / max(1 + 2 * x0 * x1 + x0 * x0 * x2 * x3, 1e-15)", c, uv, uu, vv)
    let a = try r.number("x0 * (x3 - x0 * x1 * x2 + 2 * x0 * x4 * x3) * x5", c, uw, vv, vw, uv, d)
    let b = try r.number("-x0 * (x0 * x1 * x2 + x3) * x4", c, vw, uu, uw, d)
    return r.sum(w, r.combination(a, u, b, v))
  }

  /// The step of expmap before the addition: tanh(κ‖v‖/α_x)/(κ‖v‖) v.
  func step(_ r: inout RowBuilder, at x: RowVector, _ v: RowVector) throws -> RowVector {
    let alpha = try alpha(&r, x)
    return r.scaled(v, try r.number("tanhc(x0 * x1 / (x2 * x2)) / x2", c, r.square(v), alpha))
  }

  /// exp_x(v), projected.
  func exp(_ r: inout RowBuilder, at x: RowVector, _ v: RowVector, margin: Double) throws -> RowVector {
    try project(&r, try add(&r, x, try step(&r, at: x, v)), margin: margin)
  }

  /// log_x(y) = α_x artanh(κ‖z‖)/(κ‖z‖) z, z = (−x) ⊕ y. The norm of z is that of the distance: κ‖z‖ = √(w/(1 + w)), so
  /// that a distance and a logarithm of the same points share it, and close points keep their digits.
  func log(_ r: inout RowBuilder, at x: RowVector, _ y: RowVector) throws -> RowVector {
    let w = try distanceParts(&r, x, y)
    return r.scaled(
      try add(&r, r.negated(x), y), try r.number("x1 * asinhc(x0) * sqrt(1 + x0)", w, try alpha(&r, x)))
  }

  /// Moves `v` at x to y: α_y/α_x gyr[y, −x] v.
  func transport(_ r: inout RowBuilder, from x: RowVector, to y: RowVector, _ v: RowVector) throws -> RowVector {
    let turned = try gyration(&r, y, r.negated(x), v)
    return r.scaled(turned, try r.number("x0 / x1", try alpha(&r, y), try alpha(&r, x)))
  }

  /// w = c‖x − y‖²/(α_x α_y), well-conditioned for close points: sinh² of κ d(x, y)/2.
  func distanceParts(_ r: inout RowBuilder, _ x: RowVector, _ y: RowVector) throws -> RowNumber {
    let difference = r.sum(x, r.negated(y))
    return try r.number("x0 * x1 / (x2 * x3)", c, r.square(difference), try alpha(&r, x), try alpha(&r, y))
  }

  /// d(x, y) = (2/κ) arsinh √w; its slope at x = y is 0.
  func distance(_ r: inout RowBuilder, _ x: RowVector, _ y: RowVector) throws -> RowNumber {
    let w = try distanceParts(&r, x, y)
    return try r.number(
      "select(less(1e-30, x1), 2 * rsqrt(x0) * asinh(sqrt(select(less(1e-30, x1), x1, 1))), 0)", c, w)
  }

  /// d(x, y)².
  func squaredDistance(_ r: inout RowBuilder, _ x: RowVector, _ y: RowVector) throws -> RowNumber {
    let w = try distanceParts(&r, x, y)
    return try r.number("4 / x0 * x1 * asinhc(x1) * asinhc(x1)", c, w)
  }

  /// r ⊗ x: tanh(r artanh(κ‖x‖))/(κ‖x‖) x.
  func scale(_ r: inout RowBuilder, by factor: RowNumber, _ x: RowVector) throws -> RowVector {
    let square = try r.number("x0 * x1", c, r.square(x))
    let inner = try r.number("x1 * atanhc(x0)", square, factor)
    return r.scaled(x, try r.number("x1 * tanhc(x0 * x1 * x1)", square, inner))
  }

  /// The point held a margin away from the sphere at infinity.
  func project(_ r: inout RowBuilder, _ x: RowVector, margin: Double) throws -> RowVector {
    try RadialFunction(.ball, [.clamp(margin)], to: .ball).apply(&r, r.fixed(x), c: c)
  }

  /// λ_x x: the space part on the hyperboloid.
  func lift(_ r: inout RowBuilder, _ x: RowVector) throws -> RowVector {
    try RadialFunction(.ball, to: .hyperboloid).apply(&r, x, c: c)
  }
}
