import Foundation
import GeocDiagnostics
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// Trainings under `normalize_and_project` against their golden vectors, through specs and `geoc run`.
@Suite(.serialized) struct ProjectionOracleTests {
  static let files = OptimizerOracleTests.files("nap")

  @Test func casesAreThere() { #expect(Self.files.count == 6) }

  @Test(arguments: files.filter { $0 != "effective_lr" }) func trajectory(_ name: String) throws {
    let net = try ProjectedNet(name)
    let work = try net.workspace()
    defer { work.remove() }
    for steps in [1, 2, 5, 20] {
      try work.write("net.yaml", text: net.spec(steps: steps))
      let run = try work.train("net.yaml", "--weights", "start.safetensors")
      let model = try SafetensorsFile(run + "/model.safetensors")
      for (tensor, key) in net.tensors { try net.oracle.compare(try model.tensor(tensor), "out.\(key)_step\(steps)") }
      let log = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      let line = try JSONDecoder().decode([String: Double].self, from: Data(log.utf8))
      let losses = try net.oracle.oracle.tensor("out.losses").doubles().prefix(steps)
      let loss = try #require(line["train_loss"])
      #expect(abs(loss - losses.reduce(0, +) / Double(steps)) < 1e-9)
      guard steps == 20 else { continue }
      let norms = try net.oracle.oracle.tensor("out.weight_norms").doubles().suffix(net.hidden.count)
      for (k, wanted) in norms.enumerated() {
        let w = try model.tensor("h\(k).weight").doubles()
        let norm = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(norm - wanted) < 1e-9)
        // Whatever is projected has the norm that it started with.
        guard net.isProjected else { continue }
        let first = try net.oracle.oracle.tensor("param.w\(k)").doubles().reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(norm - first) < 1e-12 * first)
      }
    }
  }

  @Test(arguments: files.filter { $0 != "effective_lr" }) func firstGradients(_ name: String) throws {
    let net = try ProjectedNet(name)
    let work = try net.workspace()
    defer { work.remove() }
    try work.write("net.yaml", text: net.spec(steps: 1))
    let ended = try work.run(
      "run", "net.yaml", "--task", "gradient", "--weights", "start.safetensors", "--input", "x=first.safetensors",
      "--input", "y=first.safetensors", "--output", "out.safetensors")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try SafetensorsFile(work.path("out.safetensors"))
    try net.oracle.compare(try found.tensor("out.logits"), "out.logits0")
    for (tensor, key) in net.tensors { try net.oracle.compare(try found.tensor("grad.\(tensor)"), "grad.\(key)") }
  }

  /// Growth of weights in front of a norm is a decay of their rates: without projection at a constant rate, and with it
  /// at the rate η (ρ/‖W‖)² of each layer, descent goes through the same functions.
  @Test func projectionWithTheImplicitSchedule() throws {
    let net = try ProjectedNet("effective_lr")
    let work = try net.workspace()
    defer { work.remove() }
    let file = net.oracle.oracle
    let losses = try file.tensor("out.losses").doubles()
    let norms = try file.tensor("out.weight_norms_unprojected").doubles()
    let rates = try file.tensor("out.layer_lr").doubles()
    try work.write("net.yaml", text: net.spec(steps: 20))
    let start = try TensorArchive.open(work.path("start.safetensors"))
    var free: [String: Tensor] = [:]
    for name in start.names { free[name] = try start.tensor(name) }
    var projected = free
    let archive = try TensorArchive.open(work.path("data.safetensors"))
    let columns = ["x": try HostArray(archive.tensor("x")), "y": try HostArray(archive.tensor("y"))]
    let plain = try step(work, "passes.0.normalize_and_project.project_every=0")
    for t in 0..<20 {
      let rows = Array((5 * t)..<(5 * t + 5))
      for k in 0..<2 {
        let w = try #require(free["h\(k).weight"]).doubles()
        let norm = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(norm - norms[2 * t + k]) < 1e-9)
      }
      let groups = (0..<2).map { "h\($0).weight: { lr: \(rates[2 * t + $0]) }" }.joined(separator: ", ")
      let scheduled = try step(work, "train.groups={ \(groups) }")
      let (a, b) = (try plain(&free, columns, rows), try scheduled(&projected, columns, rows))
      #expect(abs(a - losses[t]) < 1e-10 + 1e-8 * losses[t])
      #expect(abs(b - losses[t]) < 1e-10 + 1e-8 * losses[t])
    }
  }

  /// One step of the network with a setting: the loss, and the parameters moved.
  private func step(
    _ work: RunWorkspace, _ setting: String
  ) throws -> (_ values: inout [String: Tensor], _ columns: [String: HostArray], _ rows: [Int]) throws -> Double {
    var sink = DiagnosticSink()
    let compiler = try #require(
      try CompileOptions.parse(["--set", setting]).compiler(work.path("net.yaml"), Console(capturing: []), &sink),
      "\(sink.diagnostics)")
    let session = Session(try compiler.plan([.initialize, .step]), threads: 1)
    try session.program().reset(seed: 0)
    let rate = try #require(compiler.model.run.training?.learningRate)
    return { values, columns, rows in
      for (name, tensor) in values { try session.store.set(name, tensor) }
      try session.store.set("hyper.lr", rate)
      try session.store.set("hyper.step", 1)
      let step = try session.executable("step")
      try step.run(Batch(columns: columns, rows: rows), step: 1)
      let loss = step.number("loss")
      try step.commit()
      for name in values.keys { values[name] = session.store.tensor(name) }
      return loss
    }
  }
}

