/// The forms in which `geoc check` prints diagnostics.
package enum DiagnosticFormat: String, CaseIterable, Sendable {
  /// For people.
  case human
  /// One array of objects.
  case json
  /// SARIF 2.1.0, for code-scanning services.
  case sarif
  /// Workflow commands that annotate a pull request.
  case github

  /// The diagnostics in this form, no line break at the end; for SARIF `version` is geoc's own, and `pages` has what is
  /// to be read about each code, in Markdown.
  package func render(
    _ diagnostics: [Diagnostic], decorator: Decorator = .plain, version: String? = nil, pages: [String: String] = [:]
  ) -> String {
    switch self {
    case .human: HumanRenderer(decorator: decorator).render(diagnostics)
    case .json: JSONRenderer().render(diagnostics)
    case .sarif: SARIFRenderer(version: version, pages: pages).render(diagnostics)
    case .github: GitHubRenderer().render(diagnostics)
    }
  }
}

/// Renders workflow commands, `::error file=…,line=…,col=…,title=E0204::message`.
package struct GitHubRenderer: Sendable {
  /// A renderer.
  package init() {}

  /// One line for each diagnostic.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined(separator: "\n")
  }

  private func render(_ diagnostic: Diagnostic) -> String {
    let command = diagnostic.severity == .note ? "notice" : diagnostic.severity.rawValue
    var properties: [String] = []
    if let file = diagnostic.span.file, let (line, column) = diagnostic.span.lineAndColumn {
      properties = ["file=\(escaped(file.name, isProperty: true))", "line=\(line)", "col=\(column)"]
    } else if let item = diagnostic.item {
      properties = ["file=\(escaped(item, isProperty: true))"]
    }
    properties.append("title=\(diagnostic.code.id)")
    var text = diagnostic.message
    if let label = diagnostic.primary?.text, !label.isEmpty { text += "\n" + label }
    for note in diagnostic.notes { text += "\nnote: " + note }
    for help in diagnostic.help { text += "\nhelp: " + help }
    return "::\(command) \(properties.joined(separator: ","))::\(escaped(text, isProperty: false))"
  }

  private func escaped(_ text: String, isProperty: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where isProperty: result += "%3A"
      case "," where isProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
