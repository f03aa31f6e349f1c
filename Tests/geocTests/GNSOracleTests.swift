import Foundation
import GeocDiagnostics
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// Gradient-regularised Newton, held to trajectories of the reference through `geoc run`.
@Suite(.serialized) struct GNSOracleTests {
  static let files = OptimizerOracleTests.files("gns")

  @Test func casesAreThere() { #expect(Self.files.count == 13) }

  @Test(arguments: files) func trajectory(_ name: String) throws {
    let problem = try Problem(name)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    try problem.write(to: work)
    let losses = try problem.oracle.tensor("out.func").doubles()
    let norms = try problem.oracle.tensor("out.grad_norm").doubles()
    let tolerance = problem.case_.config["grad_tol"]?.number ?? 0
    let last = losses.count - 1
    for steps in [1, 2, 5, 10, 20] where problem.oracle.names.contains("out.x_iter\(steps)") {
      try work.write("spec.yaml", text: problem.spec(steps: steps))
      let run = try work.train("spec.yaml", "--quiet", "--weights", "start.safetensors")
      let model = try SafetensorsFile(run + "/model.safetensors")
      try problem.case_.compare(try model.tensor(problem.weight), "out.x_iter\(steps)")
    }
    // To the tolerance, where the reference came to it.
    let ends = norms[last] < tolerance
    try work.write("spec.yaml", text: problem.spec(steps: ends ? 100 : last))
    let run = try work.train("spec.yaml", "--quiet", "--weights", "start.safetensors")
    let records = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
    }
    #expect(records.count == last)
    for (column, key) in [
      ("train_loss", "func"), ("gradient_norm", "grad_norm"), ("gamma", "gamma"), ("solves", "solves"),
    ] {
      let values = try Tensor([0] + records.map { $0[column] ?? .nan }, shape: [records.count + 1])
      let wanted = Array(try problem.oracle.tensor("out.\(key)").doubles().dropFirst())
      for (x, y) in zip(values.doubles().dropFirst(), wanted) {
        #expect(abs(x - y) <= problem.case_.absolute + problem.case_.relative * abs(y), "\(key): \(x), expected \(y)")
      }
    }
  }

