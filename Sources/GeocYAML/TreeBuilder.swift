import GeocDiagnostics

/// Builds the tree from the events of one file and checks the limits while doing so.
struct TreeBuilder {
  /// What was wrong, in the order found.
  private(set) var problems: [Diagnostic] = []

  /// A node with its size and height when every alias in it is written out.
  private struct Measured {
    var node: YAMLNode
    var size = 1
    var height = 0
  }

  private struct Frame {
    var isMapping: Bool
    var isFlow: Bool
    var start: Int
    var anchor: String?
    var items: [YAMLNode] = []
    var entries: [YAMLNode.Entry] = []
    var keys: [String: Span] = [:]
    var pendingKey: YAMLNode?
    var dropsValue = false
    var lastEnd: Int
    var size = 1
    var height = 1
  }

  private let file: SourceFile
  private let table: CodePointTable
  private let start: Int
  private var stack: [Frame] = []
  private var anchors: [String: Measured] = [:]
  private var root: Measured?
  private var documents = 0
  private var written = 0
  private var largestAlias: (span: Span, size: Int)?

  init(file: SourceFile, start: Int) {
    self.file = file
    self.start = start
    table = CodePointTable(file.bytes, from: start)
  }

  /// The tree; nil where there is none or a problem leaves none.
  mutating func build() -> YAMLNode? {
    guard let reader = EventReader(file.bytes[start...]) else {
      problems.append(Diagnostic(.file.syntax, "out of memory", at: file.span(start..<start)))
      return nil
    }
    do {
      while let event = try next(reader) {
        guard take(event) else { return nil }
      }
    } catch {
      problems.append(syntax(error))
      return nil
    }
    guard let root else { return nil }
    let limit = min(YAMLParser.maximumNodes, saturating(written, times: YAMLParser.maximumExpansion))
    if root.size > limit, let largestAlias {
      problems.append(
        Diagnostic(
          .file.aliasBomb, "aliases expand \(written) nodes to \(count(root.size))", at: largestAlias.span,
          label: "stands for \(count(largestAlias.size)) nodes",
          notes: [
            "at most \(YAMLParser.maximumNodes) nodes, and \(YAMLParser.maximumExpansion) times those written, are read"
          ]))
      return nil
    }
    return root.node
  }

  private func next(_ reader: EventReader) throws(YAMLSyntaxError) -> YAMLEvent? {
    let event = try reader.next()
    if case .streamEnd = event.kind { return nil }
    return event
  }

  /// Handles one event; false where nothing sensible can follow.
  private mutating func take(_ event: YAMLEvent) -> Bool {
    let range = table.byte(event.start)..<max(table.byte(event.start), table.byte(event.end))
    switch event.kind {
    case .documentStart(let hasTagDirectives):
      documents += 1
      if documents > 1 {
        problems.append(
          Diagnostic(
            .file.secondDocument, "the file holds a second document", at: file.span(trimmed(range)),
            label: "starts here", help: ["put one model in one file"]))
        return false
      }
      if hasTagDirectives { problems.append(tagProblem(at: file.span(range.lowerBound..<range.lowerBound))) }
      return true
    case .alias(let name):
      return takeAlias(name, at: file.span(range))
    case .scalar(let text, let style):
      checkTag(event, range)
      let start = contentStart(event, range)
      let end = max(start, trimmed(range).upperBound)
      let node = YAMLNode(.scalar(text: text, style: style), span: file.span(start..<end), anchor: event.anchor)
      finish(Measured(node: node), end: end)
      return true
    case .sequenceStart(let isFlow), .mappingStart(let isFlow):
      checkTag(event, range)
      let start = contentStart(event, range.lowerBound..<file.bytes.count)
      guard stack.count < YAMLParser.maximumDepth else {
        problems.append(tooDeep(at: file.span(start..<start + 1)))
        return false
      }
      written += 1
      var isMapping = false
      if case .mappingStart = event.kind { isMapping = true }
      stack.append(
        Frame(isMapping: isMapping, isFlow: isFlow, start: start, anchor: event.anchor, lastEnd: range.upperBound))
      return true
    case .collectionEnd:
      guard let frame = stack.popLast() else { return false }
      let end = frame.isFlow ? range.upperBound : frame.lastEnd
      let kind: YAMLNode.Kind = frame.isMapping ? .mapping(frame.entries) : .sequence(frame.items)
      let node = YAMLNode(kind, span: file.span(frame.start..<max(frame.start, end)), anchor: frame.anchor)
      written -= 1
      finish(Measured(node: node, size: frame.size, height: frame.height), end: end)
      return true
    case .streamEnd, .other:
      return true
    }
  }

  private mutating func takeAlias(_ name: String, at span: Span) -> Bool {
    guard var target = anchors[name] else {
      let isOpen = stack.contains { $0.anchor == name }
      let near = suggestion(for: name, among: anchors.keys.sorted())
      problems.append(
        Diagnostic(
          .file.undefinedAlias, isOpen ? "'*\(name)' stands inside the node it names" : "no anchor '&\(name)' above",
          at: span, help: near.map { ["did you mean '*\($0)'?"] } ?? []))
      return false
    }
    guard stack.count + target.height <= YAMLParser.maximumDepth else {
      problems.append(tooDeep(at: span))
      return false
    }
    if target.size > largestAlias?.size ?? 0 { largestAlias = (span, target.size) }
    target.node.usedAt = span
    target.node.anchor = nil
    finish(target, end: Int(span.upper), isAlias: true)
    return true
  }

