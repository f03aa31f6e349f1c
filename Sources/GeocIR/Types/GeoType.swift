/// The scalar type of a model: every real value of it has this type.
package enum DType: String, Hashable, Sendable, CaseIterable {
  case f32, f64

  /// Bytes of one scalar.
  package var size: Int { self == .f32 ? 4 : 8 }
}

/// An argument of a space that is not a size: a number, a name, a value of the IR, another type.
package enum SpaceArgument: Hashable, Sendable {
  /// A number: a curvature, an eigenvalue bound.
  case real(Double)
  /// A name: a metric.
  case name(String)
  /// A parameter of the model, by name: a learned curvature.
  case value(String)
  /// The base point of a tangent vector.
  case at(BasePoint)
  /// `learn(x)`: a parameter that starts at `x`.
  case learn(Double)
  /// A type: the space that a tangent vector belongs to.
  indirect case type(GeoType)
  /// Free text: irreps.
  case text(String)
}

/// The value at which tangent vectors stand. Two are the same where the value is; the name is for readers.
package struct BasePoint: Hashable, Sendable {
  /// The value.
  package var value: Value
  /// Its name; empty where it has none.
  package var name: String

  /// The base point `value`.
  package init(_ value: Value, name: String) {
    self.value = value
    self.name = name
  }

  /// The name, or the number of the value.
  package var label: String { name.isEmpty ? String(value.index) : name }

  package static func == (a: BasePoint, b: BasePoint) -> Bool { a.value == b.value }
  package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// A space: `SPD(6)`, `Ball(16, c=1)`, `R`.
package struct Space: Hashable, Sendable {
  /// The declared name.
  package var name: String
  /// Sizes, in the order of the declaration.
  package var sizes: [Int]
  /// Named arguments, sorted by name.
  package private(set) var arguments: [NamedArgument]

  /// One named argument.
  package struct NamedArgument: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Its value.
    package var value: SpaceArgument
  }

  /// A space by name, sizes and named arguments.
  package init(_ name: String, _ sizes: [Int] = [], _ arguments: [String: SpaceArgument] = [:]) {
    self.name = name
    self.sizes = sizes
    self.arguments = arguments.sorted { $0.key < $1.key }.map { NamedArgument(name: $0.key, value: $0.value) }
  }

  /// A named argument; setting nil removes it.
  package subscript(argument: String) -> SpaceArgument? {
    get { arguments.first { $0.name == argument }?.value }
    set {
      arguments.removeAll { $0.name == argument }
      if let newValue {
        arguments.append(NamedArgument(name: argument, value: newValue))
        arguments.sort { $0.name < $1.name }
      }
    }
  }

  /// The space whose tangent vectors these are, or that one value per row has; nil for other spaces.
  package var inner: Space? { if case .type(let type)? = self[""] { type.space } else { nil } }

  /// Real numbers (no geometry).
  package static let real = Space("R")
}

