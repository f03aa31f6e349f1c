import GeocDiagnostics
import GeocRuntime

/// The page of a cross-validation: its folds with links to their own pages, and mean and deviation at the end.
enum FoldsPage {
  /// The page. `finals` are the results of the folds that are done, `isRunning` whether others follow.
  static func text(
    title: String, folds: Int, finals: [[(name: String, value: Double)]], status: RunReport.Status
  ) -> String {
    let names = finals.first?.map(\.name) ?? []
    var body = "<header>\n<h1>\(SVGRenderer.escaped(title))</h1>\n"
    body += "<span class=\"status \(status.word)\">\(status.word)</span>"
    body += "<span class=\"quiet\">\(finals.count) of \(folds) folds done</span>"
    body += "<progress max=\"\(folds)\" value=\"\(finals.count)\" aria-label=\"folds done\"></progress>\n</header>\n"
    if case .failed(let message) = status { body += "<p class=\"problem\">\(SVGRenderer.escaped(message))</p>\n" }
    body += "<main><section class=\"wide\"><table><thead><tr><th></th>"
    for name in names { body += "<th>\(SVGRenderer.escaped(name.replacing("_", with: " ")))</th>" }
    body += "</tr></thead><tbody>\n"
    for k in 1...max(1, folds) {
      let isStarted = k <= finals.count + (status == .finished ? 0 : 1)
      let label = "fold \(k)"
      body += "<tr><th scope=\"row\">"
      body += isStarted ? "<a href=\"fold_\(k)/\(RunReporter.page)\">\(label)</a>" : label
      body += "</th>"
      for column in names.indices {
        let entry = k <= finals.count ? finals[k - 1][column] : nil
        body += "<td>\(entry.map { ProgressLine.value($0.name, $0.value) } ?? "")</td>"
      }
      body += "</tr>\n"
    }
    if finals.count > 1 {
      body += "<tr><th scope=\"row\">mean ± deviation</th>"
      for column in names.indices {
        let spread = Spread(finals.map { $0[column].value })
        body += "<td>\(spread.text)</td>"
      }
      body += "</tr>\n"
    }
    body += "</tbody></table></section></main>\n"
    let refresh = status == .running ? "<meta http-equiv=\"refresh\" content=\"5\">\n" : ""
    return PageFrame.text(title: title, head: refresh, style: ReportStyle.text, body: body)
  }
}

/// Mean and sample deviation of some numbers.
struct Spread {
  let mean: Double
  let deviation: Double

  /// Of at least two numbers; the deviation of one is NaN.
  init(_ values: [Double]) {
    mean = values.reduce(0, +) / Double(values.count)
    let center = mean
    deviation = (values.map { ($0 - center) * ($0 - center) }.reduce(0, +) / Double(values.count - 1)).squareRoot()
  }

  /// `0.8123 ± 0.0210`.
  var text: String { "\(ProgressLine.number(mean)) ± \(ProgressLine.number(deviation))" }
}
