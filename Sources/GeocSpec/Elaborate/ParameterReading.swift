import GeocDiagnostics
import GeocIR
import GeocYAML

/// Reads the parameters of an op or optimizer as its signature declares them.
struct ParameterReader {
  /// Sizes that may stand for integers, and the spaces that types are made of.
  var types: TypeReader

  /// The parameters, complete with defaults; nil when one of them is wrong (which has been reported).
  func attributes(
    _ arguments: [ArgumentEntry], of owner: Located<String>, _ signature: Signature, _ problems: inout Problems
  ) -> Attributes? {
    guard let given = overrides(arguments, of: owner, signature, &problems) else { return nil }
    var result = given
    var isComplete = true
    for parameter in signature.parameters where result[parameter.name] == nil {
      if let value = parameter.defaultValue {
        result[parameter.name] = value
      } else if !parameter.isOptional {
        isComplete = false
        problems.report(
          .spec.missingParameter, "\(owner.value) needs the parameter '\(parameter.name)'", at: owner.span,
          help: "write '\(owner.value): { \(parameter.name): \(Self.sample(parameter)) }'")
      }
    }
    return isComplete ? result : nil
  }

  /// The given parameters only.
  func overrides(
    _ arguments: [ArgumentEntry], of owner: Located<String>, _ signature: Signature, _ problems: inout Problems
  ) -> Attributes? {
    var result = Attributes()
    var isGood = true
    for argument in arguments {
      let name = argument.name.value
      guard let parameter = signature.parameters.first(where: { $0.name == name }) else {
        reportUnknown(argument.name, owner.value, signature, &problems)
        isGood = false
        continue
      }
      if parameter.isOptional, argument.value.isNull { continue }
      if let start = Self.learned(argument.value, parameter, signature) {
        guard inRange(start, parameter, "'\(name)' of \(owner.value)", argument.value, &problems) else {
          isGood = false
          continue
        }
        result[name] = .real(start)
        result["learn_\(name)"] = .bool(true)
        continue
      }
      if let value = attribute(argument.value, parameter, owner.value, &problems) {
        result[name] = value
      } else {
        isGood = false
      }
    }
    return isGood ? result : nil
  }

  /// The start of `learn(x)`, for a number `p` of an op with the flag `learn_p`; nil for any other value.
  private static func learned(
    _ node: YAMLNode, _ parameter: Signature.Parameter, _ signature: Signature
  ) -> Double? {
    guard parameter.kind == .real, signature.parameters.contains(where: { $0.name == "learn_\(parameter.name)" }),
      let text = node.stringValue, text.hasPrefix("learn("), text.hasSuffix(")")
    else { return nil }
    return Double(text.dropFirst(6).dropLast().trimmingSpaces)
  }

  private func reportUnknown(
    _ name: Located<String>, _ owner: String, _ signature: Signature, _ problems: inout Problems
  ) {
    let known = signature.parameters.map(\.name) + signature.inputs.map(\.name)
    let help: String
    if signature.parameters.isEmpty {
      help = "\(owner) has no parameters"
    } else {
      help = "\(owner) has \(signature.parameters.map(\.name).map { "'\($0)'" }.joined(separator: ", "))"
    }
    problems.report(
      .spec.unknownParameter, "\(owner) has no parameter '\(name.value)'", at: name.span,
      meant: suggestion(for: name.value, among: known), help: help)
  }

  /// One value; nil when it was wrong.
  func attribute(
    _ node: YAMLNode, _ parameter: Signature.Parameter, _ owner: String, _ problems: inout Problems
  ) -> Attribute? {
    let what = "'\(parameter.name)' of \(owner)"
    switch parameter.kind {
    case .int:
      guard let x = integer(node, what, &problems), inRange(Double(x), parameter, what, node, &problems) else {
        return nil
      }
      return .int(x)
    case .real:
      // A bound written `inf` admits infinity itself.
      if parameter.upper == .infinity, ["inf", ".inf", "+.inf"].contains(node.text?.lowercased() ?? "") {
        return .real(.infinity)
      }
      guard let x = number(node, what, &problems), inRange(x, parameter, what, node, &problems) else { return nil }
      return .real(x)
    case .bool:
      return problems.flag(node, what).map { .bool($0.value) }
    case .text:
      return problems.text(node, what).map { .text($0.value) }
    case .choice(let names):
      return problems.choice(node, what, names).map { .name($0.value) }
    case .type:
      guard let text = problems.text(node, what) else { return nil }
      return problems.type(text, types).map { .type($0) }
    case .schedule:
      return schedule(node, parameter, what, &problems).map { .reals($0) }
    case .ints:
      var list: [Int] = []
      for item in node.items ?? [node] {
        guard let x = integer(item, what, &problems), inRange(Double(x), parameter, what, item, &problems) else {
          return nil
        }
        list.append(x)
      }
      return .ints(list)
    case .reals:
      var list: [Double] = []
      for item in node.items ?? [node] {
        guard let x = number(item, what, &problems), inRange(x, parameter, what, item, &problems) else { return nil }
        list.append(x)
      }
      return .reals(list)
    }
  }

