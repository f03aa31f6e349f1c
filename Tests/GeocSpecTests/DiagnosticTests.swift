import Foundation
import GeocDiagnostics
import GeocIR
import Testing

@testable import GeocSpec

/// Every file of `Bad` is compiled; what is said about it must be the text beside it, carets included.
///
/// `GEOC_BLESS=1 swift test` writes the texts anew.
struct DiagnosticTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Bad")

  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  @Test(arguments: names)
  func messages(_ name: String) throws {
    let file = Self.folder.appendingPathComponent(name + ".yaml")
    var sink = DiagnosticSink()
    let model = try SpecCompiler.model(path: file.path, registry: Fixture.registry, sink: &sink)
    let text = HumanRenderer().render(sink.diagnostics).replacingOccurrences(of: Self.folder.path + "/", with: "")
    let expected = Self.folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["GEOC_BLESS"] == "1" {
      try text.write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(text == (try? String(contentsOf: expected, encoding: .utf8)))
    #expect(!sink.isEmpty)
    #expect((model == nil) == sink.hasErrors)
    #expect(sink.diagnostics.allSatisfy { !$0.span.isNone || $0.code.id.hasPrefix("E00") })
  }

  @Test func allFilesAreFound() { #expect(Self.names.count >= 30) }
}
