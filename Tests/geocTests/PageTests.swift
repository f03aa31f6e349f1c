import Foundation
import GeocDiagnostics
import GeocOps
import GeocSpec
import Testing

@testable import geoc

/// A page of `docs/errors`.
struct ErrorPage: CustomTestStringConvertible {
  let code: String
  let text: String

  /// All pages, by code.
  static let all: [ErrorPage] = {
    let folder = Repository.root + "docs/errors"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().compactMap { name in
      (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)).map {
        ErrorPage(code: String(name.dropLast(3)), text: $0)
      }
    }
  }()

  var testDescription: String { code }

  /// The content of the fence that begins with ```` ``` ```` and `mark`.
  func fence(_ mark: String) throws -> String {
    let start = try #require(text.range(of: "```\(mark)\n"), "\(code) lacks a fence '\(mark)'")
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// The page with the content of its ```` ```text ```` fence replaced.
  func replacingOutput(_ output: String) throws -> String {
    let start = try #require(text.range(of: "```text\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return text.replacingCharacters(in: start.upperBound..<end.lowerBound, with: output)
  }
}

extension ErrorPage {
  /// Whether its examples are commands with their files; else they are specs for `check`.
  var isPlayed: Bool { !text.contains("```yaml fail\n") }

  /// What the commands above and below the line `Mended:` ended with, and the page with what they print now. Fences with
  /// a name behind their language are files of the folder that the commands run in.
  func played() throws -> (text: String, failing: [RunWorkspace.Ended], mended: [RunWorkspace.Ended]) {
    let border = "\nMended:\n"
    let parts = text.components(separatedBy: border)
    #expect(parts.count == 2, "\(code) needs one line 'Mended:'")
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    if text.contains("forged.geoplan") { try ForgedPlan.write(code, to: work.path("forged.geoplan")) }
    var ended: [[RunWorkspace.Ended]] = []
    let texts = try parts.map { part in
      ended.append([])
      return try Document("docs/errors/\(code).md", text: part).replacingOutputs(prefix: "") { language, text in
        let words = language.split(separator: " ")
        if words.count == 2 { try work.write(String(words[1]), text: text) }
      } run: { command in
        let own = try work.run([], script: "PATH=\"${1%/*}:$PATH\"; export PATH\n{ \(command)\n} 2>&1")
        ended[ended.count - 1].append(own)
        // Runs are named by their time.
        return own.output.replacing(/\d{8}-\d{6}/, with: "20260101-120000")
      }
    }
    return (texts.joined(separator: border), ended[0], ended.count > 1 ? ended[1] : [])
  }
}

@Suite struct PageTests {
  private func diagnostics(_ spec: String) throws -> [Diagnostic] {
    var sink = DiagnosticSink()
    let model = try SpecCompiler.model(text: spec, path: "spec.yaml", registry: Catalogue.registry, sink: &sink)
    if let model { try ModelCompiler(model: model).check(&sink) }
    return sink.diagnostics
  }

