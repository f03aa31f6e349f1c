import Foundation
import GeocIR
import GeocOps
import GeocPlan
import Testing

@testable import geoc

@Suite struct CompileTests {
  static let demo = Repository.root + "examples/emg-spd-bwbn.yaml"
  static let small = Repository.root + "examples/connectomes-spdnet.yaml"

  @Test func emittedIRReadsBack() throws {
    for stage in ["ir", "ir-after=fuse-maps", "ir-after=expand", "ir-after=prune"] {
      let run = Run("compile", Self.demo, "--emit", stage)
      #expect(run.status == .success)
      let module = try IRParser.module(run.output, spaces: Catalogue.registry.spaces)
      #expect(IRPrinter.print(module) == run.output)
      for function in module.functions { #expect(Verifier.problems(function, Catalogue.registry) == []) }
    }
  }

  @Test(arguments: ["predict", "evaluate", "step", "initialize", "gradient_train", "gradient_eval_loss"])
  func printsOneFunction(_ name: String) throws {
    let run = Run("compile", Self.small, "--emit", "ir", "--function", name)
    #expect(run.status == .success)
    #expect(run.output.contains("\nfunc @\(name) core ("))
    #expect(
      Run("compile", Self.small, "--emit", "plan", "--function", name).output.hasPrefix("schedule @\(name) f64\n"))
  }

  @Test func unknownFunctionsAndStagesAreRefused() {
    let function = Run("compile", Self.small, "--emit", "ir", "--function", "backward")
    #expect(function.status == .usage)
    #expect(function.errors.contains("it has initialize, predict, evaluate, step, gradient_train"))
    let stage = Run("compile", Self.small, "--emit", "ir-after=optimise")
    #expect(stage.status == .usage)
    #expect(stage.errors.contains("fuse-maps"))
  }

  @Test func reportOfTheDemo() throws {
    let run = Run("compile", Self.demo, "--report", "--function", "step")
    #expect(run.status == .success)
    let text = run.output.replacing(Repository.root, with: "")
    try Repository.expect(text, in: "Tests/geocTests/Golden/report-demo.txt")
  }

  @Test func disabledPassesAreLeftOut() throws {
    func decompositions(_ arguments: String...) throws -> Int {
      let run = Run(["compile", Self.demo, "--emit", "json", "--function", "step"] + arguments)
      let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      let function = try #require((json?["functions"] as? [[String: Any]])?.first)
      let cost = try #require(function["cost"] as? [String: Any])
      return try #require((cost["perSample"] as? [String: Any])?["withVectors"] as? Int)
    }
    let all = try decompositions()
    let unshared = try decompositions("--disable", "share")
    let unfused = try decompositions("--no-fusion")
    #expect(all < unshared)
    #expect(unshared <= unfused)
    #expect(!Run("compile", Self.demo, "--report", "--disable", "share").output.contains("share:"))
  }

  @Test func automaticBackwardDiffersFromTheManualOne() {
    let manual = Run("compile", Self.demo, "--emit", "ir", "--function", "step").output
    let automatic = Run("compile", Self.demo, "--emit", "ir", "--function", "step", "--no-manual-backward").output
    #expect(manual != automatic)
    #expect(Run("compile", Self.demo, "--report", "--no-manual-backward").output.contains("differentiated the body of"))
  }

  @Test func plansAreWritten() throws {
    let folder = try Repository.temporaryFolder()
    let path = folder + "/model.geoplan"
    let run = Run("compile", Self.small, "-o", path)
    #expect(run.status == .success)
    #expect(run.output.isEmpty)
    #expect(run.errors == "wrote \(path)\n")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.range(of: Data(PlanFile.format.utf8)) != nil)
    let again = folder + "/again.geoplan"
    #expect(Run("compile", Self.small, "-o", again).status == .success)
    #expect(try Data(contentsOf: URL(fileURLWithPath: again)) == bytes)
    #expect(Run("compile", Self.small, "-o", folder + "/no/such/folder.geoplan").status == .inputOutput)
  }

  @Test func mistakesOfTheCompilerLeaveTheirIR() throws {
    let console = Console(capturing: [])
    let status = InternalReport(InternalError("after 'share': node 3 'eigh': wrong\nfunc @step core")).write(console)
    #expect(status.rawValue == 70)
    #expect(console.errors.contains("internal error: after 'share': node 3 'eigh': wrong\n"))
    let line = try #require(console.errors.split(separator: "\n").first { $0.contains("the IR is in ") })
    let path = String(line.split(separator: " ").last ?? "")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "func @step core")
    try FileManager.default.removeItem(atPath: path)
  }
}
