import Foundation
import Testing

@testable import geoc

@Suite struct GraphDifferenceTests {
  private func compare(_ changes: [(String, String)], _ arguments: String...) throws -> RunWorkspace.Ended {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    let old = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5, seed: 0 }")
    var new = old
    for (from, to) in changes {
      #expect(new.contains(from), "\(from)")
      new = new.replacing(from, with: to)
    }
    try work.write("old.yaml", text: old)
    try work.write("new.yaml", text: new)
    return try work.run(["graph", "--diff", "old.yaml", "new.yaml"] + arguments)
  }

  private static let changes = [
    ("bimap: { out: 2 }", "bimap: { out: 3 }"), ("  - reeig\n", ""), ("lr: 0.02", "lr: 0.01"),
    ("  - linear: { out: 2 }", "  - tanh\n  - linear: { out: 2 }"),
  ]

  @Test func whatChangedInMeaning() throws {
    let run = try compare(Self.changes)
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    try Repository.expect(run.output, in: "Tests/geocTests/Golden/graph-difference.txt")
  }

  @Test func markdownForAComment() throws {
    let run = try compare(Self.changes, "--format", "markdown")
    try Repository.expect(run.output, in: "Tests/geocTests/Golden/graph-difference.md")
  }

  @Test func formsWithoutMeaningMakeNoDifference() throws {
    let run = try compare([
      ("  - reeig\n", "  - reeig: { eps: 1.0e-5 }   # the default\n"),
      ("geoc: 1\nmodel: small", "model: small\ngeoc: 1"),
      ("metrics: [accuracy]", "metrics:\n  - accuracy"),
    ])
    #expect(run.output == "no difference in meaning\n")
  }

  @Test func otherFormats() throws {
    let json = try compare(Self.changes, "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let sections = try #require(object["sections"] as? [[String: Any]])
    #expect(sections.contains { $0["title"] as? String == "Fused and shared" })
    let html = try compare(Self.changes, "--format", "html").output
    #expect(html.hasPrefix("<!doctype html>") && html.contains("<tr class=\"removed\"><th scope=\"row\">reeig_1</th>"))
    let names = html.replacing("http://www.w3.org/2000/svg", with: "")
    #expect(html.contains("▲ differs") && !names.contains("http:") && !names.contains("https:"))
  }

  @Test func wrongUse() throws {
    for arguments in [
      ["--diff", "a.yaml"], ["a.yaml", "b.yaml"], ["--diff", "-", "-"],
      ["--diff", "a.yaml", "b.yaml", "--format", "dot"],
      ["a.yaml", "--format", "markdown"],
    ] { #expect(Run(["graph"] + arguments).status == .usage, "\(arguments)") }
    let missing = Run("graph", "--diff", Repository.root + "examples/emg-spdnet.yaml", "no/such.yaml")
    #expect(missing.status == .inputOutput && missing.output.isEmpty)
  }
}
