/// Graphviz.
enum DotRenderer {
  /// The text of a `.dot` file.
  static func text(_ drawing: Drawing) -> String {
    var text = "digraph \(quote(drawing.title)) {\n"
    text += "  rankdir=TB; node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];\n"
    text += "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#666666\"];\n"
    text += "  label=\(quote("\(drawing.title) @\(drawing.function)")); labelloc=t; fontname=\"Helvetica\";\n"
    text += cluster(ClusterTree(drawing.boxes), depth: 1)
    for arrow in drawing.arrows { text += "  \(arrow.from) -> \(arrow.to) [label=\(quote(arrow.type))];\n" }
    return text + "}\n"
  }

  private static func cluster(_ tree: ClusterTree, depth: Int) -> String {
    let indent = String(repeating: "  ", count: depth)
    var text = ""
    for box in tree.boxes {
      let shape =
        switch box.kind {
        case .op: ""
        case .input, .output: ", shape=ellipse"
        case .parameter, .state: ", shape=note"
        case .removed: ", style=\"rounded,dashed\""
        }
      text += "\(indent)\(box.id) [label=\(quote(box.label)), fillcolor=\"\(Palette.fill(box))\"\(shape)];\n"
    }
    for child in tree.children {
      text += "\(indent)subgraph \(quote("cluster_" + child.path.joined(separator: "/"))) {\n"
      text += "\(indent)  label=\(quote(child.path.last ?? "")); style=dashed; color=\"#888888\";\n"
      text += cluster(child, depth: depth + 1)
      text += "\(indent)}\n"
    }
    return text
  }

  private static func quote(_ text: String) -> String {
    var out = "\""
    for c in text {
      switch c {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      default: out.append(c)
      }
    }
    return out + "\""
  }
}

/// Boxes by nested cluster, clusters in the order of their first box.
struct ClusterTree {
  var path: [String] = []
  var boxes: [Drawing.Box] = []
  var children: [ClusterTree] = []

  /// Sorts boxes into clusters.
  init(_ boxes: [Drawing.Box]) {
    for box in boxes { add(box, box.cluster[...]) }
  }

  private init(path: [String]) { self.path = path }

  private mutating func add(_ box: Drawing.Box, _ rest: ArraySlice<String>) {
    guard let head = rest.first else {
      boxes.append(box)
      return
    }
    let at = children.firstIndex { $0.path.last == head } ?? children.count
    if at == children.count { children.append(ClusterTree(path: path + [head])) }
    children[at].add(box, rest.dropFirst())
  }
}
