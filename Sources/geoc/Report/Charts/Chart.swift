import GeocRuntime

/// A chart of a report: a picture, what its marks mean, and the numbers that a pointer or the arrow keys are told.
struct Chart {
  var title: String
  /// What is shown, one sentence; empty where the title says it.
  var note = ""
  /// The picture, without its frame.
  var marks: String
  /// Entries of the legend.
  var legend: [(name: String, style: Int)] = []
  /// What the script tells.
  var hover: Hover
  /// Width and height of the picture.
  var size = Chart.size
  /// Whether the legend shows marks and not lines.
  var hasShapes = false

  /// The common size, in which text has ten units.
  static let size = (width: 360.0, height: 216.0)

  /// Numbers behind a picture, in its coordinates.
  struct Hover: Encodable {
    /// `curves`: the nearest of `x`; `cells`: the cell that is pointed at; `points`: the nearest of them.
    var kind: String
    /// Places along the axis.
    var x: [Double] = []
    /// Places of points, or of the borders between rows of cells from above.
    var y: [Double] = []
    /// What stands at each place of `x`.
    var heads: [String] = []
    /// Lines for each place: by series, by row of cells, or one for each point.
    var lines: [[String]] = []
  }

  /// The inside of axes.
  struct Frame {
    var left = 50.0
    var right = 346.0
    var top = 10.0
    var bottom = 180.0
  }

  /// Axes with grid lines, labels and titles. `x` and `y` are numbers with their labels.
  static func axes(
    _ frame: Frame, x: [(place: Double, label: String)], y: [(place: Double, label: String)], xTitle: String,
    yTitle: String = ""
  ) -> String {
    var text = ""
    for tick in y {
      let at = number(tick.place)
      text += "<path class=\"grid\" d=\"M\(number(frame.left)),\(at)H\(number(frame.right))\"/>"
      text += "<text x=\"\(number(frame.left - 5))\" y=\"\(number(tick.place + 3.5))\" text-anchor=\"end\">"
      text += "\(SVGRenderer.escaped(tick.label))</text>"
    }
    for tick in x {
      let at = number(tick.place)
      text += "<path class=\"tick\" d=\"M\(at),\(number(frame.bottom))v4\"/>"
      text += "<text x=\"\(at)\" y=\"\(number(frame.bottom + 15))\" text-anchor=\"middle\">"
      text += "\(SVGRenderer.escaped(tick.label))</text>"
    }
    let middle = number((frame.left + frame.right) / 2)
    text += "<path class=\"axis\" d=\"M\(number(frame.left)),\(number(frame.top))V\(number(frame.bottom))"
    text += "H\(number(frame.right))\"/>"
    text += "<text class=\"name\" x=\"\(middle)\" y=\"\(number(frame.bottom + 31))\" text-anchor=\"middle\">"
    text += "\(SVGRenderer.escaped(xTitle))</text>"
    if !yTitle.isEmpty {
      let across = number((frame.top + frame.bottom) / 2)
      text += "<text class=\"name\" transform=\"translate(9,\(across)) rotate(-90)\" text-anchor=\"middle\">"
      text += "\(SVGRenderer.escaped(yTitle))</text>"
    }
    return text
  }

  /// The figure. Throws what encoding throws.
  func figure() throws -> String {
    let entries = legend.map { entry in
      let sample =
        hasShapes
        ? "<path class=\"mark\" d=\"\(ScatterChart.shape(entry.style, 9, 4))\"/>"
        : "<path class=\"curve\" d=\"M1,4H17\"/>"
      let style =
        hasShapes
        ? "s\(ScatterChart.color(entry.style))" : "s\(entry.style % 8)\(entry.style >= 8 ? " dashed" : "")"
      return "<span><svg class=\"swatch \(style)\" viewBox=\"0 0 18 8\">\(sample)</svg>"
        + "\(SVGRenderer.escaped(entry.name))</span>"
    }
    let caption = note.isEmpty ? "" : "<p class=\"quiet\">\(SVGRenderer.escaped(note))</p>"
    return """
      <figure>
      <figcaption>\(SVGRenderer.escaped(title))</figcaption>\(caption)
      <div class="picture" tabindex="0"><svg class="chart" viewBox="0 0 \(Self.number(size.width)) \
      \(Self.number(size.height))" role="img" aria-label="\(SVGRenderer.escaped(title))">\(marks)\
      <path class="cursor" d=""/></svg></div>
      \(entries.isEmpty ? "" : "<div class=\"legend\">\(entries.joined())</div>")\
      <script type="application/json">\(try PageFrame.json(hover))</script>
      </figure>

      """
  }

  /// At most one decimal.
  static func number(_ x: Double) -> String { SVGRenderer.number(x) }
}
