import GeocDiagnostics
import GeocYAML

extension Problems {
  /// Number of errors so far.
  var errorCount: Int { sink.errorCount }

  /// Reports at a place. The same message at the same place is reported once, however often a block is used. `meant` is
  /// the word that was probably meant instead of the one at the place, and goes before `help`.
  mutating func report(
    _ code: DiagnosticCode, _ message: String, at span: Span, label: String = "", labels: [(Span, String)] = [],
    meant: String? = nil, help: String? = nil, edits: [Edit] = []
  ) {
    guard reported.insert(Report(code: code, message: message, span: span)).inserted else { return }
    sink.report(
      Diagnostic(
        code, message, at: span, label: label, labels: labels.map { Label($0.0, $0.1) },
        help: (meant.map { "did you mean '\($0)'?" } ?? help).map { [$0] } ?? [],
        edits: edits + (meant.flatMap { Self.isWord(span.text) ? [Edit(span, $0)] : nil } ?? [])))
  }

  /// Reports at a node of the tree, with the place where it is used when it was reached through an alias or a parameter.
  mutating func report(
    _ code: DiagnosticCode, _ message: String, at node: YAMLNode, label: String = "", meant: String? = nil,
    help: String? = nil, edits: [Edit] = []
  ) {
    report(
      code, message, at: node.span, label: label, labels: node.usedAt.map { [($0, "used here")] } ?? [], meant: meant,
      help: help, edits: edits)
  }

  /// Whether a text is one word without quotes, which may be replaced by another.
  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { TextBytes.isNameByte($0) || $0 == 0x2D || $0 == 0x24 }
  }

  /// The tree of a file; nil, with a report, where it cannot be read at all.
  mutating func load(_ path: String) -> YAMLNode? {
    do throws(GeocError) {
      return YAMLParser.parse(try YAMLParser.load(path: path), into: &sink)
    } catch {
      sink.report(error)
      return nil
    }
  }

  /// The tree of a text that stands for a file.
  mutating func parse(_ text: String, path: String) -> YAMLNode? {
    YAMLParser.parse(SourceFile(name: path, text: text), into: &sink)
  }

  /// The tree with `path=value` settings applied; nil, with a report, where one cannot be.
  mutating func applying(_ overrides: [String], to root: YAMLNode) -> YAMLNode? {
    var result = root
    do throws(GeocError) {
      for override in overrides {
        guard let equals = override.firstIndex(of: "=") else {
          let file = SourceFile(name: "--set \(override)", text: override)
          throw GeocError(
            Diagnostic(
              .file.badOverride, "the setting has no value", at: file.span,
              help: ["write --set KEY.KEY=VALUE, for example --set train.epochs=5"]))
        }
        result = try result.setting(
          path: String(override[..<equals]), to: String(override[override.index(after: equals)...]))
      }
    } catch {
      sink.report(error)
      return nil
    }
    return result
  }
}

extension YAMLNode {
  /// Whether it is neither a list nor a mapping.
  var isScalar: Bool { text != nil }
  /// A whole number; nil for anything else.
  var integerValue: Int? { if case .int(let x)? = resolved { x } else { nil } }
  /// A number; nil for anything else.
  var numberValue: Double? {
    switch resolved {
    case .int(let x)?: Double(x)
    case .float(let x)?: x
    default: nil
    }
  }
  /// `true` or `false`; nil for anything else.
  var flagValue: Bool? { if case .bool(let x)? = resolved { x } else { nil } }
  /// A text that is nothing else; nil for anything else.
  var stringValue: String? { if case .string(let x)? = resolved { x } else { nil } }

  /// The same node, put in for a parameter at `span`.
  func used(at span: Span) -> YAMLNode {
    var copy = self
    copy.usedAt = usedAt ?? span
    return copy
  }

  /// A node with other content at the same place.
  func replacing(_ kind: Kind) -> YAMLNode { YAMLNode(kind, span: span, anchor: anchor, usedAt: usedAt) }
}
