import GeocDiagnostics
import GeocIR
import GeocYAML

/// Collects diagnostics and reads values out of the tree, reporting what has the wrong form.
struct Problems {
  var sink: DiagnosticSink
  /// Names and texts that have been reported where they are given: their uses keep silent.
  var silenced: Set<String> = []
  /// What was reported, to say it once.
  var reported: Set<Report> = []

  init(_ sink: DiagnosticSink) { self.sink = sink }

  /// What makes two reports the same.
  struct Report: Hashable {
    var code: DiagnosticCode
    var message: String
    var span: Span
  }

  /// A key of a mapping with its value.
  struct Field {
    var key: YAMLNode
    var value: YAMLNode
  }

  /// Entries of a mapping; none, with a report, for anything else.
  mutating func entries(_ node: YAMLNode, _ what: String) -> [(key: YAMLNode, value: YAMLNode)] {
    if let entries = node.entries { return entries.map { ($0.key, $0.value) } }
    report(.spec.wrongKind, "\(what) must be a mapping, found \(node.kindName)", at: node)
    return []
  }

  /// A mapping by key. Keys that are not known are reported and left out; nil for anything but a mapping.
  mutating func fields(_ node: YAMLNode, _ what: String, known: [String]) -> [String: Field]? {
    guard let entries = node.entries else {
      report(.spec.wrongKind, "\(what) must be a mapping, found \(node.kindName)", at: node)
      return nil
    }
    var fields: [String: Field] = [:]
    for entry in entries {
      let (key, value) = (entry.key, entry.value)
      guard let name = key.text, known.contains(name) else {
        let name = key.text ?? key.kindName
        report(
          .spec.unknownKey, "\(what) has no key '\(name)'", at: key,
          meant: suggestion(for: name, among: known),
          help: "the keys are \(known.map { "'\($0)'" }.joined(separator: ", "))")
        continue
      }
      fields[name] = Field(key: key, value: value)
    }
    return fields
  }

  /// Items of a list; nil, with a report, for anything else.
  mutating func items(_ node: YAMLNode, _ what: String) -> [YAMLNode]? {
    if let items = node.items { return items }
    report(.spec.wrongKind, "\(what) must be a list, found \(node.kindName)", at: node)
    return nil
  }

  /// A text.
  mutating func text(_ node: YAMLNode, _ what: String) -> Located<String>? {
    if let text = node.stringValue { return Located(text, node.span) }
    var help: String?
    var edits: [Edit] = []
    if let text = node.text, !node.isNull {
      help = "put it in quotes: \"\(text)\""
      if node.span.text == text, !text.contains(where: { $0 == "\"" || $0 == "\\" }) {
        edits = [Edit(node.span, "\"\(text)\"")]
      }
    }
    report(.spec.wrongKind, "\(what) must be a text, found \(node.kindName)", at: node, help: help, edits: edits)
    return nil
  }

  /// One name, or a list of names.
  mutating func names(_ node: YAMLNode, _ what: String) -> [Located<String>]? {
    var names: [Located<String>] = []
    for item in node.items ?? [node] {
      guard let name = text(item, node.items == nil ? what : "a name in \(what)") else { return nil }
      names.append(name)
    }
    if names.isEmpty {
      report(.spec.parameterOutOfRange, "\(what) is empty", at: node)
      return nil
    }
    return names
  }

  /// A name of letters, digits and `_` that does not begin with a digit.
  mutating func identifier(_ node: YAMLNode, _ what: String, allowing extra: String = "") -> Located<String>? {
    guard let name = text(node, "the name of \(what)") else { return nil }
    let bytes = Array(name.value.utf8)
    let isGood = bytes.enumerated().allSatisfy { k, c in
      (TextBytes.isNameByte(c) && (k > 0 || !(0x30...0x39).contains(c))) || extra.utf8.contains(c)
    }
    if isGood, !bytes.isEmpty { return name }
    report(
      .spec.badIdentifier, "'\(name.value)' cannot be the name of \(what)", at: name.span,
      label: "use letters, digits and '_', a letter first")
    return nil
  }

  /// A whole number. `names` may stand for numbers here and are suggested.
  mutating func integer(
    _ node: YAMLNode, _ what: String, names: [String]? = nil, help: String? = nil
  ) -> Located<Int>? {
    if let x = node.integerValue { return Located(x, node.span) }
    reportNumber(node, "\(what) must be a whole number", names, help)
    return nil
  }

  /// A number.
  mutating func number(_ node: YAMLNode, _ what: String, names: [String]? = nil) -> Located<Double>? {
    if let x = node.numberValue {
      if x.isFinite { return Located(x, node.span) }
      report(.spec.parameterOutOfRange, "\(what) must be finite", at: node)
      return nil
    }
    reportNumber(node, "\(what) must be a number", names, nil)
    return nil
  }

