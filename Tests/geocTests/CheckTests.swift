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

  @Test func tangentVectorsAtOtherPointsAreRefused() throws {
    let spec = try Repository.text("Tests/geocTests/Golden/base-point.yaml")
    try Repository.expect(Run("check", "-", input: spec).errors, in: "Tests/geocTests/Golden/base-point.txt")
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

  @Test func patternsAndIgnoreFilesSelectSpecs() throws {
    let folder = try Repository.temporaryFolder()
    func write(_ name: String, _ text: String) throws {
      let file = URL(fileURLWithPath: folder + "/" + name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    for name in ["a.yaml", "b/c.yaml", "b/d/e.yml", "old/f.yaml", "b/skip-me.yaml", "b/d/keep.yaml"] {
      try write(name, Self.warned)
    }
    func found(_ arguments: String...) -> [String] {
      Run(["check"] + arguments).errors.split(separator: "\n").filter { $0.contains("--> ") }.map { line in
        String(line.split(separator: " ").last?.dropFirst(folder.count + 1).prefix { $0 != ":" } ?? "")
      }
    }
    let all = ["a.yaml", "b/c.yaml", "b/d/e.yml", "b/d/keep.yaml", "b/skip-me.yaml", "old/f.yaml"]
    #expect(found(folder) == all)
    #expect(found(folder + "/*.yaml") == ["a.yaml"])
    #expect(found(folder + "/**/*.yaml") == all.filter { $0.hasSuffix(".yaml") })
    #expect(found(folder + "/b/**") == all.filter { $0.hasPrefix("b/") })
    #expect(found(folder + "/*/[c-f].yaml") == ["b/c.yaml", "old/f.yaml"])
    #expect(found(folder, folder + "/a.yaml") == all)
    try write(".geocignore", "# old things\nold/\nskip-*\n/b/d/*.yaml\n!keep.yaml\n")
    #expect(found(folder) == ["a.yaml", "b/c.yaml", "b/d/e.yml", "b/d/keep.yaml"])
    #expect(found(folder + "/**/*.yaml") == ["a.yaml", "b/c.yaml", "b/d/keep.yaml"])
    // What is named is checked.
    #expect(found(folder + "/old/f.yaml") == ["old/f.yaml"])
    let none = Run("check", folder + "/*.txt")
    #expect(none.status == .inputOutput)
    #expect(none.errors.contains("no spec matches"))
  }

  @Test func warningsCanBeCounted() {
    #expect(Run("check", "-", "--max-warnings", "1", input: Self.warned).status == .success)
    let run = Run("check", "-", "--max-warnings", "0", input: Self.warned)
    #expect(run.status == .problems)
    #expect(run.errors.hasSuffix("1 warnings, where --max-warnings allows 0\n"))
    #expect(Run("check", "-", "--max-warnings", "-1", input: Self.warned).status == .usage)
    #expect(Run("check", "-", "--max-warnings", "0", "--allow", "W0002", input: Self.warned).status == .success)
  }

  @Test func commentsAllowWarnings() {
    func status(_ from: String, _ to: String) -> String {
      let spec = Self.warned.replacing(from, with: to)
      return Run("check", "-", "--deny", "warnings", input: spec).errors
    }
    let clean = "1 spec: no problems\n"
    #expect(status("  z: R[4]", "  z: R[4]  # geoc: allow W0002") == clean)
    #expect(status("  z: R[4]", "  z: R[4]  # not read yet, geoc: allow W0002").contains("W0002"))
    #expect(status("  z: R[4]", "  # geoc: allow unused-node, unused-input\n\n  # more\n  z: R[4]") == clean)
    #expect(status("geoc: 1", "# geoc: allow unused-input\ngeoc: 1") == clean)
    #expect(status("  x: R[4]", "  x: R[4]  # geoc: allow W0002").contains("error[W0002]"))
    let misspelt = status("  z: R[4]", "  z: R[4]  # geoc: allow unused-imput")
    #expect(misspelt.contains("error[W0018]: there is no lint 'unused-imput'"))
    #expect(misspelt.contains("did you mean 'unused-input'?"))
    #expect(status("  z: R[4]", "  z: R[4]  # geoc: allow E0204").contains("errors cannot be allowed"))
  }

  @Test func fixesAreWritten() throws {
    let folder = try Repository.temporaryFolder()
    let path = folder + "/spec.yaml"
    let good = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5, seed: 0 }")
      .replacing("  - vech\n", with: "").replacing("lr: 0.02", with: "rl: 0.02").replacing("reeig", with: "reeg")
      .replacing("batch: 8", with: "bacth: 8   # a comment that stays")
    try good.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(Run("check", path).status == .problems)
    let run = Run("check", "--fix", path)
    #expect(run.status == .success, "\(run.errors)")
    #expect(run.errors == "mended 4 problems in \(path)\n1 spec: no problems\n")
    let mended = try String(contentsOfFile: path, encoding: .utf8)
    let wanted = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5, seed: 0 }")
      .replacing("batch: 8", with: "batch: 8   # a comment that stays")
    #expect(mended == wanted)
    #expect(Run("check", "--fix", path).errors == "1 spec: no problems\n")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == wanted)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["spec.yaml"])
    #expect(Run("check", "--fix", "-", input: Self.bad).status == .usage)
    #expect(Run("check", "--fix", "--set", "geoc=1", path).status == .usage)
  }

  @Test func fixesThatDoNotMendAreLeftOut() throws {
    let path = try Repository.temporaryFolder() + "/spec.yaml"
    // 'moddel' is close to 'model', which is there already.
    let text = Self.warned.replacing("  z: R[4]\n", with: "").replacing("model: warned", with: "model: a\nmoddel: b")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let run = Run("check", "--fix", path)
    #expect(run.status == .problems)
    #expect(!run.errors.contains("mended"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }
}

@Suite struct ClaimTests {
  private func check(_ claims: String) -> Run {
    let spec = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5 }")
    return Run("check", "-", input: spec.replacing("metrics:", with: "claims: \(claims)\nmetrics:"))
  }

  @Test func budgetsThatHoldAreSilent() {
    // Stiefel(3, 2) has 6 numbers, the head 3 * 2 + 2.
    let run = check("{ max_parameters: 14, max_flops: 1 M, max_memory: 10 MB }")
    #expect(run.status == .success)
    #expect(run.errors == "1 spec: no problems\n")
  }

  @Test func budgetsThatAreExceededAreErrors() throws {
    let parameters = check("{ max_parameters: 13 }")
    #expect(parameters.status == .problems)
    #expect(parameters.errors.contains("error[E0132]: the model has 14 parameters, the claim allows 13"))
    #expect(parameters.errors.contains("bimap_1.weight: 6"))
    let flops = check("{ max_flops: 10 }")
    #expect(flops.errors.contains("FLOPs a sample, the claim allows 10"))
    #expect(flops.errors.contains("bimap_1: "))
    let memory = check("{ max_memory: 1 kB }")
    #expect(memory.errors.contains("of memory, the claim allows 1.0 kB"))
    #expect(memory.errors.contains("'step' needs it, for a batch of 8 on one thread"))
  }

  @Test func theFirstBudgetThatHoldsIsTheCost() throws {
    let spec = RunWorkspace.spec(train: "epochs: 3", split: "{ test: 0.5 }")
    let json = Run("compile", "-", "--emit", "json", "--function", "predict", input: spec).output
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let function = try #require((object?["functions"] as? [[String: Any]])?.first)
    let flops = try #require((function["cost"] as? [String: Any])?["flopsPerSample"] as? Int)
    #expect(check("{ max_flops: \(flops) }").status == .success)
    #expect(check("{ max_flops: \(flops - 1) }").status == .problems)
  }

  @Test func whatNothingChecksIsSaid() {
    let run = check("[{ invariant: Sp(4) }]")
    #expect(run.status == .success)
    #expect(run.errors.contains("warning[W0019]: nothing here checks invariance under Sp(4)"))
  }
}
