import GeocDiagnostics

extension YAMLNode {
  /// A tree in which the value at a path is replaced, as by `--set train.epochs=5`.
  ///
  /// The path is made of keys and positions in lists, joined by points; missing mappings are made. The value is YAML;
  /// its span points into a file named `--set PATH=VALUE`. Throws `E0016` for an invalid path and the codes of
  /// `YAMLParser` for an invalid value.
  package func setting(path: String, to value: String) throws(GeocError) -> YAMLNode {
    let text = "\(path)=\(value)"
    let file = SourceFile(name: "--set \(text)", text: text)
    let start = path.utf8.count + 1
    var sink = DiagnosticSink()
    var node: YAMLNode?
    if value.allSatisfy(\.isWhitespace) {
      node = YAMLNode(.scalar(text: "", style: .plain), span: file.span(start..<file.bytes.count))
    } else {
      node = YAMLParser.parse(file, from: start, into: &sink)
    }
    try sink.throwIfErrors()
    var steps: [(name: String, span: Span)] = []
    var offset = 0
    for step in path.split(separator: ".", omittingEmptySubsequences: false) {
      steps.append((String(step), file.span(offset..<offset + step.utf8.count)))
      offset += step.utf8.count + 1
    }
    if let empty = steps.first(where: { $0.name.isEmpty }) {
      throw GeocError(
        Diagnostic(
          .file.badOverride, "a step of the path is empty", at: empty.span,
          help: ["write --set KEY.KEY=VALUE, for example --set train.epochs=5"]))
    }
    guard let node else { throw GeocError(Diagnostic(.file.badOverride, "the value is missing", at: file.span)) }
    return try replacing(steps[...], with: node)
  }

  private func replacing(
    _ steps: ArraySlice<(name: String, span: Span)>, with node: YAMLNode
  ) throws(GeocError) -> YAMLNode {
    guard let step = steps.first else { return node }
    let rest = steps.dropFirst()
    var copy = self
    switch kind {
    case .mapping(var entries):
      if let i = entries.firstIndex(where: { $0.key.text == step.name }) {
        entries[i].value = try entries[i].value.replacing(rest, with: node)
      } else {
        entries.append(try Self.made(step, rest, node))
      }
      copy.kind = .mapping(entries)
    case .sequence(var items):
      guard let i = Int(step.name), items.indices.contains(i) else {
        let range = items.isEmpty ? "the list is empty" : "positions run from 0 to \(items.count - 1)"
        throw GeocError(
          Diagnostic(
            .file.badOverride, "'\(step.name)' is no position in this list", at: step.span, label: range,
            labels: [Label(span, "the list")]))
      }
      items[i] = try items[i].replacing(rest, with: node)
      copy.kind = .sequence(items)
    case .scalar:
      guard isNull else {
        throw GeocError(
          Diagnostic(
            .file.badOverride, "'\(step.name)' would stand inside \(kindName)", at: step.span,
            labels: [Label(span, "has no keys")]))
      }
      copy = YAMLNode(.mapping([try Self.made(step, rest, node)]), span: step.span)
    }
    return copy
  }

  private static func made(
    _ step: (name: String, span: Span), _ rest: ArraySlice<(name: String, span: Span)>, _ node: YAMLNode
  ) throws(GeocError) -> Entry {
    let key = YAMLNode(.scalar(text: step.name, style: .plain), span: step.span)
    let null = YAMLNode(.scalar(text: "", style: .plain), span: step.span)
    return Entry(key: key, value: try null.replacing(rest, with: node))
  }
}
