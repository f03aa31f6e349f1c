import Foundation
import GeocDiagnostics
import GeocYAML
import Testing

@testable import geoc

/// A JSON-Schema validator that is not ours: `python3-jsonschema` of Debian.
enum Validator {
  /// What is wrong with each document; an empty text where nothing is. One process does all of them.
  static func problems(_ documents: [Any], schema: String) throws -> [String] {
    let script = """
      import json, sys
      from jsonschema.validators import validator_for
      task = json.load(sys.stdin)
      Validator = validator_for(task["schema"])
      Validator.check_schema(task["schema"])
      judge = Validator(task["schema"])
      json.dump(["; ".join(e.json_path + ": " + e.message[:200] for e in judge.iter_errors(d))
                 for d in task["documents"]], sys.stdout)
      """
    let schema = try JSONSerialization.jsonObject(with: Data(schema.utf8))
    let task = try JSONSerialization.data(withJSONObject: ["schema": schema, "documents": documents])
    let folder = try Repository.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try task.write(to: URL(fileURLWithPath: folder + "/task.json"))
    // A python3 in front of Debian's own may lack Debian's packages.
    for python in ["/usr/bin/python3", "/usr/bin/env"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: python)
      process.arguments = (python.hasSuffix("env") ? ["python3"] : []) + ["-W", "ignore", "-c", script]
      process.standardInput = FileHandle(forReadingAtPath: folder + "/task.json")
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { continue }
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String])
    }
    Issue.record("no JSON-Schema validator: apt-get install python3-jsonschema")
    return documents.map { _ in "not validated" }
  }
}

extension YAMLNode {
  /// The document as JSON, scalars by the core schema of YAML 1.2.
  var json: Any {
    if let entries {
      return Dictionary(entries.map { ($0.key.text ?? "", $0.value.json) }, uniquingKeysWith: { a, _ in a })
    }
    if let items { return items.map(\.json) }
    switch resolved {
    case .int(let x)?: return x
    case .float(let x)? where x.isFinite: return x
    case .bool(let x)?: return x
    case .string(let x)?: return x
    default: return NSNull()
    }
  }
}

@Suite struct SchemaValidationTests {
  private static func json(spec text: String) throws -> Any {
    var sink = DiagnosticSink()
    return try #require(YAMLParser.parse(SourceFile(name: "spec.yaml", text: text), into: &sink)).json
  }

