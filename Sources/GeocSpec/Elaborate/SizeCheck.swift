import GeocDiagnostics
import GeocIR

extension Elaborator {
  /// Elements that one value may have: positions are counted in 32 bits.
  private static var mostElements: Int { 1 << 31 }

  /// Reports a value that is too large to be addressed.
  mutating func checkSize(_ value: Value, at span: Span) {
    let type = builder.type(value)
    let count = registry.spaces.shape(type).reduce(1.0) { $0 * Double($1) }
    guard count > Double(Self.mostElements), !isTooLarge else { return }
    isTooLarge = true
    isBroken = true
    problems.report(
      .types.shapeTooLarge, "\(type.shown) has more than \(Self.mostElements) elements", at: span,
      help: "look for a size that is too large")
  }
}
