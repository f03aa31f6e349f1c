import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Data, weights and plans that do not fit, given to the program: one diagnostic, its exit code, and no file touched.
@Suite struct BadInputTests {
  /// A workspace with one thing wrong in its data.
  struct Damage: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: String
    var says: [String]
    var status: Int32
    var make: @Sendable (RunWorkspace) throws -> Void

    init(
      _ what: String, _ code: String, _ says: String..., status: Int32 = 1,
      make: @escaping @Sendable (RunWorkspace) throws -> Void
    ) {
      (testDescription, self.code, self.says, self.status, self.make) = (what, code, says, status, make)
    }

    /// The data set with one array replaced or, by nil, left out.
    init(
      _ what: String, _ code: String, _ says: String..., array: String,
      tensor: @escaping @Sendable () throws -> Tensor?
    ) {
      (testDescription, self.code, self.says, status) = (what, code, says, 1)
      make = { try $0.write("data.npz", replacing: [array: try tensor()]) }
    }
  }

  /// `x` with some of its numbers replaced.
  static func matrices(_ replaced: [Int: Double]) throws -> Tensor {
    var values = RunWorkspace.matrices()
    for (k, value) in replaced { values[k] = value }
    return try Tensor(values, shape: [RunWorkspace.rows, 3, 3])
  }

  /// `y` with one class index replaced.
  static func labels(_ row: Int, _ value: Int64) throws -> Tensor {
    var values = (0..<RunWorkspace.rows).map { Int64($0 % 2) }
    values[row] = value
    return try Tensor(values)
  }

  /// A file that another program wrote, in the place of the data set, with `x` bound to one of its arrays.
  static func foreign(_ name: String, array: String) -> @Sendable (RunWorkspace) throws -> Void {
    { work in
      let file = Repository.root + "Tests/GeocTensorFilesTests/Fixtures/" + name
      try FileManager.default.removeItem(atPath: work.path("data.npz"))
      try FileManager.default.copyItem(atPath: file, toPath: work.path("data.npz"))
      let spec = try String(contentsOfFile: work.path("spec.yaml"), encoding: .utf8)
      try work.write("spec.yaml", text: spec.replacing("x: x,", with: "x: \(array),"))
    }
  }

  static let damages: [Damage] = [
    Damage("array missing", "E0505", "there is no array 'y'", "arrays in the file: g, te, tr, va, x", array: "y") {
      nil
    },
    Damage("array of the split missing", "E0505", "there is no array 'va'", array: "va") { nil },
    Damage("labels that are numbers", "E0506", "class indices of input 'y' must be integers", array: "y") {
      try Tensor([Double](repeating: 0, count: RunWorkspace.rows))
    },
    Damage("matrices of another size", "E0507", "input 'x' is SPD(3), the array has shape [40, 2, 2]", array: "x") {
      try Tensor([Double](repeating: 1, count: 160), shape: [40, 2, 2])
    },
    Damage("NaN", "E0508", "input 'x' holds nan", "row 3 of input 'x', counted from 0", array: "x") {
      try matrices([3 * 9 + 4: .nan])
    },
    Damage("infinity", "E0508", "input 'x' holds -inf", "row 39 of input 'x'", array: "x") {
      try matrices([39 * 9: -.infinity])
    },
    Damage("not symmetric", "E0519", "is not symmetric", "row 5 of input 'x'", array: "x") {
      try matrices([5 * 9 + 1: 0.25])
    },
    Damage("not positive definite", "E0519", "is not positive definite", "row 5 of input 'x'", array: "x") {
      try matrices([5 * 9: -1])
    },
    Damage("label too large", "E0509", "class index 2 is outside 0...1", "row 7 of input 'y'", array: "y") {
      try labels(7, 2)
    },
    Damage("label negative", "E0509", "class index -1 is outside 0...1", "row 38 of input 'y'", array: "y") {
      try labels(38, -1)
    },
    Damage("fewer labels than matrices", "E0513", "array 'y' has 39 rows, the others have 40", array: "y") {
      try Tensor([Int64](repeating: 0, count: 39))
    },
    Damage("index outside the data", "E0511", "index 40 is outside the 40 rows", array: "te") {
      try Tensor([Int64]([30, 40]))
    },
    Damage("row to train on and to test on", "E0511", "row 3 is in 'tr' and in 'te'", array: "te") {
      try Tensor([Int64]([3, 30]))
    },
    Damage("no rows to test on", "E0512", "no rows are left to test on", array: "te") {
      try Tensor([Int64](), shape: [0])
    },
    Damage("cut off", "E0503", "data.npz") { work in
      let bytes = try RunWorkspace.bytes(work.path("data.npz"))
      try bytes.dropLast(200).write(to: URL(fileURLWithPath: work.path("data.npz")))
    },
    Damage("cut off in an array", "E0503", "data.npz", make: foreign("truncated.npz", array: "x")),
    Damage("a byte changed", "E0504", "CRC-32") { work in
      var bytes = try RunWorkspace.bytes(work.path("data.npz"))
      let start = try #require(bytes.range(of: Data("x.npy".utf8)))
      bytes[start.upperBound + 200] ^= 1
      try bytes.write(to: URL(fileURLWithPath: work.path("data.npz")))
    },
    Damage("pickled objects", "E0510", "allow_pickle", make: foreign("object.npz", array: "broken")),
    Damage("no archive at all", "E0504", "is not a zip file") { try $0.write("data.npz", text: "geoc: 1\n") },
    Damage("no file", "E0501", "data.npz", status: 3) {
      try FileManager.default.removeItem(atPath: $0.path("data.npz"))
    },
  ]

  /// Runs the program and expects one error, and every file as it was.
  @discardableResult
  private func refused(
    _ work: RunWorkspace, _ arguments: [String], _ code: String, status: Int32 = 1
  ) throws -> String {
    let before = try work.contents()
    let ended = try work.run(arguments)
    #expect(ended.status == status, "\(arguments): \(ended.errors)")
    #expect(ended.output.isEmpty)
    let errors = ended.errors.matches(of: /(?m)^error\[(E\d{4})\]/).map { String($0.1) }
    #expect(errors == [code], "\(arguments): \(ended.errors)")
    #expect(try work.contents() == before, "\(arguments) left something behind")
    return ended.errors
  }

  @Test(arguments: damages) func data(_ damage: Damage) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    try damage.make(work)
    for arguments in [["--quiet"], ["--task", "gradient", "-o", "gradient.safetensors"]] {
      let said = try refused(work, ["run", "spec.yaml"] + arguments, damage.code, status: damage.status)
      for part in damage.says { #expect(said.contains(part), "\(said)") }
    }
  }

  @Test(arguments: [
    ("object.npy", "E0510"), ("complex.npy", "E0506"), ("text.npy", "E0506"), ("structured.npy", "E0506"),
    ("truncated.npy", "E0503"), ("huge_shape.npy", "E0520"), ("c_order.npy", "E0507"),
  ]) func inputFile(_ name: String, _ code: String) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let file = Repository.root + "Tests/GeocTensorFilesTests/Fixtures/" + name
    try refused(work, ["run", "spec.yaml", "--task", "predict", "--input", "x=\(file)", "-o", "y.npz"], code)
  }

  @Test func weightsOfAnotherModel() throws {
    let work = try RunWorkspace(graph: RunTrainingTests.statistics)
    defer { work.remove() }
    let weights = try work.train("spec.yaml") + "/model.safetensors"
    try work.write("other.yaml", text: RunWorkspace.spec(train: "epochs: 3", split: "{ train: tr, test: te }"))
    let before = try work.contents()
    let ended = try work.run("run", "other.yaml", "--weights", weights)
    #expect(ended.status == 1)
    for name in ["bwbn_1.bias", "bwbn_1.scale", "bwbn_1.running_mean", "bwbn_1.running_var"] {
      #expect(ended.errors.contains("error[E0515]: the model has no tensor '\(name)'"), "\(ended.errors)")
    }
    #expect(try work.contents() == before)
  }

  @Test func planEditedByHand() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    #expect(try work.run("compile", "spec.yaml", "-o", "m.geoplan").status == 0)
    let plan = try RunWorkspace.bytes(work.path("m.geoplan"))
    func write(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: work.path("m.geoplan"))) }
    for (own, edited) in [
      ("eps = 1e-05", "eps = 1e-01"), ("\"shuffles\":true", "\"shuffles\":null"), ("reeig", "ReEig"),
    ] {
      var bytes = plan
      let escaped = own.replacing("\"", with: "\\\"")
      let place = try #require(bytes.range(of: Data(escaped.utf8)), "the plan has no \(own)")
      bytes.replaceSubrange(place, with: Data(edited.replacing("\"", with: "\\\"").utf8))
      try write(bytes)
      #expect(try refused(work, ["run", "m.geoplan"], "E0403").contains("compile the spec again"))
    }
    try write(plan.dropLast(plan.count / 2))
    try refused(work, ["run", "m.geoplan"], "E0401")
    try write(Data("geoc: 1\n".utf8))
    try refused(work, ["run", "m.geoplan"], "E0401")
  }

  /// A model that needs positive definite matrices, as a spec and as a plan.
  private func logarithm() throws -> RunWorkspace {
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: logarithm
        dtype: f64
        inputs:
          x: SPD(3)
        graph:
          - logeig
          - vech
          - linear: { out: 2 }
            as: scores

        """)
    #expect(try work.run("compile", "spec.yaml", "-o", "m.geoplan").status == 0)
    return work
  }

  @Test func indefiniteMatrixAtRunTime() throws {
    let work = try logarithm()
    defer { work.remove() }
    // diag(2, -0.5, 1) in row 2.
    let bad = [2, 0, 0, 0, -0.5, 0, 0, 0, 1].enumerated().map { (18 + $0.offset, $0.element) }
    try TensorArchive.write(work.path("x.npy"), [("x", try Self.matrices(Dictionary(uniqueKeysWithValues: bad)))])
    for (source, place) in [("spec.yaml", "spec.yaml:7:5"), ("m.geoplan", "line 7, column 5 of the spec")] {
      let said = try refused(
        work, ["run", source, "--task", "predict", "--input", "x=x.npy", "-o", "y.npz"], "E0601")
      for part in ["'logeig_1'", "eigenvalue -0.5", "sample 2 of the data", place] {
        #expect(said.contains(part), "\(said)")
      }
    }
  }

  @Test func resultsThatAreNotFinite() throws {
    let work = try logarithm()
    defer { work.remove() }
    try TensorArchive.write(work.path("x.npy"), [("x", try Self.matrices([:]))])
    // Finite, and too large for a sum of six products.
    try TensorArchive.write(
      work.path("large.safetensors"),
      [
        ("scores.weight", try Tensor([Double](repeating: 1.7e308, count: 12), shape: [2, 6])),
        ("scores.bias", try Tensor([0.0, 0])),
      ])
    try TensorArchive.write(
      work.path("one.npy"), [("one", try Tensor([Double](repeating: 1, count: 80), shape: [40, 2]))])
    let common = ["--input", "x=x.npy", "--weights", "large.safetensors", "-o", "out.npz"]
    for task in [["predict"], ["gradient", "--cotangent", "scores=one.npy"]] {
      for source in ["spec.yaml", "m.geoplan"] {
        let said = try refused(work, ["run", source, "--task"] + task + common, "E0602")
        #expect(said.contains("'scores' (") && said.contains("of the data, item"), "\(said)")
      }
    }
  }
}
