/// Random words of one item by Philox4x32-10 (Salmon et al., 2011), a function of counters and not of a state.
///
/// The key is the seed, low word first; the counter is (pair, item, step, stream), each modulo 2³².
package struct PhiloxUniform: Sendable {
  private let key: (UInt32, UInt32)
  private let item: UInt32
  private let step: UInt32
  private let stream: UInt32

  /// The words of an item in a step.
  package init(seed: UInt64, step: UInt64, stream: Int, item: Int) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.item = UInt32(truncatingIfNeeded: item)
    self.step = UInt32(truncatingIfNeeded: step)
    self.stream = UInt32(truncatingIfNeeded: stream)
  }

  /// Four random words; elements 2·pair and 2·pair + 1 use two each.
  package func words(pair: Int) -> (UInt32, UInt32, UInt32, UInt32) {
    Self.block(counter: (UInt32(truncatingIfNeeded: pair), item, step, stream), key: key)
  }

  /// The upper 53 of 64 bits as a number in [0, 1).
  package static func double(_ high: UInt32, _ low: UInt32) -> Double {
    Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53
  }

  /// Ten rounds of Philox4x32.
  package static func block(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1, x2, x3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let p = UInt64(x0) &* 0xD251_1F53
      let q = UInt64(x2) &* 0xCD9E_8D57
      (x0, x1, x2, x3) = (
        UInt32(truncatingIfNeeded: q >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: q),
        UInt32(truncatingIfNeeded: p >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: p)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }
}
