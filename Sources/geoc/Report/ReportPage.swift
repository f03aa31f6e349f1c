import Foundation
import GeocRuntime

/// The page of a run: `report.html`, one file that reads nothing else.
enum ReportPage {
  /// The page. While the run goes on, browsers load it again every few seconds. Throws what encoding throws.
  static func text(_ report: RunReport) throws -> String {
    var body = try header(report)
    body += "<main>\n" + results(report)
    for section in sections(report) where !section.charts.isEmpty {
      body += "<section><h2>\(section.title)</h2>"
      if !section.note.isEmpty { body += "<p class=\"quiet\">\(SVGRenderer.escaped(section.note))</p>" }
      body += "<div class=\"cards\">\n"
      for chart in section.charts { body += try chart.figure() }
      body += "</div></section>\n"
    }
    body += epochs(report.records)
    body += "</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n<script>\n\(ReportScript.text)</script>\n"
    let refresh = report.status == .running ? "<meta http-equiv=\"refresh\" content=\"5\">\n" : ""
    return PageFrame.text(title: report.title, head: refresh, style: ReportStyle.text, body: body)
  }

  private struct Section {
    var title: String
    var note = ""
    var charts: [Chart] = []

    mutating func add(_ chart: Chart?) { if let chart { charts.append(chart) } }
  }

  private static func sections(_ report: RunReport) -> [Section] {
    var training = Section(title: "Training", charts: report.metricCharts)
    training.add(report.rateChart)
    var model = Section(title: "Model")
    let rows = report.observations.last?.rows ?? 0
    if rows > 0 { model.note = "On \(rows) rows that stay the same, in evaluation mode." }
    model.add(report.confusionChart)
    model.add(report.embeddingChart)
    var parameters = Section(title: "Parameters")
    parameters.add(
      report.subjectChart(
        \.gradientNorm, title: "Gradient norms",
        note: "Riemannian norm in each parameter's own metric, on one fixed training batch."))
    parameters.add(
      report.subjectChart(\.parameterNorm, title: "Parameter norms", note: "Frobenius norm, after the epoch."))
    parameters.add(
      report.subjectChart(
        \.residual, title: "Constraint error",
        note: "Distance of a parameter from its manifold, at most over its points."))
    parameters.add(
      report.subjectChart(
        \.folded, title: "Folded by batch normalisation",
        note: "Share of matrices with a negative eigenvalue after centring and after scaling.",
        isLogarithmic: false, least: 0...1))
    let eigenvalues = Section(
      title: "Eigenvalues", note: "Of positive definite matrices; the stronger the colour, the more of them.",
      charts: report.histogramCharts(\.eigenvalues, isLogarithmic: true))
    let ball = Section(
      title: "Ball",
      note: "Distance of points from the origin, over that of the boundary; the stronger the colour, the more of them.",
      charts: report.histogramCharts(\.radius, isLogarithmic: false))
    return [training, model, parameters, eigenvalues, ball]
  }

  private static func header(_ report: RunReport) throws -> String {
    let done = report.records.last?.epoch ?? 0
    let word = report.status.word
    var text = "<header>\n<h1>\(SVGRenderer.escaped(report.title))</h1>\n"
    text += "<span class=\"status \(word)\">\(word)</span>"
    if report.epochs > 0 { text += "<span class=\"quiet\">epoch \(done) of \(report.epochs)</span>" }
    // A search may be finished before its last epoch.
    let share = report.status == .finished ? report.epochs : done
    if report.epochs > 0 {
      text += "<progress max=\"\(report.epochs)\" value=\"\(share)\" aria-label=\"epochs done\"></progress>"
    }
    if let parent = report.parent { text += "<a href=\"\(SVGRenderer.escaped(parent))\">all folds</a>" }
    text += "\n</header>\n"
    if case .failed(let message) = report.status {
      text += "<p class=\"problem\">\(SVGRenderer.escaped(message))</p>\n"
    }
    if let problem = report.observations.last(where: { $0.problem != nil }) {
      text += "<p class=\"problem\">epoch \(problem.epoch) could not be observed: "
      text += "\(SVGRenderer.escaped(problem.problem ?? ""))</p>\n"
    }
    return text
  }

  /// Results at the end, and facts about the run.
  private static func results(_ report: RunReport) -> String {
    var text = "<section class=\"facts\">"
    let table = RunTable(report.finals)
    if !table.rows.isEmpty {
      text += "<table><thead><tr><th></th>\(table.columns.map { "<th>\($0)</th>" }.joined())</tr></thead><tbody>"
      for row in table.rows {
        text += "<tr><th scope=\"row\">\(SVGRenderer.escaped(row.name.replacing("_", with: " ")))</th>"
        text += row.cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
      }
      text += "</tbody></table>"
    }
    text += "<dl>"
    for fact in report.facts {
      text += "<dt>\(SVGRenderer.escaped(fact.name))</dt><dd>\(SVGRenderer.escaped(fact.value))</dd>"
    }
    return text + "</dl></section>\n"
  }

