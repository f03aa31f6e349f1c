import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Logistic regression with huge steps, held to golden trajectories through `geoc run`.
@Suite(.serialized) struct LargeStepTests {
  static let files = OptimizerOracleTests.files("normalized_lr")

  @Test func casesAreThere() { #expect(Self.files.count == 4) }

  /// One method of a file: its iterates and the first that separates.
  private func check(
    _ oracle: SafetensorsFile, _ case_: OptimizerCase, optimizer: String, normalize: String = "none", iterates: String,
    separating: String
  ) throws {
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    let z = try oracle.tensor("in.Z")
    try TensorArchive.write(work.path("data.safetensors"), [("z", z)])
    let wanted = try oracle.tensor(iterates)
    let (last, width) = (wanted.shape[0] - 1, wanted.shape[1])
    let first = Int(try #require(try oracle.tensor(separating).doubles().first))
    for steps in Set([1, 2, last / 2, last]).filter({ $0 >= 1 && $0 <= last }).sorted() {
      try work.write(
        "spec.yaml", text: Self.spec(width, optimizer, normalize, "steps: \(steps)\n  checkpoint_every: \(steps)"))
      let run = try work.train("spec.yaml", "--quiet")
      let weight = try SafetensorsFile(run + "/model.safetensors").tensor("margin.weight").doubles()
      let row = Array(wanted.doubles()[(steps * width)..<((steps + 1) * width)])
      for (x, y) in zip(weight, row) {
        #expect(
          abs(x - y) <= case_.absolute + case_.relative * abs(y), "\(iterates)[\(steps)]: \(weight), expected \(row)")
      }
      guard steps == last else { continue }
      let results = try JSONDecoder().decode(Results.self, from: RunWorkspace.bytes(run + "/run.json")).results
      #expect(results["separation"] == Double(first), "\(separating)")
    }
  }

  private struct Results: Decodable { var results: [String: Double] }

  private static func spec(_ width: Int, _ optimizer: String, _ normalize: String, _ train: String) -> String {
    """
    geoc: 1
    model: margins
    dtype: f64
    inputs: { z: "R[\(width)]" }
    graph:
      - linear: { out: 1, bias: false, init: zeros }
        as: margin
    loss:
      logistic: { margins: margin, normalize: \(normalize) }
    metrics: [separation]
    data: { file: data.safetensors }
    train:
      optimizer: { \(optimizer) }
      batch: whole
      shuffle: false
      \(train)

    """
  }

  @Test(arguments: files) func descent(_ name: String) throws {
    let oracle = try SafetensorsFile("\(OptimizerOracleTests.folder("normalized_lr"))/\(name).safetensors")
    let case_ = try OptimizerCase(oracle)
    guard case .list(let rates)? = case_.config["gammas"] else {
      Issue.record("no gammas")
      return
    }
    for (k, rate) in rates.enumerated() {
      try check(
        oracle, case_, optimizer: "sgd: { lr: \(rate) }", iterates: "out.gd_\(k)",
        separating: "out.gd_\(k)_first_separating")
      try check(
        oracle, case_, optimizer: "sgd: { lr: \(rate) }", normalize: "mean_probability", iterates: "out.ngd_\(k)",
        separating: "out.ngd_\(k)_first_separating")
    }
  }

  @Test(arguments: files) func limit(_ name: String) throws {
    let oracle = try SafetensorsFile("\(OptimizerOracleTests.folder("normalized_lr"))/\(name).safetensors")
    let case_ = try OptimizerCase(oracle)
    try check(
      oracle, case_, optimizer: "sgd: { lr: inf }", iterates: "out.batch_perceptron",
      separating: "out.batch_perceptron_iters")
    try check(
      oracle, case_, optimizer: "normalized_gd: { lr: inf, by: mean_probability }",
      iterates: "out.normalized_batch_perceptron", separating: "out.normalized_batch_perceptron_iters")
  }

  /// A sample against n − 1 copies of another: the counts of the paper's table.
  @Test(arguments: [
    ("sgd: { lr: inf }", 500, 151), ("sgd: { lr: inf }", 1000, 301), ("sgd: { lr: inf }", 2000, 601),
    ("normalized_gd: { lr: inf, by: mean_probability }", 2000, 2),
    ("normalized_gd: { lr: 100, by: mean_probability }", 1000, 2),
    ("normalized_gd: { lr: 10, by: mean_probability }", 1000, 2),
    ("normalized_gd: { lr: 1, by: mean_probability }", 1000, 16),
    ("normalized_gd: { lr: 0.1, by: mean_probability }", 1000, 157), ("sgd: { lr: 100 }", 1000, 308),
  ]) func worstCase(_ optimizer: String, _ count: Int, _ steps: Int) throws {
    let work = try RunWorkspace(spec: Self.spec(2, optimizer, "none", "until: separated\n  steps: 1000"))
    defer { work.remove() }
    let rows = (0..<count).flatMap { row -> [Double] in [0.5, row == 0 ? -1 : 1] }
    try TensorArchive.write(work.path("data.safetensors"), [("z", try Tensor(rows, shape: [count, 2]))])
    let run = try work.train("spec.yaml", "--quiet")
    let results = try JSONDecoder().decode(Results.self, from: RunWorkspace.bytes(run + "/run.json")).results
    #expect(results["separation"] == Double(steps))
    let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == steps + 1 && lines[0].contains("separation"))
  }

  /// What cannot be trained so is refused with its place.
  @Test(arguments: [
    ("sgd: { lr: inf, momentum: 0.9 }", "none", "batch: whole", "leave 'momentum' out"),
    ("adam: { lr: inf }", "none", "batch: whole", "must be a number"),
    ("sgd: { lr: 1 }", "none", "batch: 8\n  until: separated", "add 'batch: whole'"),
    ("sgd: { lr: 1 }", "sum", "batch: whole", "none"),
  ]) func refusals(_ optimizer: String, _ normalize: String, _ train: String, _ text: String) throws {
    let spec = Self.spec(2, optimizer, normalize, "steps: 1").replacing("batch: whole\n", with: train + "\n")
    let run = Run(["check", "-"], input: Array(spec.utf8))
    #expect(run.status == .problems)
    #expect(run.errors.contains(text), "\(run.errors)")
  }

  @Test func infiniteStepsNeedLinearMargins() throws {
    let spec = Self.spec(2, "sgd: { lr: inf }", "none", "steps: 1")
    let start = Run(["check", "-"], input: Array(spec.replacing(", init: zeros", with: "").utf8))
    #expect(start.errors.contains("'margin.weight' does not") && start.errors.contains("init: zeros"))
    let bent = spec.replacing("    as: margin", with: "  - tanh:\n    as: margin")
    let run = Run(["check", "-"], input: Array(bent.utf8))
    #expect(run.errors.contains("'tanh' is in the way"), "\(run.errors)")
    let other = spec.replacing("logistic: { margins: margin, normalize: none }", with: "mean: { x: margin }")
    #expect(Run(["check", "-"], input: Array(other.utf8)).errors.contains("separation needs a loss with margins"))
  }
}
