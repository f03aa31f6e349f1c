import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Grassmann class representation: the head, the geodesic step on fixed gradients and closed training loops, as a user
/// runs them. The oracles store the bases of all classes as rows, [classes · k, n]; a weight is [classes, n, k].
@Suite(.serialized) struct GCROracleTests {
  static let files: [String] = OptimizerOracleTests.files("gcr")
  static let headFiles: [String] = files.filter { $0.hasPrefix("head_") }
  static let stepFiles: [String] = files.filter { $0.hasPrefix("rsgd_") }
  static let trainingFiles: [String] = files.filter { $0.hasPrefix("train_") }

  /// One file with its sizes.
  private struct Case {
    let file: SafetensorsFile
    let oracle: OptimizerCase
    let (classes, n, k): (Int, Int, Int)

    init(_ name: String) throws {
      let file = try SafetensorsFile("\(OptimizerOracleTests.folder("gcr"))/\(name).safetensors")
      let oracle = try OptimizerCase(file)
      func number(_ key: String) throws -> Int { Int(try #require(oracle.config[key]?.number)) }
      self.file = file
      self.oracle = oracle
      (classes, n, k) = (try number("num_classes"), try number("in_features"), try number("subspace_dim"))
    }

    /// `[…, classes · k, n]` as `[…, classes, n, k]`.
    func bases(_ name: String) throws -> Tensor {
      let tensor = try file.tensor(name)
      let x = tensor.doubles()
      let leading = tensor.shape.dropLast(2)
      var y = x
      for item in 0..<leading.reduce(1, *) * classes {
        for row in 0..<k {
          for column in 0..<n { y[(item * n + column) * k + row] = x[(item * k + row) * n + column] }
        }
      }
      return try Tensor(y, shape: leading + [classes, n, k])
    }

    /// The entries of `found` beyond the tolerance of `name`, whose rows are bases.
    func expectBases(_ found: Tensor, _ name: String) throws {
      expect(found.doubles(), try bases(name).doubles(), name)
    }

    func expect(_ x: [Double], _ y: [Double], _ name: String) {
      #expect(x.count == y.count, "\(name)")
      let worst = zip(x, y).map { abs($0 - $1) - oracle.absolute - oracle.relative * abs($1) }
        .max { $0 < $1 || $1.isNaN }
      #expect((worst ?? 1) <= 0, "\(name) is \(worst ?? 0) beyond the tolerance")
    }

    /// w wᵀ of every class.
    func projectors(_ weight: Tensor) -> [Double] {
      let w = weight.doubles()
      var result: [Double] = []
      for c in 0..<classes {
        for i in 0..<n {
          for j in 0..<n {
            result.append((0..<k).map { w[(c * n + i) * k + $0] * w[(c * n + j) * k + $0] }.reduce(0, +))
          }
        }
      }
      return result
    }
  }

  @Test func casesAreThere() {
    #expect(Self.headFiles.count == 5 && Self.stepFiles.count == 7 && Self.trainingFiles.count == 3)
    #expect(Self.files.count == 16)  // with the initialisation, which GrassmannTests has
  }

  @Test(arguments: headFiles, [[], ["--no-manual-backward"]]) func gradientsOfTheHead(_ name: String, _ flags: [String])
    throws
  {
    let c = try Case(name)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    let gamma = try #require(c.oracle.config["gamma"]?.number)
    let head = """
      geoc: 1
      model: head
      dtype: \(name.hasSuffix("f32") ? "f32" : "f64")
      inputs: { x: "R[\(c.n)]", y: Label(\(c.classes)) }
      graph:
        - grassmann_head: { classes: \(c.classes), dim: \(c.k), gamma: \(gamma) }
          as: logits
      outputs: [logits]

      """
    try work.write("head.yaml", text: head.replacing(", y: Label(\(c.classes))", with: ""))
    try work.write("loss.yaml", text: head + "loss: { cross_entropy: { logits: logits, target: y } }\n")
    try TensorArchive.write(work.path("w.safetensors"), [("logits.weight", try c.bases("param.weight"))])
    for (key, tensor) in [("x", "in.x"), ("y", "in.label"), ("cot", "cot.logits")] {
      try TensorArchive.write(work.path("\(key).npy"), [(key, try c.file.tensor(tensor))])
    }
    func gradients(_ arguments: String...) throws -> SafetensorsFile {
      let ended = try work.run(
        ["run"] + arguments + flags + [
          "--task", "gradient", "--input", "x=x.npy", "--weights", "w.safetensors", "--output", "o.safetensors",
          "--quiet",
        ])
      #expect(ended.status == 0, "\(ended.errors)")
      return try SafetensorsFile(work.path("o.safetensors"))
    }
    let values = try gradients("head.yaml", "--cotangent", "logits=cot.npy")
    for key in ["out.logits", "grad.x"] { try c.oracle.compare(try values.tensor(key), key) }
    try c.expectBases(try values.tensor("grad.logits.weight"), "grad.weight")
    guard c.file.names.contains("out.ce_loss") else {
      #expect(name == "head_degenerate")
      return
    }
    let loss = try gradients("loss.yaml", "--input", "y=y.npy")
    try c.oracle.compare(try loss.tensor("grad.x"), "grad.ce_x")
    try c.expectBases(try loss.tensor("grad.logits.weight"), "grad.ce_weight")
    try c.oracle.compare(try loss.tensor("out.loss"), "out.ce_loss")
  }

  /// Each gradient is a row of a data set; the loss is its inner product with the basis.
  @Test(arguments: stepFiles) func fixedGradients(_ name: String) throws {
    let c = try Case(name)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    try TensorArchive.write(work.path("data.safetensors"), [("g", try c.bases("in.grads"))])
    try TensorArchive.write(work.path("start.safetensors"), [("w.weight", try c.bases("param.weight"))])
    for steps in [1, 2, 5, 20] {
      try work.write(
        "steps.yaml",
        text: """
          geoc: 1
          model: steps
          dtype: f64
          inputs: { g: "R[\(c.classes), \(c.n), \(c.k)]" }
          graph:
            - parameter: { type: "Grassmann(\(c.n), \(c.k))[\(c.classes)]" }
              as: w
            - basis  # geoc: allow reads-basis
            - inner:
              from: [basis_1, g]
              as: total
          loss: { mean: { x: total } }
          outputs: [total]
          data: { file: data.safetensors }
          train:
            optimizer: { rsgd: \(options(c)) }
            steps: \(steps)
            batch: 1
            shuffle: false

          """)
      let run = try work.train("steps.yaml", "--weights", "start.safetensors")
      let weight = try SafetensorsFile(run + "/model.safetensors").tensor("w.weight")
      try c.expectBases(weight, "out.weight_step\(steps)")
      c.expect(c.projectors(weight), try c.file.tensor("out.projector_step\(steps)").doubles(), "projector \(steps)")
      guard steps == 20, c.file.names.contains("state.momentum_step20") else { continue }
      let buffer = try SafetensorsFile(run + "/checkpoint.safetensors").tensor("optimizer.w.weight.momentum_buffer")
      try c.expectBases(buffer, "state.momentum_step20")
    }
  }

  private func options(_ c: Case, sign: String? = nil) -> String {
    func value(_ key: String) -> String { c.oracle.config[key]?.yaml ?? "" }
    return "{ lr: \(value("lr")), momentum: \(value("momentum")), weight_decay: \(value("weight_decay")), "
      + "reorth_every: \(Int(c.oracle.config["reorth_step"]?.number ?? 5)), lr_factor: \(value("lr_factor")), "
      + "qr_sign: \(sign ?? value("qr_sign")) }"
  }

  /// Full-batch training of the head with the given number of steps: the folder of the run.
  private func train(_ c: Case, _ work: RunWorkspace, steps: Int, sign: String? = nil) throws -> String {
    try TensorArchive.write(
      work.path("data.safetensors"), [("x", try c.file.tensor("in.x")), ("y", try c.file.tensor("in.label"))])
    try TensorArchive.write(work.path("start.safetensors"), [("logits.weight", try c.bases("param.weight"))])
    try work.write(
      "train.yaml",
      text: """
        geoc: 1
        model: train
        dtype: f64
        inputs: { x: "R[\(c.n)]", y: Label(\(c.classes)) }
        graph:
          - grassmann_head: { classes: \(c.classes), dim: \(c.k), gamma: \(c.oracle.config["gamma"]?.yaml ?? "25") }
            as: logits
        loss: { cross_entropy: { logits: logits, target: y } }
        data: { file: data.safetensors }
        train: { optimizer: { rsgd: \(options(c, sign: sign)) }, epochs: \(steps), batch: whole, shuffle: false }

        """)
    return try work.train("train.yaml", "--weights", "start.safetensors")
  }

  private func losses(_ run: String) throws -> [Double] {
    try String(contentsOfFile: "\(run)/metrics.jsonl", encoding: .utf8).split(separator: "\n").compactMap {
      let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return (object?["train_loss"] as? NSNumber)?.doubleValue
    }
  }

  @Test(arguments: trainingFiles) func closedLoop(_ name: String) throws {
    let c = try Case(name)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    for steps in [1, 2, 5, 20, 40] {
      let run = try train(c, work, steps: steps)
      let weight = try SafetensorsFile(run + "/model.safetensors").tensor("logits.weight")
      try c.expectBases(weight, "out.weight_step\(steps)")
      c.expect(c.projectors(weight), try c.file.tensor("out.projector_step\(steps)").doubles(), "projector \(steps)")
      if steps == 40 { c.expect(try losses(run), try c.file.tensor("out.losses").doubles(), "losses") }
    }
  }

  /// Without momentum the signs of columns do not matter; with it they do.
  @Test func signsOfColumns() throws {
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    let free = try Case("train_mu0")
    let run = try train(free, work, steps: 40, sign: "positive")
    let weight = try SafetensorsFile(run + "/model.safetensors").tensor("logits.weight")
    free.expect(free.projectors(weight), try free.file.tensor("out.projector_step40").doubles(), "projector")
    free.expect(try losses(run), try free.file.tensor("out.losses").doubles(), "losses")
    let held = try Case("train_mu09_lapack")
    let other = try SafetensorsFile(try train(held, work, steps: 40, sign: "positive") + "/model.safetensors")
      .tensor("logits.weight")
    let wanted = try held.file.tensor("out.projector_step40").doubles()
    #expect(zip(held.projectors(other), wanted).contains { abs($0 - $1) > 0.01 })
  }
}
