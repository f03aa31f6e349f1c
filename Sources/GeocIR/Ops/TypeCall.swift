/// Why an op refuses its inputs.
package struct TypeProblem: Error, Hashable, Sendable {
  /// Kinds of problems; each has a diagnostic code of its own.
  package enum Kind: Hashable, Sendable {
    /// An input is in another space or shape.
    case mismatch
    /// Too many or too few inputs.
    case inputCount
    /// Two inputs do not fit together.
    case disagreement
    /// Two inputs lie on balls of different curvatures.
    case curvature
    /// A tangent vector stands at another point than the one it is used at.
    case basePoint
    /// A relation between sizes does not hold.
    case relation
    /// A parameter has a value that this input does not admit.
    case parameter
  }

  /// What kind of problem.
  package var kind: Kind
  /// The sentence, lower case: `bimap expects SPD(n), found Sym(6)`.
  package var message: String
  /// The input it is about.
  package var operand: Int?
  /// Where the tangent vector `operand` should stand; nil where that is the origin.
  package var base: BasePoint?
  /// The pattern it should have had.
  package var expected: TypePattern?
  /// The parameter it is about.
  package var parameter: String?
  /// What to change, where the op knows.
  package var help: String?

  /// A problem by its parts.
  package init(
    _ kind: Kind, _ message: String, operand: Int? = nil, expected: TypePattern? = nil, parameter: String? = nil,
    help: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.operand = operand
    self.expected = expected
    self.parameter = parameter
    self.help = help
  }
}

