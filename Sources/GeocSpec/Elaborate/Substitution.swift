import GeocDiagnostics
import GeocYAML

extension Elaborator {
  /// `entry` with the parameters of the block put in for `$name`.
  mutating func substituted(_ entry: NodeEntry, _ scope: Scope) -> NodeEntry {
    var result = entry
    result.op = substituted(entry.op, scope)
    result.arguments = entry.arguments.map { ArgumentEntry(name: $0.name, value: substituted($0.value, scope)) }
    if let alias = entry.alias { result.alias = substituted(alias, scope) }
    if let from = entry.from { result.from = from.map { substituted($0, scope) } }
    if let times = entry.times { result.times = substituted(times, scope) }
    return result
  }

  /// `text` with `$name` replaced.
  mutating func substituted(_ text: Located<String>, _ scope: Scope) -> Located<String> {
    guard text.value.utf8.contains(UInt8(ascii: "$")) else { return text }
    return Located(expanded(text.value, text.span, scope), text.span)
  }

  /// A tree with `$name` replaced: a scalar that is one `$name` becomes the parameter's value, whatever its form.
  mutating func substituted(_ node: YAMLNode, _ scope: Scope) -> YAMLNode {
    if let text = node.text {
      guard text.utf8.contains(UInt8(ascii: "$")) else { return node }
      if text.hasPrefix("$"), let value = scope.environment[String(text.dropFirst())] {
        noteUse(String(text.dropFirst()), scope)
        return value.used(at: node.span)
      }
      return node.replacing(.scalar(text: expanded(text, node.span, scope), style: .plain))
    }
    if let items = node.items {
      return node.replacing(.sequence(items.map { substituted($0, scope) }))
    }
    if let entries = node.entries {
      return node.replacing(
        .mapping(entries.map { YAMLNode.Entry(key: $0.key, value: substituted($0.value, scope)) }))
    }
    return node
  }

  private mutating func expanded(_ text: String, _ span: Span, _ scope: Scope) -> String {
    var out = ""
    var rest = Substring(text)
    while let at = rest.firstIndex(of: "$") {
      out += rest[..<at]
      rest = rest[rest.index(after: at)...]
      let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      rest = rest.dropFirst(name.count)
      if let value = scope.environment[name]?.text {
        noteUse(name, scope)
        out += value
      } else {
        problems.silenced.insert(text)
        reportUnknownParameter(name, span, scope)
        out += "$" + name
      }
    }
    return out + rest
  }

  private mutating func noteUse(_ name: String, _ scope: Scope) {
    if let block = scope.block { readParameters.insert("\(block.name.value).\(name)") }
  }

  private mutating func reportUnknownParameter(_ name: String, _ span: Span, _ scope: Scope) {
    guard let block = scope.block else {
      problems.report(
        .spec.unknownBlockParameter, "'$\(name)' stands outside a block", at: span,
        help: "sizes of the model go to 'dims', without '$'")
      return
    }
    if scope.environment[name] != nil {
      problems.report(.spec.wrongKind, "'$\(name)' is not a single value and cannot stand inside a text", at: span)
      return
    }
    let near = suggestion(for: name, among: block.parameters.map(\.name.value))
    problems.report(
      .spec.unknownBlockParameter, "the block '\(block.name.value)' has no parameter '\(name)'", at: span,
      meant: near.map { "$\($0)" })
  }
}
