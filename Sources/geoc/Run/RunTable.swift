/// Results as a table: a row for each metric, a column for each part of the rows.
struct RunTable {
  /// Parts: `train`, `validation`, `test`.
  var columns: [String] = []
  /// Metrics with a text for each part, empty where it was not measured.
  var rows: [(name: String, cells: [String])] = []

  /// The table of some values, such as `train_loss`.
  init(_ values: [(name: String, value: Double)]) {
    self.init(values.map { (name: $0.name, text: ProgressLine.value($0.name, $0.value)) })
  }

  /// The table of texts by name.
  init(_ texts: [(name: String, text: String)]) {
    for (name, _) in texts {
      let (part, metric) = Self.parts(name)
      if !columns.contains(part) { columns.append(part) }
      if !rows.contains(where: { $0.name == metric }) { rows.append((metric, [])) }
    }
    for k in rows.indices {
      rows[k].cells = columns.map { part in texts.first { Self.parts($0.name) == (part, rows[k].name) }?.text ?? "" }
    }
  }

  /// The part of the rows and the metric of a name.
  static func parts(_ name: String) -> (part: String, metric: String) {
    for part in ["train", "validation", "test"] where name.hasPrefix(part + "_") {
      return (part, String(name.dropFirst(part.count + 1)))
    }
    return ("", name)
  }

  /// Lines with aligned columns.
  var text: String {
    guard !rows.isEmpty else { return "" }
    let first = rows.map(\.name.count).max() ?? 0
    let widths = columns.enumerated().map { k, column in
      ([column.count] + rows.map { $0.cells[k].count }).max() ?? 0
    }
    func line(_ name: String, _ cells: [String]) -> String {
      let aligned = zip(cells, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      let text = ([name.padded(first)] + aligned).joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
    let head = columns == [""] ? [] : [line("", columns)]
    return (head + rows.map { line($0.name, $0.cells) }).joined(separator: "\n")
  }
}
