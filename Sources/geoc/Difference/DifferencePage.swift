/// A difference as one HTML file that reads nothing else: the tables, and the two models side by side with what changed
/// marked.
struct DifferencePage {
  /// The page.
  let text: String

  /// The page of a difference with the drawings of both models.
  init(_ difference: ModelDifference, old: Drawing, new: Drawing) {
    let title = difference.old == difference.new ? difference.new : "\(difference.old) → \(difference.new)"
    func cell(_ text: String?) -> String {
      text.map { "<td><code>\(SVGRenderer.escaped($0))</code></td>" } ?? "<td class=\"none\">–</td>"
    }
    var tables = difference.isEmpty ? "<p>No difference in meaning.</p>" : ""
    for section in difference.sections {
      tables +=
        "<h2>\(section.title)</h2>\n<table><thead><tr><th></th><th>before</th><th>after</th></tr></thead><tbody>\n"
      for row in section.rows {
        let kind = row.old == nil ? "added" : row.new == nil ? "removed" : "changed"
        tables +=
          "<tr class=\"\(kind)\"><th scope=\"row\">\(SVGRenderer.escaped(row.name))</th>\(cell(row.old))\(cell(row.new))</tr>\n"
      }
      tables += "</tbody></table>\n"
    }
    let changed = Set(difference.sections.first { $0.title == "Nodes" }?.rows.map(\.name) ?? [])
    let drawings = [("before", old, "a"), ("after", new, "b")].map { name, drawing, prefix in
      let svg = SVGRenderer(Self.marked(drawing, changed), prefix: prefix)
      let (w, h) = (SVGRenderer.number(svg.size.width), SVGRenderer.number(svg.size.height))
      return """
        <figure><figcaption>\(name)</figcaption>
        <svg role="img" aria-label="\(name)" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)">\(svg.content)</svg></figure>

        """
    }.joined()
    text = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <link rel="icon" href="data:,">
      <title>\(SVGRenderer.escaped(title))</title>
      <style>
      \(SVGStyle.text)\(Self.style)</style>
      </head>
      <body>
      <svg width="0" height="0" aria-hidden="true">\(SVGRenderer.marker)</svg>
      <h1>\(SVGRenderer.escaped(title))</h1>
      \(tables)<h2>Graphs</h2>
      <div class="pair">
      \(drawings)</div>
      </body>
      </html>
      """
  }

  /// The drawing with a caption at every node that changed.
  private static func marked(_ drawing: Drawing, _ changed: Set<String>) -> Drawing {
    var copy = drawing
    for k in copy.boxes.indices where copy.boxes[k].kind == .op && changed.contains(copy.boxes[k].path) {
      copy.boxes[k].caption = "▲ differs"
    }
    return copy
  }

  private static let style = """
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1c1e21; background: #fff }
    table { border-collapse: collapse; width: 100%; table-layout: fixed }
    th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border: 1px solid #d5d8dc; overflow-wrap: anywhere }
    thead th:first-child { width: 22% } tbody th { font-weight: 600 }
    .added th { border-left: 4px solid #1a7f37 } .removed th { border-left: 4px solid #cf222e }
    .changed th { border-left: 4px solid #9a6700 } .none { color: #6b7280 }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem } figure { margin: 0; overflow: auto }
    @media (max-width: 720px) { .pair { grid-template-columns: 1fr } }
    @media (prefers-color-scheme: dark) {
      body { color: #e4e6ea; background: #16181c } th, td { border-color: #3a3f47 } .none { color: #9aa1ab }
    }

    """
}
