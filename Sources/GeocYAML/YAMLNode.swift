import GeocDiagnostics

/// How a scalar was written; only plain ones are resolved to numbers and the like.
package enum YAMLScalarStyle: Sendable, Hashable {
  /// Without quotes.
  case plain
  /// In single or double quotes.
  case quoted
  /// A literal `|` or folded `>` block.
  case block
}

/// A scalar after the YAML 1.2 core schema.
package enum YAMLScalar: Sendable, Hashable {
  /// `null`, `~` or nothing.
  case null
  /// `true` or `false` (also `True`, `TRUE`; not `yes` or `on`).
  case bool(Bool)
  /// A decimal, `0o` or `0x` integer that fits; a larger one is a `float`.
  case int(Int)
  /// A number with a point or an exponent, `.inf`, `.nan`.
  case float(Double)
  /// Everything else, and every quoted or block scalar.
  case string(String)
}

/// A node of the tree with the place it was written at. Aliases share the node they name.
package struct YAMLNode: Sendable, Hashable {
  /// What a node is.
  package indirect enum Kind: Sendable, Hashable {
    /// Text, unresolved.
    case scalar(text: String, style: YAMLScalarStyle)
    /// A list.
    case sequence([YAMLNode])
    /// Entries in the order written; keys are scalars and differ.
    case mapping([Entry])
  }

  /// A key with its value.
  package struct Entry: Sendable, Hashable {
    /// The key, a scalar.
    package var key: YAMLNode
    /// The value.
    package var value: YAMLNode

    /// The key's text.
    package var name: String { key.text ?? "" }

    /// An entry.
    package init(key: YAMLNode, value: YAMLNode) {
      self.key = key
      self.value = value
    }
  }

  /// What it is; the children here do not know of aliases above them, those of `items` and `entries` do.
  package var kind: Kind
  /// Where it was written, without anchor; for an aliased node where it was defined.
  package var span: Span
  /// The anchor (`&name`) it was given.
  package var anchor: String?
  /// Where the alias stands through which it was reached; nil where it was written in place.
  package var usedAt: Span?

  /// A node.
  package init(_ kind: Kind, span: Span, anchor: String? = nil, usedAt: Span? = nil) {
    self.kind = kind
    self.span = span
    self.anchor = anchor
    self.usedAt = usedAt
  }

  private func reached(_ child: YAMLNode) -> YAMLNode {
    guard let usedAt, child.usedAt == nil else { return child }
    var child = child
    child.usedAt = usedAt
    return child
  }

  /// The text of a scalar; nil for a collection.
  package var text: String? {
    if case .scalar(let text, _) = kind { text } else { nil }
  }

  /// The children of a list; nil for anything else.
  package var items: [YAMLNode]? {
    if case .sequence(let items) = kind { items.map(reached) } else { nil }
  }

  /// The entries of a mapping in the order written; nil for anything else.
  package var entries: [Entry]? {
    guard case .mapping(let entries) = kind else { return nil }
    return entries.map { Entry(key: reached($0.key), value: reached($0.value)) }
  }

  /// The value under a key; nil where there is none or this is no mapping.
  package subscript(key: String) -> YAMLNode? { entry(key)?.value }

  /// The entry with a key; nil where there is none or this is no mapping.
  package func entry(_ key: String) -> Entry? {
    guard case .mapping(let entries) = kind, let entry = entries.first(where: { $0.key.text == key }) else {
      return nil
    }
    return Entry(key: reached(entry.key), value: reached(entry.value))
  }

  /// The child of a list at a position from 0; nil where there is none or this is no list.
  package subscript(index: Int) -> YAMLNode? {
    guard case .sequence(let items) = kind, items.indices.contains(index) else { return nil }
    return reached(items[index])
  }

  /// The value of a scalar after the core schema; nil for a collection.
  package var resolved: YAMLScalar? {
    guard case .scalar(let text, let style) = kind else { return nil }
    return style == .plain ? YAMLScalar(plain: text) : .string(text)
  }

  /// Whether it is a null scalar.
  package var isNull: Bool { resolved == .null }

  /// What it is in words, for messages: `a mapping`, `a list`, `an integer`, `text`…
  package var kindName: String {
    switch kind {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar: break
    }
    switch resolved {
    case .bool: return "a boolean"
    case .int: return "an integer"
    case .float: return "a number"
    case .string: return "text"
    case .null, nil: return "nothing"
    }
  }

  /// The place of bytes `range` of a scalar's text, for messages inside types and expressions; the whole node where
  /// the text was not written literally (escapes, folded lines).
  package func span(ofText range: Range<Int>) -> Span {
    guard case .scalar(let text, let style) = kind, style != .block, let file = span.file else { return span }
    let skip = style == .quoted ? 1 : 0
    let written = span.range
    guard written.count == text.utf8.count + 2 * skip,
      file.bytes[written].dropFirst(skip).prefix(text.utf8.count).elementsEqual(text.utf8)
    else { return span }
    return span.sub(range.lowerBound + skip..<range.upperBound + skip)
  }
}

extension Diagnostic {
  /// A diagnostic at a node, with the label `used here` where the node was reached through an alias.
  package init(
    _ code: DiagnosticCode, _ message: String, at node: YAMLNode, label: String = "", labels: [Label] = [],
    notes: [String] = [], help: [String] = [], edits: [Edit] = []
  ) {
    let used = node.usedAt.map { [Label($0, "used here")] } ?? []
    self.init(
      code, message, at: node.span, label: label, labels: labels + used, notes: notes, help: help, edits: edits)
  }
}
