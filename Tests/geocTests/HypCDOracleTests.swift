import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Values and gradients of hyperbolic category discovery, by `geoc run --task gradient` on a spec.
@Suite struct HypCDOracleTests {
  static let files = OptimizerOracleTests.files("hypcd")

  static func files(_ prefix: String) -> [String] { files.filter { $0.hasPrefix(prefix) } }

  @Test func casesAreThere() { #expect(Self.files.count == 28) }

  @Test(arguments: files("selfsup"), ["f64", "f32"]) func selfContrastive(_ name: String, _ dtype: String) throws {
    let oracle = try HypCDCase(name, dtype)
    let (rows, n) = (oracle.shape("in.x")[0], oracle.shape("in.x")[1])
    let found = try oracle.gradient(
      """
      inputs: { x: "Ball(\(n), c=learn(\(oracle.curvature)))" }
      graph:
        - self_contrastive: { temperature: \(oracle.real("temperature")), similarity: \(oracle.text("similarity")) }
          as: l
      """, ["x": try oracle.tensor("in.x")], cotangents: ["l": oracle.meanOf(rows)])
    try oracle.compare(mean: found.tensor("out.l"), "out.loss")
    try oracle.compare(found.tensor("grad.x"), "grad.x")
    try oracle.compare(found.tensor("grad.x.c"), "grad.c")
  }

  @Test(arguments: files("supcon"), ["f64", "f32"]) func supervisedContrastive(_ name: String, _ dtype: String) throws {
    let oracle = try HypCDCase(name, dtype)
    let (rows, n) = (oracle.shape("in.x")[0], oracle.shape("in.x")[1])
    let found = try oracle.gradient(
      """
      inputs: { x: "Ball(\(n), c=learn(\(oracle.curvature)))", label: Label(5) }
      graph:
        - supervised_contrastive:
            { x: x, label: label, temperature: \(oracle.real("temperature")), similarity: \(oracle.text("similarity")) }
          as: l
      """, ["x": try oracle.tensor("in.x"), "label": try oracle.twice("in.label")],
      cotangents: ["l": oracle.meanOf(rows)])
    try oracle.compare(mean: found.tensor("out.l"), "out.loss")
    try oracle.compare(found.tensor("grad.x"), "grad.x")
    try oracle.compare(found.tensor("grad.x.c"), "grad.c")
  }

  @Test(arguments: files("dist_matrix"), ["f64", "f32"]) func pairwiseDistance(_ name: String, _ dtype: String) throws {
    let oracle = try HypCDCase(name, dtype)
    let (x, y) = (oracle.shape("in.x"), oracle.shape("in.y"))
    let found = try oracle.gradient(
      """
      inputs:
        x: "Ball(\(x[1]), c=learn(\(oracle.curvature)))[\(x[0])]"
        y: "Ball(\(y[1]), c=learn(\(oracle.curvature)))[\(y[0])]"
      graph:
        - pairwise_distance: { x: x, y: y, profile: hyptorch }
        - scale: { by: -1 }
          as: s
      """, ["x": try oracle.single("in.x"), "y": try oracle.single("in.y")],
      cotangents: ["s": try oracle.single("cot.s")])
    try oracle.compare(found.tensor("out.s"), "out.s")
    try oracle.compare(found.tensor("grad.x"), "grad.x")
    try oracle.compare(found.tensor("grad.y"), "grad.y")
    try oracle.compare(found.tensor("grad.x.c"), "grad.c")
  }

  /// From features to the loss, with the weight of the distance by its schedule.
  @Test(arguments: files("hybrid_epoch"), ["f64", "f32"]) func hybridLoss(_ name: String, _ dtype: String) throws {
    let oracle = try HypCDCase(name, dtype)
    let (rows, n) = (oracle.shape("in.z")[0], oracle.shape("in.z")[1])
    func losses(_ similarity: String) -> String {
      """
        - self_contrastive: { x: x, temperature: \(oracle.real("temp_self")), similarity: \(similarity) }
          as: self_\(similarity)
        - supervised_contrastive:
            x: x
            label: label
            labelled: labelled
            temperature: \(oracle.real("temp_sup"))
            similarity: \(similarity)
          as: sup_\(similarity)
        - mix: { first: self_\(similarity), second: sup_\(similarity), weight: \(oracle.real("sup_weight")) }
          as: \(similarity)
      """
    }
    let schedule =
      "from: 0, to: \(oracle.real("max_weight")), start: \(Int(oracle.real("start"))), end: \(Int(oracle.real("end")))"
    let found = try oracle.gradient(
      """
      inputs: { z: "R[\(n)]", label: Label(5), labelled: Label(2) }
      graph:
        - clip_norm: { z: z, max: \(oracle.real("clip")) }
        - expmap0: { c: learn(\(oracle.curvature)), profile: hyptorch }
          as: x
      \(losses("angle"))
      \(losses("distance"))
        - mix: { first: angle, second: distance, weight: { linear: { \(schedule) } } }
          as: l
      outputs: [l, angle, distance]
      """,
      [
        "z": try oracle.tensor("in.z"), "label": try oracle.twice("in.label"),
        "labelled": try oracle.twice("in.labelled"),
      ], cotangents: ["l": oracle.meanOf(rows)], epoch: Int(oracle.real("epoch")) + 1)
    try oracle.compare(mean: found.tensor("out.l"), "out.loss")
    try oracle.compare(mean: found.tensor("out.angle"), "out.angle")
    try oracle.compare(mean: found.tensor("out.distance"), "out.distance")
    try oracle.compare(found.tensor("grad.z"), "grad.z")
    try oracle.compare(found.tensor("grad.x.c"), "grad.c")
  }

  /// The weight of the second loss, seen as a mixture of 0 and 1.
  @Test func distanceWeight() throws {
    let oracle = try HypCDCase("hybrid_schedule", "f64")
    let epochs = try oracle.tensor("in.epoch").doubles()
    for (key, to, start, end) in [
      ("s0_e200_w1", "1", 0, 200), ("s0_e200_w0p5", "0.5", 0, 200), ("s20_e120_w1", "1", 20, 120),
    ] {
      let wanted = try oracle.tensor("out.\(key)").doubles()
      for (epoch, weight) in zip(epochs, wanted).enumerated().filter({ $0.offset % 5 == 0 }).map(\.element) {
        let found = try oracle.gradient(
          """
          inputs: { a: R, b: R }
          graph:
            - mix: { first: a, second: b, weight: { linear: { from: 0, to: \(to), start: \(start), end: \(end) } } }
              as: w
          """, ["a": try Tensor([0.0], shape: [1]), "b": try Tensor([1.0], shape: [1])],
          cotangents: ["w": try Tensor([1.0], shape: [1])], epoch: Int(epoch) + 1)
        #expect(oracle.isClose(try found.tensor("out.w").doubles()[0], weight), "\(key), epoch \(epoch)")
      }
    }
  }

  @Test(arguments: files("self_distill"), ["f64", "f32"]) func selfDistillation(_ name: String, _ dtype: String) throws
  {
    let oracle = try HypCDCase(name, dtype)
    let (rows, k) = (oracle.shape("in.logits")[0], oracle.shape("in.logits")[1])
    let temperatures = "teacher_temp: \(oracle.real("teacher_temp")), student_temp: \(oracle.real("student_temp"))"
    let found = try oracle.gradient(
      """
      inputs: { logits: "R[\(k)]" }
      graph:
        - self_distillation: { logits: logits, \(temperatures) }
          as: cluster
        - mean_entropy: { logits: logits, temperature: \(oracle.real("student_temp")) }
          as: memax
      outputs: [cluster, memax]
      """, ["logits": try oracle.tensor("in.logits")],
      cotangents: [
        "cluster": oracle.meanOf(rows, "cot.cluster"), "memax": try oracle.tensor("cot.memax"),
      ])
    try oracle.compare(mean: found.tensor("out.cluster"), "out.cluster")
    try oracle.compare(found.tensor("out.memax"), "out.memax")
    try oracle.compare(found.tensor("grad.logits"), "grad.logits")
  }

  /// Gradients against differences, and with differentiated bodies in place of hand-written backwards.
  @Test(arguments: [
    ("Ball(4, c=learn(0.3))", "self_contrastive: { temperature: 0.5 }"),
    ("R[4]", "self_contrastive: { similarity: angle }"),
    ("R[4]", "other_view"),
    ("Ball(4, c=learn(0.3))[3]", "pairwise_distance"),
    ("Ball(4, c=learn(0.3))[3]", "pairwise_distance: { profile: hyptorch }"),
    ("Ball(4, c=0.3)[3]", "pairwise_cosine"), ("R[4]", "gelu"), ("Ball(4, c=0.3)", "coordinates"),
  ]) func gradientIsTheDerivative(_ type: String, _ op: String) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    try """
    geoc: 1
    model: m
    dtype: f64
    inputs: { x: "\(type)" }
    graph:
      - \(op)
      - tanh
    outputs: [tanh_1]
    loss: { mean: { x: tanh_1 } }
    """.write(toFile: work.path("m.yaml"), atomically: true, encoding: .utf8)
    for flag in [[], ["--no-manual-backward"]] {
      let (process, output, _) = try work.start(["verify", "m.yaml"] + flag)
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0 && text.contains("gradient of x"), "\(text)")
    }
  }

  static let batchSpec = """
    inputs: { x: "Ball(4, c=0.3)", label: Label(3), labelled: Label(2) }
    graph:
      - self_contrastive: { x: x }
        as: a
      - supervised_contrastive: { x: x, label: label, labelled: labelled }
        as: b
      - add:
        from: [a, b]
        as: l
    """

  /// 70 rows: more than two chunks, the last of them not full.
  static func batch(labelled: (Int) -> Int64 = { Int64($0 % 35 % 2) }) throws -> [String: Tensor] {
    var samples = SampleData(seed: 3)
    return [
      "x": try Tensor((0..<280).map { _ in 0.3 * samples.normal() }, shape: [70, 4]),
      "label": try Tensor((0..<70).map { Int64($0 % 35 % 3) }, shape: [70]),
      "labelled": try Tensor((0..<70).map(labelled), shape: [70]),
    ]
  }

  @Test(arguments: ["f64", "f32"]) func anyNumberOfThreadsGivesTheSameBits(_ dtype: String) throws {
    let oracle = try HypCDCase("selfsup_angle", dtype)
    let cotangent = ["l": try Tensor([Double](repeating: 1 / 70, count: 70), shape: [70])]
    let runs = try ["1", "2"].map {
      try oracle.gradient(Self.batchSpec, try Self.batch(), cotangents: cotangent, threads: $0)
    }
    for name in ["out.l", "grad.x"] { #expect(try runs[0].tensor(name).bytes == runs[1].tensor(name).bytes) }
  }

  /// Rows that take no part may be anything.
  @Test func unlabelledRowsTakeNoPart() throws {
    let oracle = try HypCDCase("selfsup_angle", "f64")
    let spec = """
      inputs: { x: "Ball(4, c=0.3)", label: Label(3), labelled: Label(2) }
      graph:
        - supervised_contrastive: { x: x, label: label, labelled: labelled }
          as: l
      """
    let all = try Self.batch()
    let rows = (0..<70).filter { $0 % 35 % 2 == 1 }
    let x = try #require(all["x"]).doubles()
    let label = try #require(all["label"]).doubles()
    var half = all
    half["x"] = try Tensor(rows.flatMap { x[4 * $0..<4 * $0 + 4] }, shape: [rows.count, 4])
    half["label"] = try Tensor(rows.map { Int64(label[$0]) }, shape: [rows.count])
    half["labelled"] = try Tensor([Int64](repeating: 1, count: rows.count), shape: [rows.count])
    func run(_ inputs: [String: Tensor], _ count: Int) throws -> (loss: Double, gradient: [Double]) {
      let cotangent = try Tensor([Double](repeating: 1 / Double(count), count: count), shape: [count])
      let found = try oracle.gradient(spec, inputs, cotangents: ["l": cotangent])
      return (
        try found.tensor("out.l").doubles().reduce(0, +) / Double(count), try found.tensor("grad.x").doubles()
      )
    }
    let (some, alone) = (try run(all, 70), try run(half, rows.count))
    #expect(abs(some.loss - alone.loss) < 1e-12)
    for row in 0..<70 {
      let found = Array(some.gradient[4 * row..<4 * row + 4])
      guard let at = rows.firstIndex(of: row) else {
        #expect(found == [0, 0, 0, 0])
        continue
      }
      for e in 0..<4 { #expect(abs(found[e] - alone.gradient[4 * at + e]) < 1e-12) }
    }
  }

  @Test func batchesThatDoNotFitAreRefused() throws {
    let oracle = try HypCDCase("selfsup_angle", "f64")
    let inputs = try Self.batch()
    let odd = try inputs.mapValues { tensor in
      let values = tensor.doubles().dropLast(tensor.count / 70)
      let shape = [69] + tensor.shape.dropFirst()
      return tensor.dtype == .f64
        ? try Tensor(Array(values), shape: shape) : try Tensor(values.map { Int64($0) }, shape: shape)
    }
    let uneven = try oracle.failure(Self.batchSpec, odd)
    #expect(uneven.contains("error[E0521]") && uneven.contains("69 rows"), "\(uneven)")
    let none = try oracle.failure(Self.batchSpec, try Self.batch { _ in 0 })
    #expect(none.contains("error[E0522]"), "\(none)")
  }
}

/// One oracle file of hyperbolic category discovery, in one scalar type.
struct HypCDCase {
  let oracle: SafetensorsFile
  let config: [String: Setting]
  let dtype: String
  private let relative: Double
  private let absolute: Double

  /// Files in double precision are compared in single precision by the tolerance of those in single precision.
  init(_ name: String, _ dtype: String, folder: String = "hypcd") throws {
    let file = try SafetensorsFile("\(OptimizerOracleTests.folder(folder))/\(name).safetensors")
    oracle = file
    self.dtype = dtype
    func object(_ key: String) throws -> [String: Setting] {
      try JSONDecoder().decode([String: Setting].self, from: Data(try #require(file.metadata[key]).utf8))
    }
    config = try object("config")
    let tolerance = try object("tolerance")
    let isSingle = dtype == "f32"
    relative = max(try #require(tolerance["rtol"]?.number), isSingle ? 1e-4 : 0)
    absolute = max(try #require(tolerance["atol"]?.number), isSingle ? 1e-5 : 0)
  }

  func shape(_ name: String) -> [Int] { (try? oracle.tensor(name).shape) ?? [] }
  func tensor(_ name: String) throws -> Tensor { try oracle.tensor(name) }
  func real(_ key: String) -> Double { config[key]?.number ?? .nan }
  func text(_ key: String) -> String { config[key]?.string ?? "" }
  var curvature: Double { (try? oracle.tensor("param.c").doubles()[0]) ?? real("c") }

  /// One number per sample, for both views.
  func twice(_ name: String) throws -> Tensor {
    let values = try oracle.tensor(name).doubles().map { Int64($0) }
    return try Tensor(values + values, shape: [2 * values.count])
  }

  /// An array as a batch of one.
  func single(_ name: String) throws -> Tensor {
    let tensor = try oracle.tensor(name)
    return try Tensor(tensor.doubles(), shape: [1] + tensor.shape)
  }

  /// The cotangent of the losses of all rows, for that of their mean.
  func meanOf(_ rows: Int, _ name: String = "cot.loss") -> Tensor? {
    guard let value = try? oracle.tensor(name).doubles()[0] else { return nil }
    return try? Tensor([Double](repeating: value / Double(rows), count: rows), shape: [rows])
  }

  private func arguments(
    _ work: RunWorkspace, _ spec: String, _ inputs: [String: Tensor], _ cotangents: [String: Tensor?], _ epoch: Int?
  ) throws -> [String] {
    try "geoc: 1\nmodel: oracle\ndtype: \(dtype)\n\(spec)\n"
      .write(toFile: work.path("oracle.yaml"), atomically: true, encoding: .utf8)
    var arguments = ["run", "oracle.yaml", "--task", "gradient", "-o", "gradient.safetensors"]
    for (name, tensor) in inputs.sorted(by: { $0.key < $1.key }) {
      try TensorArchive.write(work.path("\(name).npy"), [(name, tensor)])
      arguments += ["--input", "\(name)=\(name).npy"]
    }
    for (name, tensor) in cotangents.sorted(by: { $0.key < $1.key }) {
      try TensorArchive.write(work.path("cot_\(name).npy"), [(name, try #require(tensor))])
      arguments += ["--cotangent", "\(name)=cot_\(name).npy"]
    }
    return arguments + (epoch.map { ["--epoch", String($0)] } ?? [])
  }

  /// Outputs and gradients.
  func gradient(
    _ spec: String, _ inputs: [String: Tensor], cotangents: [String: Tensor?], epoch: Int? = nil, threads: String = "2"
  ) throws -> SafetensorsFile {
    let work = try RunWorkspace()
    defer { work.remove() }
    let all = try arguments(work, spec, inputs, cotangents, epoch) + ["--threads", threads]
    let (process, output, errors) = try work.start(all)
    _ = output.fileHandleForReading.readDataToEndOfFile()
    let notes = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: notes, as: UTF8.self))")
    return try SafetensorsFile(work.path("gradient.safetensors"))
  }

  /// What is said about a run that fails.
  func failure(_ spec: String, _ inputs: [String: Tensor]) throws -> String {
    let work = try RunWorkspace()
    defer { work.remove() }
    let all = try arguments(work, spec + "\nloss: { mean: { x: l } }", inputs, [:], nil)
    let (process, _, errors) = try work.start(all)
    let notes = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    return String(decoding: notes, as: UTF8.self)
  }

  func isClose(_ x: Double, _ wanted: Double) -> Bool { abs(x - wanted) <= absolute + relative * abs(wanted) }

  /// Every number at the tolerance of the file.
  func compare(_ found: Tensor, _ name: String) throws {
    let wanted = try oracle.tensor(name).doubles()
    let values = found.doubles()
    #expect(values.count == wanted.count, "\(name)")
    for (k, (x, y)) in zip(values, wanted).enumerated() {
      #expect(isClose(x, y), "\(name)[\(k)]: \(x), expected \(y)")
    }
  }

  /// The mean over the rows.
  func compare(mean found: Tensor, _ name: String) throws {
    let values = found.doubles()
    let mean = values.reduce(0, +) / Double(values.count)
    let wanted = try oracle.tensor(name).doubles()[0]
    #expect(isClose(mean, wanted), "\(name): \(mean), expected \(wanted)")
  }
}
