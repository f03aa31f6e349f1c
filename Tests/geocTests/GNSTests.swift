import Foundation
import GeocDiagnostics
import GeocPlan
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// Second-order searches on models beyond the reference's, their resumption, and what they refuse.
@Suite struct GNSTests {
  private static func network(_ hessian: String) -> String {
    """
    geoc: 1
    model: network
    dtype: f64
    inputs: { x: "R[3]", y: Label(3) }
    graph:
      - linear: { out: 2 }
      - tanh
      - linear: { out: 3 }
        as: logits
    loss:
      - cross_entropy: { logits: logits, target: y }
      - l2_penalty: { x: logits.weight }
        weight: 0.1
    train:
      optimizer: { gns: { hessian: \(hessian) } }
      steps: 3
      batch: whole

    """
  }

  private static let rows = 7

  private static func columns() throws -> [String: HostArray] {
    var samples = SampleData(seed: 5)
    let x = (0..<(rows * 3)).map { _ in samples.normal() }
    return [
      "x": try HostArray(try Tensor(x, shape: [rows, 3])),
      "y": try HostArray(try Tensor((0..<rows).map { Int64($0 % 3) }, shape: [rows])),
    ]
  }

  /// Gradient and Hessian of the function `curvature`, row-major, at the current weights.
  private static func curvature(_ session: Session) throws -> (gradient: [Double], hessian: [Double]) {
    let curvature = try session.executable("curvature")
    try curvature.run(Batch(columns: try columns(), rows: Array(0..<rows)))
    return (
      try #require(curvature.result("prepared.search.gradient")).doubles(),
      try #require(curvature.result("prepared.search.hessian")).doubles()
    )
  }

  private static func session(_ hessian: String) throws -> Session {
    let compiler = try RunWorkspace.compiler(network(hessian))
    let session = Session(
      try compiler.plan([.initialize, .curvature, .gradient(mode: "train", ofLoss: true)]), threads: 1)
    try session.program().reset(seed: 2)
    return session
  }

  private static let names = ["linear_1.weight", "linear_1.bias", "logits.weight", "logits.bias"]

  /// Behind layers that are not linear the exact Hessian is the gradient differentiated once more.
  @Test func exactHessianIsTheDerivativeOfTheGradient() throws {
    let session = try Self.session("exact")
    let hessian = try Self.curvature(session).hessian
    let d = hessian.count == 0 ? 0 : Int(Double(hessian.count).squareRoot())
    #expect(d == 17)
    var column = 0
    for name in Self.names {
      let start = try #require(session.store.tensor(name))
      for k in 0..<start.count {
        func gradient(_ h: Double) throws -> [Double] {
          var moved = start.doubles()
          moved[k] += h
          try session.store.set(name, try Tensor(moved, shape: start.shape))
          return try Self.curvature(session).gradient
        }
        let (up, down) = (try gradient(1e-5), try gradient(-1e-5))
        for i in 0..<d {
          #expect(abs((up[i] - down[i]) / 2e-5 - hessian[i * d + column]) < 1e-8, "\(name)[\(k)], \(i)")
        }
        column += 1
      }
      try session.store.set(name, start)
    }
  }

