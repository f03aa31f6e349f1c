import GeocDiagnostics

/// A difference for a terminal, and as Markdown for a comment on a change.
enum DifferenceRenderer {
  /// `+` what is new, `-` what is gone, `~` what is another.
  static func text(_ difference: ModelDifference, _ decorator: Decorator = .plain) -> String {
    if difference.isEmpty { return "no difference in meaning" }
    var text = ""
    for section in difference.sections {
      text += (text.isEmpty ? "" : "\n") + decorator(.strong, section.title) + "\n"
      for row in section.rows {
        switch (row.old, row.new) {
        case (let old?, let new?): text += "  ~ \(row.name)\n      - \(old)\n      + \(new)\n"
        case (let old?, nil): text += "  - \(row.name): \(old)\n"
        case (nil, let new?): text += "  + \(row.name): \(new)\n"
        case (nil, nil): break
        }
      }
    }
    return text
  }

  /// Tables, old beside new.
  static func markdown(_ difference: ModelDifference) -> String {
    let names =
      difference.old == difference.new ? "`\(difference.new)`" : "`\(difference.old)` → `\(difference.new)`"
    if difference.isEmpty { return "### \(names)\n\nNo difference in meaning.\n" }
    func cell(_ text: String?) -> String {
      guard let text else { return "–" }
      return "`\(text.replacing("|", with: "\\|").replacing("`", with: "'"))`"
    }
    var text = "### \(names)\n"
    for section in difference.sections {
      text += "\n**\(section.title)**\n\n| | before | after |\n|---|---|---|\n"
      for row in section.rows { text += "| \(cell(row.name)) | \(cell(row.old)) | \(cell(row.new)) |\n" }
    }
    if !difference.unchangedCosts.isEmpty {
      let same = difference.unchangedCosts.map { "\($0.name): \($0.new ?? "")" }.joined(separator: "; ")
      text += "\nAs before: \(same).\n"
    }
    return text
  }
}