/// The type of a value: a space, a field shape in front of the space's own axes, batched or not.
///
/// For `R` the field is the shape of the array. Copies are one object, so that those of one origin are equal at a glance.
package struct GeoType: Hashable, Sendable {
  private var parts: Parts

  private final class Parts: Sendable {
    let space: Space
    let field: [Int]
    let isBatched: Bool
    /// The value at which a tangent vector stands.
    let base: BasePoint?
    /// A number of the name and the sizes, to tell types apart by.
    let digest: Int

    init(_ space: Space, _ field: [Int], _ isBatched: Bool) {
      self.space = space
      self.field = field
      self.isBatched = isBatched
      base = if !space.arguments.isEmpty, case .at(let point)? = space["at"] { point } else { nil }
      var digest = Digest(isBatched ? 1 : 2)
      digest.add(space.name)
      for size in space.sizes { digest.add(size) }
      for size in field { digest.add(size) }
      self.digest = digest.value
    }
  }

  /// A type by its parts.
  package init(_ space: Space, field: [Int] = [], isBatched: Bool = false) {
    parts = Parts(space, field, isBatched)
  }

  /// What each point is.
  package var space: Space {
    get { parts.space }
    set { self = GeoType(newValue, field: field, isBatched: isBatched) }
  }

  /// Leading axes: channels, pixels; for `R` the whole shape.
  package var field: [Int] {
    get { parts.field }
    set { self = GeoType(space, field: newValue, isBatched: isBatched) }
  }

  /// Whether there is one value for each item of the batch.
  package var isBatched: Bool {
    get { parts.isBatched }
    set { self = GeoType(space, field: field, isBatched: newValue) }
  }

  /// The value at which a tangent vector stands; nil at the origin, and for what is no tangent vector.
  package var base: BasePoint? { parts.base }

  package static func == (a: GeoType, b: GeoType) -> Bool {
    a.parts === b.parts
      || (a.parts.digest == b.parts.digest && a.isBatched == b.isBatched && a.field == b.field && a.space == b.space)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(parts.digest) }

  /// A number that equal types share.
  var digest: Int { parts.digest }

  /// A real array `R[shape]`.
  package static func real(_ shape: [Int] = [], isBatched: Bool = false) -> GeoType {
    GeoType(.real, field: shape, isBatched: isBatched)
  }

  /// The same type, batched or not.
  package func batched(_ isBatched: Bool = true) -> GeoType {
    isBatched == self.isBatched ? self : GeoType(space, field: field, isBatched: isBatched)
  }

  /// As users are told about it: for one item, and without the eigenvalue bound that ops keep in `min`.
  package var shown: GeoType {
    var copy = batched(false)
    copy.space["min"] = nil
    if let base { copy.space["at"] = .name(base.label) }
    return copy
  }

  /// Whether the value is a tangent vector, or a field of them.
  package var isTangent: Bool { space.name == "Tangent" }

  /// The same type with its base point moved to the values of another function.
  package func rebased(_ move: (BasePoint) -> BasePoint) -> GeoType {
    guard let base else { return self }
    var copy = self
    copy.space["at"] = .at(move(base))
    return copy
  }

  /// Whether the value is a plain array.
  package var isReal: Bool { space.name == "R" }
}

extension Space: CustomStringConvertible {
  /// As written in specs.
  package var description: String {
    var text = TextBuffer()
    write(to: &text)
    return text.text
  }

  /// Appends the text of specs.
  package func write(to text: inout TextBuffer) {
    text += name
    guard !sizes.isEmpty || !arguments.isEmpty else { return }
    text += "("
    for (k, size) in sizes.enumerated() {
      if k > 0 { text += ", " }
      text += size
    }
    for (k, argument) in arguments.enumerated() {
      if k > 0 || !sizes.isEmpty { text += ", " }
      if !argument.name.isEmpty {
        text += argument.name
        text += "="
      }
      text += argument.value.description
    }
    text += ")"
  }
}

extension SpaceArgument: CustomStringConvertible {
  /// As written in specs.
  package var description: String {
    switch self {
    case .real(let x): NumberText.text(x)
    case .name(let text), .text(let text): text
    case .value(let name): "%\(name)"
    case .at(let base): "%\(base.label)"
    case .learn(let x): "learn(\(NumberText.text(x)))"
    case .type(let type): type.description
    }
  }
}

extension GeoType: CustomStringConvertible {
  /// As written in specs and IR: `[B] SPD(6)[3]`.
  package var description: String {
    var text = TextBuffer()
    write(to: &text)
    return text.text
  }

  /// Appends the text of specs and IR.
  package func write(to text: inout TextBuffer) {
    if isBatched { text += "[B] " }
    space.write(to: &text)
    guard !field.isEmpty else { return }
    text += "["
    for (k, size) in field.enumerated() {
      if k > 0 { text += ", " }
      text += size
    }
    text += "]"
  }
}

/// Canonical text of numbers.
package enum NumberText {
  /// Shortest text that reads back to the same number; whole numbers without a point.
  package static func text(_ x: Double) -> String {
    if x == x.rounded(), abs(x) < 1e15 { return String(Int(x)) }
    return String(x)
  }
}