  /// Behind layers that are not linear, too, the Fisher matrix is made of the gradients of single samples.
  @Test func fisherMatrixIsMadeOfSingleGradients() throws {
    let session = try Self.session("fisher")
    let hessian = try Self.curvature(session).hessian
    let gradient = try session.executable("gradient_train_loss")
    var expected = [Double](repeating: 0, count: 17 * 17)
    let weight = try #require(session.store.tensor("logits.weight")).doubles()
    for row in 0..<Self.rows {
      try gradient.run(Batch(columns: try Self.columns(), rows: [row]))
      var own = try Self.names.flatMap { try #require(gradient.result("grad.\($0)")).doubles() }
      for (k, w) in weight.enumerated() { own[8 + k] -= 0.1 * w }
      for i in 0..<17 { for j in 0..<17 { expected[i * 17 + j] += own[i] * own[j] / Double(Self.rows) } }
    }
    for k in 0..<weight.count { expected[(8 + k) * 18] += 0.1 }
    for (found, wanted) in zip(hessian, expected) { #expect(abs(found - wanted) < 1e-14) }
  }

  /// One equation in three unknowns, as one weight or as three, of which only the first keeps its Hessian in factors.
  @Test func factorsStepLikeTheMatrix() throws {
    func losses(_ graph: String, _ weights: [String], _ hessian: String) throws -> [Double] {
      let penalties = weights.map { "  - l2_penalty: { x: \($0).weight }\n    weight: 0.01\n" }.joined()
      let work = try RunWorkspace(
        spec: """
          geoc: 1
          model: equation
          dtype: f64
          inputs: { one: R }
          graph:
          \(graph)
            - inner: { a: u, b: u }
            - cast: { scale: 1, shift: -2 }
              as: gap
          loss:
            - norm_power: { u: gap, p: 4 }
          \(penalties)data: { file: one.safetensors }
          train:
            optimizer: { gns: { hessian: \(hessian) } }
            steps: 12

          """)
      defer { work.remove() }
      try TensorArchive.write(work.path("one.safetensors"), [("one", try Tensor([1.0], shape: [1]))])
      let run = try work.train("spec.yaml", "--quiet")
      return try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
        try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))["train_loss"] ?? .nan
      }
    }
    let one = "  - parameter: { type: \"R[3]\", init: \"constant(3)\" }\n    as: u"
    let parts = (1...3).map { "  - parameter: { type: \"R[1]\", init: \"constant(3)\" }\n    as: u\($0)" }
    let three = (parts + ["  - concat:\n    from: [u1, u2, u3]\n    as: u"]).joined(separator: "\n")
    for hessian in ["gauss_newton", "fisher_term"] {
      let factors = try losses(one, ["u"], hessian)
      let matrix = try losses(three, ["u1", "u2", "u3"], hessian)
      #expect(factors.count == matrix.count && factors.count > 3)
      for (x, y) in zip(factors, matrix) { #expect(abs(x - y) <= 1e-10 * abs(y), "\(hessian): \(x), \(y)") }
    }
    let spec = try RunWorkspace.compiler(
      "geoc: 1\nmodel: m\ndtype: f64\ninputs: { one: R }\ngraph:\n\(one)\n  - inner: { a: u, b: u }\n    as: g\n"
        + "loss: { norm_power: { u: g, p: 4 } }\ntrain: { optimizer: { gns: { hessian: gauss_newton } }, steps: 1 }\n")
    let trial = try spec.compile(.trial).function
    #expect(trial.parameter("prepared.search.rows") != nil && !trial.nodes.contains { $0.op == "solve_spd" })
  }

  /// A generalised linear model needs no product per sample of the size of its Hessian.
  @Test func hessianOfALinearModelIsAProductOverTheBatch() throws {
    let compiler = try RunWorkspace.compiler(
      """
      geoc: 1
      model: linear
      inputs: { x: "R[30]", y: Label(2) }
      graph:
        - linear: { out: 1 }
      loss: { binary_cross_entropy: { logits: linear_1, target: y } }
      train: { optimizer: { gns: { hessian: exact } }, steps: 1 }

      """)
    let function = try compiler.compile(.curvature).function
    #expect(function.nodes.contains { $0.op == "matmul_reduce" })
    let registry = compiler.options.registry
    for node in function.nodes {
      for value in node.results where function.type(value).isBatched {
        #expect(registry.spaces.shape(function.type(value)).reduce(1, *) <= 31, "\(node.op)")
      }
    }
  }

