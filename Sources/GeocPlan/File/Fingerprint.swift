/// A 128-bit fingerprint (FNV-1a) that tells accidental changes. It is not cryptographic: who wants to can make two
/// contents with the same fingerprint, so that a matching one proves nothing about where a file comes from.
package struct Fingerprint: Sendable {
  private var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D

  /// The fingerprint of nothing.
  package init() {}

  /// The fingerprint of a text.
  package init(_ text: String) { add(text) }

  /// Appends bytes.
  package mutating func add(_ bytes: some Sequence<UInt8>) {
    state = bytes.withContiguousStorageIfAvailable { Self.continued(state, $0) } ?? Self.continued(state, bytes)
  }

  /// Multiplies with the prime 2⁸⁸ + 315 for each byte, in halves of 64 bits, of which most of a product of 128 is 0.
  private static func continued(_ state: UInt128, _ bytes: some Sequence<UInt8>) -> UInt128 {
    var high = UInt64(truncatingIfNeeded: state >> 64)
    var low = UInt64(truncatingIfNeeded: state)
    for byte in bytes {
      low ^= UInt64(byte)
      let product = low.multipliedFullWidth(by: 0x13B)
      high = high &* 0x13B &+ product.high &+ low << 24
      low = product.low
    }
    return UInt128(high) << 64 | UInt128(low)
  }

  /// Appends a text with its length, so that the border between two texts counts.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(counted: $0) }
  }

  /// Appends the bytes of a text with their number.
  mutating func add(counted bytes: some Collection<UInt8>) {
    add("\(bytes.count):".utf8)
    add(bytes)
  }

  /// 32 hexadecimal digits.
  package var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}
