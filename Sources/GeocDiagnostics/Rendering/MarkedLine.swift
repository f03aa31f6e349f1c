/// A label and whether it is the primary one.
struct MarkedLabel {
  let span: Span
  let text: String
  let isPrimary: Bool

  init(_ label: Label, isPrimary: Bool) {
    span = label.span
    text = DisplayWidth.safe(label.text).split(separator: "\n").joined(separator: " ")
    self.isPrimary = isPrimary
  }

  var firstLine: Int { span.file?.line(at: Int(span.lower)) ?? 0 }
}

/// A row of marks and texts under a source line.
struct MarkRow {
  enum Mark { case none, primary, secondary }
  private var cells: [(text: String, mark: Mark)] = []

  mutating func put(_ text: String, at column: Int, _ mark: Mark) {
    while cells.count < column { cells.append((" ", .none)) }
    for (i, character) in text.enumerated() {
      if column + i < cells.count {
        cells[column + i] = (String(character), mark)
      } else {
        cells.append((String(character), mark))
      }
    }
  }

  func render(_ style: (Mark, String) -> String) -> String {
    var result = ""
    var start = 0
    while start < cells.count {
      let end = cells[start...].firstIndex { $0.mark != cells[start].mark } ?? cells.count
      result += style(cells[start].mark, cells[start..<end].map(\.text).joined())
      start = end
    }
    return result
  }
}

/// A source line as it is shown, and the rows of marks below it.
struct MarkedLine {
  /// Lines longer than this are shown around their first mark only.
  static let widthLimit = 140

  let text: String
  let rows: [MarkRow]

  private struct Placed {
    let columns: Range<Int>
    let label: MarkedLabel
    var mark: MarkRow.Mark { label.isPrimary ? .primary : .secondary }
  }

  init(_ file: SourceFile, line: Int, labels: [MarkedLabel]) {
    let range = file.lineRange(line)
    let focus = labels.first { $0.isPrimary }?.span ?? labels.first?.span
    let display = DisplayLine(file, line: line, focus: focus.map { Int($0.lower) } ?? range.lowerBound)

    let count = display.columns.count
    let focusColumn = focus.map { display.column(ofByte: Int($0.lower)) } ?? 0
    var window = 0..<count
    if count > Self.widthLimit {
      let start = min(max(0, focusColumn - 40), count - Self.widthLimit)
      window = start..<start + Self.widthLimit
    }
    let before = display.isCutLeft || window.lowerBound > 0 ? "..." : ""
    let after = display.isCutRight || window.upperBound < count ? "..." : ""
    var shown = before + display.columns[window].joined() + after
    while shown.last == " " { shown.removeLast() }
    text = shown

    let placed = labels.map { label in
      func column(_ byte: UInt32) -> Int {
        let column = display.column(ofByte: min(Int(byte), range.upperBound))
        return min(max(column, window.lowerBound), window.upperBound) - window.lowerBound + before.count
      }
      let start = column(label.span.lower)
      return Placed(columns: start..<max(start + 1, column(label.span.upper)), label: label)
    }
    rows = Self.rows(placed)
  }

  private static func rows(_ placed: [Placed]) -> [MarkRow] {
    guard !placed.isEmpty else { return [] }
    var marks = MarkRow()
    for item in placed where !item.label.isPrimary {
      marks.put(String(repeating: "-", count: item.columns.count), at: item.columns.lowerBound, .secondary)
    }
    for item in placed where item.label.isPrimary {
      marks.put(String(repeating: "^", count: item.columns.count), at: item.columns.lowerBound, .primary)
    }
    var hanging = placed.filter { !$0.label.text.isEmpty }
      .sorted {
        ($0.columns.lowerBound, $0.label.isPrimary ? 1 : 0) < ($1.columns.lowerBound, $1.label.isPrimary ? 1 : 0)
      }
    let end = placed.map(\.columns.upperBound).max() ?? 0
    if let last = hanging.last, last.columns.upperBound == end {
      marks.put(last.label.text, at: end + 1, last.mark)
      hanging.removeLast()
    }
    var rows = [marks]
    guard !hanging.isEmpty else { return rows }
    var connectors = MarkRow()
    for item in hanging { connectors.put("|", at: item.columns.lowerBound, item.mark) }
    rows.append(connectors)
    while let item = hanging.popLast() {
      var row = MarkRow()
      for other in hanging where other.columns.lowerBound < item.columns.lowerBound {
        row.put("|", at: other.columns.lowerBound, other.mark)
      }
      row.put(item.label.text, at: item.columns.lowerBound, item.mark)
      rows.append(row)
    }
    return rows
  }
}