  /// A search that is interrupted goes on from its checkpoint to the same bits.
  @Test func resumes() throws {
    let compiler = try RunWorkspace.compiler(Self.network("fisher"))
    let plan = try compiler.plan([.initialize, .predict, .evaluate, .curvature, .trial, .spectrum])
    let training = try #require(plan.run.training)
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    func trainer(_ session: Session, stopAfter count: Int) throws -> Trainer {
      let data = DataSet(columns: try Self.columns())
      let calls = Calls()
      return Trainer(
        program: try session.program(), data: data, fold: try #require(data.folds.first), training: training,
        metrics: [], isInterrupted: { calls.next() > count })
    }
    let whole = Session(plan, threads: 1)
    try whole.program().reset(seed: 1)
    let full = try trainer(whole, stopAfter: 100)
    try full.run(report: { _ in }, finish: { _, _ in })
    let first = Session(plan, threads: 1)
    try first.program().reset(seed: 1)
    let stopped = try trainer(first, stopAfter: 1)
    #expect(throws: Trainer.Interrupted.self) { try stopped.run(report: { _ in }, finish: { _, _ in }) }
    let checkpoint = work.path("checkpoint.safetensors")
    try Checkpoint.write(
      first.store, model: "network", progress: stopped.progress, seed: 0, specHash: "", withOptimizer: true,
      to: checkpoint)
    let second = Session(plan, threads: 1)
    try second.program().reset(seed: 9)
    let resumed = try trainer(second, stopAfter: 100)
    resumed.progress = try #require(try second.load(checkpoint, needsOptimizer: true))
    #expect(resumed.progress.step == 1)
    try resumed.run(report: { _ in }, finish: { _, _ in })
    #expect(resumed.progress == full.progress && full.progress.step == 3)
    for name in Self.names + ["optimizer.gamma"] {
      #expect(second.store.tensor(name)?.doubles() == whole.store.tensor(name)?.doubles(), "\(name)")
    }
  }

  private final class Calls: @unchecked Sendable {
    private var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }

  /// A maximum of the loss: no weight on the diagonal makes the Hessian positive definite before ε takes over.
  @Test func tellsTheSmallestEigenvalue() throws {
    let work = try RunWorkspace(spec: Self.equation("constant(1e-10)", "tol: 1.0e-12", 2))
    defer { work.remove() }
    try TensorArchive.write(work.path("one.safetensors"), [("one", try Tensor([1.0], shape: [1]))])
    let ended = try work.run("run", "spec.yaml", "--quiet")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("E0610") && ended.errors.contains("smallest eigenvalue is -4.0"), "\(ended.errors)")
    #expect(ended.errors.contains("41 trials"))
    #expect(ended.errors.contains("--> spec.yaml:13:5") && ended.errors.contains("- norm_power"), "\(ended.errors)")
    // A little away from it γ is halved until a trial can be made.
    try work.write("spec.yaml", text: Self.equation("constant(0.1)", "tol: 1.0e-8", 2))
    let run = try work.train("spec.yaml", "--quiet")
    let x = try SafetensorsFile(run + "/model.safetensors").tensor("x.weight").doubles()
    #expect(abs(abs(x[0]) - 1) < 1e-8)
  }

  private static func equation(_ start: String, _ options: String, _ p: Int, _ train: String = "steps: 50") -> String {
    """
    geoc: 1
    model: equation
    dtype: f64
    inputs: { one: R }
    graph:
      - parameter: { type: "R[1]", init: "\(start)" }
        as: x
      - mul:
        from: [x, x]
      - cast: { scale: 1, shift: -1 }
        as: u
    loss:
      - norm_power: { u: u, p: \(p) }
        weight: 2
    data: { file: one.safetensors }
    train:
      optimizer: { gns: { \(options) } }
      \(train)

    """
  }

  @Test(arguments: [
    ("hessian: exact", "steps: 5\n  batch: 8", "write 'batch: whole'"),
    ("hessian: exact", "steps: 5\n  clip: 1", "'clip' does not go with 'gns'"),
    ("hessian: exact", "steps: 5\n  schedule: cosine", "'schedule' does not go with 'gns'"),
    ("hessian: bound", "steps: 5", "'norm_power' has no second derivatives of the form 'bound'"),
    ("hessian: hvp", "steps: 5", "hvp"), ("lr: 1", "steps: 5", "gns has no parameter 'lr'"),
  ]) func refusals(_ options: String, _ train: String, _ text: String) throws {
    let run = Run(["check", "-"], input: Array(Self.equation("zeros", options, 3, train).utf8))
    #expect(run.status == .problems)
    #expect(run.errors.contains(text), "\(run.errors)")
  }

  @Test(arguments: [
    ("- dropout: { p: 0.5 }", "'dropout' is random"), ("- batch_norm", "is a running statistic"),
    ("- linear: { out: 40 }\n  - tanh\n  - linear: { out: 3 }", "more than 128"),
  ]) func refusesModels(_ node: String, _ text: String) throws {
    let spec = Self.network("exact").replacing("- tanh", with: node)
    let run = Run(["check", "-"], input: Array(spec.utf8))
    #expect(run.status == .problems)
    #expect(run.errors.contains(text), "\(run.errors)")
  }
}
