import Foundation
import GeocDiagnostics
import Testing

@Suite struct MachineRendererTests {
  private func sample() throws -> Diagnostic {
    let file = SourceFile(name: "my specs/a,b.yaml", text: "é: 1\nopt: 2\n")
    let key = try find("opt", in: file)
    return Diagnostic(
      .spec.unknownKey, "unknown key 'opt'", at: key, label: "100% wrong",
      labels: [Label(try find("é", in: file), "first key")], notes: ["n"], help: ["did you mean 'out'?"],
      edits: [Edit(key, "out")])
  }

  @Test func json() throws {
    let text = DiagnosticFormat.json.render([try sample(), Diagnostic(.data.notFinite, "NaN", item: "x.npy")])
    let array = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(array.count == 2)
    let first = array[0]
    #expect(first["code"] as? String == "E0102")
    #expect(first["name"] as? String == "unknown-key")
    #expect(first["severity"] as? String == "error")
    #expect(first["file"] as? String == "my specs/a,b.yaml")
    #expect(
      ["line", "column", "endLine", "endColumn", "start", "end"].map { first[$0] as? Int } == [2, 1, 2, 4, 6, 9])
    #expect(first["label"] as? String == "100% wrong")
    #expect(first["help"] as? [String] == ["did you mean 'out'?"])
    let labels = try #require(first["labels"] as? [[String: Any]])
    let at = try #require(labels[0]["at"] as? [String: Any])
    #expect(at["endColumn"] as? Int == 2 && at["end"] as? Int == 2)
    let edits = try #require(first["edits"] as? [[String: Any]])
    #expect(edits[0]["replacement"] as? String == "out")
    #expect(array[1]["item"] as? String == "x.npy" && array[1]["line"] == nil)
    #expect(DiagnosticFormat.json.render([]) == "[]")
  }

  @Test func sarif() throws {
    let lint = Diagnostic(.lint.unusedNode, "unused", item: "/abs/x.npy")
    let text = DiagnosticFormat.sarif.render([try sample(), lint, try sample()], version: "1.0.0")
    let log = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0")
    #expect((log["$schema"] as? String)?.contains("sarif-2.1.0") == true)
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    #expect(run["columnKind"] as? String == "unicodeCodePoints")
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "geoc" && driver["version"] as? String == "1.0.0")
    let rules = try #require(driver["rules"] as? [[String: Any]])
    #expect(rules.map { $0["id"] as? String } == ["E0102", "W0001"])
    #expect(rules[0]["name"] as? String == "UnknownKey")
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["ruleId"] as? String } == ["E0102", "W0001", "E0102"])
    #expect(results.map { $0["ruleIndex"] as? Int } == [0, 1, 0])
    #expect(results.map { $0["level"] as? String } == ["error", "warning", "error"])
    let location = try #require((results[0]["locations"] as? [[String: Any]])?.first)
    let physical = try #require(location["physicalLocation"] as? [String: Any])
    let region = try #require(physical["region"] as? [String: Int])
    #expect(region == ["startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 4])
    #expect((physical["artifactLocation"] as? [String: String])?["uri"] == "my%20specs/a%2Cb.yaml")
    let fix = try #require((results[0]["fixes"] as? [[String: Any]])?.first)
    let change = try #require((fix["artifactChanges"] as? [[String: Any]])?.first)
    let replacement = try #require((change["replacements"] as? [[String: Any]])?.first)
    #expect((replacement["insertedContent"] as? [String: String])?["text"] == "out")
    #expect(replacement["deletedRegion"] as? [String: Int] == region)
    #expect(text.contains("file:///abs/x.npy"))
    #expect(DiagnosticFormat.sarif.render([]).contains("\"results\" : ["))
  }

  @Test func github() throws {
    let text = DiagnosticFormat.github.render([try sample(), Diagnostic(.lint.unusedNode, "unused")])
    #expect(
      text == """
        ::error file=my specs/a%2Cb.yaml,line=2,col=1,title=E0102::unknown key 'opt'%0A100%25 wrong%0Anote: n%0Ahelp: \
        did you mean 'out'?
        ::warning title=W0001::unused
        """)
  }
}
