import GeocDiagnostics
import GeocIR

/// Everything that is known about an op or an optimizer, ready to be printed.
struct OpPage: Encodable, Sendable {
  struct Parameter: Encodable, Sendable {
    var name: String
    var kind: String
    var choices: [String]?
    var defaultValue: String?
    var isRequired: Bool
    var range: String?
    var meaning: String
  }

  struct Tensor: Encodable, Sendable {
    var name: String
    var role: String
    var type: String
    var initial: String
    var condition: String?
  }

  var name: String
  var family: String
  var summary: String
  var signature: String
  var inputs: [String]
  var results: [String]
  var relations: [String]
  var parameters: [Parameter]
  var tensors: [Tensor]
  var formula: String
  var backward: String
  var invariances: [String]
  var source: String
  var example: String
  var isPublic: Bool

  /// Families in the order of the catalogue's page.
  static let families = [
    "dense", "spd", "ball", "sphere", "stiefel", "group", "irreps", "graph", "classifier", "loss", "core", "optimizer",
    "pass",
  ]

  /// Pages of all ops, optimizers and rewrites of models, by family.
  static func all(_ registry: OpRegistry, includesInternal: Bool) -> [OpPage] {
    let ops = registry.ordered.filter { includesInternal || $0.isPublic }.map { OpPage($0) }
    let optimizers = registry.optimizers.values.map { OpPage($0) }.sorted { $0.name < $1.name }
    func rank(_ page: OpPage) -> Int { families.firstIndex(of: page.family) ?? families.count }
    return (ops + optimizers + registry.rewrites.map { OpPage($0) }).enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }
    .map(\.element)
  }

  init(_ op: any Op.Type) { self.init(op.name, op.doc, op.signature, isPublic: op.isPublic) }

  init(_ rule: any OptimizerRule.Type) { self.init(rule.name, rule.doc, rule.signature, isPublic: true) }

  init(_ rewrite: any ModelRewrite.Type) { self.init(rewrite.name, rewrite.doc, rewrite.signature, isPublic: true) }

  private init(_ name: String, _ doc: OpDoc, _ signature: Signature, isPublic: Bool) {
    self.name = name
    self.isPublic = isPublic
    family = doc.family
    summary = doc.summary
    self.signature = signature.text.split(separator: " ").joined(separator: " ")
    inputs = signature.inputs.map { "\($0.name)\($0.isVariadic ? "..." : $0.isOptional ? "?" : ""): \($0.pattern)" }
    results = signature.results.map { $0.name.isEmpty ? $0.pattern.description : "\($0.name): \($0.pattern)" }
    relations = signature.relations.map { "\($0.left) \($0.comparison) \($0.right)" }
    parameters = signature.parameters.map { Parameter($0, meaning: doc.parameters[$0.name] ?? "") }
    tensors = (signature.weights + signature.states).map { operand in
      Tensor(
        name: operand.name, role: operand.role.rawValue, type: operand.pattern.description, initial: operand.initial,
        condition: operand.condition.map { $0.value == "true" ? $0.parameter : "\($0.parameter): \($0.value)" })
    }
    formula = doc.formula
    backward = doc.backward
    invariances = doc.invariances
    source = doc.source
    example = doc.example
  }
}

extension OpPage.Parameter {
  init(_ parameter: Signature.Parameter, meaning: String) {
    name = parameter.name
    self.meaning = meaning
    isRequired = parameter.defaultValue == nil && !parameter.isOptional
    defaultValue = parameter.defaultValue.map { value in
      if case .real(let x) = value { NumberText.text(x) } else { value.description }
    }
    switch parameter.kind {
    case .int: kind = "int"
    case .real: kind = "real"
    case .bool: kind = "bool"
    case .text: kind = "text"
    case .ints: kind = "[int]"
    case .reals: kind = "[real]"
    case .schedule: kind = "real | linear: { from, to, start, end }"
    case .type: kind = "type"
    case .choice(let names):
      kind = names.joined(separator: " | ")
      choices = names
    }
    guard parameter.lower != nil || parameter.upper != nil else { return }
    var words: [String] = []
    if let lower = parameter.lower {
      words.append("\(parameter.excludesLower ? "more than" : "at least") \(NumberText.text(lower))")
    }
    if let upper = parameter.upper {
      words.append("\(parameter.excludesUpper ? "less than" : "at most") \(NumberText.text(upper))")
    }
    range = words.joined(separator: ", ")
  }

  /// `int, at least 1, required`.
  var facts: String {
    var parts = [kind]
    if let range { parts.append(range) }
    if let defaultValue {
      parts.append("default \(defaultValue)")
    } else {
      parts.append(isRequired ? "required" : "optional")
    }
    return parts.joined(separator: ", ")
  }
}

extension OpPage {
  /// The page for a terminal.
  func text(_ decorator: Decorator = .plain) -> String {
    var text = decorator(.strong, name) + "  (\(family)\(isPublic ? "" : ", not for specs"))\n\n"
    for line in summary.wrapped(96) { text += "  \(line)\n" }
    func block(_ title: String, _ lines: [String]) {
      let lines = lines.filter { !$0.isEmpty }
      guard !lines.isEmpty else { return }
      text += "\n" + decorator(.secondary, title) + "\n"
      for line in lines { text += "  \(line)\n" }
    }
    block("signature", signature.wrapped(96))
    let width = (parameters.map(\.name.count) + tensors.map(\.name.count)).max() ?? 0
    block(
      "parameters",
      parameters.map { "\($0.name.padded(width))  \($0.facts)\($0.meaning.isEmpty ? "" : ": \($0.meaning)")" })
    block("tensors", tensors.map { "\($0.name.padded(width))  \($0.facts)" })
    block("formula", formula.wrapped(96))
    block("backward", backward.wrapped(96))
    block("invariances", invariances)
    block("source", source.wrapped(96))
    block("example", example.split(separator: "\n").map(String.init))
    return text
  }

  /// One line for each op, by family.
  static func list(_ pages: [OpPage], _ decorator: Decorator = .plain) -> String {
    let width = pages.map(\.name.count).max() ?? 0
    var text = ""
    var family = ""
    for page in pages {
      if page.family != family {
        text += (text.isEmpty ? "" : "\n") + decorator(.strong, page.family) + "\n"
        family = page.family
      }
      text += "  \(page.name.padded(width))  \(page.summary)\n"
    }
    return text
  }
}

extension OpPage.Tensor {
  /// `weight, Stiefel(n, out), starts orthogonal`.
  var facts: String {
    "\(role), \(type), starts as \(initial)" + (condition.map { ", where \($0)" } ?? "")
  }
}