  /// Puts a finished node into the collection around it.
  private mutating func finish(_ measured: Measured, end: Int, isAlias: Bool = false) {
    written += 1
    if !isAlias, let anchor = measured.node.anchor { anchors[anchor] = measured }
    guard var frame = stack.popLast() else {
      root = measured
      return
    }
    frame.lastEnd = max(frame.lastEnd, end)
    frame.size = saturating(frame.size, plus: measured.size)
    frame.height = max(frame.height, measured.height + 1)
    if !frame.isMapping {
      frame.items.append(measured.node)
    } else if let key = frame.pendingKey {
      if !frame.dropsValue { frame.entries.append(.init(key: key, value: measured.node)) }
      frame.pendingKey = nil
    } else {
      frame.dropsValue = !accept(key: measured.node, in: &frame)
      frame.pendingKey = measured.node
    }
    stack.append(frame)
  }

  /// Whether an entry with this key is kept.
  private mutating func accept(key: YAMLNode, in frame: inout Frame) -> Bool {
    let place = key.usedAt ?? key.span
    guard case .scalar(let text, let style) = key.kind else {
      problems.append(
        Diagnostic(.file.keyNotScalar, "a key must be a word, found \(key.kindName)", at: place))
      return false
    }
    if text == "<<", style == .plain {
      problems.append(
        Diagnostic(
          .file.mergeKey, "merge keys are not part of the language", at: place,
          help: ["merge keys are not YAML 1.2; use 'blocks'"]))
      return false
    }
    if let first = frame.keys[text] {
      problems.append(
        Diagnostic(
          .file.duplicateKey, "the key '\(text)' stands twice in one mapping", at: place, label: "second",
          labels: [Label(first, "first")]))
      return false
    }
    frame.keys[text] = place
    return true
  }

  private func tooDeep(at span: Span) -> Diagnostic {
    Diagnostic(
      .file.tooDeep, "collections are nested deeper than \(YAMLParser.maximumDepth)", at: span,
      label: "level \(YAMLParser.maximumDepth + 1)")
  }

  private func saturating(_ a: Int, plus b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  private func saturating(_ a: Int, times b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }

  private func count(_ size: Int) -> String { size == .max ? "more than \(Int.max)" : "\(size)" }
}

extension TreeBuilder {
  /// The range without the white space that libyaml counts to the end of block scalars.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, isSpace(file.bytes[end - 1]) { end -= 1 }
    return range.lowerBound..<end
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// Where a node starts after its anchor and tag, which libyaml counts to it.
  private func contentStart(_ event: YAMLEvent, _ range: Range<Int>) -> Int {
    guard event.anchor != nil || event.hasTag else { return range.lowerBound }
    var i = range.lowerBound
    while i < range.upperBound, file.bytes[i] == UInt8(ascii: "&") || file.bytes[i] == UInt8(ascii: "!") {
      i = wordEnd(i, range.upperBound)
      while i < range.upperBound, isSpace(file.bytes[i]) || file.bytes[i] == UInt8(ascii: "#") {
        if file.bytes[i] == UInt8(ascii: "#") {
          while i < range.upperBound, file.bytes[i] != 0x0A { i += 1 }
        } else {
          i += 1
        }
      }
    }
    return i
  }

  private func wordEnd(_ start: Int, _ limit: Int) -> Int {
    var i = start
    while i < limit, !isSpace(file.bytes[i]), !",[]{}".utf8.contains(file.bytes[i]) { i += 1 }
    return i
  }

  private mutating func checkTag(_ event: YAMLEvent, _ range: Range<Int>) {
    guard event.hasTag else { return }
    let bytes = file.bytes
    var i = range.lowerBound
    if i < bytes.count, bytes[i] == UInt8(ascii: "&") { i = wordEnd(i, bytes.count) }
    while i < bytes.count, bytes[i] != UInt8(ascii: "!") { i += 1 }
    problems.append(tagProblem(at: file.span(i..<wordEnd(i, bytes.count))))
  }

  private func tagProblem(at span: Span) -> Diagnostic {
    Diagnostic(
      .file.tag, "tags are not part of the language", at: span,
      help: ["remove the tag; write text that looks like a number in quotes"])
  }

  private func syntax(_ error: YAMLSyntaxError) -> Diagnostic {
    let position = table.byte(error.position)
    let bytes = file.bytes
    let found = position < bytes.count ? bytes[position] : 0
    let end = UTF8Scanning.decode(bytes, at: position).length + position
    var problem = Diagnostic(
      .file.syntax, error.problem, at: file.span(position..<(isSpace(found) ? position : min(end, bytes.count))))
    if let context = error.context, error.contextPosition < error.position {
      let start = table.byte(error.contextPosition)
      problem = problem.adding(label: context, at: file.span(start..<start + 1))
    }
    switch found {
    case 0x09:
      problem.help = ["indent with spaces, not with tabs"]
    case UInt8(ascii: "["), UInt8(ascii: "]"):
      if position > 0, isWord(bytes[position - 1]) {
        problem.help = ["inside braces, quote a type: \"R[3, 4]\""]
      }
    case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
      problem.help = ["quote text that starts with this character"]
    case UInt8(ascii: ":"):
      problem.help = ["quote text that holds ': ', or put the key on a line of its own"]
    default: break
    }
    return problem
  }

  private func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      || byte == 0x29
  }
}