  /// All epochs as a table, the last first.
  private static func epochs(_ records: [EpochRecord]) -> String {
    guard let last = records.last else { return "" }
    let names = last.values.map(\.name)
    var text = "<details><summary>Epochs as a table</summary><div class=\"wide\"><table><thead><tr>"
    for name in ["epoch", "step", "lr"] + names + ["seconds"] { text += "<th>\(SVGRenderer.escaped(name))</th>" }
    text += "</tr></thead><tbody>\n"
    for record in records.reversed() {
      let cells =
        [String(record.epoch), String(record.step), ChartScale.label(record.learningRate)]
        + names.map { name in record[name].map { ProgressLine.value(name, $0) } ?? "" } + [
          String(format: "%.1f", record.seconds)
        ]
      text += "<tr>\(cells.map { "<td>\($0)</td>" }.joined())</tr>\n"
    }
    return text + "</tbody></table></div></details>\n"
  }
}

/// The look of reports. Colours of curves are near those of Okabe and Ito, told apart with any common colour blindness,
/// and lighter in the dark.
enum ReportStyle {
  static let text = """
    :root { --s0: #0072b2; --s1: #d55e00; --s2: #00875f; --s3: #b0568d; --s4: #8f6d00; --s5: #3d8fc4; --s6: #5b616b;
      --s7: #7a4fb3; --heat: #08519c; --onHeat: #fff }
    @media (prefers-color-scheme: dark) {
      :root { --s0: #5aa9e6; --s1: #ff9152; --s2: #2fc79a; --s3: #e79bc8; --s4: #e6c84a; --s5: #9ad4ff; --s6: #b7bdc6;
        --s7: #b79af0; --heat: #8ec5ff; --onHeat: #10151c }
    }
    main { padding: 4px 14px 40px; max-width: 1680px; margin: 0 auto }
    h2 { font-size: 15px; margin: 22px 0 4px } section > p { margin: 0 0 8px }
    .status { border: 1px solid currentColor; border-radius: 99px; padding: 0 9px; font-size: 12px; color: var(--s0) }
    .status.finished { color: var(--s2) } .status.interrupted { color: var(--s4) } .status.failed { color: var(--s1) }
    progress { accent-color: var(--accent); width: 120px; height: 8px }
    .problem { margin: 10px 14px 0; padding: 6px 10px; border-left: 3px solid var(--s1); background: var(--panel);
      overflow-wrap: anywhere }
    .facts { display: flex; flex-wrap: wrap; gap: 12px 36px; align-items: start; margin-top: 12px }
    dl { margin: 0; display: grid; grid-template-columns: auto auto; gap: 2px 12px } dt { color: var(--quiet) }
    dd { margin: 0; overflow-wrap: anywhere }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums } th { font-weight: 600; text-align: right }
    th, td { padding: 2px 10px; border-bottom: 1px solid var(--line) } td { text-align: right }
    th[scope=row] { text-align: left; padding-left: 0 } .wide { overflow-x: auto }
    details { margin-top: 26px } summary { cursor: pointer; color: var(--quiet) }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 350px), 1fr)); gap: 12px;
      align-items: start }
    figure { margin: 0; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel);
      min-width: 0 }
    figcaption { font-weight: 600; overflow-wrap: anywhere } figure p { margin: 0 0 4px; font-size: 12px }
    .picture { position: relative; outline: none; border-radius: 6px }
    .picture:focus-visible { box-shadow: 0 0 0 2px var(--accent) }
    .chart { display: block; width: 100%; height: auto; touch-action: pan-y }
    .chart text { font: 10px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--quiet) }
    .chart .name { fill: var(--ink) } .chart .onDark { fill: var(--onHeat) } .chart .onLight { fill: var(--ink) }
    .grid { stroke: var(--line); stroke-width: .6 } .axis, .tick { stroke: var(--quiet); stroke-width: .8; fill: none }
    .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round }
    .dashed .curve { stroke-dasharray: 4 3 } .cursor { stroke: var(--ink); stroke-width: .8; fill: none }
    .boundary { fill: none; stroke: var(--ink); stroke-width: 1 }
    .mark { fill-opacity: .75; stroke: var(--panel); stroke-width: .4 }
    .s0 { --c: var(--s0) } .s1 { --c: var(--s1) } .s2 { --c: var(--s2) } .s3 { --c: var(--s3) }
    .s4 { --c: var(--s4) } .s5 { --c: var(--s5) } .s6 { --c: var(--s6) } .s7 { --c: var(--s7) }
    .curve { stroke: var(--c) } .dot, .mark { fill: var(--c) }
    .cell { fill: var(--heat) } .d1 { fill-opacity: .08 } .d2 { fill-opacity: .18 } .d3 { fill-opacity: .3 }
    .d4 { fill-opacity: .42 } .d5 { fill-opacity: .56 } .d6 { fill-opacity: .7 } .d7 { fill-opacity: .85 }
    figure .legend { font-size: 12px; margin-top: 4px; max-height: 92px; overflow: auto }
    .legend span { overflow-wrap: anywhere } .swatch { width: 18px; height: 8px; margin-right: 5px }
    #tip { position: fixed; z-index: 2; pointer-events: none; max-width: 300px; padding: 4px 8px; border-radius: 6px;
      border: 1px solid var(--line); background: var(--page); font-size: 12px; white-space: pre-line;
      font-variant-numeric: tabular-nums; box-shadow: 0 2px 8px rgb(0 0 0 / .25) }

    """
}
