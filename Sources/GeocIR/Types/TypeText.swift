/// Reads types: `value = ["[B]"] type`, `type = space [field]`, `space = name ["(" arg {"," arg} ")"]`,
/// `arg = size | name "=" scalar | type`. The grammar is `grammar/types.ebnf`.
package struct TypeReader {
  /// Sizes that may stand in place of numbers.
  package var dims: [String: Int]
  /// The declared spaces.
  package var spaces: SpaceTable

  /// A reader that knows `dims` and `spaces`.
  package init(dims: [String: Int] = [:], spaces: SpaceTable) {
    self.dims = dims
    self.spaces = spaces
  }

  /// Reads all of `text` as a type.
  package func type(_ text: String) throws(TextError) -> GeoType {
    var s = TextScanner(text)
    let result = try type(&s)
    guard s.isAtEnd() else { throw TextError("unexpected text after the type", at: s.offset) }
    return result
  }

  /// Reads a type, with its batch mark if there is one.
  package func type(_ s: inout TextScanner) throws(TextError) -> GeoType {
    var isBatched = false
    if s.take("[") {
      try s.expect("B")
      try s.expect("]")
      isBatched = true
    }
    let start = s.offset
    var name = try s.identifier("a space")
    if s.take("+") { name += "+" }
    guard let declaration = spaces[name] else { throw TextError("unknown space '\(name)'", at: start) }
    var space = Space(name)
    if s.take("(") {
      repeat { try argument(&s, declaration, &space) } while s.take(",")
      try s.expect(")")
    }
    guard space.sizes.count == declaration.sizeNames.count else {
      let wanted = declaration.sizeNames.joined(separator: ", ")
      throw TextError("\(name) takes \(declaration.sizeNames.isEmpty ? "no size" : "the sizes (\(wanted))")", at: start)
    }
    if let problem = declaration.problem(space) { throw TextError(problem, at: start) }
    var field: [Int] = []
    if s.take("[") {
      repeat { field.append(try size(&s)) } while s.take(",")
      try s.expect("]")
    }
    return GeoType(space, field: field, isBatched: isBatched)
  }

  private func argument(
    _ s: inout TextScanner, _ declaration: any SpaceDeclaration.Type, _ space: inout Space
  ) throws(TextError) {
    let start = s.offset
    var copy = s
    if let name = try? copy.identifier(), copy.take("=") {
      s = copy
      guard declaration.argumentNames.contains(name) else {
        throw TextError("\(declaration.name) has no argument '\(name)'", at: start)
      }
      if s.take("%") {
        space[name] = .value(try s.identifier("a value", allowing: "./-"))
      } else if s.take("learn") {
        try s.expect("(")
        space[name] = .learn(try s.real())
        try s.expect(")")
      } else if let c = s.peek(), (0x30...0x39).contains(c) || c == 0x2D || c == 0x2E {
        space[name] = .real(try s.real())
      } else {
        let word = try s.identifier("a value")
        if let size = dims[word] { space[name] = .real(Double(size)) } else { space[name] = .name(word) }
      }
    } else if declaration.takesType {
      space[""] = .type(try type(&s))
    } else if declaration.takesText {
      space[""] = .text(try s.balanced(until: 0x29).split(separator: " ").joined(separator: " "))
    } else {
      space.sizes.append(try size(&s))
    }
  }

  private func size(_ s: inout TextScanner) throws(TextError) -> Int {
    s.skipSpace()
    let start = s.offset
    let expression = try SizeExpression.parse(&s)
    if let unknown = expression.variables.first(where: { dims[$0] == nil }) {
      throw TextError("unknown size '\(unknown)'", at: start)
    }
    guard let value = expression.value(dims), value > 0, value <= 1 << 30 else {
      throw TextError("a size must be a positive integer", at: start)
    }
    return value
  }
}
