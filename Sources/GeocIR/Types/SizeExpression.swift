/// An integer expression over the sizes that a signature binds: `n*(n+1)/2`, `(h+2*p-k)/s+1`.
package indirect enum SizeExpression: Hashable, Sendable {
  case constant(Int)
  case variable(String)
  case binary(Operator, SizeExpression, SizeExpression)

  /// Division rounds down.
  package enum Operator: String, Hashable, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
  }

  /// The value, nil where a variable is unbound, a division is by zero or a result overflows.
  package func value(_ bindings: [String: Int]) -> Int? {
    switch self {
    case .constant(let x): return x
    case .variable(let name): return bindings[name]
    case .binary(let op, let a, let b):
      guard let x = a.value(bindings), let y = b.value(bindings) else { return nil }
      let (result, overflow): (Int, Bool) =
        switch op {
        case .add: x.addingReportingOverflow(y)
        case .subtract: x.subtractingReportingOverflow(y)
        case .multiply: x.multipliedReportingOverflow(by: y)
        case .divide: y == 0 ? (0, true) : ((x - ((x % y) + y) % y) / y, false)
        }
      return overflow ? nil : result
    }
  }

  /// The variables, in order of appearance.
  package var variables: [String] {
    switch self {
    case .constant: []
    case .variable(let name): [name]
    case .binary(_, let a, let b): a.variables + b.variables
    }
  }

  /// Reads `sum = product {("+"|"-") product}`, `product = factor {("*"|"/") factor}`, `factor = int | name | "(" sum ")"`.
  package static func parse(_ s: inout TextScanner) throws(TextError) -> SizeExpression {
    var left = try product(&s)
    while true {
      if s.take("+") {
        left = .binary(.add, left, try product(&s))
      } else if !s.isNext("->"), s.take("-") {
        left = .binary(.subtract, left, try product(&s))
      } else {
        return left
      }
    }
  }

  private static func product(_ s: inout TextScanner) throws(TextError) -> SizeExpression {
    var left = try factor(&s)
    while true {
      if s.take("*") {
        left = .binary(.multiply, left, try factor(&s))
      } else if s.take("/") {
        left = .binary(.divide, left, try factor(&s))
      } else {
        return left
      }
    }
  }

  private static func factor(_ s: inout TextScanner) throws(TextError) -> SizeExpression {
    if s.take("(") {
      let inner = try parse(&s)
      try s.expect(")")
      return inner
    }
    if let c = s.peek(), (0x30...0x39).contains(c) { return .constant(try s.integer()) }
    return .variable(try s.identifier("a size"))
  }
}

extension SizeExpression: CustomStringConvertible {
  /// As written in signatures.
  package var description: String {
    switch self {
    case .constant(let x): return String(x)
    case .variable(let name): return name
    case .binary(let op, let a, let b):
      func wrapped(_ e: SizeExpression, tight: Bool) -> String {
        if case .binary(let inner, _, _) = e {
          let isSum = inner == .add || inner == .subtract
          if (op == .multiply || op == .divide) && isSum || (tight && (op == .subtract || op == .divide)) {
            return "(\(e))"
          }
        }
        return e.description
      }
      return "\(wrapped(a, tight: false))\(op.rawValue)\(wrapped(b, tight: true))"
    }
  }
}
