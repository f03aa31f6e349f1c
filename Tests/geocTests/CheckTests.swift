import Foundation
import Testing

@testable import geoc

@Suite struct CheckTests {
  static let bad = """
    geoc: 1
    model: bad
    inputs:
      x: SPD(8)
    graph:
      - logeig
      - bimap: { out: 4 }
    """

  static let warned = """
    geoc: 1
    model: warned
    inputs:
      x: R[4]
      z: R[4]
    graph:
      - linear: { out: 2 }
    """

  @Test func problemsEndWith1OnStandardError() throws {
    let run = Run("check", "-", input: Self.bad)
    #expect(run.status == .problems)
    #expect(run.output.isEmpty)
    try Repository.expect(run.errors, in: "Tests/geocTests/Golden/check-bad.txt")
  }

  /// Every mistake with ops of the ball, and of images, in one spec.
  @Test func ballOpsSayWhatTheyNeed() throws {
    let spec = try Repository.text("Tests/geocTests/Golden/ball-ops.yaml")
    try Repository.expect(Run("check", "-", input: spec).errors, in: "Tests/geocTests/Golden/ball-ops.txt")
  }

  @Test func otherFormatsGoToStandardOutput() throws {
    let json = Run("check", "-", "--format", "json", input: Self.bad)
    #expect(json.status == .problems)
    #expect(json.errors.isEmpty)
    let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    #expect(list?.map { $0["code"] as? String } == ["E0204"])

    let sarif = Run("check", "-", "--format", "sarif", input: Self.bad)
    let log = try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any]
    #expect(log?["version"] as? String == "2.1.0")

    let github = Run("check", "-", "--format", "github", input: Self.bad)
    #expect(github.output.hasPrefix("::error file=<stdin>,line=7,col=5,title=E0204::"))
    #expect(
      Run("check", "-", "--format", "json", input: Self.warned.replacing("      z: R[4]\n", with: "")).errors.isEmpty)
  }

  @Test func lintsCanBeAllowedAndDenied() {
    let plain = Run("check", "-", input: Self.warned)
    #expect(plain.status == .success)
    #expect(plain.errors.contains("warning[W0002]"))
    #expect(Run("check", "-", "--allow", "unused-input", input: Self.warned).errors == "1 spec: no problems\n")
    for name in ["W0002", "w0002", "unused-input", "warnings"] {
      let denied = Run("check", "-", "--deny", name, input: Self.warned)
      #expect(denied.status == .problems)
      #expect(denied.errors.contains("error[W0002]"))
    }
  }

  @Test func unreadableFilesEndWith3() throws {
    let folder = try Repository.temporaryFolder()
    for path in [folder + "/none.yaml", folder] {
      let run = Run("check", path)
      #expect(run.status == .inputOutput)
      #expect(run.errors.contains("error[E0001]"))
    }
    #expect(Run("compile", folder + "/none.yaml").status == .inputOutput)
    #expect(Run("graph", folder + "/none.yaml").status == .inputOutput)
  }

  @Test func foldersAreSearchedForSpecs() throws {
    let folder = try Repository.temporaryFolder()
    func write(_ name: String, _ text: String) throws {
      let file = URL(fileURLWithPath: folder + "/" + name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    try write("a/bad.yaml", Self.bad)
    try write("b.yml", Self.warned)
    try write("damaged.yaml", "geoc: 1\ngraph: [\n")
    try write("blocks.yaml", "blocks: {}\n")
    try write(".hidden/c.yaml", Self.bad)
    try write("workflow.yaml", "on: push\n")
    let run = Run("check", folder)
    #expect(run.status == .problems)
    let places = run.errors.split(separator: "\n").filter { $0.contains("--> ") }.map {
      String($0.split(separator: "/").last ?? "")
    }
    #expect(places == ["bad.yaml:7:5", "b.yml:5:3", "damaged.yaml:3:1"])
  }

  @Test func standardInputIsChecked() {
    #expect(Run(["check", "-"], input: [0x67, 0xFF]).errors.contains("error[E0002]"))
    #expect(
      Run(["check", "-"], input: [UInt8](repeating: 0x20, count: StandardInput.limit + 1)).errors.contains(
        "error[E0005]"))
  }

  @Test func settingsOverrideTheSpec() {
    let example = Repository.root + "examples/emg-spdnet.yaml"
    #expect(Run("compile", example, "--emit", "spec", "--set", "train.epochs=3").output.contains("epochs: 3\n"))
    let run = Run("check", example, "--set", "train.epochs=none")
    #expect(run.status == .problems)
    #expect(run.errors.contains("--set train.epochs=none"))
  }

  @Test func geometriesThatNoParameterHasAreRefused() {
    let example = Repository.root + "examples/emg-spdnet.yaml"
    let optimizer = Run("check", example, "--set", "train.optimizer.rsgd.retraction=caylee")
    #expect(optimizer.status == .problems)
    #expect(optimizer.errors.contains("error[E0108]: no parameter here has the retraction 'caylee'"))
    #expect(optimizer.errors.contains("did you mean 'cayley'?"))
    let group = Run("check", example, "--set", "train.groups=[{ space: Stiefel, metric: affine_invariant }]")
    #expect(group.status == .problems)
    #expect(group.errors.contains("Stiefel has euclidean, canonical"))
    #expect(Run("check", example, "--set", "train.optimizer.rsgd.retraction=cayley").status == .success)
  }

  @Test func colors() {
    let escape = "\u{1B}["
    #expect(!Run("check", "-", input: Self.bad).errors.contains(escape))
    #expect(Run("check", "-", "--color", "always", input: Self.bad).errors.contains(escape))
    #expect(!Run("check", "-", "--color", "never", input: Self.bad).errors.contains(escape))
    #expect(
      Run(["check", "-", "--color", "always"], input: Array(Self.bad.utf8), environment: ["NO_COLOR": "1"]).errors
        .contains(escape))
  }
}
