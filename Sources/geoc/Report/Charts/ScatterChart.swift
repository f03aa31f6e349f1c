import Foundation
import GeocRuntime

/// Rows in a plane, each class with a colour and a shape of its own.
enum ScatterChart {
  /// The chart of an embedding.
  static func chart(_ embedding: EpochObservation.Embedding, title: String, note: String) -> Chart? {
    let points = embedding.points.filter { $0.count == 2 && $0.allSatisfy(\.isFinite) }
    guard points.count == embedding.points.count, !points.isEmpty else { return nil }
    let frame = Chart.Frame(left: 50, right: 346, top: 10, bottom: 286)
    let (x, y) = scales(points, embedding.isDisc, frame)
    var marks = ""
    if embedding.isDisc, let cx = x.place(0), let cy = y.place(0), let edge = x.place(1) {
      marks += "<circle class=\"boundary\" cx=\"\(Chart.number(cx))\" cy=\"\(Chart.number(cy))\" "
      marks += "r=\"\(Chart.number(edge - cx))\"/>"
    }
    func axis(_ k: Int) -> String {
      if embedding.isDisc { return k == 0 ? "x₁ √c" : "x₂ √c" }
      guard embedding.share.count > k else { return "coordinate \(k + 1)" }
      return "component \(k + 1) (\(Int((100 * embedding.share[k]).rounded())) % of variance)"
    }
    marks += Chart.axes(
      frame, x: x.ticks().map { (place: x.place($0) ?? 0, label: ChartScale.label($0)) },
      y: y.ticks().map { (place: y.place($0) ?? 0, label: ChartScale.label($0)) }, xTitle: axis(0), yTitle: axis(1))
    let isClassed = embedding.classes.count == points.count
    let classes = isClassed ? Array(Set(embedding.classes)).sorted() : [0]
    let places = points.map { (x.place($0[0]) ?? 0, y.place($0[1]) ?? 0) }
    for (k, label) in classes.enumerated() {
      let own = places.enumerated().filter { !isClassed || embedding.classes[$0.offset] == label }.map(\.element)
      marks += "<path class=\"mark s\(color(k))\" d=\"\(own.map { shape(k, $0.0, $0.1) }.joined())\"/>"
    }
    var hover = Chart.Hover(kind: "points")
    hover.x = places.map { ($0.0 * 10).rounded() / 10 }
    hover.y = places.map { ($0.1 * 10).rounded() / 10 }
    hover.heads = points.indices.map { isClassed ? "class \(embedding.classes[$0])" : "row \($0 + 1)" }
    hover.lines = points.map { ["\(ChartScale.label($0[0])), \(ChartScale.label($0[1]))"] }
    var chart = Chart(title: title, note: note, marks: marks, hover: hover, size: (360, 322))
    if isClassed, classes.count > 1 { chart.legend = classes.enumerated().map { (name: "class \($1)", style: $0) } }
    chart.hasShapes = true
    return chart
  }

  /// One unit is as long on both axes.
  private static func scales(
    _ points: [[Double]], _ isDisc: Bool, _ frame: Chart.Frame
  ) -> (ChartScale, ChartScale) {
    func range(_ k: Int) -> (Double, Double) {
      isDisc ? (-1.05, 1.05) : (points.map { $0[k] }.min() ?? 0, points.map { $0[k] }.max() ?? 1)
    }
    let ((x0, x1), (y0, y1)) = (range(0), range(1))
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top)
    let unit = max((x1 - x0) / width, (y1 - y0) / height, 1e-12) * (isDisc ? 1 : 1.08)
    let (cx, cy) = ((x0 + x1) / 2, (y0 + y1) / 2)
    return (
      ChartScale(cx - unit * width / 2, cx + unit * width / 2, from: frame.left, to: frame.right),
      ChartScale(cy - unit * height / 2, cy + unit * height / 2, from: frame.bottom, to: frame.top)
    )
  }

  /// The colour of mark `k`: shapes begin anew with other colours than the first time.
  static func color(_ k: Int) -> Int { (k + k / 8) % 8 }

  /// A mark: circle, square, triangle, diamond, cross and so on.
  static func shape(_ k: Int, _ x: Double, _ y: Double) -> String {
    let at = "M\(Chart.number(x)),\(Chart.number(y))"
    return at
      + [
        "m-2.6,0a2.6,2.6 0 1 0 5.2,0a2.6,2.6 0 1 0 -5.2,0z", "m-2.4,-2.4h4.8v4.8h-4.8z", "m0,-3.2l3,5.4h-6z",
        "m0,-3.4l3.4,3.4l-3.4,3.4l-3.4,-3.4z", "m-1,-3.2h2v2.2h2.2v2h-2.2v2.2h-2v-2.2h-2.2v-2h2.2z",
        "m0,3.2l3,-5.4h-6z", "m-3.2,-1.4h6.4v2.8h-6.4z", "m-1.4,-3.2h2.8v6.4h-2.8z", "m-3,-2.6h4l2,2.6l-2,2.6h-4z",
        "m3,-2.6h-4l-2,2.6l2,2.6h4z",
      ][k % 10]
  }
}