  @Test(arguments: ErrorPage.all)
  func examplesDoAsThePageSays(_ page: ErrorPage) throws {
    if page.isPlayed {
      let (text, failing, mended) = try page.played()
      try Repository.expect(text, in: "docs/errors/\(page.code).md")
      func codes(_ ended: RunWorkspace.Ended) -> Set<String> {
        Set(ended.output.matches(of: /(?m)^(?:error|warning)\[([EW]\d{4})\]/).map { String($0.1) })
      }
      let last = try #require(failing.last)
      let isNote = DiagnosticCode.find(page.code)?.severity == .note
      #expect(isNote ? last.output.contains("\nnote: ") : codes(last) == [page.code], "\(last.output)")
      #expect(isNote || last.status != 0)
      for ended in failing.dropLast() { #expect(ended.status == 0, "\(ended.output)") }
      #expect(!mended.isEmpty)
      for ended in mended { #expect(ended.status == 0 && codes(ended).isEmpty, "\(ended.output)") }
    } else {
      #expect(try diagnostics(try page.fence("yaml fail")).map(\.code.id) == [page.code])
      #expect(try diagnostics(try page.fence("yaml ok")) == [])
      try Repository.expect(try current(page), in: "docs/errors/\(page.code).md")
    }
  }

  /// The page with what is printed now.
  private func current(_ page: ErrorPage) throws -> String {
    if page.isPlayed { return Repository.blesses ? try page.played().text : page.text }
    let found = try diagnostics(try page.fence("yaml fail"))
    return try page.replacingOutput(DiagnosticFormat.human.render(found) + "\n")
  }

  @Test(arguments: ErrorPage.all)
  func isTitledAsItsCode(_ page: ErrorPage) throws {
    let code = try #require(DiagnosticCode.find(page.code))
    #expect(page.text.hasPrefix("# \(code.id): \(code.title)\n"))
  }

  /// The pages as Swift source: a list for each prefix of codes, cut where a file would grow longer than a file may be,
  /// and then named by the first code of the rest.
  private func lists() throws -> [(name: String, source: String)] {
    let groups = Dictionary(grouping: ErrorPage.all) { String($0.code.prefix(4)) }.sorted { $0.key < $1.key }
    return try groups.flatMap { prefix, pages in
      var parts: [(name: String, lines: [String])] = []
      for page in pages {
        let lines = try current(page).split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.isEmpty ? "" : "      \($0)" }
        let entry = ["    \"\(page.code)\": #\"\"\""] + lines + ["      \"\"\"#,"]
        // Around the entries stand six lines.
        if let last = parts.indices.last, parts[last].lines.count + entry.count <= 594 {
          parts[last].lines += entry
        } else {
          parts.append((parts.isEmpty ? prefix : page.code, entry))
        }
      }
      return parts.map { name, lines in
        let source = """
          // swift-format-ignore-file
          /// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
          extension ErrorPages {
            static let \(name.lowercased()): [String: String] = [
          \(lines.joined(separator: "\n"))
            ]
          }

          """
        return (name, source)
      }
    }
  }

  @Test func executableCarriesThePages() throws {
    #expect(ErrorPage.all.count >= 40)
    let folder = "Sources/geoc/Pages/Errors"
    let lists = try lists()
    let names = lists.map { "ErrorPages+\($0.name).swift" }
    for (name, list) in zip(names, lists) { try Repository.expect(list.source, in: "\(folder)/\(name)") }
    let index = """
      /// The pages of `docs/errors`, so that the executable carries them wherever it is copied.
      /// Made from them by `GEOC_BLESS=1 swift test --filter geocTests`.
      enum ErrorPages {
        /// Page by code.
        static let all: [String: String] = {
          let lists: [[String: String]] = [
      \(lists.map { "      \($0.name.lowercased())," }.joined(separator: "\n"))
          ]
          return lists.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }()
      }

      """
    try Repository.expect(index, in: "\(folder)/ErrorPages.swift")
    let stored = try FileManager.default.contentsOfDirectory(atPath: Repository.root + folder)
    #expect(stored.sorted() == (names + ["ErrorPages.swift"]).sorted(), "delete what is not made from a page any more")
    for page in ErrorPage.all where !Repository.blesses { #expect(ErrorPages.all[page.code] == page.text) }
  }

  @Test(arguments: DocsCommand.Page.allCases)
  func generatedPageIsCurrent(_ page: DocsCommand.Page) throws {
    try Repository.expect(page.text, in: "docs/\(page.rawValue).md")
    #expect(Run("docs", page.rawValue).output == page.text)
  }

  @Test(arguments: DiagnosticCode.all.map(\.id))
  func everyCodeIsExplained(_ id: String) throws {
    let run = Run("explain", id.lowercased())
    #expect(run.status == .success)
    #expect(run.output.hasPrefix("# \(id): "))
  }

  @Test(arguments: OpPage.all(Catalogue.registry, includesInternal: true).map(\.name))
  func everyOpHasAPage(_ name: String) throws {
    let run = Run("ops", name)
    #expect(run.status == .success)
    #expect(run.output.hasPrefix(name + "  ("))
    let json = try JSONSerialization.jsonObject(with: Data(Run("ops", name, "--json").output.utf8)) as? [String: Any]
    #expect(json?["name"] as? String == name)
    #expect((json?["summary"] as? String)?.isEmpty == false)
  }

  @Test func catalogueListsPublicOpsOnly() throws {
    let list = Run("ops").output
    #expect(list.contains("\n  bimap "))
    #expect(list.contains("\n  radam "))
    #expect(!list.contains("\n  spectral_rebuild "))
    #expect(Run("ops", "--all").output.contains("\n  spectral_rebuild "))
    let pages = try JSONSerialization.jsonObject(with: Data(Run("ops", "--json").output.utf8)) as? [[String: Any]]
    #expect((pages?.count ?? 0) > 40)
  }

  @Test func opPage() throws {
    try Repository.expect(Run("ops", "bimap").output, in: "Tests/geocTests/Golden/ops-bimap.txt")
  }

  @Test func schemaIsJSON() throws {
    let run = Run("schema")
    #expect(run.status == .success)
    #expect(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) is [String: Any])
  }
}
