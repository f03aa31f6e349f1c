/// A mistake in a text of one of the small languages of this module, at an offset in UTF-8 bytes.
package struct TextError: Error, Hashable, Sendable {
  /// What is wrong, lower case, no full stop.
  package var message: String
  /// Byte offset into the scanned text.
  package var offset: Int

  /// A mistake at `offset`.
  package init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

/// Reads tokens from the text of types, signatures and printed IR.
package struct TextScanner {
  let bytes: [UInt8]
  /// Byte offset of the next unread byte.
  package private(set) var offset: Int

  /// A scanner at the start of `text`.
  package init(_ text: String) {
    bytes = Array(text.utf8)
    offset = 0
  }

  /// Whether only white space is left.
  package mutating func isAtEnd() -> Bool {
    skipSpace()
    return offset >= bytes.count
  }

  /// The next byte after white space, unread.
  package mutating func peek() -> UInt8? {
    skipSpace()
    return offset < bytes.count ? bytes[offset] : nil
  }

  /// Skips blanks, line breaks and `//` comments.
  package mutating func skipSpace() {
    while offset < bytes.count {
      let c = bytes[offset]
      if c == 0x20 || c == 0x09 || c == 0x0A || c == 0x0D {
        offset += 1
      } else if c == 0x2F, offset + 1 < bytes.count, bytes[offset + 1] == 0x2F {
        while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
      } else {
        return
      }
    }
  }

  /// Reads `token` if it is next. A token that ends in a letter must not be followed by an identifier character.
  package mutating func take(_ token: String) -> Bool {
    skipSpace()
    var end = offset
    for c in token.utf8 {
      guard end < bytes.count, bytes[end] == c else { return false }
      end += 1
    }
    if end > offset, end < bytes.count, Self.isIdentifierByte(bytes[end - 1]), Self.isIdentifierByte(bytes[end]) {
      return false
    }
    offset = end
    return true
  }

  /// Reads `token` or throws what was expected.
  package mutating func expect(_ token: String) throws(TextError) {
    guard take(token) else { throw TextError("expected '\(token)'", at: offset) }
  }

  /// Whether `token` is next, without reading it.
  package mutating func isNext(_ token: String) -> Bool {
    var copy = self
    return copy.take(token)
  }

  /// Reads an identifier of letters, digits, `_`; `extra` bytes are allowed after the first.
  package mutating func identifier(_ what: String = "a name", allowing extra: String = "") throws(TextError) -> String {
    skipSpace()
    let start = offset
    while offset < bytes.count,
      Self.isIdentifierByte(bytes[offset]) || (offset > start && extra.utf8.contains(bytes[offset]))
    {
      offset += 1
    }
    guard offset > start, let text = String(validating: bytes[start..<offset], as: UTF8.self) else {
      offset = start
      throw TextError("expected \(what)", at: start)
    }
    return text
  }

  /// Reads a decimal integer with an optional sign.
  package mutating func integer() throws(TextError) -> Int {
    let start = offset
    let text = numberText()
    guard let value = Int(text) else {
      offset = start
      throw TextError("expected an integer", at: start)
    }
    return value
  }

  /// Reads a number: integer, decimal, exponent, `inf`, `nan`, optional sign.
  package mutating func real() throws(TextError) -> Double {
    let start = offset
    let text = numberText()
    guard let value = Double(text) else {
      offset = start
      throw TextError("expected a number", at: start)
    }
    return value
  }

  /// The longest run that looks like a number.
  package mutating func numberText() -> String {
    skipSpace()
    let start = offset
    if offset < bytes.count, bytes[offset] == 0x2D || bytes[offset] == 0x2B { offset += 1 }
    if take("inf") || take("nan") { return String(decoding: bytes[start..<offset], as: UTF8.self) }
    while offset < bytes.count {
      let c = bytes[offset]
      let isDigit = (0x30...0x39).contains(c)
      let isExponentSign =
        (c == 0x2D || c == 0x2B) && offset > start && (bytes[offset - 1] == 0x65 || bytes[offset - 1] == 0x45)
      // The dots of a range `1...2` end a number.
      if c == 0x2E, offset + 1 < bytes.count, bytes[offset + 1] == 0x2E { break }
      guard isDigit || c == 0x2E || ((c == 0x65 || c == 0x45) && offset > start) || isExponentSign else { break }
      offset += 1
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// Reads a double-quoted string with `\"`, `\\` and `\n` escapes.
  package mutating func quoted() throws(TextError) -> String {
    skipSpace()
    let start = offset
    guard offset < bytes.count, bytes[offset] == 0x22 else { throw TextError("expected a quoted text", at: offset) }
    offset += 1
    var out: [UInt8] = []
    while offset < bytes.count, bytes[offset] != 0x22 {
      if bytes[offset] == 0x5C, offset + 1 < bytes.count {
        offset += 1
        out.append(bytes[offset] == 0x6E ? 0x0A : bytes[offset])
      } else {
        out.append(bytes[offset])
      }
      offset += 1
    }
    guard offset < bytes.count, let text = String(validating: out, as: UTF8.self) else {
      throw TextError("unterminated text", at: start)
    }
    offset += 1
    return text
  }

  /// The text up to (not including) the first unnested `end` byte; parentheses and brackets nest.
  package mutating func balanced(until end: UInt8) throws(TextError) -> String {
    skipSpace()
    let start = offset
    var depth = 0
    while offset < bytes.count {
      let c = bytes[offset]
      if depth == 0, c == end { break }
      if c == 0x28 || c == 0x5B { depth += 1 }
      if c == 0x29 || c == 0x5D { depth -= 1 }
      if depth < 0 { break }
      offset += 1
    }
    guard let text = String(validating: bytes[start..<offset], as: UTF8.self) else {
      throw TextError("not UTF-8", at: start)
    }
    return text
  }

  /// Moves back or forth to a byte offset seen before.
  package mutating func seek(to offset: Int) { self.offset = offset }

  static func isIdentifierByte(_ c: UInt8) -> Bool {
    (0x61...0x7A).contains(c) || (0x41...0x5A).contains(c) || (0x30...0x39).contains(c) || c == 0x5F
  }
}
