extension SpectralFunction: CustomStringConvertible {
  /// The primitives in the order of application, `max(1e-05) |> log`; `identity` when there are none.
  package var description: String {
    isIdentity ? "identity" : primitives.map(\.description).joined(separator: " |> ")
  }

  /// Reads the text form.
  /// - Throws: `ScalarSyntaxError` with the offset of the first character that does not fit.
  package static func parse(_ text: String) throws(ScalarSyntaxError) -> SpectralFunction {
    var scanner = ScalarScanner(text)
    var primitives: [Primitive] = []
    repeat {
      if let primitive = try Primitive(&scanner) { primitives.append(primitive) }
    } while scanner.accept("|>")
    try scanner.expectEnd()
    return SpectralFunction(primitives)
  }
}

extension SpectralFunction.Primitive: CustomStringConvertible {
  /// The text form, such as `pow(0.5)`.
  package var description: String {
    switch self {
    case .max(let bound): "max(\(bound))"
    case .log: "log"
    case .exp: "exp"
    case .pow(let exponent): "pow(\(exponent))"
    case .abs: "abs"
    case .affine(let scale, let shift): "affine(\(scale), \(shift))"
    }
  }

  /// Reads one primitive; nil for `identity`.
  fileprivate init?(_ scanner: inout ScalarScanner) throws(ScalarSyntaxError) {
    let start = scanner.offset
    guard let name = scanner.acceptName() else { throw scanner.error("expected the name of a spectral function") }
    var numbers: [Double] = []
    if scanner.accept("(") {
      repeat {
        let isNegative = scanner.accept("-")
        guard let number = try scanner.acceptNumber() else { throw scanner.error("expected a number") }
        numbers.append(isNegative ? -number : number)
      } while scanner.accept(",")
      try scanner.expect(")")
    }
    switch (name, numbers.count) {
    case ("identity", 0): return nil
    case ("max", 1): self = .max(numbers[0])
    case ("log", 0): self = .log
    case ("exp", 0): self = .exp
    case ("pow", 1): self = .pow(numbers[0])
    case ("abs", 0): self = .abs
    case ("affine", 2): self = .affine(scale: numbers[0], shift: numbers[1])
    default:
      let isKnown = ["identity", "max", "log", "exp", "pow", "abs", "affine"].contains(name)
      throw ScalarSyntaxError(
        offset: start,
        message: isKnown
          ? "'\(name)' does not take \(numbers.count) numbers" : "there is no spectral function '\(name)'")
    }
  }
}
