import Foundation

/// Draws a laid-out drawing as SVG. Clusters, boxes and wires carry the numbers (`data-…`) from which the script of the
/// page places them anew when a cluster is folded.
struct SVGRenderer {
  private let drawing: Drawing
  private let layout: LayeredLayout
  /// Prefix of all ids, so that several drawings can stand on a page.
  private let prefix: String

  /// A renderer of one drawing.
  init(_ drawing: Drawing, least: Int = 1, prefix: String = "g") {
    self.drawing = drawing
    self.prefix = prefix
    layout = LayeredLayout(drawing, least: least)
  }

  /// A file that stands alone, with its style and a legend.
  func file(title: String) -> String {
    let legend = legend
    let (width, height) = (max(size.width, Double(legend.count) * 110 + 40, 420), size.height + 64)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
      viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img">
      <title>\(Self.escaped(title))</title>
      <style>
      svg { background: #fff } @media (prefers-color-scheme: dark) { svg { background: #16181c } }
      \(SVGStyle.text)</style>
      \(Self.marker)
      <text class="name" x="14" y="24">\(Self.escaped(title))</text>

      """
    for (k, entry) in legend.enumerated() {
      text += "<rect x=\"\(14 + 110 * k)\" y=\"36\" width=\"12\" height=\"12\" rx=\"2\" fill=\"\(entry.color)\"/>"
      text += "<text class=\"small\" x=\"\(31 + 110 * k)\" y=\"46\">\(entry.name)</text>\n"
    }
    return text + "<g transform=\"translate(0,56)\">\n\(content)</g>\n</svg>\n"
  }

  /// The arrow heads, to be defined once in every file.
  static let marker = """
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">\
    <path class="tip" d="M0,0.8 L8,4 L0,7.2 Z"/></marker></defs>
    """

  /// Families that occur, with their colours.
  var legend: [(name: String, color: String)] {
    let there = Set(drawing.boxes.map(\.family))
    return Palette.families.filter { there.contains($0.name) }
      + (there.contains("core") ? [("core", Palette.neutral)] : [])
  }

  /// Width and height of the content.
  var size: (width: Double, height: Double) { (layout.clusters[0].width, layout.clusters[0].height) }

  /// The groups of all clusters.
  var content: String {
    var text = ""
    write(0, &text)
    return text
  }

  private func write(_ number: Int, _ text: inout String) {
    let cluster = layout.clusters[number]
    let isRoot = number == 0
    if !isRoot {
      text +=
        "<rect class=\"frame\" width=\"\(Self.number(cluster.width))\" height=\"\(Self.number(cluster.height))\" rx=\"8\"/>"
      text += "<text class=\"title\" x=\"22\" y=\"15\">\(Self.escaped(cluster.name))</text>"
      text += "<path class=\"fold\" d=\"M7,7 l8,0 l-4,7 z\"/>"
      let count = cluster.boxCount == 1 ? "1 node" : "\(cluster.boxCount) nodes"
      text += "<text class=\"folded small\" x=\"22\" y=\"32\">\(count)</text>\n"
    }
    let rows = cluster.rows.map { "\(Self.number($0.height)) \(Self.number($0.gap))" }.joined(separator: ",")
    text += "<g class=\"body\" data-top=\"\(Self.number(cluster.rows.first?.top ?? 0))\" data-rows=\"\(rows)\">\n<g>"
    for wire in cluster.wires.sorted(by: { isLong($0) && !isLong($1) }) { text += path(wire, cluster) }
    text += "</g>\n"
    for (k, item) in cluster.items.enumerated() {
      let place =
        "transform=\"translate(\(Self.number(item.x)),\(Self.number(item.y)))\" data-i=\"\(k)\" data-row=\"\(item.row)\" "
        + "data-w=\"\(Self.number(item.width))\" data-h=\"\(Self.number(item.height))\" data-x=\"\(Self.number(item.x))\" "
        + "data-label=\"\(Self.number(labelWidth(item.member)))\""
      switch item.member {
      case .box(let box): text += self.box(drawing.boxes[box], item, place)
      case .level(let inner):
        text += "<g class=\"cluster\" tabindex=\"0\" role=\"group\" "
        text += "aria-label=\"\(Self.escaped(layout.clusters[inner].name))\" \(place)>"
        write(inner, &text)
        text += "</g>\n"
      case .entry, .exit: break
      }
    }
    text += "</g>"
  }

  private func box(_ box: Drawing.Box, _ item: LayeredLayout.Item, _ place: String) -> String {
    let color = Palette.color(box.family)
    let (w, h) = (Self.number(item.width), Self.number(item.height))
    var text = "<g class=\"box \(box.kind.rawValue)\" id=\"\(prefix)-\(box.id)\" tabindex=\"0\" \(place)>"
    text += "<title>\(Self.escaped(Self.tooltip(box)))</title>"
    text +=
      "<rect class=\"face\" width=\"\(w)\" height=\"\(h)\" rx=\"\(box.kind == .input || box.kind == .output ? "14" : "5")\""
    text += box.kind == .op ? " fill=\"\(color)\"/>" : "/>"
    if box.kind == .op { text += "<rect width=\"5\" height=\"\(h)\" rx=\"2\" fill=\"\(color)\"/>" }
    let lines = box.label.split(separator: "\n").map(String.init) + (box.caption.isEmpty ? [] : [box.caption])
    for (k, line) in lines.enumerated() {
      let y = Self.number(17 + Double(k) * LayeredLayout.Metrics.line)
      text += "<text class=\"\(k == 0 ? "name" : "small")\" x=\"\(Self.number(item.width / 2))\" y=\"\(y)\" "
      text += "text-anchor=\"middle\">\(Self.escaped(line))</text>"
    }
    if !box.notes.isEmpty, box.kind == .op {
      text += "<circle class=\"mark\" cx=\"\(Self.number(item.width - 6))\" cy=\"6\" r=\"3\"/>"
    }
    for (k, port) in box.results.enumerated() where port.isRead {
      let x = Self.number(LayeredLayout.port(box, k, width: item.width))
      text += "<text class=\"type\" x=\"\(x)\" y=\"\(Self.number(item.height + 13))\" text-anchor=\"middle\">"
      text += "\(Self.escaped(port.label))</text>"
    }
    return text + "</g>\n"
  }

  /// Room that the labels below an item need.
  private func labelWidth(_ member: ClusterLevels.Member) -> Double {
    guard case .box(let box) = member else { return 0 }
    return drawing.boxes[box].results.filter(\.isRead).reduce(0) { $0 + LayeredLayout.labelWidth($1) }
  }

  private func isLong(_ wire: LayeredLayout.Wire) -> Bool {
    wire.bends.isEmpty && wire.lastRow > wire.firstRow + 1
  }

  /// A wire as a path: down to the end of the row, then a curve to the next row, and so on.
  private func path(_ wire: LayeredLayout.Wire, _ cluster: LayeredLayout.Cluster) -> String {
    let bends = wire.bends.map { "\(Self.number($0.x)) \($0.row)" }.joined(separator: ",")
    let start = wire.from >= 0 ? cluster.items[wire.from].y + cluster.items[wire.from].height : nil
    var y = start ?? (cluster.rows[wire.firstRow].top - (wire.firstRow == 0 ? cluster.rows[0].top : 0))
    var x = wire.start
    var d = "M\(Self.number(x)),\(Self.number(y))"
    func advance(to nextX: Double, row: Int, from last: Int) {
      let bottom = cluster.rows[last].top + cluster.rows[last].height
      let top = cluster.rows[row].top
      if bottom > y { d += "V\(Self.number(bottom))" }
      y = max(y, bottom)
      let middle = (y + top) / 2
      d += "C\(Self.number(x)),\(Self.number(middle)) \(Self.number(nextX)),\(Self.number(middle)) "
      d += "\(Self.number(nextX)),\(Self.number(top))"
      (x, y) = (nextX, top)
    }
    var row = wire.firstRow
    for bend in wire.bends {
      advance(to: bend.x, row: bend.row, from: row)
      row = bend.row
    }
    advance(to: wire.end, row: wire.lastRow, from: row)
    if wire.to < 0 { d += "V\(Self.number(cluster.height))" }
    let value = layout.values[wire.value]
    let endsAtBox = wire.to >= 0 && { if case .box = cluster.items[wire.to].member { true } else { false } }()
    return
      "<path class=\"wire\(isLong(wire) ? " long" : "")\"\(endsAtBox ? " marker-end=\"url(#tip)\"" : "") d=\"\(d)\" "
      + "data-wire=\"\(wire.from) \(wire.to) \(Self.number(wire.start)) \(Self.number(wire.end)) \(wire.firstRow) "
      + "\(wire.lastRow)\" data-bends=\"\(bends)\" data-value=\"\(prefix)-\(drawing.boxes[value.box].id)\"/>\n"
  }

  /// What a pointer is told.
  static func tooltip(_ box: Drawing.Box) -> String {
    var lines = [box.label.split(separator: "\n").joined(separator: " of ")]
    if box.line > 0 { lines.append("line \(box.line): \(box.written)") }
    lines += box.parameters
    if box.flops > 0 { lines.append("\(Count.text(box.flops)) FLOPs") }
    return (lines + box.notes).joined(separator: "\n")
  }

  /// At most one decimal.
  static func number(_ x: Double) -> String {
    let rounded = (x * 10).rounded() / 10
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }

  /// Text as it may stand in markup, attributes included.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: if scalar.value >= 0x20 || scalar == "\n" || scalar == "\t" { out.unicodeScalars.append(scalar) }
      }
    }
    return out
  }
}
