import GeocDiagnostics
import GeocPasses

/// The page `docs/ops.md`.
enum OpsDocument {
  static func text(_ pages: [OpPage]) -> String {
    var text = """
      # Ops and optimizers

      This page is printed by `geoc docs ops`; `geoc ops NAME` shows one entry. In signatures, inputs stand first, then \
      weights and states after `;`, parameters in braces, the result after `->`. Axes in front of those that a signature \
      names are mapped: the op works on each of their points by itself.

      """
    var family = ""
    for page in pages {
      if page.family != family {
        family = page.family
        text += "\n## \(family)\n"
      }
      text += section(page)
    }
    return text
  }

  private static func section(_ page: OpPage) -> String {
    var text = "\n### \(page.name)\n\n\(page.summary)\n\n```\n\(page.signature)\n```\n"
    if !page.parameters.isEmpty {
      text += "\n| parameter | values | meaning |\n|---|---|---|\n"
      for p in page.parameters { text += "| `\(p.name)` | \(cell(p.facts)) | \(cell(p.meaning)) |\n" }
    }
    if !page.tensors.isEmpty {
      text += "\n| tensor | what |\n|---|---|\n"
      for t in page.tensors { text += "| `\(t.name)` | \(cell(t.facts)) |\n" }
    }
    for (title, content) in [("Formula", page.formula), ("Backward", page.backward), ("Source", page.source)]
    where !content.isEmpty { text += "\n\(title): \(content)\n" }
    if !page.invariances.isEmpty {
      text += "\nInvariances: \(page.invariances.map { "`\($0)`" }.joined(separator: ", "))\n"
    }
    if !page.example.isEmpty { text += "\n```yaml\n\(page.example)\n```\n" }
    return text
  }

  private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }
}

/// The page `docs/passes.md`.
enum PassesDocument {
  static func text() -> String {
    var text = """
      # Passes

      This page is printed by `geoc docs passes`. Passes run in this order; differentiation and the insertion of the \
      optimizer's step stand between the passes on layers and those on core ops. The IR is verified after each. \
      `geoc compile FILE --emit ir-after=PASS` prints the result of one, `--disable PASS` leaves an optional one out.

      | pass | works on | optional | what it does | why it stands there |
      |---|---|---|---|---|

      """
    for (stage, passes) in [("layers", Pipeline.layerPasses), ("core", Pipeline.corePasses)] {
      for pass in passes {
        text += "| `\(pass.name)` | \(stage) | \(pass.isOptional ? "yes" : "no") | \(pass.summary) | \(pass.reason) |\n"
      }
    }
    return text
  }
}

/// The page `docs/diagnostics.md`.
enum DiagnosticsDocument {
  private static let ranges = [
    ("E00", "Files and YAML"), ("E01", "Keys, names, parameters and blocks"), ("E02", "Types, spaces and shapes"),
    ("E03", "Rewrites"), ("E04", "Plans and IR"), ("E05", "Data and weights"), ("E06", "Numerics at run time"),
    ("W00", "Lints"),
  ]

  static func text() -> String {
    var text = """
      # Diagnostics

      This page is printed by `geoc docs diagnostics`; `geoc explain CODE` says more about one. A code never changes its \
      meaning. Lints can be made errors with `--deny` and dropped with `--allow`, by code or name.

      """
    for (prefix, title) in ranges {
      text += "\n## \(prefix): \(title)\n\n| code | name | severity | meaning |\n|---|---|---|---|\n"
      for code in DiagnosticCode.all where code.id.hasPrefix(prefix) {
        let id = ErrorPages.all[code.id] == nil ? code.id : "[\(code.id)](errors/\(code.id).md)"
        text += "| \(id) | `\(code.name)` | \(code.severity.rawValue) | \(code.title) |\n"
      }
    }
    return text
  }
}
