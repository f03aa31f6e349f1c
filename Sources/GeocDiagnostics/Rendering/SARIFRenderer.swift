import Foundation

/// Renders a SARIF 2.1.0 log: one run, the rules that occur, one result for each diagnostic.
package struct SARIFRenderer: Sendable {
  private let version: String?
  private let pages: [String: String]

  /// A renderer; `version` is geoc's own, `pages` what is to be read about each code, in Markdown.
  package init(version: String? = nil, pages: [String: String] = [:]) {
    self.version = version
    self.pages = pages
  }

  private struct Text: Encodable {
    var text: String
    var markdown: String?
  }

  private struct Rule: Encodable {
    struct Configuration: Encodable { var level: String }
    var id: String
    var name: String
    var shortDescription: Text
    var help: Text
    var defaultConfiguration: Configuration
  }

  private struct Driver: Encodable {
    var name = "geoc"
    var version: String?
    var rules: [Rule]
  }

  private struct Tool: Encodable { var driver: Driver }

  private struct Region: Encodable {
    var startLine: Int
    var startColumn: Int
    var endLine: Int
    var endColumn: Int
  }

  private struct Artifact: Encodable { var uri: String }

  private struct Physical: Encodable {
    var artifactLocation: Artifact
    var region: Region?
  }

  private struct Location: Encodable {
    var id: Int?
    var physicalLocation: Physical
    var message: Text?
  }

  private struct Replacement: Encodable {
    var deletedRegion: Region
    var insertedContent: Text
  }

  private struct Change: Encodable {
    var artifactLocation: Artifact
    var replacements: [Replacement]
  }

  private struct Fix: Encodable {
    var description: Text
    var artifactChanges: [Change]
  }

  private struct Result: Encodable {
    var ruleId: String
    var ruleIndex: Int
    var level: String
    var message: Text
    var locations: [Location]
    var relatedLocations: [Location]?
    var partialFingerprints: [String: String]
    var fixes: [Fix]?
  }

  private struct Invocation: Encodable { var executionSuccessful = true }

  private struct Run: Encodable {
    var tool: Tool
    var invocations = [Invocation()]
    var columnKind = "unicodeCodePoints"
    var results: [Result]
  }

  private struct Log: Encodable {
    enum CodingKeys: String, CodingKey {
      case schema = "$schema"
      case version, runs
    }
    var schema = "https://json.schemastore.org/sarif-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]
  }

  /// The log.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    let codes = Set(diagnostics.map(\.code)).sorted { $0.id < $1.id }
    let index = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($0.element, $0.offset) })
    let rules = codes.map { code in
      Rule(
        id: code.id, name: pascalCase(code.name), shortDescription: Text(text: code.title),
        help: Text(text: pages[code.id] ?? "geoc explain \(code.id)", markdown: pages[code.id]),
        defaultConfiguration: .init(level: code.severity.rawValue))
    }
    var seen: [String: Int] = [:]
    let results = diagnostics.map { diagnostic in
      let own = fingerprint(diagnostic)
      seen[own, default: 0] += 1
      return result(diagnostic, rule: index[diagnostic.code] ?? 0, fingerprint: "\(own):\(seen[own] ?? 1)")
    }
    let tool = Tool(driver: Driver(version: version, rules: rules))
    return jsonText(Log(runs: [Run(tool: tool, results: results)]))
  }

  private func result(_ diagnostic: Diagnostic, rule: Int, fingerprint: String) -> Result {
    var text = diagnostic.message
    if let label = diagnostic.primary?.text, !label.isEmpty { text += ": " + label }
    for note in diagnostic.notes { text += "\nnote: " + note }
    for help in diagnostic.help { text += "\nhelp: " + help }
    var locations: [Location] = []
    if let physical = physical(diagnostic.span) {
      locations = [Location(physicalLocation: physical)]
    } else if let item = diagnostic.item {
      locations = [Location(physicalLocation: Physical(artifactLocation: Artifact(uri: uri(item))))]
    }
    let related = diagnostic.labels.enumerated().compactMap { i, label in
      physical(label.span).map { Location(id: i + 1, physicalLocation: $0, message: Text(text: label.text)) }
    }
    return Result(
      ruleId: diagnostic.code.id, ruleIndex: rule, level: diagnostic.severity.rawValue, message: Text(text: text),
      locations: locations, relatedLocations: related.isEmpty ? nil : related,
      partialFingerprints: ["geocProblem/v1": fingerprint], fixes: fixes(diagnostic))
  }

  /// What stays the same when lines are added above: the code, the headline and the text of the line (FNV-1a, 64 bits).
  private func fingerprint(_ diagnostic: Diagnostic) -> String {
    var line = ""
    if let file = diagnostic.span.file, let place = diagnostic.span.lineAndColumn {
      line = String(decoding: file.bytes[file.lineRange(place.line)], as: UTF8.self)
    }
    let text = [diagnostic.code.id, diagnostic.message, line.trimmingCharacters(in: .whitespaces)].joined(
      separator: "\n")
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func fixes(_ diagnostic: Diagnostic) -> [Fix]? {
    var changes: [Change] = []
    for edit in diagnostic.edits {
      guard let physical = physical(edit.span), let region = physical.region else { continue }
      let replacement = Replacement(deletedRegion: region, insertedContent: Text(text: edit.replacement))
      if let i = changes.firstIndex(where: { $0.artifactLocation.uri == physical.artifactLocation.uri }) {
        changes[i].replacements.append(replacement)
      } else {
        changes.append(Change(artifactLocation: physical.artifactLocation, replacements: [replacement]))
      }
    }
    let description = Text(text: diagnostic.help.first ?? diagnostic.message)
    return changes.isEmpty ? nil : [Fix(description: description, artifactChanges: changes)]
  }

  private func physical(_ span: Span) -> Physical? {
    guard let file = span.file, let start = span.lineAndColumn, let end = span.endLineAndColumn else { return nil }
    let region = Region(startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column)
    return Physical(artifactLocation: Artifact(uri: uri(file.name)), region: region)
  }

  private func uri(_ path: String) -> String {
    let allowed = CharacterSet(charactersIn: "/-._~").union(.init(charactersIn: "a"..."z"))
      .union(.init(charactersIn: "A"..."Z")).union(.init(charactersIn: "0"..."9"))
    let encoded = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
    return path.hasPrefix("/") ? "file://" + encoded : encoded
  }

  private func pascalCase(_ name: String) -> String {
    name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
