import GeocDiagnostics
import GeocIR
import GeocYAML

/// Reads `train.optimizer` with its groups and clipping.
struct OptimizerReader {
  let spec: Spec
  let registry: OpRegistry
  /// The weights of the model; empty when it could not be elaborated.
  let weights: [(name: String, type: GeoType)]
  var problems: Problems

  /// The optimizer; nil when it could not be read, which has been reported.
  mutating func optimizer(
    _ node: YAMLNode, groups: Problems.Field?, clip: Problems.Field?
  ) -> OptimizerDescription? {
    guard let (name, arguments) = call(node) else { return nil }
    guard let rule = known(name) else { return nil }
    let reader = ParameterReader(types: TypeReader(dims: spec.sizes, spaces: registry.spaces))
    let attributes = reader.attributes(arguments, of: name, rule.signature, &problems)
    // The metric of a search is one of all weights together.
    if !(rule is any SearchRule.Type) { checkGeometry(arguments, of: weights) }
    var result = OptimizerDescription(name: name.value, attributes: attributes ?? Attributes())
    if let clip, let number = problems.number(clip.value, "'clip'") {
      if number.value > 0 {
        result.clip = number.value
      } else {
        problems.report(
          .spec.parameterOutOfRange, "'clip' must be greater than 0, found \(NumberText.text(number.value))",
          at: number.span)
      }
    }
    if let groups {
      if groups.value.entries != nil {
        for (key, value) in problems.entries(groups.value, "'groups'") {
          guard let pattern = problems.text(key, "a pattern of parameter names") else { continue }
          let arguments = problems.entries(value, "a group").compactMap { key, value in
            problems.text(key, "a key").map { ArgumentEntry(name: $0, value: value) }
          }
          result.groups += group([pattern], arguments, Located(name.value, key.span), rule.signature, reader)
        }
      } else {
        for item in problems.items(groups.value, "'groups'") ?? [] {
          result.groups += group(item, name.value, rule.signature, reader)
        }
      }
    }
    return attributes == nil ? nil : result
  }

  private mutating func call(_ node: YAMLNode) -> (Located<String>, [ArgumentEntry])? {
    if node.isScalar { return problems.text(node, "'optimizer'").map { ($0, []) } }
    guard let entries = node.entries, let first = entries.first, entries.count == 1 else {
      problems.report(
        .spec.wrongKind, "'optimizer' is one name with its parameters", at: node.span,
        help: "write 'adam: { lr: 0.001 }'")
      return nil
    }
    guard let name = problems.text(first.key, "an optimizer") else { return nil }
    var arguments: [ArgumentEntry] = []
    if !first.value.isNull {
      for (key, value) in problems.entries(first.value, "the parameters of '\(name.value)'") {
        guard let parameter = problems.text(key, "a parameter") else { continue }
        arguments.append(ArgumentEntry(name: parameter, value: value))
      }
    }
    return (name, arguments)
  }

  /// A group; one by space becomes one for each weight on that space.
  private mutating func group(
    _ node: YAMLNode, _ owner: String, _ signature: Signature, _ reader: ParameterReader
  ) -> [OptimizerDescription.Group] {
    var patterns: [Located<String>]?
    var arguments: [ArgumentEntry] = []
    for (key, value) in problems.entries(node, "a group") {
      guard let name = problems.text(key, "a key") else { continue }
      switch name.value {
      case "match":
        patterns = problems.names(value, "'match'")
      case "space":
        let known = registry.spaces.all.map { $0.name }
        guard let space = problems.choice(value, "'space'", known) else { return [] }
        patterns = weights.filter { $0.type.space.name == space.value }.map { Located($0.name, space.span) }
        if patterns?.isEmpty == true, !weights.isEmpty {
          problems.report(.spec.badGroup, "no parameter lies on \(space.value)", at: space.span)
          return []
        }
      default:
        arguments.append(ArgumentEntry(name: name, value: value))
      }
    }
    guard let patterns else {
      problems.report(
        .spec.missingKey, "a group needs 'match' or 'space'", at: node.span,
        help: "write '{ match: \"bimap_*.weight\", lr: 0.001 }'")
      return []
    }
    return group(patterns, arguments, Located(owner, node.span), signature, reader)
  }

