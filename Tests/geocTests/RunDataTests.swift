import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Data that cannot be used: a code, a place, an exit code, and no folder left behind.
@Suite struct RunDataTests {
  static func refusal(_ work: RunWorkspace, _ arguments: String..., input: [String] = []) throws -> Run {
    Run(["run", work.path("spec.yaml"), "--quiet"] + arguments + input)
  }

  @Test func arraysThatDoNotFit() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    var broken = RunWorkspace.matrices()
    broken[17 * 9 + 2] = .nan
    var indefinite = RunWorkspace.matrices()
    indefinite[21 * 9 + 4] = -3
    var skew = RunWorkspace.matrices()
    skew[5 * 9 + 1] += 1
    var labels = (0..<40).map { Int64($0 % 2) }
    labels[33] = 2
    let x = { (values: [Double]) in try Tensor(values, shape: [40, 3, 3]) }
    let cases: [(name: String, replacing: [String: Tensor?], code: String, text: String)] = [
      ("missing", ["y": .some(nil)], "E0505", "there is no array 'y'"),
      ("float", ["y": try Tensor((0..<40).map { Double($0 % 2) })], "E0506", "must be integers, found f64"),
      (
        "shape", ["x": try Tensor([Double](repeating: 1, count: 160), shape: [40, 2, 2])], "E0507",
        "expected [rows, 3, 3]"
      ),
      ("nan", ["x": try x(broken)], "E0508", "row 17 of input 'x'"),
      ("label", ["y": try Tensor(labels)], "E0509", "row 33 of input 'y'"),
      ("rows", ["y": try Tensor([Int64](repeating: 0, count: 30))], "E0513", "has 30 rows, the others have 40"),
      ("index", ["te": try Tensor([Int64(30), 40])], "E0511", "index 40 is outside the 40 rows"),
      ("overlap", ["te": try Tensor([Int64(19), 35])], "E0511", "row 19 is in 'tr' and in 'te'"),
      ("watched", ["va": try Tensor([Int64(3), 25])], "E0511", "row 3 is in 'tr' and in 'va'"),
      ("indefinite", ["x": try x(indefinite)], "E0519", "row 21 of input 'x'"),
      ("skew", ["x": try x(skew)], "E0519", "row 5 of input 'x'"),
      ("empty", ["te": try Tensor([Int64](), shape: [0])], "E0512", "no rows are left to test on"),
    ]
    for item in cases {
      try work.write("\(item.name).npz", replacing: item.replacing)
      let run = try Self.refusal(work, "--set", "data.file=\(item.name).npz")
      #expect(run.status == .problems, "\(item.name)")
      #expect(run.errors.contains("error[\(item.code)]"), "\(item.name): \(run.errors)")
      #expect(run.errors.contains(item.text), "\(item.name): \(run.errors)")
      #expect(run.errors.contains("\(item.name).npz"), "\(item.name): \(run.errors)")
    }
  }

  @Test func rowsThatAreNotUsedMayHoldAnything() throws {
    let work = try RunWorkspace(split: "{ train: tr, test: te }")
    defer { work.remove() }
    var values = RunWorkspace.matrices()
    values[25 * 9] = .nan
    try work.write("data.npz", replacing: ["x": try Tensor(values, shape: [40, 3, 3])])
    let ended = try work.run("run", "spec.yaml", "--quiet")
    #expect(ended.status == 0, "\(ended.errors)")
  }

  @Test func filesThatCannotBeRead() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let whole = try RunWorkspace.bytes(work.path("data.npz"))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: work.path("half.npz")))
    try Data("hello ".utf8).write(to: URL(fileURLWithPath: work.path("text.npz")))
    try Data("1,2\n3\n".utf8).write(to: URL(fileURLWithPath: work.path("ragged.csv")))
    let cases: [(file: String, code: String, status: CommandStatus)] = [
      ("half.npz", "E0503", .problems), ("text.npz", "E0504", .problems), ("ragged.csv", "E0504", .problems),
      ("none.npz", "E0501", .inputOutput), ("data.xyz", "E0107", .problems),
    ]
    for item in cases {
      let run = try Self.refusal(work, "--set", "data.file=\(item.file)")
      #expect(run.status == item.status, "\(item.file)")
      #expect(run.errors.contains("error[\(item.code)]"), "\(item.file): \(run.errors)")
    }
    #expect(Run("run", work.path("none.yaml")).status == .inputOutput)
    #expect(Run("run", work.path("none.geoplan")).status == .inputOutput)
    #expect(Run("verify", work.path("none.yaml")).status == .inputOutput)
    #expect(Run("profile", work.path("none.yaml")).status == .inputOutput)
  }

  @Test(arguments: [
    ("data.where={ y: 7 }", "E0512", "'where' keeps no rows"),
    ("data.split={ folds: 5, group: g }", "E0512", "5 folds need as many groups, found 4"),
    ("data.split={ test: 0.001 }", "E0512", "no rows are left to test on"),
    ("data.standardize=[x]", "E0519", "would move input 'x' out of SPD(3)"),
    ("data.standardize=[y]", "E0519", "would move input 'y' out of Label(2)"),
    ("data.filex=a.npz", "E0102", "did you mean 'file'?"),
  ])
  func settings(_ setting: String, _ code: String, _ text: String) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let run = try Self.refusal(work, "--set", setting)
    #expect(run.status == .problems)
    #expect(run.errors.contains("error[\(code)]") && run.errors.contains(text), "\(run.errors)")
  }

  @Test func anIndefiniteMatrixNamesNodeSampleEigenvalueAndLine() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let spec =
      "geoc: 1\nmodel: logs\ndtype: f64\ninputs:\n  x: SPD(3)\ngraph:\n  - logeig\n  - vech\noutputs: [vech_1]\n"
    try spec.write(toFile: work.path("log.yaml"), atomically: true, encoding: .utf8)
    var values = RunWorkspace.matrices()
    for k in 0..<9 { values[21 * 9 + k] = k % 4 == 0 ? [1, 1, -0.5][k / 4] : 0 }
    try work.write("bad.npz", replacing: ["x": try Tensor(values, shape: [40, 3, 3])])
    let run = Run(
      "run", work.path("log.yaml"), "--input", "x=\(work.path("bad.npz"))", "-o", work.path("o.safetensors"))
    #expect(run.status == .problems)
    for part in ["error[E0601]", "'logeig_1'", "eigenvalue -0.5", "log.yaml:7:5", "sample 21 of the data"] {
      #expect(run.errors.contains(part), "\(part): \(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: work.path("o.safetensors")))
    let good = Run("run", work.path("log.yaml"), "--input", "x=\(work.path("data.npz"))", "-o", work.path("no/o.npz"))
    #expect(good.status == .inputOutput && good.errors.contains("error[E0517]"))
    #expect(Run("run", work.path("log.yaml")).errors.contains("--input NAME=FILE"))
  }

  @Test func wholeNumbersOfATextAreClasses() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let spec = """
      geoc: 1
      model: text
      dtype: f64
      inputs: { a: R, y: Label(2) }
      graph:
        - reshape: { shape: [1] }
        - linear: { out: 2 }
          as: logits
      loss: { cross_entropy: { logits: logits, target: y } }
      data: { file: t.csv }
      train: { optimizer: sgd, epochs: 1 }

      """
    try spec.write(toFile: work.path("text.yaml"), atomically: true, encoding: .utf8)
    try "a,y\n1,0\n3,1\n".write(toFile: work.path("t.csv"), atomically: true, encoding: .utf8)
    let ended = try work.run("run", "text.yaml", "--quiet")
    #expect(ended.status == 0, "\(ended.errors)")
    try "a,y\n1,0\n3,0.5\n".write(toFile: work.path("t.csv"), atomically: true, encoding: .utf8)
    let refused = try work.run("run", "text.yaml", "--quiet")
    #expect(refused.status == 1 && refused.errors.contains("error[E0506]") && refused.errors.contains("row 1"))
  }

  @Test(arguments: [
    ["--resume", "a", "--weights", "b"], ["--task", "predict", "--resume", "a"], ["--task", "eval", "--output", "a"],
    ["--task", "train", "--cotangent", "a=b"], ["--threads", "0"], ["--input", "x"], ["--output", "a.npz"],
  ])
  func wrongUsage(_ arguments: [String]) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    #expect(Run(["run", work.path("spec.yaml")] + arguments).status == .usage)
  }
}
