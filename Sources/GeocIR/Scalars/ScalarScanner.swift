/// A text of the scalar languages that does not parse.
package struct ScalarSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Offset in UTF-8 bytes of the first character that does not fit.
  package let offset: Int
  /// What was expected there.
  package let message: String

  /// The message with its offset.
  package var description: String { "\(message) (at offset \(offset))" }
}

/// The tokens that the two scalar languages share.
struct ScalarScanner {
  private let bytes: [UInt8]
  private var position = 0
  /// How many terms were read: for parsers that bound it.
  var terms = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// Where the next token starts.
  var offset: Int {
    mutating get {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
      return position
    }
  }

  mutating func error(_ message: String) -> ScalarSyntaxError { ScalarSyntaxError(offset: offset, message: message) }

  mutating func accept(_ token: String) -> Bool {
    let start = offset
    guard bytes[start...].starts(with: token.utf8) else { return false }
    position = start + token.utf8.count
    return true
  }

  mutating func expect(_ token: String) throws(ScalarSyntaxError) {
    guard accept(token) else { throw error("expected '\(token)'") }
  }

  mutating func expectEnd() throws(ScalarSyntaxError) {
    guard offset == bytes.count else { throw error("expected the end of the text") }
  }

  /// A name: a letter, then letters, digits and underscores.
  mutating func acceptName() -> String? {
    let start = offset
    var end = start
    while end < bytes.count, isLetter(bytes[end]) || (end > start && isDigit(bytes[end])) { end += 1 }
    guard end > start else { return nil }
    position = end
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// An unsigned number, or `inf`.
  mutating func acceptNumber() throws(ScalarSyntaxError) -> Double? {
    let start = offset
    var end = start
    if bytes[start...].starts(with: "inf".utf8), start + 3 == bytes.count || !isNamePart(bytes[start + 3]) {
      position = start + 3
      return .infinity
    }
    guard start < bytes.count, isDigit(bytes[start]) || bytes[start] == UInt8(ascii: ".") else { return nil }
    while end < bytes.count {
      let isExponentSign = end > start && (bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+"))
      if isExponentSign {
        guard bytes[end - 1] | 0x20 == UInt8(ascii: "e") else { break }
      } else if !isNamePart(bytes[end]), bytes[end] != UInt8(ascii: ".") {
        break
      }
      end += 1
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard !text.lowercased().contains("x"), let value = Double(text), value.isFinite else {
      throw error("'\(text)' is not a number")
    }
    position = end
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
  private func isNamePart(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
}
