/// What an op takes, learns, remembers and returns. Written as one text literal that is parsed once:
///
///     (x: SPD(n); weight weight: Stiefel(n, out) = orthogonal) {out: int in 1...} -> SPD(out) where out <= n
///
/// Inputs come first, then weights and states after `;`; parameters stand in braces with defaults and ranges;
/// `xs...: R[*]` takes one or more inputs, `y?: R[n]` one that may be left out, as may those behind it. `hyper epoch: R`
/// is a number of the training loop, of which a model has one whatever the number of its nodes that read it. `v: Sym(n) at x`
/// wants a tangent vector, if it is one, that stands at the input x; `at origin`, one that stands at the origin.
package final class Signature: Sendable {
  /// One input, weight or state.
  package struct Operand: Hashable, Sendable {
    /// Its name: the tensor suffix in checkpoints for weights and states.
    package var name: String
    /// Its type.
    package var pattern: TypePattern
    /// What it is.
    package var role: Role
    /// How it starts (weights and states): name of an initialiser with its argument.
    package var initial: String
    /// Boolean or choice parameter that must hold for the operand to exist: `bias`, `metric == learn`.
    package var condition: Condition?
    /// Whether it stands for one or more inputs.
    package var isVariadic: Bool
    /// Whether the input may be left out.
    package var isOptional: Bool
    /// Where it must stand if it is a tangent vector: the name of an input, or `origin`.
    package var base: String?
  }

  /// Roles of operands.
  package enum Role: String, Hashable, Sendable { case input, weight, state, hyper }

  /// `name` or `name == value`.
  package struct Condition: Hashable, Sendable {
    /// The parameter.
    package var parameter: String
    /// Its value; `true` for a bare name.
    package var value: String
  }

  /// One parameter of an op.
  package struct Parameter: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// The values it takes.
    package var kind: Kind
    /// Its value when it is left out; nil means that it must be given.
    package var defaultValue: Attribute?
    /// Whether leaving it out means "none".
    package var isOptional: Bool
    /// Smallest and largest value, for numbers.
    package var lower: Double?
    /// Largest value.
    package var upper: Double?
    /// Whether the lower bound itself is excluded.
    package var excludesLower: Bool
    /// Whether the upper bound itself is excluded.
    package var excludesUpper: Bool
  }

  /// Kinds of parameters.
  package enum Kind: Hashable, Sendable {
    case int, real, bool, text, ints, reals, type
    /// A number, or one that changes from epoch to epoch; the attribute is `[x]` or `[from, to, start, end]`.
    case schedule
    /// One of the names.
    case choice([String])
  }

  /// A result.
  package struct Result: Hashable, Sendable {
    /// Its name, empty for the only one.
    package var name: String
    /// Its type.
    package var pattern: TypePattern
  }

  /// A relation between sizes that must hold.
  package struct Relation: Hashable, Sendable {
    /// Left side.
    package var left: SizeExpression
    /// `<=`, `<`, `==`, `>`, `>=`.
    package var comparison: String
    /// Right side.
    package var right: SizeExpression
  }

  /// The literal it was read from.
  package let text: String
  /// Inputs, weights, states, in this order.
  package let operands: [Operand]
  /// Parameters.
  package let parameters: [Parameter]
  /// Results; new states follow them.
  package let results: [Result]
  /// Relations.
  package let relations: [Relation]
  /// A mistake in the literal: reported by the registry test, never by users.
  package let mistake: TextError?
  /// Inputs only.
  package let inputs: [Operand]
  /// Operands that are no inputs.
  package let stored: [Operand]

  /// Reads a literal; a mistake is kept in `mistake`.
  package init(_ text: String) {
    self.text = text
    var reader = SignatureReader()
    do throws(TextError) {
      var s = TextScanner(text)
      try reader.read(&s)
      mistake = nil
    } catch {
      mistake = error
    }
    operands = reader.operands
    parameters = reader.parameters
    results = reader.results
    relations = reader.relations
    inputs = operands.filter { $0.role == .input }
    stored = operands.filter { $0.role != .input }
  }

  /// Reads a literal.
  package convenience init(stringLiteral text: String) { self.init(text) }

  /// Weights only.
  package var weights: [Operand] { operands.filter { $0.role == .weight } }
  /// States only.
  package var states: [Operand] { operands.filter { $0.role == .state } }

  /// How many of `count` operands of a node are data inputs; negative where weights are missing.
  package func dataCount(of count: Int, _ attributes: Attributes) -> Int {
    count - stored.count { Self.exists($0, attributes) }
  }

  /// Names of the `count` operands of a node; variadic inputs repeat theirs.
  package func operandNames(_ count: Int, _ attributes: Attributes) -> [String] {
    let data = dataCount(of: count, attributes)
    let names = (0..<max(0, data)).map { inputs.isEmpty ? "" : inputs[min($0, inputs.count - 1)].name }
    return names + stored.filter { Self.exists($0, attributes) }.map(\.name)
  }

  /// Position of the first of `count` operands of a node that has a name.
  package func index(of name: String, _ count: Int, _ attributes: Attributes) -> Int? {
    let data = dataCount(of: count, attributes)
    if let k = inputs.firstIndex(where: { $0.name == name }), k < data { return k }
    var k = max(0, data)
    for operand in stored where Self.exists(operand, attributes) {
      if operand.name == name { return k }
      k += 1
    }
    return nil
  }

  /// Whether an operand exists for these attributes.
  package static func exists(_ operand: Operand, _ attributes: Attributes) -> Bool {
    guard let condition = operand.condition else { return true }
    switch attributes[condition.parameter] {
    case .bool(let flag)?: return String(flag) == condition.value
    case .name(let name)?: return name == condition.value
    default: return false
    }
  }
}

