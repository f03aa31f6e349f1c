/// Renders diagnostics for people: the source lines with marks under the places, then notes and help.
package struct HumanRenderer: Sendable {
  private let decorate: Decorator

  /// A renderer; without colours unless a decorator is given.
  package init(decorator: Decorator = .plain) { decorate = decorator }

  /// Several diagnostics, a blank line between two; no line break at the end.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n\n")
  }

  /// One diagnostic, no line break at the end.
  package func render(_ diagnostic: Diagnostic) -> String {
    let primary: [MarkedLabel] = diagnostic.primary.map { [MarkedLabel($0, isPrimary: true)] } ?? []
    let labels = (primary + diagnostic.labels.map { MarkedLabel($0, isPrimary: false) }).filter { !$0.span.isNone }
    let width = String(labels.map(\.firstLine).max() ?? 0).count
    let gutter = String(repeating: " ", count: width)

    var lines = [header(diagnostic)]
    var files: [SourceFile] = []
    for label in labels {
      if let file = label.span.file, !files.contains(file) { files.append(file) }
    }
    for (i, file) in files.enumerated() {
      let own = labels.filter { $0.span.file == file }
      let place = own.first.map { "\($0.span)" } ?? file.name
      if i > 0 { lines.append(decorate(.gutter, gutter + " |")) }
      lines.append(decorate(.gutter, gutter + (i == 0 ? "-->" : ":::")) + " " + DisplayWidth.safe(place))
      lines.append(decorate(.gutter, gutter + " |"))
      lines += excerpt(own, in: file, width: width, severity: diagnostic.severity)
    }
    if files.isEmpty, let item = diagnostic.item {
      lines.append(decorate(.gutter, gutter + "-->") + " " + DisplayWidth.safe(item))
    }
    let remarks = self.remarks(diagnostic, gutter: gutter)
    if !files.isEmpty, !remarks.isEmpty { lines.append(decorate(.gutter, gutter + " |")) }
    return (lines + remarks).joined(separator: "\n")
  }

  private func style(_ severity: Severity) -> TextStyle {
    switch severity {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }

  private func header(_ diagnostic: Diagnostic) -> String {
    let severity = diagnostic.severity
    let word = severity == .note ? severity.rawValue : "\(severity.rawValue)[\(diagnostic.code.id)]"
    return decorate(style(severity), word) + decorate(.strong, ": " + DisplayWidth.safe(diagnostic.message))
  }

  private func remarks(_ diagnostic: Diagnostic, gutter: String) -> [String] {
    func remark(_ kind: String, _ style: TextStyle, _ text: String) -> String {
      let indent = String(repeating: " ", count: gutter.count + 5 + kind.count)
      let text = DisplayWidth.safe(text).split(separator: "\n", omittingEmptySubsequences: false)
        .joined(separator: "\n" + indent)
      return decorate(.gutter, gutter + " =") + " " + decorate(style, kind + ":") + " " + text
    }
    var lines = diagnostic.notes.map { remark("note", .note, $0) }
    lines += diagnostic.help.map { remark("help", .help, $0) }
    if diagnostic.severity != .note { lines.append(remark("see", .help, "geoc explain \(diagnostic.code.id)")) }
    return lines
  }

  private func excerpt(_ labels: [MarkedLabel], in file: SourceFile, width: Int, severity: Severity) -> [String] {
    let byLine = Dictionary(grouping: labels, by: \.firstLine).sorted { $0.key < $1.key }
    func source(_ line: Int, _ text: String) -> String {
      let number = String(line)
      let pad = String(repeating: " ", count: width - number.count)
      return decorate(.gutter, pad + number + " |") + (text.isEmpty ? "" : " " + text)
    }
    let empty = decorate(.gutter, String(repeating: " ", count: width + 1) + "|")
    var rows: [String] = []
    var previous: Int?
    for (line, labels) in byLine {
      if let previous, line == previous + 2 {
        let between = MarkedLine(file, line: previous + 1, labels: [])
        rows.append(source(previous + 1, between.text))
      } else if let previous, line > previous + 2 {
        rows.append(decorate(.gutter, "..."))
      }
      let marked = MarkedLine(file, line: line, labels: labels)
      rows.append(source(line, marked.text))
      for row in marked.rows { rows.append(empty + " " + row.render { styled($0, severity, $1) }) }
      previous = line
    }
    return rows
  }

  private func styled(_ mark: MarkRow.Mark, _ severity: Severity, _ text: String) -> String {
    switch mark {
    case .none: text
    case .primary: decorate(style(severity), text)
    case .secondary: decorate(.secondary, text)
    }
  }
}
