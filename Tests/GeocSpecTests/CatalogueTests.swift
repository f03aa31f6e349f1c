import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import Testing

@testable import GeocSpec

/// Specs against everything that geoc knows. `GEOC_BLESS=1 swift test` writes the expected texts anew.
struct CatalogueTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let isBlessing = ProcessInfo.processInfo.environment["GEOC_BLESS"] == "1"

  private func expect(_ text: String, equals file: URL) throws {
    if Self.isBlessing { try text.write(to: file, atomically: true, encoding: .utf8) }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(file.lastPathComponent) is out of date")
  }

  @Test(arguments: ["emg-spd-bwbn", "residual-mlp", "procrustes"])
  func golden(_ name: String) throws {
    let file = Self.folder.appendingPathComponent("Good/\(name).yaml")
    var sink = DiagnosticSink()
    let model = try SpecCompiler.model(path: file.path, registry: Catalogue.registry, sink: &sink)
    #expect(HumanRenderer().render(sink.diagnostics) == "")
    let module = try #require(model?.module)
    let forward = try #require(module["forward"])
    #expect(Verifier.problems(forward, Catalogue.registry) == [])
    let text = IRPrinter.print(module)
    try expect(text, equals: Self.folder.appendingPathComponent("Good/\(name).ir"))
    #expect(IRPrinter.print(try IRParser.module(text, spaces: Catalogue.registry.spaces)) == text)
    let rendered = try #require(model?.spec.rendered(Catalogue.registry))
    try expect(rendered, equals: Self.folder.appendingPathComponent("Good/\(name).rendered.yaml"))
    let again = try Fixture.compile(rendered, path: file.path, registry: Catalogue.registry)
    #expect(again.messages == "")
    #expect(again.model?.module["forward"].map(Self.shape) == Self.shape(forward))
    #expect(again.model?.run == model?.run)
    #expect(again.model?.optimizer == model?.optimizer)
  }

  /// Ops, attributes and names of a function without the places.
  private static func shape(_ f: Function) -> [String] {
    f.nodes.map { "\($0.op) \($0.attributes.all) \($0.inputs) \($0.results) \($0.origin.path)" } + f.names
  }

  @Test func schemaIsUpToDate() throws {
    let root = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
    try expect(
      SchemaWriter.schema(Catalogue.registry), equals: root.appendingPathComponent("grammar/spec.schema.json"))
  }

  @Test func conversionsAreNamed() throws {
    let header = "geoc: 1\nmodel: bad\ninputs: { series: \"R[8, 200]\" }\ngraph:\n  - covariance: { eps: 1.0e-4 }\n"
    let result = try Fixture.compile(header + "  - linear: { out: 4 }\n", registry: Catalogue.registry)
    #expect(result.codes == ["E0204"])
    #expect(result.messages.contains("linear expects R[n], found SPD(8)\n"))
    #expect(result.messages.contains("help: insert 'vech' to get R[36]\n"))
  }

  @Test func mistakesOfTheContract() throws {
    let result = try Fixture.compile(
      """
      geoc: 1
      model: bad
      inputs: { series: "R[8, 200]" }
      graph:
        - covariance: { eps: 1.0e-4 }
        - bimap: { out: 6 }
        - logeig
        - bimap: { out: 4 }
      """, path: "examples/bad.yaml", registry: Catalogue.registry)
    #expect(result.codes == ["E0204"])
    #expect(result.messages.contains("error[E0204]: bimap expects SPD(n), found Sym(6)"))
    #expect(result.messages.contains("--> examples/bad.yaml:8:5"))
    #expect(result.messages.contains("this makes a Sym(6): the logarithm leaves the manifold"))
    #expect(result.messages.contains("help: move 'bimap' before 'logeig', or insert 'expeig' to return to SPD(6)"))
  }
}