/// The network of an oracle.
private struct ProjectedNet {
  let oracle: OptimizerCase
  /// Features of the hidden layers.
  let hidden: [Int]
  private let sizes: [Int]
  private let isAffine: Bool
  private let hasOffset: Bool

  init(_ name: String) throws {
    oracle = try OptimizerCase(try SafetensorsFile("\(OptimizerOracleTests.folder("nap"))/\(name).safetensors"))
    guard case .list(let numbers)? = oracle.config["sizes"] else { throw InternalProblem() }
    sizes = numbers.map { Int($0) }
    hidden = Array(sizes.dropFirst().dropLast())
    isAffine = oracle.config["affine"]?.yaml == "true"
    hasOffset = isAffine && oracle.config["norm"]?.string == "layer"
  }

  private struct InternalProblem: Error {}

  var isProjected: Bool { (oracle.config["project_every"]?.number ?? 1) > 0 }

  /// Tensor of the model → that of the oracle.
  var tensors: [(String, String)] {
    hidden.indices.flatMap { k in
      [("h\(k).weight", "w\(k)")] + (isAffine ? [("h\(k).norm.weight", "scale\(k)")] : [])
        + (hasOffset ? [("h\(k).norm.bias", "offset\(k)")] : [])
    } + [("logits.weight", "w_out"), ("logits.bias", "b_out")]
  }

  /// A folder with the batches one after the other, the first one by itself, and the weights.
  func workspace() throws -> RunWorkspace {
    let work = try RunWorkspace(spec: "")
    let (x, y) = (try oracle.oracle.tensor("in.x"), try oracle.oracle.tensor("in.label"))
    let rows = x.shape[0] * x.shape[1]
    let labels = y.doubles().map { Int64($0) }
    func write(_ name: String, _ count: Int) throws {
      try TensorArchive.write(
        work.path(name),
        [
          ("x", try Tensor(Array(x.doubles().prefix(count * sizes[0])), shape: [count, sizes[0]])),
          ("y", try Tensor(Array(labels.prefix(count)), shape: [count])),
        ])
    }
    try write("data.safetensors", rows)
    try write("first.safetensors", x.shape[1])
    try TensorArchive.write(
      work.path("start.safetensors"), try tensors.map { ($0.0, try oracle.oracle.tensor("param.\($0.1)")) })
    return work
  }

  func spec(steps: Int) throws -> String {
    let config = oracle.config
    func text(_ key: String, _ fallback: String) -> String { config[key]?.yaml ?? fallback }
    let layers = hidden.enumerated().map { k, width in
      "  - linear: { out: \(width) }\n    as: h\(k)\n  - \(text("activation", "relu"))\n"
    }
    var settings = ["lr: \(text("lr", "0"))"]
    let options = try JSONDecoder().decode(
      [String: Setting].self, from: try JSONSerialization.data(withJSONObject: try optimizerOptions()))
    if !options.isEmpty { settings = options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.yaml)" } }
    let pass = [
      "norm: \(text("norm", "layer"))", "affine: \(text("affine", "true"))", "norm_eps: \(text("norm_eps", "1.0e-5"))",
      "project_every: \(Int(config["project_every"]?.number ?? 1))", "scale_offset: \(text("scale_offset", "none"))",
      "decay_rate: \(text("decay_rate", "0.0"))", "project_output: \(text("project_output", "false"))",
    ]
    // Over fewer steps, the same line ends higher.
    let schedule =
      config["lr_schedule"]?.string == nil
      ? "constant" : "{ cool_down: { fraction: 1, floor: \(1 - 0.9 * Double(steps) / 20) } }"
    return """
      geoc: 1
      model: net
      dtype: f64
      inputs: { x: "R[\(sizes[0])]", y: Label(\(sizes[sizes.count - 1])) }
      graph:
      \(layers.joined())  - linear: { out: \(sizes[sizes.count - 1]) }
          as: logits
      passes: [{ normalize_and_project: { \(pass.joined(separator: ", ")) } }]
      loss: { cross_entropy: { logits: logits, target: y } }
      data: { file: data.safetensors }
      train:
        optimizer: { \(text("optimizer", "sgd")): { \(settings.joined(separator: ", ")) } }
        schedule: \(schedule)
        steps: \(steps)
        batch: \(try oracle.oracle.tensor("in.x").shape[1])
        shuffle: false

      """
  }

  private func optimizerOptions() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data((oracle.oracle.metadata["config"] ?? "").utf8))
    return ((object as? [String: Any])?["optimizer_config"] as? [String: Any]) ?? [:]
  }
}
