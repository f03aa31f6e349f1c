import GeocKernelABI
import Glibc

/// A sequence of random numbers for initial values and for the order of data, by Philox4x32-10.
///
/// Two generators with the same seed and stream give the same numbers on every machine.
package struct Philox: Sendable {
  private let source: PhiloxUniform
  private var next = 0

  /// The generator of a stream.
  package init(seed: UInt64, stream: Int = 0) {
    // Item -1 does not occur in a batch, so no kernel draws the same numbers.
    source = PhiloxUniform(seed: seed, step: .max, stream: stream, item: -1)
  }

  /// The next number in [0, 1), a multiple of 2⁻⁵³.
  package mutating func uniform() -> Double {
    let words = source.words(pair: next / 2)
    defer { next += 1 }
    return next % 2 == 0 ? PhiloxUniform.double(words.0, words.1) : PhiloxUniform.double(words.2, words.3)
  }

  /// The next standard normal number: Box–Muller, of two uniform ones.
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// A whole number in `0..<bound`, each equally likely; 0 for a bound below 2.
  package mutating func index(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    // Numbers of the incomplete last round are drawn again.
    let range = 1 << 53
    let limit = range - range % bound
    while true {
      let number = Int(uniform() * 0x1p53)
      if number < limit { return number % bound }
    }
  }

  /// Puts the elements in random order (Fisher–Yates).
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }

  /// The numbers `0..<count` in random order.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }
}