/// A question to a type rule: op, parameters, types of the data inputs.
package struct TypeCall: Sendable {
  /// Name of the op.
  package let op: String
  /// Parameters, complete with defaults.
  package let attributes: Attributes
  /// Types of the data inputs (no weights, no states).
  package let inputs: [GeoType]
  /// The data inputs themselves, as base points of tangent vectors; empty where only types are asked about.
  package let values: [BasePoint]
  /// Declared spaces.
  package let spaces: SpaceTable

  /// A question by its parts.
  package init(
    op: String, attributes: Attributes, inputs: [GeoType], values: [BasePoint] = [], spaces: SpaceTable
  ) {
    self.op = op
    self.attributes = attributes
    self.inputs = inputs
    self.values = values
    self.spaces = spaces
  }

  /// Tangent vectors of `space` at input `k`.
  package func tangent(_ space: Space, at k: Int, _ name: String) -> Space {
    Space("Tangent", [], ["": .type(GeoType(space)), "at": k < values.count ? .at(values[k]) : .name(name)])
  }

  /// Checks that input `k`, if it is a tangent vector, stands at input `base`, or at the origin where that is nil.
  /// Throws `TypeProblem`.
  package func checkBase(_ k: Int, at base: Int?) throws {
    guard k < inputs.count, inputs[k].isTangent, base == nil || !values.isEmpty else { return }
    guard inputs[k].space["at"] != base.map({ .at(values[$0]) }) else { return }
    let wanted = base.map { "'\(values[$0].label)'" } ?? "the origin"
    var problem = TypeProblem(
      .basePoint, "\(op) takes a tangent vector at \(wanted), found \(inputs[k].shown)", operand: k)
    problem.base = base.map { values[$0] }
    throw problem
  }

  /// Storage shape of input `k`.
  package func shape(_ k: Int) -> [Int] { spaces.shape(inputs[k]) }

  /// Whether any input is batched.
  package var isBatched: Bool { inputs.contains(where: \.isBatched) }

  /// What a signature gives for a call.
  package struct Inferred: Sendable {
    /// Result types, new states last.
    package var results: [GeoType]
    /// Weights and states that exist, with their types.
    package var weights: [TypedOperand]
    /// Sizes and arguments found.
    package var bindings: TypePattern.Bindings
    /// Axes that the op is mapped over.
    package var mapped: [Int]
  }

  /// Applies a signature. Throws `TypeProblem`.
  package func inferred(_ signature: Signature) throws -> Inferred {
    var bindings = TypePattern.Bindings()
    for parameter in signature.parameters {
      switch (parameter.kind, attributes[parameter.name]) {
      case (.int, .int(let x)?): bindings.sizes[parameter.name] = x
      case (.real, .some(let value)):
        if case .real(let x) = value { bindings.arguments[parameter.name] = .real(x) }
        if case .int(let x) = value { bindings.arguments[parameter.name] = .real(Double(x)) }
      default: break
      }
    }
    let wanted = signature.inputs
    for (operand, value) in zip(wanted, values) where !operand.isVariadic {
      bindings.arguments[TypePattern.variable("at", operand.name)] = .at(value)
    }
    let variadic = wanted.last?.isVariadic == true
    let least = wanted.firstIndex(where: \.isOptional) ?? wanted.count
    guard (least...wanted.count).contains(inputs.count) || (variadic && inputs.count >= least) else {
      let range = least < wanted.count ? "\(least) to \(wanted.count)" : "\(wanted.count)"
      let count = range == "1" ? "1 input" : "\(range) inputs"
      throw TypeProblem(
        .inputCount, "\(op) takes \(variadic ? "at least " : "")\(count), found \(inputs.count)",
        help: wanted.count > 1 ? "name them: 'from: [\(wanted.map(\.name).joined(separator: ", "))]'" : nil)
    }
    var mapped: [Int] = []
    for (k, type) in inputs.enumerated() {
      let operand = wanted[min(k, wanted.count - 1)]
      guard let own = match(operand.pattern, type, &bindings) else {
        var fresh = bindings
        fresh.wholeField = nil
        if match(operand.pattern, type, &fresh) != nil {
          throw TypeProblem(
            .disagreement,
            "\(op) takes inputs of one shape, found \(inputs[0].shown) and \(type.shown)",
            operand: k)
        }
        if let bound = bindings.space, bound.inner != nil, bound.inner == type.space.inner, type.isTangent {
          var problem = TypeProblem(
            .basePoint, "\(op) takes tangent vectors at one point, found \(GeoType(bound).shown) and \(type.shown)",
            operand: k)
          problem.base = GeoType(bound).base
          throw problem
        }
        throw TypeProblem(
          .mismatch, "\(op) expects \(described(operand.pattern, bindings)), found \(type.shown)", operand: k,
          expected: operand.pattern)
      }
      if own.isEmpty { continue }
      if mapped.isEmpty {
        mapped = own
      } else if mapped != own {
        throw TypeProblem(
          .disagreement,
          "\(op) takes inputs with the same leading axes, found \(inputs[0].shown) and \(type.shown)",
          operand: k)
      }
    }
    for (k, operand) in wanted.enumerated() {
      guard let base = operand.base else { continue }
      try checkBase(k, at: wanted.firstIndex { $0.name == base })
    }
    for relation in signature.relations {
      guard let left = relation.left.value(bindings.sizes), let right = relation.right.value(bindings.sizes) else {
        continue
      }
      let holds =
        switch relation.comparison {
        case "<=": left <= right
        case "<": left < right
        case ">=": left >= right
        case ">": left > right
        default: left == right
        }
      if !holds {
        throw TypeProblem(
          .relation,
          "\(op) needs \(relation.left) \(relation.comparison) \(relation.right), found \(left) and \(right)",
          operand: inputs.isEmpty ? nil : 0)
      }
    }
    func resolve(_ pattern: TypePattern, mapped: [Int], isBatched: Bool, _ what: String) throws -> GeoType {
      guard let type = pattern.resolve(bindings, mapped: mapped, isBatched: isBatched) else {
        throw TypeProblem(
          .relation, "\(op) cannot give \(what) the type \(pattern) here", operand: inputs.isEmpty ? nil : 0)
      }
      return type
    }
    var weights: [TypedOperand] = []
    for operand in signature.operands where operand.role != .input && Signature.exists(operand, attributes) {
      var initial = operand.initial
      if let open = initial.firstIndex(of: "("),
        let size = bindings.sizes[String(initial[initial.index(after: open)...].dropLast())]
      {
        initial = "\(initial[..<open])(\(size))"
      }
      weights.append(
        TypedOperand(
          name: operand.name, role: operand.role, initial: initial,
          type: try resolve(operand.pattern, mapped: [], isBatched: false, "'\(operand.name)'")))
    }
    var results = try signature.results.map {
      try resolve($0.pattern, mapped: $0.pattern.takesWholeField ? [] : mapped, isBatched: isBatched, "its result")
    }
    results += weights.filter { $0.role == .state }.map(\.type)
    return Inferred(results: results, weights: weights, bindings: bindings, mapped: mapped)
  }

  private func match(_ pattern: TypePattern, _ type: GeoType, _ bindings: inout TypePattern.Bindings) -> [Int]? {
    var candidate: GeoType? = type
    while let current = candidate {
      if let mapped = pattern.match(current, &bindings) { return mapped }
      candidate = spaces.superset(current)
    }
    return nil
  }

  /// The pattern with the sizes known so far put in.
  private func described(_ pattern: TypePattern, _ bindings: TypePattern.Bindings) -> String {
    var copy = pattern
    func substitute(_ e: SizeExpression) -> SizeExpression {
      e.value(bindings.sizes).map(SizeExpression.constant) ?? e
    }
    copy.sizes = copy.sizes.map(substitute)
    copy.field = copy.field.map(substitute)
    for (name, argument) in copy.arguments {
      if case .name(let variable) = argument, let bound = bindings.arguments[variable] { copy.arguments[name] = bound }
    }
    copy.seesBatch = false
    // Leading axes of points need no mention; those of an array are all there is to say about it.
    if !copy.isArray { copy.takesWholeField = false }
    return copy.description
  }
}

/// A weight or state of a node.
package struct TypedOperand: Hashable, Sendable {
  /// Suffix of its tensor name.
  package var name: String
  /// Weight or state.
  package var role: Signature.Role
  /// Its initialiser, arguments resolved: `uniform_fan_in(64)`.
  package var initial: String
  /// Its type.
  package var type: GeoType

  /// An operand by its parts.
  package init(name: String, role: Signature.Role, initial: String, type: GeoType) {
    self.name = name
    self.role = role
    self.initial = initial
    self.type = type
  }
}
