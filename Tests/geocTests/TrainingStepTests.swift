import Foundation
import GeocDiagnostics
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// One optimizer step beside its formula, with the gradient that `--task gradient` gives.
@Suite struct TrainingStepTests {
  /// The parameters before and after a step, and their gradients.
  private struct Step {
    var before: [String: [Double]] = [:]
    var after: [String: [Double]] = [:]
    var gradients: [String: [Double]] = [:]

    /// A step of a network with `train` at the learning rate of its optimizer.
    init(train: String) throws {
      let work = try RunWorkspace(
        spec: """
          geoc: 1
          model: small
          dtype: f64
          inputs:
            x: R[3, 3]
            y: Label(2)
          graph:
            - flatten
            - linear: { out: 4 }
              as: hidden
            - tanh
            - linear: { out: 2 }
              as: logits
          loss:
            cross_entropy: { logits: logits, target: y }
          train:
            epochs: 1
          \(train.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

          """)
      defer { work.remove() }
      var sink = DiagnosticSink()
      let compiler = try #require(
        try CompileOptions.parse([]).compiler(work.path("spec.yaml"), Console(capturing: []), &sink),
        "\(sink.diagnostics)")
      let session = Session(
        try compiler.plan([.initialize, .step, .gradient(mode: "train", ofLoss: true)]), threads: 1)
      try session.program().reset(seed: 3)
      let archive = try TensorArchive.open(work.path("data.npz"))
      let columns = ["x": try HostArray(archive.tensor("x")), "y": try HostArray(archive.tensor("y"))]
      let batch = Batch(columns: columns, rows: Array(0..<24))
      let names = session.tensors.filter { $0.kind == .param }.map(\.name)
      let gradient = try session.executable("gradient_train_loss")
      try gradient.run(batch)
      for name in names {
        before[name] = session.store.tensor(name)?.doubles()
        gradients[name] = gradient.result("grad.\(name)")?.doubles()
      }
      let training = try #require(compiler.model.run.training)
      try session.store.set("hyper.lr", training.learningRate)
      for own in training.ownRates ?? [] { try session.store.set(own.name, own.learningRate) }
      try session.store.set("hyper.step", 1)
      let step = try session.executable("step")
      try step.run(batch, step: 1)
      try step.commit()
      for name in names { after[name] = session.store.tensor(name)?.doubles() }
      #expect(before.count == 4 && gradients.count == 4 && after.count == 4)
    }

    /// Length of all gradients together.
    var norm: Double { gradients.values.joined().reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Expects `w - rate (factor g + decay w)` for the parameters whose names begin with `prefix`.
    func expect(_ prefix: String = "", rate: Double, factor: Double = 1, decay: Double = 0) throws {
      for (name, w) in before where name.hasPrefix(prefix) {
        let (g, new) = (try #require(gradients[name]), try #require(after[name]))
        #expect(new != w)
        for k in w.indices {
          let wanted = w[k] - rate * (factor * g[k] + decay * w[k])
          #expect(abs(new[k] - wanted) <= 1e-14 * max(1, abs(wanted)), "\(name)[\(k)]: \(new[k]), expected \(wanted)")
        }
      }
    }
  }

  @Test func plainStep() throws { try Step(train: "optimizer: { sgd: { lr: 0.3 } }").expect(rate: 0.3) }

  /// Every gradient is scaled by min(1, c / (‖g‖ + 1e-6)), ‖g‖ being the length of all gradients together.
  @Test(arguments: [0.01, 0.1, 1000]) func clipping(_ limit: Double) throws {
    let step = try Step(train: "optimizer: { sgd: { lr: 0.3 } }\nclip: \(limit)")
    #expect(step.norm > 0.1 && step.norm < 1000)
    try step.expect(rate: 0.3, factor: min(1, limit / (step.norm + 1e-6)))
  }

  /// The first group that matches counts, with its own rate; what a group does not set is the optimizer's.
  @Test func groups() throws {
    let step = try Step(
      train: """
        optimizer: { sgd: { lr: 0.3, weight_decay: 0.1 } }
        groups:
          "hidden.bias": { weight_decay: 0 }
          "hidden.*": { lr: 0.05 }
          "*.bias": { lr: 0.7, weight_decay: 0.2 }
        """)
    try step.expect("hidden.bias", rate: 0.3)
    try step.expect("hidden.weight", rate: 0.05, decay: 0.1)
    try step.expect("logits.bias", rate: 0.7, decay: 0.2)
    try step.expect("logits.weight", rate: 0.3, decay: 0.1)
  }

  /// Clipping comes before the groups' own rates and decays.
  @Test func groupsOfClippedGradients() throws {
    let step = try Step(
      train: """
        optimizer: { sgd: { lr: 0.3 } }
        clip: 0.05
        groups:
          "*.weight": { lr: 0.6, weight_decay: 0.1 }
        """)
    let factor = 0.05 / (step.norm + 1e-6)
    #expect(factor < 1)
    try step.expect("hidden.weight", rate: 0.6, factor: factor, decay: 0.1)
    try step.expect("logits.weight", rate: 0.6, factor: factor, decay: 0.1)
    try step.expect("hidden.bias", rate: 0.3, factor: factor)
    try step.expect("logits.bias", rate: 0.3, factor: factor)
  }

  /// A group with a schedule of its own has a rate of its own, which is the common base rate unless it says otherwise.
  @Test func ownRates() throws {
    let step = try Step(
      train: """
        optimizer: { sgd: { lr: 0.3, weight_decay: 0.1 } }
        schedule: cosine
        groups:
          "hidden.weight": { lr: 0.05, schedule: constant }
          "hidden.bias": { optimizer: { sgd: { lr: 0.7 } }, schedule: { step: { every: 2 } } }
          "logits.weight": { schedule: constant }
        """)
    try step.expect("hidden.weight", rate: 0.05, decay: 0.1)
    try step.expect("hidden.bias", rate: 0.7)
    try step.expect("logits.weight", rate: 0.3, decay: 0.1)
    try step.expect("logits.bias", rate: 0.3, decay: 0.1)
  }

  /// Exceptions from a common schedule train as the schedule as an exception: the rate of a tensor counts, whoever names
  /// it.
  @Test func ownSchedules() throws {
    func weights(_ train: String) throws -> [String: [Double]] {
      let work = try RunWorkspace(
        spec: """
          geoc: 1
          model: small
          dtype: f64
          inputs:
            x: R[3, 3]
            y: Label(2)
          graph:
            - flatten
            - linear: { out: 4 }
              as: hidden
            - tanh
            - linear: { out: 2 }
              as: logits
          loss:
            cross_entropy: { logits: logits, target: y }
          data: { file: data.npz }
          train:
            optimizer: { sgd: { lr: 0.3, momentum: 0.9 } }
            epochs: 4
            batch: 8
            \(train)

          """)
      defer { work.remove() }
      let file = try SafetensorsFile(work.train(work.path("spec.yaml")) + "/model.safetensors")
      return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0).doubles()) })
    }
    let falling = "schedule: { cosine: { floor: 0.01 } }"
    let exception = try weights("\(falling)\n  groups: { \"logits.*\": { schedule: constant } }")
    #expect(exception.count == 4)
    #expect(try weights("groups: { \"hidden.*\": { \(falling) } }") == exception)
    #expect(try weights(falling) != exception)
    #expect(try weights("schedule: constant") != exception)
  }
}
