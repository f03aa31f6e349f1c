import GeocRuntime

/// Curves over epochs.
struct CurveChart {
  /// One curve: a number by epoch, where there is one.
  struct Series {
    var name: String
    var points: [(x: Double, y: Double)]
  }

  var title: String
  var note = ""
  var series: [Series]
  /// Whether the axis of numbers is logarithmic; it is not where no number is positive.
  var isLogarithmic = false
  /// Numbers between which the axis goes at least.
  var least: ClosedRange<Double>?
  var yTitle = ""
  /// How a number is told.
  var text: (Double) -> String = { ProgressLine.number($0) }

  /// The chart, nil where there is nothing to show.
  var chart: Chart? {
    let shown = series.filter { $0.points.contains { $0.y.isFinite } }
    guard !shown.isEmpty else { return nil }
    let frame = Chart.Frame()
    let all = shown.flatMap { $0.points.map(\.y) }
    let isLog = isLogarithmic && all.contains { $0 > 0 }
    let bounds = isLog ? [] : [least?.lowerBound, least?.upperBound].compactMap { $0 }
    let y = ChartScale(around: all + bounds, isLogarithmic: isLog, from: frame.bottom, to: frame.top)
    let epochs = Array(Set(shown.flatMap { $0.points.map(\.x) })).sorted()
    let x = ChartScale(
      epochs.first ?? 1, max(epochs.last ?? 1, (epochs.first ?? 1) + 1), from: frame.left, to: frame.right)
    var marks = Chart.axes(
      frame, x: x.wholeTicks().map { (place: x.place($0) ?? 0, label: ChartScale.label($0)) },
      y: y.ticks().map { (place: y.place($0) ?? 0, label: ChartScale.label($0)) }, xTitle: "epoch", yTitle: yTitle)
    for (k, curve) in shown.enumerated() {
      marks += "<g class=\"s\(k % 8)\(k >= 8 ? " dashed" : "")\">\(Self.path(curve, x, y))</g>"
    }
    return Chart(
      title: title, note: note + Self.zeros(all, isLogarithmic: isLogarithmic), marks: marks,
      legend: shown.count > 1 ? shown.enumerated().map { (name: $1.name, style: $0) } : [],
      hover: hover(shown, epochs, x))
  }

  /// What a logarithmic axis cannot show.
  private static func zeros(_ all: [Double], isLogarithmic: Bool) -> String {
    guard isLogarithmic, all.contains(0) else { return "" }
    return all.contains { $0 > 0 } ? " Zeros are not drawn." : " All are 0."
  }

  private static func path(_ curve: Series, _ x: ChartScale, _ y: ChartScale) -> String {
    var d = ""
    var isOpen = false
    var drawn: [(Double, Double)] = []
    for point in thinned(curve.points) {
      guard let px = x.place(point.x), let py = y.place(point.y) else {
        isOpen = false
        continue
      }
      d += "\(isOpen ? "L" : "M")\(Chart.number(px)),\(Chart.number(py))"
      isOpen = true
      drawn.append((px, py))
    }
    // Single points would not be seen; few ones are marked.
    let dots =
      drawn.count > 30
      ? ""
      : drawn.map { "<circle class=\"dot\" cx=\"\(Chart.number($0.0))\" cy=\"\(Chart.number($0.1))\" r=\"2\"/>" }
        .joined()
    return "<path class=\"curve\" d=\"\(d)\"/>\(dots)"
  }

  /// Most points that a curve is drawn with.
  static let most = 600

  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard points.count > most else { return points }
    let step = (points.count + most - 1) / most
    return points.enumerated().filter { $0.offset % step == 0 || $0.offset == points.count - 1 }.map(\.element)
  }

  private func hover(_ shown: [Series], _ epochs: [Double], _ x: ChartScale) -> Chart.Hover {
    let isNamed = shown.count > 1
    let step = max(1, (epochs.count + Self.most - 1) / Self.most)
    let kept = epochs.enumerated().filter { $0.offset % step == 0 || $0.offset == epochs.count - 1 }.map(\.element)
    let tables: [[Double: Double]] = shown.map { curve in
      Dictionary(curve.points.map { ($0.x, $0.y) }, uniquingKeysWith: { _, last in last })
    }
    var hover = Chart.Hover(kind: "curves")
    for epoch in kept {
      hover.x.append(((x.place(epoch) ?? 0) * 10).rounded() / 10)
      hover.heads.append("epoch \(Int(epoch))")
      var lines: [String] = []
      for (curve, table) in zip(shown, tables) {
        guard let value = table[epoch] else { continue }
        lines.append((isNamed ? curve.name + "  " : "") + text(value))
      }
      hover.lines.append(lines)
    }
    return hover
  }
}
