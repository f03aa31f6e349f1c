extension ScalarExpression {
  /// A range that holds the value whenever every input is in its range and every subexpression is defined there.
  /// Inputs without a range can be any number.
  package func interval(of inputs: [Interval]) -> Interval {
    switch self {
    case .input(let i): return inputs.indices.contains(i) ? inputs[i] : .all
    case .constant(let value): return Interval(value)
    case .unary(let f, let a): return a.interval(of: inputs).image(of: f)
    case .binary(.multiply, let a, let b) where a == b: return a.interval(of: inputs).squared
    case .binary(let f, let a, let b): return f.interval(a.interval(of: inputs), b.interval(of: inputs))
    case .select(let c, let a, let b):
      let condition = c.interval(of: inputs)
      if !condition.containsZero { return a.interval(of: inputs) }
      if condition.lower == 0 && condition.upper == 0 { return b.interval(of: inputs) }
      return a.interval(of: inputs).union(b.interval(of: inputs))
    }
  }
}

extension ScalarExpression.Binary {
  fileprivate func interval(_ a: Interval, _ b: Interval) -> Interval {
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .min: return a.minimum(b)
    case .max: return a.maximum(b)
    case .dtanhc, .datanhc, .dsinhc, .dasinhc: return .all
    case .less: return Interval(a.upper < b.lower ? 1 : 0, a.lower >= b.upper ? 0 : 1)
    case .pow:
      if b.lower == b.upper { return a.power(b.lower) }
      guard a.isNonNegative else { return .all }
      // x^y is monotone in x and in y, so that the extremes are at the corners.
      let corners = [a.lower, a.upper].flatMap { x in
        [b.lower, b.upper].map { Interval(x).power($0) }
      }
      return corners.dropFirst().reduce(corners[0]) { $0.union($1) }
    }
  }
}
