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
    var families: Set<String> = []
    func add(_ drawing: Drawing, _ stage: GraphStage, id: String, title: String, below: String = "") throws {
      var facts: [String: Facts] = [:]
      for box in drawing.boxes {
        facts["\(id)-\(box.id)"] = Facts(box: box, reads: [], readBy: [])
        families.insert(box.family)
      }
      for arrow in Set(drawing.arrows.map { [$0.from, $0.to] }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        facts["\(id)-\(arrow[1])"]?.reads.append("\(id)-\(arrow[0])")
        facts["\(id)-\(arrow[0])"]?.readBy.append("\(id)-\(arrow[1])")
      }
      let svg = SVGRenderer(drawing, least: stage.leastCluster, prefix: id)
      sections += """
        <section data-stage="\(id)" data-boxes="\(drawing.boxes.count)"\(id == first.rawValue ? "" : " hidden")>
        <h2>\(title) <span>@\(SVGRenderer.escaped(drawing.function)), \(drawing.boxes.count) nodes</span></h2>
        <div class="pane"><svg class="graph" data-w="\(SVGRenderer.number(svg.size.width))" data-h="\(SVGRenderer.number(svg.size.height))">
        <g class="view"></g></svg><canvas></canvas></div>
        <script type="image/svg+xml">\(svg.content)</script>
        <script type="application/json">\(try PageFrame.json(facts))</script>\(below)</section>

        """
    }
    var passes = "<option value=\"\(GraphStage.ir.rawValue)\" selected>all passes</option>"
    for stage in GraphStage.allCases {
      switch stage {
      case .plan:
        let plan = try stages.plan()
        let memory = "<details open><summary>Memory over the steps</summary>\(plan.memory.svg())</details>"
        try add(plan.drawing, stage, id: stage.rawValue, title: stage.title, below: memory)
      case .ir:
        for (pass, drawing) in try stages.passDrawings().reversed() {
          let id = "\(stage.rawValue)-\(pass)"
          passes += "<option value=\"\(id)\">\(pass)</option>"
          try add(drawing, stage, id: id, title: "IR after \(pass)")
        }
        try add(stages.drawing(stage), stage, id: stage.rawValue, title: stage.title)
      default: try add(stages.drawing(stage), stage, id: stage.rawValue, title: stage.title)
      }
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
      <nav aria-label="stages">\(buttons)<label>IR after <select id="pass">\(passes)</select></label></nav>
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
      <script>
      \(GraphPageScript.text)</script>

      """
    text = PageFrame.text(
      title: model.module.name, style: SVGStyle.text + GraphPageStyle.text, body: body)
  }
}
