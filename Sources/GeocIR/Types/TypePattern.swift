/// A type with sizes left open, as it stands in a signature: `SPD(n)`, `R[c, h, w]`, `R[*]`.
///
/// The field of the pattern matches the last field axes of a type; axes in front of them are *mapped*: the op works on
/// each of their points by itself. `[*]` takes all axes instead, and `[B]` in front says that the op itself sees the batch.
package struct TypePattern: Hashable, Sendable {
  /// Name of the space; `T` matches any space.
  package var space: String
  /// Sizes of the space.
  package var sizes: [SizeExpression]
  /// Named arguments: a fixed one, or a name that binds; that of `at` is an input of the op, as whose value it stands.
  package var arguments: [String: SpaceArgument]
  /// The pattern inside `Tangent(…)`; at most one.
  package var inner: [TypePattern] = []
  /// Trailing field axes.
  package var field: [SizeExpression]
  /// Whether the pattern ends in `[*]`.
  package var takesWholeField: Bool
  /// Whether the pattern begins with `[B]`.
  package var seesBatch: Bool

  /// Whether it is a plain array, or any space.
  package var isArray: Bool { space == "R" || space == "T" }

  /// What a successful match found.
  package struct Bindings: Hashable, Sendable {
    /// Sizes by name.
    package var sizes: [String: Int] = [:]
    /// Named space arguments by the name they were bound to.
    package var arguments: [String: SpaceArgument] = [:]
    /// The field taken by `[*]`.
    package var wholeField: [Int]?
    /// The space bound by `T`.
    package var space: Space?

    /// Nothing bound.
    package init() {}
  }

  /// Matches `type`, extending `bindings`; returns the mapped axes, or nil when the type does not fit.
  package func match(_ type: GeoType, _ bindings: inout Bindings) -> [Int]? {
    var trial = bindings
    if space == "T" {
      if let bound = trial.space, bound != type.space { return nil }
      trial.space = type.space
    } else {
      guard type.space.name == space, type.space.sizes.count == sizes.count else { return nil }
      for (pattern, size) in zip(sizes, type.space.sizes) where !Self.bind(pattern, size, &trial.sizes) { return nil }
      if let inner = inner.first {
        guard case .type(let own)? = type.space[""], inner.match(own, &trial) == [] else { return nil }
      }
      for (name, wanted) in arguments {
        guard let found = type.space[name] else { return nil }
        if case .name(let text) = wanted {
          let variable = Self.variable(name, text)
          if let bound = trial.arguments[variable], bound != found { return nil }
          trial.arguments[variable] = found
        } else if wanted != found {
          return nil
        }
      }
    }
    if takesWholeField {
      if let bound = trial.wholeField, bound != type.field { return nil }
      trial.wholeField = type.field
      bindings = trial
      return []
    }
    guard type.field.count >= field.count else { return nil }
    let split = type.field.count - field.count
    for (pattern, size) in zip(field, type.field[split...]) where !Self.bind(pattern, size, &trial.sizes) { return nil }
    bindings = trial
    return Array(type.field[..<split])
  }

  /// The key of a named argument in the bindings: base points are those of inputs, whose names are their own.
  package static func variable(_ argument: String, _ name: String) -> String { argument == "at" ? "@\(name)" : name }

  private static func bind(_ pattern: SizeExpression, _ size: Int, _ sizes: inout [String: Int]) -> Bool {
    if case .variable(let name) = pattern, sizes[name] == nil {
      sizes[name] = size
      return true
    }
    return pattern.value(sizes) == size
  }

  /// The type with everything bound; nil where something is unbound or a size is not positive.
  package func resolve(_ bindings: Bindings, mapped: [Int], isBatched: Bool) -> GeoType? {
    var core: [Int] = []
    for size in sizes {
      guard let value = size.value(bindings.sizes), value > 0 else { return nil }
      core.append(value)
    }
    var own: [Int] = []
    for size in field {
      guard let value = size.value(bindings.sizes), value > 0 else { return nil }
      own.append(value)
    }
    var named: [String: SpaceArgument] = [:]
    for (name, argument) in arguments {
      if case .name(let text) = argument, let bound = bindings.arguments[Self.variable(name, text)] {
        named[name] = bound
      } else {
        named[name] = argument
      }
    }
    if let inner = inner.first {
      guard let own = inner.resolve(bindings, mapped: [], isBatched: false) else { return nil }
      named[""] = .type(own)
    }
    var result = Space(space, core, named)
    if space == "T" {
      guard let bound = bindings.space else { return nil }
      result = bound
    }
    let whole = takesWholeField ? (bindings.wholeField ?? []) : own
    return GeoType(result, field: mapped + whole, isBatched: isBatched)
  }

  /// Whether a space with arguments comes next: a size has no parenthesis after a name.
  private static func isNested(_ s: TextScanner) -> Bool {
    var copy = s
    return (try? copy.identifier()) != nil && copy.take("(")
  }

  /// Reads a pattern.
  package static func parse(_ s: inout TextScanner) throws(TextError) -> TypePattern {
    var pattern = TypePattern(
      space: "", sizes: [], arguments: [:], field: [], takesWholeField: false, seesBatch: false)
    if s.isNext("[") {
      try s.expect("[")
      try s.expect("B")
      try s.expect("]")
      pattern.seesBatch = true
    }
    pattern.space = try s.identifier("a space")
    if s.take("+") { pattern.space += "+" }
    if s.take("(") {
      repeat {
        var copy = s
        if let name = try? copy.identifier(), copy.take("="), !copy.isNext("=") {
          s = copy
          if let c = s.peek(), (0x30...0x39).contains(c) || c == 0x2D {
            pattern.arguments[name] = .real(try s.real())
          } else {
            pattern.arguments[name] = .name(try s.identifier())
          }
        } else if Self.isNested(s) {
          pattern.inner = [try parse(&s)]
        } else {
          pattern.sizes.append(try SizeExpression.parse(&s))
        }
      } while s.take(",")
      try s.expect(")")
    }
    if s.take("[") {
      if s.take("*") {
        pattern.takesWholeField = true
      } else {
        repeat { pattern.field.append(try SizeExpression.parse(&s)) } while s.take(",")
      }
      try s.expect("]")
    }
    return pattern
  }
}

extension TypePattern: CustomStringConvertible {
  /// As written in signatures.
  package var description: String {
    var parts = inner.map(\.description) + sizes.map(\.description)
    parts += arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var text = (seesBatch ? "[B] " : "") + space
    if !parts.isEmpty { text += "(\(parts.joined(separator: ", ")))" }
    if takesWholeField { return text + "[*]" }
    return field.isEmpty ? text : text + "[\(field.map(\.description).joined(separator: ", "))]"
  }
}
