/// A 128-bit fingerprint (FNV-1a) that tells accidental changes. It is not cryptographic: who wants to can make two
/// contents with the same fingerprint, so that a matching one proves nothing about where a file comes from.
package struct Fingerprint: Sendable {
  private var state: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
  private static let prime: UInt128 = 1 << 88 + 0x13B

  /// The fingerprint of nothing.
  package init() {}

  /// The fingerprint of a text.
  package init(_ text: String) { add(text) }

  /// Appends bytes.
  package mutating func add(_ bytes: some Sequence<UInt8>) {
    state = bytes.withContiguousStorageIfAvailable { Self.continued(state, $0) } ?? Self.continued(state, bytes)
  }

  private static func continued(_ state: UInt128, _ bytes: some Sequence<UInt8>) -> UInt128 {
    bytes.reduce(state) { ($0 ^ UInt128($1)) &* prime }
  }

  /// Appends a text with its length, so that the border between two texts counts.
  package mutating func add(_ text: String) {
    add(Array("\(text.utf8.count):".utf8))
    add(text.utf8)
  }

  /// 32 hexadecimal digits.
  package var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}
