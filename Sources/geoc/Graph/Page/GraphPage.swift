import GeocSpec

/// A page with all stages of a model side by side: one file that reads nothing else.
struct GraphPage {
  /// The page.
  let text: String

  private struct Facts: Encodable {
    var box: Drawing.Box
    var reads: [String]
    var readBy: [String]
  }

  /// The page of a model; `first` is the stage that is open at the beginning.
  init(_ stages: GraphStages, _ model: Model, first: GraphStage) throws {
    var sections = ""
    var facts: [String: Facts] = [:]
    var families: Set<String> = []
    for stage in GraphStage.allCases {
      let drawing: Drawing
      var below = ""
      if stage == .plan {
        let plan = try stages.plan()
        drawing = plan.drawing
        below = "<details open><summary>Memory over the steps</summary>\(plan.memory.svg())</details>"
      } else {
        drawing = try stages.drawing(stage)
      }
      let prefix = stage.rawValue
      for box in drawing.boxes {
        facts["\(prefix)-\(box.id)"] = Facts(box: box, reads: [], readBy: [])
        families.insert(box.family)
      }
      for arrow in Set(drawing.arrows.map { [$0.from, $0.to] }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        facts["\(prefix)-\(arrow[1])"]?.reads.append("\(prefix)-\(arrow[0])")
        facts["\(prefix)-\(arrow[0])"]?.readBy.append("\(prefix)-\(arrow[1])")
      }
      let svg = SVGRenderer(drawing, least: stage.leastCluster, prefix: prefix)
      sections += """
        <section data-stage="\(prefix)" data-boxes="\(drawing.boxes.count)"\(stage == first ? "" : " hidden")>
        <h2>\(stage.title) <span>@\(SVGRenderer.escaped(drawing.function)), \(drawing.boxes.count) nodes</span></h2>
        <svg class="graph" data-w="\(SVGRenderer.number(svg.size.width))" data-h="\(SVGRenderer.number(svg.size.height))">
        <g class="view">\(svg.content)</g></svg>\(below)</section>

        """
    }
    let buttons = GraphStage.allCases.map { stage in
      "<button data-show=\"\(stage.rawValue)\" aria-pressed=\"\(stage == first)\">\(stage.rawValue)</button>"
    }.joined()
    let legend = Palette.families.filter { families.contains($0.name) }.map { family in
      "<span><i style=\"background:\(family.color)\"></i>\(family.name)</span>"
    }.joined()
    let name = SVGRenderer.escaped(model.module.name)
    let body = """
      <header>
      <h1>\(name)</h1>
      <nav aria-label="stages">\(buttons)</nav>
      <input id="search" type="search" placeholder="Search ( / )" aria-label="search nodes"><output id="count"></output>
      <nav aria-label="view"><button id="fit">Fit</button><button id="fold">Fold all</button></nav>
      <div class="legend">\(legend)</div>
      </header>
      <main>
      <div id="stages">
      \(sections)</div>
      <aside id="facts-panel" aria-live="polite"></aside>
      </main>
      <svg width="0" height="0" aria-hidden="true">\(SVGRenderer.marker)</svg>
      <script type="application/json" id="facts">\(try PageFrame.json(facts))</script>
      <script>
      \(GraphPageScript.text)</script>

      """
    text = PageFrame.text(
      title: model.module.name, style: SVGStyle.text + GraphPageStyle.text, body: body)
  }
}
