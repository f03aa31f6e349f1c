import Foundation
import GeocDiagnostics
import Testing

@testable import geoc

@Suite struct ExampleTests {
  @Test(arguments: Repository.examples)
  func hasNoProblems(_ path: String) {
    let run = Run("check", path)
    #expect(run.status == .success)
    #expect(run.output.isEmpty)
    #expect(run.errors == "1 spec: no problems\n")
  }

  @Test func areFoundInTheirFolder() {
    #expect(Repository.examples.count >= 8)
    let run = Run("check", Repository.root + "examples")
    // Two architectures without data stand beside the examples that run.
    #expect(run.errors == "\(Repository.examples.count + 2) specs: no problems\n")
  }

  /// Editors find the schema by the first line; its path leads from the spec to the file in `grammar`.
  @Test(arguments: Repository.allExamples)
  func namesItsSchema(_ path: String) throws {
    let first = try #require(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").first)
    let schema = try #require(first.wholeMatch(of: /# yaml-language-server: \$schema=(\S+)/)?.1, "\(first)")
    let file = URL(fileURLWithPath: String(schema), relativeTo: URL(fileURLWithPath: path)).standardizedFileURL
    #expect(file.path == Repository.root + "grammar/spec.schema.json")
  }

  @Test(arguments: Repository.examples)
  func canonicalSpecMeansTheSame(_ path: String) throws {
    let spec = Run("compile", path, "--emit", "spec")
    #expect(spec.status == .success)
    let again = Run(["compile", "-", "--emit", "spec"], input: Array(spec.output.utf8))
    #expect(again.output == spec.output)
    func program(_ text: String) -> [String] {
      // Positions differ: the canonical spec has other lines.
      text.split(separator: "\n").map { String($0.replacing(/\ \ !\d+:\d+/, with: "")) }
    }
    let own = Run("compile", path, "--emit", "ir", "--function", "evaluate").output
    let other = Run(["compile", "-", "--emit", "ir", "--function", "evaluate"], input: Array(spec.output.utf8)).output
    #expect(program(own) == program(other))
  }
}
