/// A space whose points a report can show. All is written as IR on arrays, with leading field axes mapped.
///
/// `named` gives the value that an argument of the space names, such as a learned curvature.
package protocol ObservedSpace: SpaceDeclaration {
  /// Numbers that tell where `x` lies in the space, with what they are; nil where there is nothing to tell.
  static func position(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> (quantity: ObservedQuantity, numbers: Value)?
  /// The tangent vector at the origin that leads to `x`.
  static func atOrigin(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value
  /// The point of the unit disc that `x` is; nil for spaces of another dimension.
  static func inDisc(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value?
}

extension ObservedSpace {
  package static func inDisc(
    _ b: inout Builder, _ x: Value, _ space: Space, named: (String) throws -> Value
  ) throws -> Value? { nil }
}