  /// The groups of some patterns with the same settings, or with an optimizer of their own.
  private mutating func group(
    _ patterns: [Located<String>], _ arguments: [ArgumentEntry], _ place: Located<String>, _ signature: Signature,
    _ reader: ParameterReader
  ) -> [OptimizerDescription.Group] {
    var rule: String?
    var overrides: Attributes?
    var schedule: TrainingDescription.Schedule?
    if let own = arguments.first(where: { $0.name.value == "schedule" }) {
      var reader = ScheduleReader(problems: problems)
      schedule = reader.schedule(own.value)
      problems = reader.problems
    }
    let arguments = arguments.filter { $0.name.value != "schedule" }
    var settings = arguments
    if let own = arguments.first(where: { $0.name.value == "optimizer" }) {
      if let other = arguments.first(where: { $0.name.value != "optimizer" }) {
        problems.report(
          .spec.badGroup, "a group with an optimizer has its settings there", at: other.name.span,
          labels: [(own.name.span, "the optimizer of the group")])
        return []
      }
      guard let (name, given) = call(own.value), let declaration = known(name) else { return [] }
      overrides = reader.attributes(given, of: name, declaration.signature, &problems)
      (rule, settings) = (name.value, given)
    } else {
      overrides = reader.overrides(arguments, of: place, signature, &problems)
    }
    guard let overrides else { return [] }
    let groups = patterns.map {
      OptimizerDescription.Group(pattern: $0.value, overrides: overrides, rule: rule, schedule: schedule)
    }
    checkGeometry(settings, of: weights.filter { weight in groups.contains { $0.matches(weight.name) } })
    for (group, pattern) in zip(groups, patterns) where !weights.isEmpty {
      if !weights.contains(where: { group.matches($0.name) }) {
        let near = suggestion(for: pattern.value, among: weights.map(\.name))
        problems.report(
          .spec.badGroup, "no parameter is named '\(pattern.value)'", at: pattern.span,
          meant: near)
      }
    }
    return groups
  }

  /// The rule of a name; nil, with a report, for an unknown one.
  private mutating func known(_ name: Located<String>) -> (any OptimizerRule.Type)? {
    if let rule = registry.optimizers[name.value] { return rule }
    let near = suggestion(for: name.value, among: registry.optimizers.keys.sorted())
    let all = registry.optimizers.keys.sorted().joined(separator: ", ")
    problems.report(
      .spec.unknownOptimizer, "there is no optimizer '\(name.value)'", at: name.span,
      meant: near, help: "there are \(all)")
    return nil
  }
}

/// Reads `train.schedule`.
struct ScheduleReader {
  var problems: Problems

  static let names = ["constant", "step", "cosine", "warmup", "cool_down"]

  /// The schedule; nil when it could not be read, which has been reported.
  mutating func schedule(_ node: YAMLNode) -> TrainingDescription.Schedule? {
    var parameters: YAMLNode?
    let name: Located<String>
    if node.isScalar {
      guard let text = problems.choice(node, "'schedule'", Self.names, code: .spec.badSchedule) else { return nil }
      name = text
    } else {
      guard let entries = node.entries, let first = entries.first, entries.count == 1 else {
        problems.report(.spec.badSchedule, "'schedule' is one name with its parameters", at: node.span)
        return nil
      }
      guard let text = problems.choice(first.key, "a schedule", Self.names, code: .spec.badSchedule) else { return nil }
      name = text
      parameters = first.value.isNull ? nil : first.value
    }
    let known =
      switch name.value {
      case "step": ["every", "gamma"]
      case "cosine": ["floor"]
      case "warmup": ["steps", "start", "then"]
      case "cool_down": ["fraction", "floor"]
      default: [String]()
      }
    var fields: [String: Problems.Field] = [:]
    if let parameters {
      guard let given = problems.fields(parameters, "'\(name.value)'", known: known) else { return nil }
      fields = given
    }
    switch name.value {
    case "step":
      guard let every = integer(fields, "every", name), let gamma = share(fields, "gamma", 0.1) else { return nil }
      return .step(every: every, gamma: gamma)
    case "cosine":
      return share(fields, "floor", 0).map { .cosine(floor: $0) }
    case "warmup":
      guard let steps = integer(fields, "steps", name), let start = share(fields, "start", 0) else { return nil }
      var then = TrainingDescription.Schedule.constant
      if let field = fields["then"] {
        guard let rest = schedule(field.value) else { return nil }
        then = rest
      }
      return .warmUp(steps: steps, start: start, then: then)
    case "cool_down":
      guard let fraction = share(fields, "fraction", 0.2), let floor = share(fields, "floor", 0) else { return nil }
      return .coolDown(fraction: fraction, floor: floor)
    default:
      return .constant
    }
  }

  private mutating func integer(_ fields: [String: Problems.Field], _ key: String, _ name: Located<String>) -> Int? {
    guard let field = fields[key] else {
      problems.report(.spec.missingParameter, "'\(name.value)' needs '\(key)'", at: name.span)
      return nil
    }
    guard let number = problems.integer(field.value, "'\(key)'") else { return nil }
    guard number.value >= 1 else {
      problems.report(.spec.parameterOutOfRange, "'\(key)' must be at least 1, found \(number.value)", at: number.span)
      return nil
    }
    return number.value
  }

  private mutating func share(_ fields: [String: Problems.Field], _ key: String, _ fallback: Double) -> Double? {
    guard let field = fields[key] else { return fallback }
    guard let number = problems.number(field.value, "'\(key)'") else { return nil }
    guard (0...1).contains(number.value) else {
      problems.report(
        .spec.parameterOutOfRange, "'\(key)' is between 0 and 1, found \(NumberText.text(number.value))",
        at: number.span)
      return nil
    }
    return number.value
  }
}
