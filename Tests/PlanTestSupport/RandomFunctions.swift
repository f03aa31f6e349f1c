import GeocIR

/// Numbers that look random and are the same in every run.
package struct TestNumbers: RandomNumberGenerator {
  private var state: UInt64
  /// Starts from `seed`.
  package init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  /// The next number.
  package mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

/// Functions of test ops with any mixture of batched and unbatched values, aliases, sums, constants and shared uses.
///
/// All numbers stay small integers, so that every order of summation gives the same result.
package enum RandomFunctions {
  /// Element counts of the values.
  package static let counts = [3, 5]

  /// A function of about `size` nodes.
  package static func make(seed: UInt64, size: Int) throws -> Function {
    var r = TestNumbers(seed)
    var b = Builder.test("random")
    var values: [Int: [Value]] = [:]
    for count in counts {
      values[count] = [
        b.parameter("x\(count)", .real([count], isBatched: true), .input),
        b.parameter("w\(count)", .real([count]), .param),
        b.parameter("unused\(count)", .real([count], isBatched: true), .input),
      ].dropLast()
    }
    for k in 0..<size {
      let count = counts[Int.random(in: 0..<counts.count, using: &r)]
      guard let known = values[count] else { continue }
      func pick() -> Value {
        let recent = known.suffix(Int.random(in: 1...6, using: &r))
        return recent.randomElement(using: &r) ?? known[0]
      }
      let made: [Value]
      switch Int.random(in: 0..<10, using: &r) {
      case 0: made = [try b.constant([count], Double(k % 3))]
      case 1:
        let x = pick()
        // A sum of sums would leave the exact range.
        guard b.type(x).isBatched, k % 4 == 0 else { continue }
        made = [try b.axpy(try b.constant([count], 1), 0.0078125, try b.total(x))]
      case 2: made = try b.node("t_split", [pick()])
      case 3: made = [try b.one("t_view", [pick()])]
      case 4 where k % 7 == 0: made = [try b.one("t_noise", [], ["shape": .ints([count])])]
      case 5 where k % 5 == 0:
        let x = pick()
        guard b.type(x).isBatched else { continue }
        made = [try b.turn(x)]
      default: made = [try b.axpy(pick(), [1, -1, 0.5][k % 3], pick())]
      }
      values[count, default: []] += made
    }
    var k = 0
    for count in counts {
      guard let known = values[count] else { continue }
      for _ in 0..<3 {
        b.result("r\(k)", known.suffix(8).randomElement(using: &r) ?? known[0])
        k += 1
      }
    }
    if seed % 5 == 0, let x = values[3]?.first { b.result("input", x) }
    if seed % 7 == 0, let w = values[3]?[1] { b.result("weight", w) }
    return b.function
  }
}
