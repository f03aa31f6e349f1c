import Foundation
import FoundationXML
import Testing

@testable import geoc

@Suite struct GraphTests {
  @Test(arguments: ["model", "ir", "backward", "plan"], ["dot", "mermaid", "json"])
  func draws(_ stage: String, _ format: String) throws {
    let run = Run("graph", CompileTests.small, "--stage", stage, "--format", format)
    #expect(run.status == .success)
    #expect(run.errors.isEmpty)
    switch format {
    case "dot": #expect(run.output.hasPrefix("digraph \"connectomes-spdnet\" {\n") && run.output.hasSuffix("}\n"))
    case "mermaid": #expect(run.output.hasPrefix("flowchart TB\n"))
    default:
      let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let boxes = Set(try #require(json["boxes"] as? [[String: Any]]).compactMap { $0["id"] as? String })
      let arrows = try #require(json["arrows"] as? [[String: Any]])
      #expect(!arrows.isEmpty)
      for arrow in arrows {
        #expect(boxes.contains(arrow["from"] as? String ?? "") && boxes.contains(arrow["to"] as? String ?? ""))
        #expect((arrow["type"] as? String)?.isEmpty == false)
      }
    }
  }

  @Test func modelAsDot() throws {
    try Repository.expect(Run("graph", CompileTests.demo).output, in: "Tests/geocTests/Golden/graph-demo.dot")
  }

  @Test func blocksAreClusters() throws {
    let spec = """
      geoc: 1
      model: nested
      inputs:
        x: R[4]
      blocks:
        cell:
          graph:
            - linear: { out: 4 }
        outer:
          graph:
            - cell
            - relu
      graph:
        - outer: {}
          repeat: 2
      """
    let dot = Run("graph", "-", input: spec).output
    for name in ["outer_1", "outer_1/cell_1", "outer_2", "outer_2/cell_1"] {
      #expect(dot.contains("subgraph \"cluster_\(name)\" {"))
    }
    let mermaid = Run("graph", "-", "--format", "mermaid", input: spec).output
    #expect(mermaid.split(separator: "\n").count { $0.contains("subgraph ") } == 4)
    #expect(mermaid.split(separator: "\n").count { $0.trimmingCharacters(in: .whitespaces) == "end" } == 4)
  }

  @Test func textIsQuoted() {
    let drawing = Drawing(title: "a \"b\"\\c", function: "forward")
    #expect(DotRenderer.text(drawing).contains("digraph \"a \\\"b\\\"\\\\c\" {"))
  }

  @Test func isWrittenToAFile() throws {
    let path = try Repository.temporaryFolder() + "/graph.dot"
    let run = Run("graph", CompileTests.small, "-o", path)
    #expect(run.output.isEmpty)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == Run("graph", CompileTests.small).output)
    #expect(Run("graph", CompileTests.small, "-o", path + "/x").status == .inputOutput)
  }

  @Test(arguments: Repository.examples, GraphStage.allCases)
  func svgIsWellFormed(_ path: String, _ stage: GraphStage) throws {
    let run = Run("graph", path, "--format", "svg", "--stage", stage.rawValue)
    #expect(run.status == .success)
    let found = try Markup(run.output)
    #expect(found.ids.count == Set(found.ids).count)
    let json = Run("graph", path, "--format", "json", "--stage", stage.rawValue)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let boxes = try #require(object?["boxes"] as? [[String: Any]])
    #expect(Set(boxes.compactMap { $0["id"] as? String }.map { "g-" + $0 }) == Set(found.ids.filter { $0 != "tip" }))
    let texts = Set(found.texts)
    for box in boxes where box["kind"] as? String == "op" {
      let label = try #require((box["label"] as? String)?.split(separator: "\n").first)
      #expect(texts.contains(String(label)))
    }
  }

  @Test func arrowsNameTypesAndSizes() throws {
    let texts = try Markup(Run("graph", CompileTests.demo, "--format", "svg").output).texts
    for text in ["R[8, 200] · 12.8 kB", "SPD(8) · 512 B", "SPD(6) · 288 B", "Sym(6) · 288 B", "R[21] · 168 B"] {
      #expect(texts.contains(text))
    }
  }

  @Test func removedAndFusedNodesSayWhy() throws {
    for stage in ["model", "ir"] {
      let json = Run("graph", CompileTests.demo, "--format", "json", "--stage", stage).output
      let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      let boxes = try #require(object?["boxes"] as? [[String: Any]])
      let removed = boxes.filter { $0["kind"] as? String == "removed" }
      #expect(removed.map { $0["label"] as? String } == ["reeig_1"])
      #expect(
        removed.first?["notes"] as? [String]
          == ["fuse-maps: removed reeig_1: the identity on eigenvalues in [0.0001, inf)"])
      let fused = boxes.filter { $0["path"] as? String == "logeig_1" }
      #expect(!fused.isEmpty)
      for box in fused {
        #expect((box["notes"] as? [String])?.contains { $0.contains("fused spectral and logeig_1") } == true)
      }
    }
    #expect(
      try Markup(Run("graph", CompileTests.demo, "--format", "svg").output).texts
        .contains { $0.hasPrefix("removed reeig_1: the identity on eigenvalues") })
  }

  @Test func regionsAreDrawnInOnePiece() throws {
    let texts = try Markup(Run("graph", CompileTests.demo, "--format", "svg", "--stage", "plan").output).texts
    let regions = texts.filter { $0.contains(/^(chunked|wave|constant) \d+$/) }
    let plan = Run("compile", CompileTests.demo, "--emit", "plan", "--function", "step").output
    let listed = plan.split(separator: "\n").map(String.init).filter { $0.contains(/^(chunked|wave|constant) \d+$/) }
    #expect(regions.count > 5 && regions.count == Set(regions).count)
    #expect(Set(regions).isSubset(of: Set(listed)))
  }

  @Test func passesAreDrawnOneByOne() throws {
    func labels(_ arguments: String...) throws -> Set<String> {
      let json = Run(["graph", CompileTests.demo, "--format", "json", "--stage", "ir"] + arguments).output
      let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      return Set((object?["boxes"] as? [[String: Any]] ?? []).compactMap { $0["label"] as? String })
    }
    // `reeig` goes when maps fuse, decompositions come when layers are written out.
    #expect(try labels("--after", "inline").contains("reeig\nreeig_1"))
    #expect(try !labels("--after", "fuse-maps").contains("reeig\nreeig_1"))
    #expect(try !labels("--after", "fuse-maps").contains("eigh\nlogeig_1"))
    #expect(try labels("--after", "expand").contains("eigh\nlogeig_1"))
    #expect(try labels("--after", "prune") == labels().filter { $0 != "reeig_1" })
    #expect(
      Run("graph", CompileTests.demo, "--stage", "ir", "--after", "fuse-map").errors.contains(
        "did you mean 'fuse-maps'?"))
    #expect(Run("graph", CompileTests.demo, "--after", "inline").status == .usage)
    #expect(Run("graph", CompileTests.demo, "--stage", "ir", "--after", "inline", "--format", "html").status == .usage)
  }

  @Test func boxesHaveCosts() throws {
    let json = Run("graph", CompileTests.demo, "--format", "json").output
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let boxes = try #require(object?["boxes"] as? [[String: Any]])
    let bimap = try #require(boxes.first { $0["path"] as? String == "bimap_1" })
    #expect(bimap["parameters"] as? [String] == ["bimap_1.weight: Stiefel(8, 6)"])
    #expect(bimap["line"] as? Int == 14)
    #expect((bimap["written"] as? String)?.hasPrefix("- bimap: { out: 6 }") == true)
    #expect((bimap["flops"] as? Int ?? 0) >= 2 * 8 * 8 * 6)
  }

  @Test(arguments: Repository.examples)
  func pageStandsAlone(_ path: String) throws {
    let run = Run("graph", path, "--format", "html")
    #expect(run.status == .success)
    let page = run.output.replacing("http://www.w3.org/2000/svg", with: "")
    for outside in ["http:", "https:", "src=", "@import", "url(http", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(outside), "\(outside)")
    }
    let facts = page.components(separatedBy: "<script type=\"application/json\">").dropFirst().map { rest in
      Data(rest[..<(rest.range(of: "</script>")?.lowerBound ?? rest.startIndex)].utf8)
    }
    let names = try facts.flatMap { try #require(JSONSerialization.jsonObject(with: $0) as? [String: Any]).keys }
    for stage in GraphStage.allCases { #expect(names.contains { $0.hasPrefix(stage.rawValue + "-") }) }
    let ids = Set(page.components(separatedBy: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) })
    #expect(Set(names).subtracting(ids).isEmpty)
  }

  @Test func textOfSpecsCannotBreakThePage() throws {
    let spec = """
      geoc: 1
      model: sly
      inputs: { x: "R[2]" }
      graph:
        - linear: { out: 2 }   # </script><script>alert(1)</script> <b> & "quotes" '

      """
    let page = Run("graph", "-", "--format", "html", input: spec).output
    #expect(page.contains("alert(1)"))
    #expect(!page.contains("<script>alert"))
    _ = try Markup(Run("graph", "-", "--format", "svg", input: spec).output)
  }
}

/// The ids and texts of an XML document.
final class Markup: NSObject, XMLParserDelegate {
  private(set) var ids: [String] = []
  private(set) var texts: [String] = []
  private var current = ""

  /// Reads a document; throws where it is not well formed.
  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    if let id = attributes["id"] { ids.append(id) }
    current = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { current += string }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if name == "text" { texts.append(current) }
    current = ""
  }
}
