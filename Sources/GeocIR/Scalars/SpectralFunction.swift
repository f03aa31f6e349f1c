import GeocKernelABI

/// A function of eigenvalues: a composition of primitives, applied from left to right.
///
/// The text form is the order of application, `max(1e-05) |> log`; the empty composition is `identity`.
/// Values and divided differences follow `SpectralOpcode`.
package struct SpectralFunction: Hashable, Sendable {
  /// One primitive.
  package enum Primitive: Hashable, Sendable {
    /// `max(λ, ε)`; its derivative at `λ = ε` is 0.
    case max(Double)
    /// `ln λ`
    case log
    /// `e^λ`
    case exp
    /// `λ^θ`: square root 0.5, inverse -1, square 2.
    case pow(Double)
    /// `|λ|`; its derivative at 0 is 1.
    case abs
    /// `scale·λ + shift`
    case affine(scale: Double, shift: Double)
  }

  /// The primitives, first applied first.
  package let primitives: [Primitive]

  /// The composition of `primitives`, first applied first.
  package init(_ primitives: [Primitive]) { self.primitives = primitives }

  /// `λ ↦ λ`
  package static let identity = SpectralFunction([])

  /// Whether there is nothing to apply.
  package var isIdentity: Bool { primitives.isEmpty }

  /// This function followed by `next`.
  package func composed(with next: SpectralFunction) -> SpectralFunction {
    SpectralFunction(primitives + next.primitives)
  }

  /// `f(λ)`; NaN or infinite outside of the domain.
  package func value(_ eigenvalue: Double) -> Double {
    primitives.reduce(eigenvalue) { $1.value($0) }
  }

  /// `f'(λ)`, with the conventions of `SpectralOpcode` at kinks.
  package func derivative(_ eigenvalue: Double) -> Double { dividedDifference(eigenvalue, eigenvalue) }

  /// `f[a, b] = (f(a) - f(b)) / (a - b)`, and `f'(a)` for `a = b`, to full relative accuracy whatever the gap.
  package func dividedDifference(_ first: Double, _ second: Double) -> Double {
    var (a, b, result) = (first, second, 1.0)
    for primitive in primitives {
      result *= primitive.dividedDifference(a, b)
      a = primitive.value(a)
      b = primitive.value(b)
    }
    return result
  }

  /// Whether every eigenvalue in `interval` is in the domain.
  package func isDefined(on interval: Interval) -> Bool { firstUndefined(on: interval) == nil }

  /// The first primitive whose domain does not hold all its arguments, and the range of these arguments, when the
  /// eigenvalues are in `interval`; nil when the function is defined on all of it.
  package func firstUndefined(on interval: Interval) -> (primitive: Primitive, arguments: Interval)? {
    var range = interval
    for primitive in primitives {
      guard primitive.domain.contains(range) else { return (primitive, range) }
      range = primitive.range(of: range)
    }
    return nil
  }

  /// A range that holds `f(λ)` for every `λ` in `interval` that is in the domain; positive means that `f` of a matrix
  /// with such eigenvalues is SPD.
  package func range(of interval: Interval) -> Interval {
    primitives.reduce(interval) { $1.range(of: $0) }
  }

  /// The form that kernels read: `[count, (code, p1, p2) × count]`, see `SpectralOpcode`.
  package var encoded: [Double] {
    [Double(primitives.count)]
      + primitives.flatMap { primitive in
        let (opcode, p1, p2) = primitive.encoded
        return [Double(opcode.rawValue), p1, p2]
      }
  }

  /// Reads `encoded` back; nil when it is malformed.
  package init?(encoded: [Double]) {
    guard let first = encoded.first, let count = Int(exactly: first), (0...encoded.count).contains(count),
      encoded.count == 1 + 3 * count
    else { return nil }
    var primitives: [Primitive] = []
    for i in stride(from: 1, to: encoded.count, by: 3) {
      guard let code = Int(exactly: encoded[i]), let opcode = SpectralOpcode(rawValue: code) else { return nil }
      primitives.append(Primitive(opcode, encoded[i + 1], encoded[i + 2]))
    }
    self.primitives = primitives
  }

  /// The function as an expression in `x0`.
  package var expression: ScalarExpression {
    primitives.reduce(.input(0)) { inner, primitive in
      switch primitive {
      case .max(let bound): .binary(.max, inner, .constant(bound))
      case .log: .unary(.log, inner)
      case .exp: .unary(.exp, inner)
      case .pow(let exponent): .binary(.pow, inner, .constant(exponent))
      case .abs: .unary(.abs, inner)
      case .affine(let scale, let shift): .constant(scale) * inner + .constant(shift)
      }
    }
  }
}

extension SpectralFunction.Primitive {
  /// The code and parameters that kernels read.
  fileprivate var encoded: (SpectralOpcode, Double, Double) {
    switch self {
    case .max(let bound): (.maximum, bound, 0)
    case .log: (.log, 0, 0)
    case .exp: (.exp, 0, 0)
    case .pow(let exponent): (.power, exponent, 0)
    case .abs: (.absolute, 0, 0)
    case .affine(let scale, let shift): (.affine, scale, shift)
    }
  }

  fileprivate init(_ opcode: SpectralOpcode, _ p1: Double, _ p2: Double) {
    switch opcode {
    case .maximum: self = .max(p1)
    case .log: self = .log
    case .exp: self = .exp
    case .power: self = .pow(p1)
    case .absolute: self = .abs
    case .affine: self = .affine(scale: p1, shift: p2)
    }
  }
}
