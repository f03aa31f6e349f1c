import Foundation

/// Cells in rows and columns, stronger where their number is larger.
///
/// The cells of one depth are one path, so that a chart of thousands of cells stays small.
enum CellChart {
  /// Depths that are told apart.
  static let depths = 8
  /// Columns and rows that are drawn, at most.
  static let most = (columns: 90, rows: 40)

  /// Cells between places on both axes: `shares[row][column]` from 0 (left out) to 1.
  static func cells(_ shares: [[Double]], x: [Double], y: [Double]) -> String {
    var paths = [String](repeating: "", count: depths + 1)
    for (r, row) in shares.enumerated() {
      let (top, bottom) = (min(y[r], y[r + 1]), max(y[r], y[r + 1]))
      var c = 0
      while c < row.count {
        let depth = self.depth(row[c])
        var end = c + 1
        while end < row.count, self.depth(row[end]) == depth { end += 1 }
        if depth > 0 {
          paths[depth] += "M\(Chart.number(x[c])),\(Chart.number(top))H\(Chart.number(x[end]))"
          paths[depth] += "V\(Chart.number(bottom))H\(Chart.number(x[c]))z"
        }
        c = end
      }
    }
    return paths.enumerated().filter { !$0.element.isEmpty }
      .map { "<path class=\"cell d\($0.offset)\" d=\"\($0.element)\"/>" }.joined()
  }

  static func depth(_ share: Double) -> Int {
    guard share.isFinite, share > 0 else { return 0 }
    return max(1, min(depths, Int((share * Double(depths)).rounded(.up))))
  }

  /// The matrix of true and predicted classes, with its numbers where there is room.
  static func confusion(_ table: [[Int]], title: String, note: String) -> Chart {
    let count = table.count
    let frame = Chart.Frame(left: 44, right: 256, top: 10, bottom: 222)
    let side = (frame.right - frame.left) / Double(count)
    let (x, y) = (
      (0...count).map { frame.left + Double($0) * side }, (0...count).map { frame.top + Double($0) * side }
    )
    let totals = table.map { $0.reduce(0, +) }
    let shares = zip(table, totals).map { row, total in row.map { Double($0) / Double(max(1, total)) } }
    var marks = cells(shares, x: x, y: y)
    if count <= 12 {
      for (r, row) in table.enumerated() {
        for (c, value) in row.enumerated() where value > 0 {
          marks += "<text class=\"\(depth(shares[r][c]) > depths / 2 ? "onDark" : "onLight")\" "
          marks += "x=\"\(Chart.number(x[c] + side / 2))\" y=\"\(Chart.number(y[r] + side / 2 + 3.5))\" "
          marks += "text-anchor=\"middle\">\(value)</text>"
        }
      }
    }
    let step = max(1, (count + 11) / 12)
    let labelled = stride(from: 0, to: count, by: step)
    marks += Chart.axes(
      frame, x: labelled.map { (place: x[$0] + side / 2, label: String($0)) },
      y: [], xTitle: "predicted class", yTitle: "true class")
    for k in labelled {
      marks += "<text x=\"\(Chart.number(frame.left - 5))\" y=\"\(Chart.number(y[k] + side / 2 + 3.5))\" "
      marks += "text-anchor=\"end\">\(k)</text>"
    }
    var hover = Chart.Hover(kind: "cells", x: x, y: y)
    hover.heads = (0..<count).map { "predicted \($0)" }
    hover.lines = table.enumerated().map { r, row in
      row.map { "true \(r): \($0) of \(totals[r])" }
    }
    return Chart(title: title, note: note, marks: marks, hover: hover, size: (360, 258))
  }

  /// A number of many parameters over epochs, on a logarithmic scale of depth.
  static func history(
    _ series: [CurveChart.Series], title: String, note: String
  ) -> Chart? {
    let all = series.flatMap { $0.points.map(\.y) }.filter { $0.isFinite && $0 > 0 }
    guard let low = all.min(), let high = all.max() else { return nil }
    let epochs = thinned(Array(Set(series.flatMap { $0.points.map(\.x) })).sorted())
    let rowHeight = 11.0
    // Names of weights end in what tells them apart.
    let names = series.map { $0.name.count > 30 ? "…" + $0.name.suffix(29) : $0.name }
    let longest = names.map(\.count).max() ?? 0
    let frame = Chart.Frame(
      left: 14 + 5.4 * Double(longest), right: 346, top: 8, bottom: 8 + rowHeight * Double(series.count))
    let y = (0...series.count).map { frame.top + Double($0) * rowHeight }
    let x = (0...epochs.count).map {
      frame.left + (frame.right - frame.left) * Double($0) / Double(max(1, epochs.count))
    }
    func share(_ value: Double) -> Double {
      guard value > 0 else { return 0 }
      return high > low ? 0.12 + 0.88 * (log(value) - log(low)) / (log(high) - log(low)) : 0.5
    }
    let tables: [[Double: Double]] = series.map { curve in
      Dictionary(curve.points.map { ($0.x, $0.y) }, uniquingKeysWith: { _, last in last })
    }
    var marks = cells(tables.map { table in epochs.map { share(table[$0] ?? 0) } }, x: x, y: y)
    marks += Chart.axes(frame, x: columnTicks(epochs, x), y: [], xTitle: "epoch")
    for (k, name) in names.enumerated() {
      marks += "<text x=\"\(Chart.number(frame.left - 5))\" y=\"\(Chart.number(y[k] + 9))\" text-anchor=\"end\">"
      marks += "\(SVGRenderer.escaped(name))</text>"
    }
    var hover = Chart.Hover(kind: "cells", x: x, y: y, heads: epochs.map { "epoch \(Int($0))" })
    hover.lines = zip(series, tables).map { curve, table in
      epochs.map { "\(curve.name)  \(table[$0].map { ProgressLine.number($0) } ?? "–")" }
    }
    let ends = "Faint \(ChartScale.label(low)), strong \(ChartScale.label(high)), logarithmic"
    return Chart(
      title: title, note: "\(note)\(note.isEmpty ? "" : " ")\(ends).", marks: marks, hover: hover,
      size: (360, frame.bottom + 36))
  }

  /// Epochs below the columns.
  static func columnTicks(_ epochs: [Double], _ x: [Double]) -> [(place: Double, label: String)] {
    let scale = ChartScale(0, Double(max(1, epochs.count - 1)), from: 0, to: 1)
    let columns: [Int] = scale.wholeTicks(5).map { Int($0) }
    return columns.filter(epochs.indices.contains).map { (column: Int) in
      (place: (x[column] + x[column + 1]) / 2, label: ChartScale.label(epochs[column]))
    }
  }

  /// At most as many as there may be columns, the last among them.
  static func thinned(_ epochs: [Double]) -> [Double] {
    let step = (epochs.count + most.columns - 1) / most.columns
    return epochs.enumerated().filter { ($0.offset + 1 - epochs.count) % max(1, step) == 0 }.map(\.element)
  }
}