  /// A number, or `linear: { from, to, start, end }`.
  private func schedule(
    _ node: YAMLNode, _ parameter: Signature.Parameter, _ what: String, _ problems: inout Problems
  ) -> [Double]? {
    guard node.entries != nil else {
      guard let x = number(node, what, &problems), inRange(x, parameter, what, node, &problems) else { return nil }
      return [x]
    }
    guard let form = problems.fields(node, what, known: ["linear"]) else { return nil }
    guard let linear = form["linear"] else {
      problems.report(
        .spec.badSchedule, "\(what) is a number or a schedule over epochs", at: node,
        help: "write 'linear: { from: 0, to: 1, start: 0, end: 100 }'")
      return nil
    }
    let keys = ["from", "to", "start", "end"]
    guard let fields = problems.fields(linear.value, "'linear'", known: keys) else { return nil }
    var numbers: [Double] = []
    for (k, key) in keys.enumerated() {
      guard let field = fields[key] else {
        problems.report(.spec.missingParameter, "'linear' needs '\(key)'", at: linear.key.span)
        return nil
      }
      let text = "'\(key)' of \(what)"
      let x = k < 2 ? number(field.value, text, &problems) : integer(field.value, text, &problems).map(Double.init)
      guard let x, k > 1 || inRange(x, parameter, text, field.value, &problems) else { return nil }
      numbers.append(x)
    }
    guard numbers[2] >= 0, numbers[2] < numbers[3] else {
      problems.report(
        .spec.badSchedule, "'start' must be at least 0 and less than 'end' in \(what)", at: linear.value,
        help: "'from' holds up to epoch 'start', 'to' from epoch 'end' on; epochs count from 1")
      return nil
    }
    return numbers
  }

  private func integer(_ node: YAMLNode, _ what: String, _ problems: inout Problems) -> Int? {
    if node.integerValue == nil, let name = node.text, let size = types.dims[name] { return size }
    return problems.integer(node, what, names: Array(types.dims.keys))?.value
  }

  private func number(_ node: YAMLNode, _ what: String, _ problems: inout Problems) -> Double? {
    if node.numberValue == nil, let name = node.text, let size = types.dims[name] { return Double(size) }
    return problems.number(node, what, names: Array(types.dims.keys))?.value
  }

  private func inRange(
    _ x: Double, _ parameter: Signature.Parameter, _ what: String, _ node: YAMLNode, _ problems: inout Problems
  ) -> Bool {
    let isAbove = parameter.lower.map { parameter.excludesLower ? x > $0 : x >= $0 } ?? true
    let isBelow = parameter.upper.map { parameter.excludesUpper ? x < $0 : x <= $0 } ?? true
    if isAbove, isBelow { return true }
    problems.report(
      .spec.parameterOutOfRange, "\(what) must be \(Self.range(parameter)), found \(NumberText.text(x))", at: node,
      label: "out of range")
    return false
  }

  /// The admitted range in words.
  static func range(_ parameter: Signature.Parameter) -> String {
    let lower = parameter.lower.map { (parameter.excludesLower ? "greater than " : "at least ") + NumberText.text($0) }
    let upper = parameter.upper.map { (parameter.excludesUpper ? "less than " : "at most ") + NumberText.text($0) }
    return [lower, upper].compactMap { $0 }.joined(separator: " and ")
  }

  /// A value to show in an example.
  private static func sample(_ parameter: Signature.Parameter) -> String {
    switch parameter.kind {
    case .int: NumberText.text(max(parameter.lower ?? 4, 4))
    case .real: NumberText.text(parameter.lower ?? 0.1)
    case .bool: "true"
    case .text: "..."
    case .ints: "[2, 2]"
    case .reals: "[0.5]"
    case .schedule: NumberText.text(max(parameter.lower ?? 0.1, 0.1))
    case .type: "R[4]"
    case .choice(let names): names.first ?? "name"
    }
  }
}
