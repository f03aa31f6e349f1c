/// Comments of a file that drop lints where they stand: `# geoc: allow W0001`, several names between commas or spaces.
///
/// Behind content a comment is about its own line, on a line of its own about the next line with content, and in front of
/// all content about the whole file. Errors cannot be dropped.
package struct AllowComments: Sendable {
  private struct Entry: Sendable {
    /// The line it is about; nil for the whole file.
    var line: Int?
    var ids: Set<String>
  }

  private var entries: [Entry] = []
  /// Names in comments that are not lints.
  package private(set) var problems: [Diagnostic] = []

  /// Reads the comments of a file.
  package init(_ file: SourceFile) {
    // Most files have none: no line is decoded then.
    let word = Array("allow".utf8)
    guard file.bytes.indices.contains(where: { file.bytes[$0] == word[0] && file.bytes[$0...].starts(with: word) })
    else { return }
    var pending: [Set<String>] = []
    var hasContent = false
    for line in 1...file.lineCount {
      let range = file.lineRange(line)
      let bytes = file.bytes[range]
      let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? range.upperBound
      let isComment = start < range.upperBound && bytes[start] == 0x23
      let ids = comment(in: range, of: file).map { names($0, file) } ?? []
      if start == range.upperBound { continue }
      if isComment {
        if ids.isEmpty { continue }
        if hasContent { pending.append(ids) } else { entries.append(Entry(line: nil, ids: ids)) }
        continue
      }
      hasContent = true
      for waiting in pending { entries.append(Entry(line: line, ids: waiting)) }
      pending = []
      if !ids.isEmpty { entries.append(Entry(line: line, ids: ids)) }
    }
  }

  /// Whether a comment drops a warning with this code at a line.
  package func allows(_ code: DiagnosticCode, line: Int) -> Bool {
    entries.contains { ($0.line == nil || $0.line == line) && $0.ids.contains(code.id) }
  }

  /// The bytes behind `geoc: allow` in the comment of a line; nil where it has no such comment.
  private func comment(in range: Range<Int>, of file: SourceFile) -> Range<Int>? {
    for at in range where file.bytes[at] == 0x23 {
      let isFirst = at == range.lowerBound || file.bytes[at - 1] == 0x20 || file.bytes[at - 1] == 0x09
      guard isFirst else { continue }
      var rest = at + 1
      var isOurs = true
      for word in ["geoc:", "allow"] {
        while rest < range.upperBound, file.bytes[rest] == 0x20 || file.bytes[rest] == 0x09 { rest += 1 }
        isOurs = isOurs && file.bytes[rest..<range.upperBound].starts(with: word.utf8)
        rest = min(rest + word.utf8.count, range.upperBound)
      }
      if isOurs { return rest..<range.upperBound }
    }
    return nil
  }

  private mutating func names(_ range: Range<Int>, _ file: SourceFile) -> Set<String> {
    var ids: Set<String> = []
    for word in file.bytes[range].split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }) {
      let name = String(decoding: word, as: UTF8.self)
      let span = file.span(word.startIndex..<word.endIndex)
      guard let code = DiagnosticCode.find(name), code.severity == .warning else {
        let isError = DiagnosticCode.find(name) != nil
        let lints = DiagnosticCode.all.filter { $0.severity == .warning }
        let near = suggestion(for: name, among: lints.map(\.id) + lints.map(\.name))
        problems.append(
          Diagnostic(
            .lint.badAllow, isError ? "'\(name)' is not a lint" : "there is no lint '\(name)'", at: span,
            label: isError ? "errors cannot be allowed" : "",
            help: isError ? [] : near.map { ["did you mean '\($0)'?"] } ?? [],
            edits: isError ? [] : near.map { [Edit(span, $0)] } ?? []))
        continue
      }
      ids.insert(code.id)
    }
    return ids
  }
}