  private static func object(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  @Test func everyExampleIsValid() throws {
    let specs = try Repository.allExamples.map { try String(contentsOfFile: $0, encoding: .utf8) }
    let problems = try Validator.problems(try specs.map(Self.json), schema: Run("schema").output)
    for (path, problem) in zip(Repository.allExamples, problems) { #expect(problem.isEmpty, "\(path): \(problem)") }
  }

  @Test func mendedSpecsOfThePagesAreValid() throws {
    let pages = ErrorPage.all.filter { !$0.isPlayed }
    let specs = try pages.map { try Self.json(spec: $0.fence("yaml ok")) }
    for (page, problem) in zip(pages, try Validator.problems(specs, schema: Run("schema").output)) {
      #expect(problem.isEmpty, "\(page.code): \(problem)")
    }
  }

  /// A valid spec with one place changed for the worse.
  static let wrong: [(from: String, to: String)] = [
    ("model: small", "modle: small"), ("geoc: 1", "geoc: 2"), ("model: small", "model: Small Model"),
    ("dtype: f64", "dtype: f16"), ("bimap: { out: 2 }", "bimap: { outs: 2 }"), ("bimap: { out: 2 }", "bimap: {}"),
    ("bimap: { out: 2 }", "bimap: { out: 0 }"), ("eps: 1.0e-4", "eps: small thing"), ("train:", "training:"),
    ("epochs: 3", "epoch: 3"), ("epochs: 3", "epochs: 0"), ("batch: 8", "batch: all"), ("lr: 0.02", "rate: 0.02"),
    ("radam:", "radem:"), ("split: {", "splits: {"), ("bind:", "binds:"), ("[accuracy]", "[acuracy]"),
    ("seed: 0 }", "seeds: 0 }"), ("as: logits", "as: [logits]"),
  ]

  @Test func wrongKeysAreRefused() throws {
    let good = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5, seed: 0 }")
      .replacing("  - reeig\n", with: "  - reeig: { eps: 1.0e-4 }\n")
    for (from, _) in Self.wrong { #expect(good.contains(from), "\(from)") }
    let specs = [good] + Self.wrong.map { good.replacing($0.from, with: $0.to, maxReplacements: 1) }
    let problems = try Validator.problems(try specs.map(Self.json), schema: Run("schema").output)
    #expect(problems[0] == "")
    for (change, problem) in zip(Self.wrong, problems.dropFirst()) {
      #expect(!problem.isEmpty, "'\(change.to)' is accepted")
    }
  }

  /// Diagnostics of all kinds: those of every page, and one about a file that is not there.
  private static func outputs(_ format: String) throws -> [Any] {
    var outputs = [try object(Run("check", "no/such/file.yaml", "--format", format).output)]
    for page in ErrorPage.all where !page.isPlayed {
      let spec = try page.fence("yaml fail")
      outputs.append(try object(Run(["check", "-", "--format", format], input: Array(spec.utf8)).output))
    }
    let clean = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5 }")
    outputs.append(try object(Run("check", "-", "--format", format, input: clean).output))
    return outputs
  }

  @Test func diagnosticsFollowTheirSchema() throws {
    let schema = Run("schema", "diagnostics").output
    try Repository.expect(schema, in: "grammar/diagnostics.schema.json")
    let outputs = try Self.outputs("json")
    for problem in try Validator.problems(outputs, schema: schema) { #expect(problem == "") }
    #expect(outputs.contains { ($0 as? [Any])?.isEmpty == true })
    let broken: [Any] = [[["code": "E1"]], ["code": "E0204"], [["code": "E0204", "file": "x"]]]
    for problem in try Validator.problems(broken, schema: schema) { #expect(problem != "") }
  }

  @Test func sarifFollowsTheStandard() throws {
    let schema = try Repository.text("Tests/geocTests/Schemas/sarif-schema-2.1.0.json")
    let outputs = try Self.outputs("sarif")
    for problem in try Validator.problems(outputs, schema: schema) { #expect(problem == "") }
    let log = try #require(outputs.first as? [String: Any])
    let changes: [(String, Any)] = [
      ("version", "2.0.0"), ("runs", [["results": [String]()]]), ("run", [String]()),
    ]
    for (key, value) in changes {
      var broken = log
      broken[key] = value
      #expect(try Validator.problems([broken], schema: schema) != [""], "\(key)")
    }
  }

  @Test func sarifCarriesPagesFingerprintsAndFixes() throws {
    func results(_ spec: String) throws -> (rules: [[String: Any]], results: [[String: Any]]) {
      let log = try Self.object(Run("check", "-", "--format", "sarif", input: spec).output) as? [String: Any]
      let run = try #require((log?["runs"] as? [[String: Any]])?.first)
      let driver = (run["tool"] as? [String: Any])?["driver"] as? [String: Any]
      return (
        try #require(driver?["rules"] as? [[String: Any]]), try #require(run["results"] as? [[String: Any]])
      )
    }
    let spec = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5 }").replacing("reeig", with: "reeg")
    let (rules, found) = try results(spec)
    #expect(rules.map { $0["id"] as? String } == ["E0104"])
    #expect((rules[0]["help"] as? [String: Any])?["markdown"] as? String == ErrorPages.all["E0104"])
    #expect((found[0]["fixes"] as? [Any])?.count == 1)
    let print = try #require((found[0]["partialFingerprints"] as? [String: String])?["geocProblem/v1"])
    // Lines above do not change it; another line does.
    let moved = try results("# a comment\n\n" + spec).results
    #expect((moved[0]["partialFingerprints"] as? [String: String])?["geocProblem/v1"] == print)
    let other = try results(spec.replacing("reeg", with: "reeeg")).results
    #expect((other[0]["partialFingerprints"] as? [String: String])?["geocProblem/v1"] != print)
  }
}
