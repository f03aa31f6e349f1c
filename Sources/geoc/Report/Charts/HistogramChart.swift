import Foundation
import GeocRuntime

/// A distribution through training: a column for each epoch, stronger where more values lie; over it the curves of the
/// smallest and the largest eigenvalue.
enum HistogramChart {
  /// The chart of some histograms by epoch; nil where there are no values.
  static func chart(
    _ history: [(epoch: Int, histogram: ValueHistogram)], isLogarithmic: Bool, title: String, note: String
  ) -> Chart? {
    let filled = history.filter { !$0.histogram.counts.isEmpty }
    guard let width = filled.first?.histogram.width else { return nil }
    let kept = Set(CellChart.thinned(filled.map { Double($0.epoch) }))
    let columns = filled.filter { kept.contains(Double($0.epoch)) }
    let first = columns.map(\.histogram.first).min() ?? 0
    let last = columns.map { $0.histogram.first + $0.histogram.counts.count }.max() ?? 1
    // Radii are always shown from the origin to the boundary.
    let (from, to) = isLogarithmic ? (first, last) : (0, max(last, Int((1 / width).rounded())))
    let merged = max(1, (to - from + CellChart.most.rows - 1) / CellChart.most.rows)
    let rows = (to - from + merged - 1) / merged
    let frame = Chart.Frame()
    let x = (0...columns.count).map {
      frame.left + (frame.right - frame.left) * Double($0) / Double(max(1, columns.count))
    }
    let step = (frame.bottom - frame.top) / Double(rows)
    let y = (0...rows).map { frame.bottom - step * Double($0) }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: columns.count), count: rows)
    for (c, column) in columns.enumerated() {
      for (k, value) in column.histogram.counts.enumerated() {
        let row = (column.histogram.first + k - from) / merged
        if counts.indices.contains(row) { counts[row][c] += value }
      }
    }
    let totals = columns.map { Double(max(1, $0.histogram.counts.reduce(0, +))) }
    let parts: [[Double]] = counts.map { row in zip(row, totals).map { Double($0) / $1 } }
    let peak = max(parts.joined().max() ?? 1, 1e-12)
    let shares = parts.map { row in row.map { ($0 / peak).squareRoot() } }
    var marks = CellChart.cells(shares, x: x, y: y)
    let scale = scale(from, from + rows * merged, width, isLogarithmic, frame)
    let ticks = scale.ticks().map { (place: scale.place($0) ?? 0, label: ChartScale.label($0)) }
    marks += Chart.axes(
      frame, x: CellChart.columnTicks(columns.map { Double($0.epoch) }, x), y: ticks, xTitle: "epoch",
      yTitle: isLogarithmic ? "eigenvalue" : "radius / boundary")
    let hasSpectrum = isLogarithmic && columns.contains { $0.histogram.spectrum.count > 1 }
    if hasSpectrum {
      for (k, pick) in [\[Double].first, \[Double].last].enumerated() {
        let d = columns.enumerated().compactMap { c, column -> String? in
          guard let value = column.histogram.spectrum[keyPath: pick], let at = scale.place(value) else { return nil }
          return "\(Chart.number((x[c] + x[c + 1]) / 2)),\(Chart.number(at))"
        }
        marks += "<g class=\"s\(k + 1)\"><path class=\"curve\" d=\"M\(d.joined(separator: "L"))\"/></g>"
      }
    }
    var hover = Chart.Hover(kind: "cells", x: x, y: y, heads: columns.map { "epoch \($0.epoch)" })
    hover.lines = (0..<rows).map { r in
      let (low, high) = (
        bound(from + r * merged, width, isLogarithmic), bound(from + (r + 1) * merged, width, isLogarithmic)
      )
      return columns.indices.map { c in
        let share = String(format: "%.1f", 100 * Double(counts[r][c]) / totals[c])
        return "\(ChartScale.label(low)) to \(ChartScale.label(high)): \(share) %"
      }
    }
    return Chart(
      title: title, note: note, marks: marks,
      legend: hasSpectrum ? [(name: "mean smallest", style: 1), (name: "mean largest", style: 2)] : [], hover: hover)
  }

  private static func bound(_ step: Int, _ width: Double, _ isLogarithmic: Bool) -> Double {
    isLogarithmic ? pow(10, Double(step) * width) : Double(step) * width
  }

  private static func scale(
    _ from: Int, _ to: Int, _ width: Double, _ isLogarithmic: Bool, _ frame: Chart.Frame
  ) -> ChartScale {
    ChartScale(
      bound(from, width, isLogarithmic), bound(to, width, isLogarithmic), isLogarithmic: isLogarithmic,
      from: frame.bottom, to: frame.top)
  }
}