extension Signature: ExpressibleByStringLiteral {}

/// Reads the literal of a signature part by part.
private struct SignatureReader {
  typealias Operand = Signature.Operand
  typealias Parameter = Signature.Parameter
  var operands: [Operand] = []
  var parameters: [Parameter] = []
  var results: [Signature.Result] = []
  var relations: [Signature.Relation] = []

  mutating func read(_ s: inout TextScanner) throws(TextError) {
    try s.expect("(")
    var role = Signature.Role.input
    while !s.take(")") {
      if s.take(";") || s.take(",") { continue }
      for next in [Signature.Role.weight, .state, .hyper] where s.take(next.rawValue) { role = next }
      let name = try s.identifier("an operand")
      let isVariadic = s.take("...")
      let isOptional = s.take("?")
      try s.expect(":")
      let pattern = try TypePattern.parse(&s)
      let base = s.take("at") ? try s.identifier("an input, or origin") : nil
      var initial = ""
      if s.take("=") {
        initial = try s.identifier("an initialiser")
        if s.take("(") {
          initial += "(" + (try s.balanced(until: 0x29)) + ")"
          try s.expect(")")
        }
      }
      var condition: Signature.Condition?
      if s.take("if") {
        let parameter = try s.identifier("a parameter")
        condition = Signature.Condition(
          parameter: parameter, value: s.take("==") ? try s.identifier("a value") : "true")
      }
      operands.append(
        Operand(
          name: name, pattern: pattern, role: role, initial: initial, condition: condition, isVariadic: isVariadic,
          isOptional: isOptional, base: base))
    }
    if s.take("{") {
      while !s.take("}") {
        if s.take(",") { continue }
        parameters.append(try parameter(&s))
      }
    }
    try s.expect("->")
    if s.take("(") {
      while !s.take(")") {
        if s.take(",") { continue }
        let name = try s.identifier("a result")
        try s.expect(":")
        results.append(Signature.Result(name: name, pattern: try TypePattern.parse(&s)))
      }
    } else if !s.isAtEnd() {
      results.append(Signature.Result(name: "", pattern: try TypePattern.parse(&s)))
    }
    if s.take("where") {
      repeat {
        let left = try SizeExpression.parse(&s)
        guard let comparison = ["<=", ">=", "==", "<", ">"].first(where: { s.take($0) }) else {
          throw TextError("expected a comparison", at: s.offset)
        }
        relations.append(Signature.Relation(left: left, comparison: comparison, right: try SizeExpression.parse(&s)))
      } while s.take(",")
    }
    guard s.isAtEnd() else { throw TextError("unexpected text", at: s.offset) }
  }

  private func parameter(_ s: inout TextScanner) throws(TextError) -> Parameter {
    let name = try s.identifier("a parameter")
    try s.expect(":")
    var result = Parameter(
      name: name, kind: .int, defaultValue: nil, isOptional: false, lower: nil, upper: nil, excludesLower: false,
      excludesUpper: false)
    if s.take("[") {
      result.kind = try s.identifier("int or real") == "int" ? .ints : .reals
      try s.expect("]")
    } else {
      let word = try s.identifier("a kind")
      switch word {
      case "int": result.kind = .int
      case "real": result.kind = .real
      case "bool": result.kind = .bool
      case "text": result.kind = .text
      case "type": result.kind = .type
      case "schedule": result.kind = .schedule
      default:
        var names = [word]
        while s.take("|") { names.append(try s.identifier("a name")) }
        result.kind = .choice(names)
      }
    }
    result.isOptional = s.take("?")
    if s.take("=") {
      switch result.kind {
      case .int: result.defaultValue = .int(try s.integer())
      case .real: result.defaultValue = .real(try s.real())
      case .bool: result.defaultValue = .bool(try s.identifier("true or false") == "true")
      case .choice: result.defaultValue = .name(try s.identifier("a name"))
      case .text, .type: result.defaultValue = .text(try s.quoted())
      case .schedule: result.defaultValue = .reals([try s.real()])
      case .ints, .reals:
        try s.expect("[")
        var numbers: [Double] = []
        while !s.take("]") {
          if s.take(",") { continue }
          numbers.append(try s.real())
        }
        result.defaultValue = result.kind == .ints ? .ints(numbers.map { Int($0) }) : .reals(numbers)
      }
    }
    if s.take("in") {
      result.excludesLower = s.take("(")
      if s.peek() != 0x2E { result.lower = try s.real() }
      try s.expect("...")
      if s.take("inf") {
        result.upper = .infinity
      } else if let c = s.peek(), (0x30...0x39).contains(c) || c == 0x2D {
        result.upper = try s.real()
      }
      result.excludesUpper = s.take(")")
    }
    return result
  }
}
