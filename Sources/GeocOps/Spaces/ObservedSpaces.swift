import GeocIR

extension SPDSpace: ObservedSpace {
  static func position(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> (quantity: ObservedQuantity, numbers: Value)? { (.eigenvalues, try b.eigvals(x)) }
  static func atOrigin(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value { try b.spectral(SpectralFunction([.log]), x) }
}

extension BallSpace: ObservedSpace {
  static func position(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> (quantity: ObservedQuantity, numbers: Value)? {
    let square = try b.sumLast(try b.mul(x, x), 1)
    return (.radius, try b.map("sqrt(x0 * x1)", [square, try curvature(&b, space, named)]))
  }
  static func atOrigin(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value {
    let c = try curvature(&b, space, named)
    let norm = try b.squareRoot(try b.sumLast(try b.mul(x, x), 1, keep: true))
    return try b.map("x0 * atanhc(min(sqrt(x2) * x1, 0.999999))", [x, norm, c])
  }
  static func inDisc(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value? {
    guard space.sizes == [2] else { return nil }
    return try b.map("x0 * sqrt(x1)", [x, try curvature(&b, space, named)])
  }

  /// The curvature as a value.
  private static func curvature(
    _ b: inout Builder, _ space: Space, _ named: (String) throws -> Value
  ) throws -> Value {
    if case .value(let name)? = space["c"] { return try named(name) }
    return try b.fill([], curvature(space))
  }
}
