/// A space in one place: its parameters, constraint, projection, random point and Riemannian geometry.
///
/// All geometry is written as IR on arrays, with leading field axes mapped, so that passes, plans and tests use one
/// implementation. A default that makes no sense for a space throws `SpaceProblem`.
package protocol SpaceDeclaration: Sendable {
  /// Name in specs: `SPD`.
  static var name: String { get }
  /// What it is, one sentence.
  static var summary: String { get }
  /// Names of the sizes: `["n", "p"]`.
  static var sizeNames: [String] { get }
  /// Names of the named arguments: `["c"]`.
  static var argumentNames: [String] { get }
  /// What named arguments are where an input does not write them.
  static var argumentDefaults: [String: SpaceArgument] { get }
  /// Whether its argument is a type (`Tangent(T)`).
  static var takesType: Bool { get }
  /// Whether its argument is free text (`Irreps(16x0e)`).
  static var takesText: Bool { get }
  /// Whether values are class indices stored as whole numbers.
  static var isIndex: Bool { get }
  /// Whether every point has bounded norm and a normal vector proportional to itself, so that weight decay does nothing.
  static var isCompact: Bool { get }
  /// Whether a point is a class of arrays, any of which may stand for it: only ops that name the space read it.
  static var isQuotient: Bool { get }
  /// Whether momentum is a sum of Euclidean gradients unless the user asks for transport.
  static var keepsRawMomentum: Bool { get }
  /// Whether points are symmetric n×n matrices: of their cotangents only the symmetric part counts.
  static var isSymmetric: Bool { get }
  /// Whether points are symmetric matrices with positive eigenvalues.
  static var isPositiveDefinite: Bool { get }
  /// What is wrong with the arguments of `space`, or nil.
  static func problem(_ space: Space) -> String?
  /// Shape of one point.
  static func coreShape(_ space: Space) -> [Int]
  /// Dimension as a manifold: how many numbers tell a point from those around it.
  static func dimension(_ space: Space) -> Int
  /// A space that contains this one and may stand for it without conversion.
  static func superset(_ space: Space) -> Space?
  /// The ops that carry a tangent vector from point to point (inputs: from, to, vector) and follow it from a point
  /// (inputs: point, vector); nil where there are none.
  static var tangentOps: (transport: String, exponential: String)? { get }

  /// Distance of `x` from the constraint, one number per point (shape: the field).
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value
  /// Nearest point (in the sense of the space's paper) to an arbitrary array.
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value
  /// A random point from standard normal numbers `z` of the storage shape.
  static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value
  /// Tangent projection of `u` at `x`.
  static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value
  /// Riemannian gradient from the Euclidean gradient `g`.
  static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value
  /// The point reached from `x` along `u` by the retraction (or exponential) that `g` names.
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value
  /// The point reached from `x` by the retraction along −`rate` times the Riemannian gradient of the Euclidean `e`.
  /// `refresh` says when a space with many arrays for a point takes a better one; others need not look at it.
  static func descend(
    _ b: inout Builder, at x: Value, _ e: Value, rate: Value, _ g: Geometry, refresh: BasisRefresh?
  ) throws -> Value
  /// Vector `v` at `x` carried to `y`, the point that `retract(x, u)` gave.
  static func transport(_ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry)
    throws -> Value
  /// Inner product at `x`, one number per point, with the core axes kept as 1 so that it broadcasts;
  /// elementwise where the space is Euclidean.
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value
  /// The coordinate in which a parameter is stepped as in R; nil where it is stepped as it is.
  static func coordinate(_ b: inout Builder, _ x: Value) throws -> Value?
  /// The Euclidean gradient `e` at `x`, by the coordinate.
  static func coordinateGradient(_ b: inout Builder, at x: Value, _ e: Value) throws -> Value
  /// The point of a coordinate.
  static func point(_ b: inout Builder, coordinate u: Value) throws -> Value
  /// Values of `metric`, the default first.
  static var metrics: [String] { get }
  /// Values of `retraction` for a metric, the default first.
  static func retractions(metric: String) -> [String]
}

/// Which of the geometries of a space is meant.
package struct Geometry: Hashable, Sendable {
  /// The space.
  package var space: Space
  /// One of the space's metrics.
  package var metric: String
  /// One of the space's retractions.
  package var retraction: String
  /// The precision of points: how close to a border they may come depends on it.
  package var dtype: DType

  /// A geometry by its parts.
  package init(space: Space, metric: String, retraction: String, dtype: DType = .f64) {
    self.space = space
    self.metric = metric
    self.retraction = retraction
    self.dtype = dtype
  }
}

