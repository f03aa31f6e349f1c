/// Mermaid flowcharts, which Markdown hosts draw.
enum MermaidRenderer {
  /// The text of a flowchart.
  static func text(_ drawing: Drawing) -> String {
    var text = "flowchart TB\n"
    var clusters = 0
    text += cluster(ClusterTree(drawing.boxes), depth: 1, &clusters)
    for arrow in drawing.arrows { text += "  \(arrow.from) -->|\(quote(arrow.type))| \(arrow.to)\n" }
    for box in drawing.boxes { text += "  style \(box.id) fill:\(Palette.fill(box)),stroke:#888,color:#000\n" }
    return text
  }

  private static func cluster(_ tree: ClusterTree, depth: Int, _ clusters: inout Int) -> String {
    let indent = String(repeating: "  ", count: depth)
    var text = ""
    for box in tree.boxes {
      let label = quote(box.label)
      switch box.kind {
      case .op, .removed: text += "\(indent)\(box.id)[\(label)]\n"
      case .input, .output: text += "\(indent)\(box.id)([\(label)])\n"
      case .parameter, .state: text += "\(indent)\(box.id)[/\(label)/]\n"
      }
    }
    for child in tree.children {
      clusters += 1
      text += "\(indent)subgraph c\(clusters)[\(quote(child.path.last ?? ""))]\n"
      text += cluster(child, depth: depth + 1, &clusters)
      text += "\(indent)end\n"
    }
    return text
  }

  private static func quote(_ text: String) -> String {
    var out = "\""
    for c in text {
      switch c {
      case "\"": out += "#quot;"
      case "#": out += "#35;"
      case "<": out += "#lt;"
      case ">": out += "#gt;"
      case "\n": out += "<br/>"
      default: out.append(c)
      }
    }
    return out + "\""
  }
}
