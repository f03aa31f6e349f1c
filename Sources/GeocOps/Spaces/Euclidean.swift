import GeocIR

/// Real arrays.
enum RealSpace: SpaceDeclaration {
  static let name = "R"
  static let summary = "Real numbers and arrays; the field is the shape."
  static let sizeNames: [String] = []
  static func coreShape(_ space: Space) -> [Int] { [] }
  static func retract(_ b: inout Builder, at x: Value, _ u: Value, _ g: Geometry) throws -> Value { try b.add(x, u) }
  static func transport(
    _ b: inout Builder, from x: Value, to y: Value, along u: Value, _ v: Value, _ g: Geometry
  ) throws -> Value { v }
  static func inner(_ b: inout Builder, at x: Value, _ u: Value, _ v: Value, _ g: Geometry) throws -> Value {
    try b.mul(u, v)
  }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.scale(x, 0) }
}

/// Positive numbers: learned curvatures. A step is taken in the coordinate u with x = log(1 + eᵘ).
enum PositiveSpace: SpaceDeclaration {
  static let name = "Positive"
  static let summary = "Positive number; steps are taken in the coordinate whose softplus it is."
  static let sizeNames: [String] = []
  static func coreShape(_ space: Space) -> [Int] { [] }
  static func residual(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.map("max(0, -x0)", [x]) }
  static func project(_ b: inout Builder, _ x: Value, _ space: Space) throws -> Value { try b.map("softplus(x0)", [x]) }
  static func coordinate(_ b: inout Builder, _ x: Value) throws -> Value? {
    try b.map("x0 + log(-expm1(-x0))", [x])
  }
  static func coordinateGradient(_ b: inout Builder, at x: Value, _ e: Value) throws -> Value {
    try b.map("-x1 * expm1(-x0)", [x, e])
  }
  static func point(_ b: inout Builder, coordinate u: Value) throws -> Value { try b.map("softplus(x0)", [u]) }
}

/// Class indices.
enum LabelSpace: SpaceDeclaration {
  static let name = "Label"
  static let summary = "Class index 0..K−1."
  static let sizeNames = ["K"]
  static let isIndex = true
  static func coreShape(_ space: Space) -> [Int] { [] }
  static func dimension(_ space: Space) -> Int { 0 }
}

/// A group of points in R^d that moves as one body.
enum CloudSpace: SpaceDeclaration {
  static let name = "Cloud"
  static let summary = "n points in R^d, transforming together under E(d)."
  static let sizeNames = ["n", "d"]
  static func coreShape(_ space: Space) -> [Int] { space.sizes }
}

/// Direct sums of irreducible representations of O(3), in e3nn's order and normalisation.
enum IrrepsSpace: SpaceDeclaration {
  static let name = "Irreps"
  static let summary = "Direct sum of O(3) irreps, e3nn order and normalisation."
  static let sizeNames: [String] = []
  static let takesText = true

  /// Dimension of `16x0e + 8x1o`, nil where the text is not of that form.
  static func dimension(_ text: String) -> Int? {
    var total = 0
    for part in text.split(separator: "+") {
      let term = part.filter { $0 != " " }
      let pieces = term.split(separator: "x", omittingEmptySubsequences: false)
      let (count, irrep) = pieces.count == 2 ? (Int(pieces[0]), pieces[1]) : (1, Substring(term))
      guard let parity = irrep.last, parity == "e" || parity == "o", let degree = Int(irrep.dropLast()), degree >= 0,
        let count, count >= 0
      else { return nil }
      total += count * (2 * degree + 1)
    }
    return total > 0 ? total : nil
  }
  private static func text(_ space: Space) -> String {
    if case .text(let text)? = space[""] { text } else { "" }
  }
  static func problem(_ space: Space) -> String? {
    dimension(text(space)) == nil ? "'\(text(space))' is no sum of irreps such as 16x0e + 8x1o" : nil
  }
  static func coreShape(_ space: Space) -> [Int] { [dimension(text(space)) ?? 0] }
}

/// Tangent vectors of another space.
enum TangentSpace: SpaceDeclaration {
  static let name = "Tangent"
  static let summary = "Tangent vector of T, at its origin or at the value `at`."
  static let sizeNames: [String] = []
  static let argumentNames = ["at", "metric"]
  static let takesType = true
  static func coreShape(_ space: Space) -> [Int] { InnerType.shape(space) }
  static func dimension(_ space: Space) -> Int { InnerType.dimension(space) }
  /// Tangent vectors of SPD(n) are symmetric matrices.
  static func superset(_ space: Space) -> Space? {
    guard let inner = space.inner, inner.name == SPDSpace.name else { return nil }
    return Space("Sym", inner.sizes)
  }
}

/// One value for every row of the data set.
enum RowsSpace: SpaceDeclaration {
  static let name = "Rows"
  static let summary = "One T for every row of the data set."
  static let sizeNames: [String] = []
  static let takesType = true
  static func coreShape(_ space: Space) -> [Int] { InnerType.shape(space) }
  static func dimension(_ space: Space) -> Int { InnerType.dimension(space) }
}

/// Storage and dimension of the type inside `Tangent(T)` and `Rows(T)`.
enum InnerType {
  static func shape(_ space: Space) -> [Int] {
    guard case .type(let type)? = space[""] else { return [] }
    return SpaceTable(Catalogue.spaces).shape(type)
  }
  static func dimension(_ space: Space) -> Int {
    guard case .type(let type)? = space[""] else { return 0 }
    return SpaceTable(Catalogue.spaces).dimension(type)
  }
}