/// When a basis that drifts is made orthonormal anew: in the first step and every `every`-th behind it.
package struct BasisRefresh: Sendable {
  /// Steps from one time to the next.
  package var every: Int
  /// Number of the step, from 1, a scalar value.
  package var step: Value
  /// Whether columns keep the signs that LAPACK gives them, in place of their own.
  package var keepsLapackSigns: Bool

  /// A rule by its parts.
  package init(every: Int, step: Value, keepsLapackSigns: Bool) {
    self.every = every
    self.step = step
    self.keepsLapackSigns = keepsLapackSigns
  }
}

/// A space was asked for something it does not have.
package struct SpaceProblem: Error, Sendable {
  /// What it lacks, lower case.
  package var message: String

  /// A problem with a message.
  package init(_ message: String) { self.message = message }
}

extension SpaceDeclaration {
  package static var argumentNames: [String] { [] }
  package static var argumentDefaults: [String: SpaceArgument] { [:] }
  package static var takesType: Bool { false }
  package static var takesText: Bool { false }
  package static var isIndex: Bool { false }
  package static var isCompact: Bool { false }
  package static var isQuotient: Bool { false }
  package static var keepsRawMomentum: Bool { false }
  package static var isSymmetric: Bool { isPositiveDefinite }
  package static var isPositiveDefinite: Bool { false }
  package static func problem(_ space: Space) -> String? { nil }
  package static func dimension(_ space: Space) -> Int { coreShape(space).reduce(1, *) }
  package static func superset(_ space: Space) -> Space? { nil }
  package static var tangentOps: (transport: String, exponential: String)? { nil }
  package static var metrics: [String] { ["euclidean"] }
  package static func retractions(metric: String) -> [String] { ["plus"] }
  package static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value {
    throw SpaceProblem("\(name) has no constraint")
  }
  package static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { x }
  package static func random(_ b: inout Builder, _ z: Value, _ space: Space) throws -> Value {
    try project(&b, z, space)
  }
  package static func tangent(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { u }
  package static func coordinate(_ b: inout Builder, _ x: Value) throws -> Value? { nil }
  package static func coordinateGradient(_ b: inout Builder, at x: Value, _ e: Value) throws -> Value { e }
  package static func point(_ b: inout Builder, coordinate u: Value) throws -> Value { u }
  package static func gradient(_ b: inout Builder, at x: Value, _ e: Value, _ g: Geometry) throws -> Value {
    try tangent(&b, at: x, e, g)
  }
  package static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value {
    throw SpaceProblem("\(name) has no retraction")
  }
  package static func descend(
    _ b: inout Builder, at x: Value, _ e: Value, rate: Value, _ g: Geometry, refresh: BasisRefresh?
  ) throws -> Value {
    let r = try gradient(&b, at: x, e, g)
    let move = try b.one(
      "map", [rate, r], ["expr": .expression(.unary(.negate, .binary(.multiply, .input(0), .input(1))))])
    return try retract(&b, at: x, move, g)
  }
  package static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value { try tangent(&b, at: y, v, g) }
  package static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    throw SpaceProblem("\(name) has no metric")
  }
}

/// The declared spaces, by name.
package struct SpaceTable: Sendable {
  private let byName: [String: any SpaceDeclaration.Type]
  /// In order of declaration.
  package let all: [any SpaceDeclaration.Type]

  /// A table of `all`.
  package init(_ all: [any SpaceDeclaration.Type]) {
    self.all = all
    byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The declaration of a space.
  package subscript(name: String) -> (any SpaceDeclaration.Type)? { byName[name] }

  /// Storage shape of one item of `type`: field, then core axes.
  package func shape(_ type: GeoType) -> [Int] {
    type.isReal ? type.field : type.field + (self[type.space.name]?.coreShape(type.space) ?? [])
  }

  /// Dimension of the manifold of one item of `type`, its field counted.
  package func dimension(_ type: GeoType) -> Int {
    type.field.reduce(1, *) * (self[type.space.name]?.dimension(type.space) ?? 1)
  }

  /// Whether a value of `type` may be used where `wanted` is asked for: equal, or through supersets.
  package func isSubtype(_ type: GeoType, of wanted: GeoType) -> Bool {
    var current: GeoType? = type
    while let candidate = current {
      if candidate == wanted { return true }
      current = superset(candidate)
    }
    return false
  }

  /// Whether values of `space`, or of the space that its tangent vectors belong to, are symmetric matrices.
  package func isSymmetric(_ space: Space) -> Bool {
    if let inner = space.inner { return isSymmetric(inner) }
    return self[space.name]?.isSymmetric == true
  }

  /// The next larger type that contains `type`.
  package func superset(_ type: GeoType) -> GeoType? {
    guard let space = self[type.space.name]?.superset(type.space) else { return nil }
    return GeoType(space, field: type.field, isBatched: type.isBatched)
  }
}
