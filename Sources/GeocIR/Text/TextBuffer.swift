/// A text that is written piece by piece. It is bytes until it is read, since appending to a `String` takes three times as
/// many instructions, and a module is a hundred thousand pieces and more.
package struct TextBuffer: Sendable {
  private var bytes: [UInt8] = []

  /// An empty text with room for `capacity` bytes.
  package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// What was written.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Appends a text.
  package static func += (buffer: inout TextBuffer, text: String) {
    if text.utf8.withContiguousStorageIfAvailable({ buffer.bytes.append(contentsOf: $0) }) == nil {
      buffer.bytes.append(contentsOf: text.utf8)
    }
  }

  /// Appends the decimal digits of a number.
  package static func += (buffer: inout TextBuffer, number: Int) {
    if number < 0 {
      buffer += String(number)
    } else {
      buffer.appendDigits(number)
    }
  }

  private mutating func appendDigits(_ number: Int) {
    if number >= 10 { appendDigits(number / 10) }
    bytes.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
  }
}
