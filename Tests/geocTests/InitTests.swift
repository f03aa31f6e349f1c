import Foundation
import GeocDiagnostics
import GeocTensorFiles
import GeocYAML
import Testing

@testable import geoc

@Suite struct InitTests {
  @Test func starterChecksRunsAndIsValid() throws {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    let made = try work.run("init", "gestures")
    #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
    #expect(made.output.hasPrefix("wrote gestures: "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: work.folder) == ["gestures"])
    #expect(try work.run("check", "gestures", "--deny", "warnings").errors == "1 spec: no problems\n")
    let ended = try work.run("run", "gestures/gestures.yaml", "--quiet", "--json")
    let result = try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
    #expect(try #require(result["test_accuracy"] as? Double) > 0.85, "\(ended.output)")
    // Every YAML file reads, and the spec follows the schema beside it.
    let files = try #require(
      FileManager.default.enumerator(atPath: work.path("gestures"))?.compactMap { $0 as? String })
    for file in files where file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
      var sink = DiagnosticSink()
      let text = try String(contentsOfFile: work.path("gestures/" + file), encoding: .utf8)
      let node = YAMLParser.parse(SourceFile(name: file, text: text), into: &sink)
      #expect(node != nil && sink.isEmpty, "\(file): \(sink.diagnostics)")
      guard file == "gestures.yaml", let node else { continue }
      let schema = try String(contentsOfFile: work.path("gestures/.geoc/spec.schema.json"), encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=.geoc/spec.schema.json\n"))
      #expect(try Validator.problems([node.json], schema: schema) == [""])
    }
  }

  @Test func dataAreThoseOfTheExamples() throws {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    try work.run("init", "digits")
    let own = try TensorArchive.open(work.path("digits/data/digits.npz"))
    let all = try TensorArchive.open(Repository.root + "examples/data/digits.npz")
    let images = try own.tensor("images")
    #expect(images.shape == [600, 8, 8])
    #expect(images.doubles().map { $0 / 16 } == Array(try all.tensor("images").doubles().prefix(600 * 64)))
    #expect(try own.tensor("label").doubles() == Array(try all.tensor("label").doubles().prefix(600)))
  }

  @Test func nothingThatExistsIsTouched() throws {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    try work.write("digits", text: "mine\n")
    try FileManager.default.createDirectory(atPath: work.path("empty"), withIntermediateDirectories: true)
    let before = try work.contents()
    for name in ["digits", "empty", "no/such/folder"] {
      let ended = try work.run("init", name)
      #expect(ended.status == 3 && ended.output.isEmpty, "\(ended.output)")
      #expect(ended.errors.matches(of: /error\[E\d{4}\]/).count == 1 && ended.errors.hasPrefix("error[E0517]"))
      #expect(try work.contents() == before)
    }
    for name in ["Digits", "my model", "--x", "."] {
      #expect(try work.run("init", name).status == 2, "\(name)")
      #expect(try work.contents() == before)
    }
  }

  @Test func folderAppearsCompleteOrNotAtAll() throws {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    // No file may grow beyond 4 kB: the spec is written, its data are not.
    let ended = try work.run(["init", "digits"], script: "ulimit -f 8; " + RunWorkspace.plainly)
    #expect(ended.status == 3 && ended.errors.hasPrefix("error[E0517]: cannot write 'digits'"), "\(ended.errors)")
    #expect(try work.contents().isEmpty)
  }
}
