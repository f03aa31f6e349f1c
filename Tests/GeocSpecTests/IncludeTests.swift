import Foundation
import GeocDiagnostics
import GeocIR
import Testing

@testable import GeocSpec

/// Blocks of other files.
struct IncludeTests {
  private func inFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("geoc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    try body(folder.path)
  }

  @Test func nestedFilesAndDiamonds() throws {
    let block = { (name: String, op: String) in "blocks:\n  \(name):\n    graph: [\(op)]\n" }
    try inFolder([
      "spec.yaml": "geoc: 1\nmodel: m\ninclude: [parts/a.yaml, parts/b.yaml]\ninputs: { x: R }\ngraph: [a, b, c]\n",
      "parts/a.yaml": "include: [c.yaml]\n" + block("a", "c"),
      "parts/b.yaml": "include: c.yaml\n" + block("b", "c"),
      "parts/c.yaml": block("c", "relu"),
    ]) { folder in
      var sink = DiagnosticSink()
      let model = try SpecCompiler.model(path: folder + "/spec.yaml", registry: Fixture.registry, sink: &sink)
      #expect(HumanRenderer().render(sink.diagnostics) == "")
      #expect(model?.module["forward"]?.nodes.map(\.origin.path) == ["a_1/c_1/relu_1", "b_1/c_1/relu_1", "c_1/relu_1"])
    }
  }

  @Test func problemsInTheOtherFile() throws {
    try inFolder([
      "spec.yaml": "geoc: 1\nmodel: m\ninclude: a.yaml\ninputs: { x: R }\ngraph: [a]\n",
      "a.yaml": "blocks:\n  a:\n    graph: [rellu]\n",
    ]) { folder in
      var sink = DiagnosticSink()
      _ = try SpecCompiler.model(path: folder + "/spec.yaml", registry: Fixture.registry, sink: &sink)
      #expect(sink.diagnostics.map(\.code.id) == ["E0104"])
      #expect(sink.diagnostics.first?.span.file?.name == folder + "/a.yaml")
    }
  }
}