  private mutating func reportNumber(_ node: YAMLNode, _ wanted: String, _ names: [String]?, _ help: String?) {
    if silenced.contains(node.text ?? "") { return }
    guard let text = node.stringValue else {
      report(.spec.wrongKind, "\(wanted), found \(node.kindName)", at: node, help: help)
      return
    }
    var help = help
    var edits: [Edit] = []
    let acceptsSizes = names != nil
    if let near = suggestion(for: text, among: (names ?? []).sorted()) {
      help = "did you mean the size '\(near)'?"
      if node.span.text == text { edits = [Edit(node.span, near)] }
    } else if Double(text) != nil {
      help = help ?? "write it without quotes"
      edits = [Edit(node.span, text)]
    } else if help == nil, acceptsSizes, text.utf8.allSatisfy(TextBytes.isNameByte) {
      help = "declare the size: 'dims: { \(text): 8 }'"
    }
    report(.spec.wrongKind, "\(wanted), found '\(text)'", at: node, help: help, edits: edits)
  }

  /// `true` or `false`.
  mutating func flag(_ node: YAMLNode, _ what: String) -> Located<Bool>? {
    if let x = node.flagValue { return Located(x, node.span) }
    let isWord = ["yes", "no", "on", "off", "y", "n"].contains(node.text?.lowercased() ?? "")
    report(
      .spec.wrongKind, "\(what) must be true or false, found \(node.stringValue.map { "'\($0)'" } ?? node.kindName)",
      at: node, help: isWord ? "in YAML 1.2 '\(node.text ?? "")' is a text" : nil)
    return nil
  }

  /// One of `names`.
  mutating func choice(
    _ node: YAMLNode, _ what: String, _ names: [String], code: DiagnosticCode = .spec.unknownChoice
  ) -> Located<String>? {
    guard let text = text(node, what) else { return nil }
    if names.contains(text.value) { return text }
    let near = suggestion(for: text.value, among: names)
    let isNoun = what.hasPrefix("a ")
    report(
      code, isNoun ? "there is no \(what.dropFirst(2)) '\(text.value)'" : "\(what) cannot be '\(text.value)'", at: node,
      meant: near, help: "one of \(names.map { "'\($0)'" }.joined(separator: ", "))")
    return nil
  }

  /// A type.
  mutating func type(_ text: Located<String>, _ reader: TypeReader) -> GeoType? {
    do throws(TextError) {
      return try reader.type(text.value)
    } catch {
      if silenced.contains(text.value) { return nil }
      var help: String?
      let known = reader.spaces.all.map { $0.name }
      if let word = Self.quoted(error.message), error.message.hasPrefix("unknown s") {
        if silenced.contains(word) { return nil }
        let names = error.message.hasPrefix("unknown size") ? reader.dims.keys.sorted() : known
        help = suggestion(for: word, among: names).map { "did you mean '\($0)'?" }
        if help == nil, error.message.hasPrefix("unknown size") { help = "declare it: 'dims: { \(word): 8 }'" }
      } else if text.value.contains("?") {
        help = "'?' stands in the inputs of a block only"
      }
      let isForm = error.message.hasPrefix("expected") || error.message.hasPrefix("unexpected")
      var code = isForm ? DiagnosticCode.types.syntax : .types.argument
      if error.message.hasPrefix("unknown space") { code = .types.unknownSpace }
      if error.message.hasPrefix("unknown size") { code = .spec.unknownDim }
      report(
        code, "'\(text.value)' is not a type", at: Self.place(text, error.offset), label: error.message, help: help)
      return nil
    }
  }

  /// The word at a byte offset of a text, where the text stands in the file as it is; all of it otherwise.
  private static func place(_ text: Located<String>, _ offset: Int) -> Span {
    let written = text.span.text
    let quotes = written == text.value ? 0 : 1
    guard quotes == 0 || written.dropFirst().dropLast() == text.value else { return text.span }
    let bytes = Array(text.value.utf8)
    guard offset < bytes.count else { return text.span }
    let word = bytes[offset...].prefix(while: TextBytes.isNameByte)
    return text.span.sub(offset + quotes..<offset + quotes + max(1, word.count))
  }

  /// The first text in quotes.
  private static func quoted(_ message: String) -> String? {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false)
    return parts.count >= 3 ? String(parts[1]) : nil
  }
}

/// Bytes of names.
enum TextBytes {
  /// A letter, a digit or `_`.
  static func isNameByte(_ c: UInt8) -> Bool {
    (0x30...0x39).contains(c) || (0x41...0x5A).contains(c) || (0x61...0x7A).contains(c) || c == 0x5F
  }
}