  /// What the function `curvature` computes at the start.
  @Test(arguments: files) func startingPoint(_ name: String) throws {
    let problem = try Problem(name)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    try problem.write(to: work)
    try work.write("spec.yaml", text: problem.spec(steps: 1))
    for disabled in [[], ["--no-manual-backward"]] {
      var sink = DiagnosticSink()
      let compiler = try #require(
        try CompileOptions.parse(disabled).compiler(work.path("spec.yaml"), Console(capturing: []), &sink),
        "\(sink.diagnostics)")
      let session = Session(try compiler.plan([.initialize, .curvature]), threads: 1)
      let curvature = try session.executable("curvature")
      try session.store.set(problem.weight, try problem.oracle.tensor("param.x0"))
      let columns = try problem.columns.mapValues { try HostArray($0) }
      try curvature.run(Batch(columns: columns, rows: Array(0..<problem.rows)))
      try problem.case_.compare(try #require(curvature.result("prepared.search.gradient")), "out.grad0")
      try problem.case_.compare(try #require(curvature.result("prepared.search.hessian")), "out.hess0")
    }
  }

  /// One problem of the reference as a spec with data.
  struct Problem {
    let oracle: SafetensorsFile
    let case_: OptimizerCase
    var columns: [String: Tensor] = [:]
    var rows = 1
    var weight = "logits.weight"
    private var inputs = ""
    private var graph = ""
    private var loss = ""
    private var options = ""

    init(_ name: String) throws {
      oracle = try SafetensorsFile("\(OptimizerOracleTests.folder("gns"))/\(name).safetensors")
      case_ = try OptimizerCase(oracle)
      let text = case_.config["problem"]?.string ?? ""
      let form =
        ["weighted_gn": "weighted_gauss_newton", "lse_wgn": "weighted_gauss_newton", "inexact": "gauss_newton"][
          case_.config["hessian"]?.string ?? ""] ?? case_.config["hessian"]?.string ?? ""
      options = "hessian: \(form), tol: \(case_.config["grad_tol"]?.number ?? 0)"
      if text == "logistic" || text == "softmax" {
        try regression(isLogistic: text == "logistic")
      } else if text.contains("log sum exp") {
        let a = try oracle.tensor("in.A")
        columns = [
          "a": try Tensor(a.doubles(), shape: [1] + a.shape),
          "b": try Tensor(try oracle.tensor("in.b").doubles(), shape: [1, a.shape[0]]),
        ]
        inputs = "{ a: \"R[30, 12]\", b: \"R[30]\" }"
        graph = "  - linear: { out: 1, bias: false, init: zeros }\n    as: logits\n  - flatten"
        loss = "log_sum_exp: { x: flatten_1, shift: b, mu: \(case_.config["mu"]?.number ?? 0) }"
        options += ", metric: gram"
      } else {
        columns = ["one": try Tensor([1.0], shape: [1])]
        inputs = "{ one: R }"
        weight = "point.weight"
        graph = Self.valley
        let p = case_.config["p"]?.number ?? 2
        loss = "- norm_power: { u: u, p: \(p) }" + (p == 2 ? "\n    weight: 2" : "")
      }
    }

    /// (1 − x, 10 (y − x²)).
    private static let valley = """
        - parameter: { type: "R[2]", init: zeros }
          as: point
        - slice: { axis: 0, start: 0, count: 1 }
          as: x
        - slice: { axis: 0, start: 1, count: 1 }
          from: point
          as: y
        - cast: { scale: -1, shift: 1 }
          from: x
          as: first
        - mul:
          from: [x, x]
        - scale: { by: -1 }
          as: negative
        - add:
          from: [y, negative]
        - scale: { by: 10 }
          as: second
        - concat:
          from: [first, second]
          as: u
      """

    private mutating func regression(isLogistic: Bool) throws {
      let file = isLogistic ? "breast_cancer" : "wine"
      let archive = try TensorArchive.open(Repository.root + "examples/data/\(file).npz")
      let features = try archive.tensor("features")
      let (all, labels) = (features.doubles(), try archive.tensor("label").doubles())
      let train = try archive.tensor("train").doubles().map { Int($0) }
      let width = features.shape[1]
      var x = [Double](repeating: 1, count: train.count * (width + 1))
      for column in 0..<width {
        let values = train.map { all[$0 * width + column] }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        for (row, value) in values.enumerated() {
          x[row * (width + 1) + column] = (value - mean) / square.squareRoot()
        }
      }
      rows = train.count
      columns = [
        "x": try Tensor(x, shape: [rows, width + 1]),
        "y": try Tensor(train.map { Int64(labels[$0]) }, shape: [rows]),
      ]
      inputs = "{ x: \"R[\(width + 1)]\", y: Label(\(isLogistic ? 2 : 3)) }"
      graph = "  - linear: { out: \(isLogistic ? 1 : 3), bias: false, init: zeros }\n    as: logits"
      loss = """
        - \(isLogistic ? "binary_cross_entropy" : "cross_entropy"): { logits: logits, target: y }
          - l2_penalty: { x: logits.weight }
            weight: \(case_.config["reg"]?.number ?? 0)
        """
    }

    func write(to work: RunWorkspace) throws {
      try TensorArchive.write(
        work.path("data.safetensors"), columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
      let start = try oracle.tensor("param.x0").doubles()
      let outputs = inputs.contains("Label(3)") ? 3 : 1
      let shape = weight == "point.weight" ? [2] : [outputs, start.count / outputs]
      try TensorArchive.write(work.path("start.safetensors"), [(weight, try Tensor(start, shape: shape))])
    }

    func spec(steps: Int) -> String {
      """
      geoc: 1
      model: search
      dtype: f64
      inputs: \(inputs)
      graph:
      \(graph)
      loss:
        \(loss)
      data: { file: data.safetensors }
      train:
        optimizer: { gns: { \(options) } }
        steps: \(steps)
        batch: whole
        shuffle: false
        checkpoint_every: 100

      """
    }
  }
}
