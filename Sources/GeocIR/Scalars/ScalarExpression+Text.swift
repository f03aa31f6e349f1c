import Synchronization

extension ScalarExpression: CustomStringConvertible {
  /// The text form, with the fewest parentheses that parse back to the same tree.
  package var description: String {
    var text = TextBuffer()
    write(to: &text)
    return text.text
  }

  /// Appends the text form.
  package func write(to text: inout TextBuffer) { write(to: &text, inside: 0) }

  /// How tightly the outermost operator binds: 1 for sums, 2 for products, 3 for the sign, 4 for the rest.
  private var precedence: Int {
    switch self {
    case .binary(.add, _, _), .binary(.subtract, _, _): 1
    case .binary(.multiply, _, _), .binary(.divide, _, _): 2
    case .unary(.negate, _): 3
    case .input, .constant, .unary, .binary, .select: 4
    }
  }

  private func write(to text: inout TextBuffer, inside minimum: Int) {
    let isWrapped = precedence < minimum
    if isWrapped { text += "(" }
    switch self {
    case .input(let i):
      text += "x"
      text += i
    case .constant(let value): text += value.description
    case .unary(.negate, .constant(let value)) where value.sign == .plus: text += "-(\(value))"
    case .unary(.negate, let a):
      text += "-"
      a.write(to: &text, inside: 3)
    case .unary(let f, let a): Self.write(f.rawValue, [a], to: &text)
    case .binary(let f, let a, let b) where precedence < 4:
      a.write(to: &text, inside: precedence)
      text += " "
      text += f.rawValue
      text += " "
      b.write(to: &text, inside: precedence + 1)
    case .binary(let f, let a, let b): Self.write(f.rawValue, [a, b], to: &text)
    case .select(let c, let a, let b): Self.write("select", [c, a, b], to: &text)
    }
    if isWrapped { text += ")" }
  }

  private static func write(_ name: String, _ arguments: [ScalarExpression], to text: inout TextBuffer) {
    text += name
    text += "("
    for (k, argument) in arguments.enumerated() {
      if k > 0 { text += ", " }
      argument.write(to: &text)
    }
    text += ")"
  }

  /// Reads the text form.
  /// - Throws: `ScalarSyntaxError` with the offset of the first character that does not fit, or of the term that is
  ///   one too many: at most 4000 terms, 500 parentheses deep.
  ///
  /// What was read is kept: the bodies of ops are written with few texts, many times over.
  package static func parse(_ text: String) throws(ScalarSyntaxError) -> ScalarExpression {
    if let known = known.withLock({ $0[text] }) { return known }
    var scanner = ScalarScanner(text)
    let expression = try sum(&scanner, depth: 0)
    try scanner.expectEnd()
    known.withLock { $0[text] = expression }
    return expression
  }

  private static let known = Mutex<[String: ScalarExpression]>([:])

  private static func sum(_ scanner: inout ScalarScanner, depth: Int) throws(ScalarSyntaxError) -> Self {
    var result = try product(&scanner, depth: depth)
    while true {
      if scanner.accept("+") {
        result = result + (try product(&scanner, depth: depth))
      } else if scanner.accept("-") {
        result = result - (try product(&scanner, depth: depth))
      } else {
        return result
      }
    }
  }

  private static func product(_ scanner: inout ScalarScanner, depth: Int) throws(ScalarSyntaxError) -> Self {
    var result = try signed(&scanner, depth: depth)
    while true {
      if scanner.accept("*") {
        result = result * (try signed(&scanner, depth: depth))
      } else if scanner.accept("/") {
        result = result / (try signed(&scanner, depth: depth))
      } else {
        return result
      }
    }
  }

  private static func signed(_ scanner: inout ScalarScanner, depth: Int) throws(ScalarSyntaxError) -> Self {
    // The recursion and the depth of the tree are bounded, so that no text can exhaust the stack.
    guard depth < 500 else { throw scanner.error("the expression is nested too deeply") }
    scanner.terms += 1
    guard scanner.terms <= 4000 else { throw scanner.error("the expression has too many terms") }
    if scanner.accept("-") {
      if let number = try scanner.acceptNumber() { return .constant(-number) }
      return -(try signed(&scanner, depth: depth + 1))
    }
    return try primary(&scanner, depth: depth)
  }

  private static func primary(_ scanner: inout ScalarScanner, depth: Int) throws(ScalarSyntaxError) -> Self {
    if let number = try scanner.acceptNumber() { return .constant(number) }
    if scanner.accept("(") {
      let inner = try sum(&scanner, depth: depth + 1)
      try scanner.expect(")")
      return inner
    }
    let start = scanner.offset
    guard let name = scanner.acceptName() else {
      throw scanner.error("expected a number, an input, a function or '('")
    }
    if name.first == "x", let index = Int(name.dropFirst()), name.dropFirst().allSatisfy(\.isNumber) {
      return .input(index)
    }
    try scanner.expect("(")
    var arguments = [try sum(&scanner, depth: depth + 1)]
    while scanner.accept(",") { arguments.append(try sum(&scanner, depth: depth + 1)) }
    try scanner.expect(")")
    if let f = Unary(rawValue: name), arguments.count == 1 { return .unary(f, arguments[0]) }
    if let f = Binary(rawValue: name), arguments.count == 2 { return .binary(f, arguments[0], arguments[1]) }
    if name == "select", arguments.count == 3 { return .select(arguments[0], arguments[1], arguments[2]) }
    let isKnown = name == "select" || Unary(rawValue: name) != nil || Binary(rawValue: name) != nil
    let what = isKnown ? "'\(name)' does not take \(arguments.count) arguments" : "there is no function '\(name)'"
    throw ScalarSyntaxError(offset: start, message: what)
  }
}
