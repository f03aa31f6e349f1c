import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// Second-order searches on data with fewer rows than weights: steps by the Gram matrix of the rows, held to those by the
/// whole Hessian.
@Suite struct RowSearchTests {
  private static let rows = 8
  private static let width = 12

  /// A model with its Hessian and a number of its weights.
  struct Case: Sendable, CustomTestStringConvertible {
    var graph: String
    var loss: String
    var hessian: String
    /// Rows that a sample adds.
    var perSample: Int
    var testDescription: String { "\(loss.prefix { $0 != ":" }), \(hessian), \(perSample)" }
  }

  private static let logistic = "  - linear: { out: 1, init: zeros }\n    as: logits\n"
  private static let softmax = "  - linear: { out: 3, init: zeros }\n    as: logits\n"
  private static let network = "  - linear: { out: 4 }\n  - tanh\n  - linear: { out: 3 }\n    as: logits\n"

  static let cases: [Case] = {
    let entropy = "cross_entropy: { logits: logits, target: y }"
    var all: [Case] = []
    for hessian in ["exact", "fisher", "gauss_newton", "weighted_gauss_newton", "bound"] {
      let perSample = hessian == "fisher" ? 1 : 3
      let binary = "binary_cross_entropy: { logits: logits, target: b }"
      all.append(Case(graph: logistic, loss: binary, hessian: hessian, perSample: 1))
      all.append(Case(graph: softmax, loss: entropy, hessian: hessian, perSample: perSample))
      let error = "mse: { prediction: logits, target: t }"
      all.append(Case(graph: softmax, loss: error, hessian: hessian, perSample: perSample))
      guard hessian != "exact" else { continue }
      all.append(Case(graph: network, loss: entropy, hessian: hessian, perSample: perSample))
    }
    return all
  }()

  private static func spec(_ test: Case, penalty: Double = 0.01, options: String = "") -> String {
    """
    geoc: 1
    model: rows
    dtype: f64
    inputs: { x: "R[\(width)]", y: Label(3), b: Label(2), t: "R[3]" }
    graph:
    \(test.graph)loss:
      - \(test.loss)
      - l2_penalty: { x: logits.weight }
        weight: \(penalty)
    train:
      optimizer: { gns: { hessian: \(test.hessian), tol: 1.0e-5\(options) } }
      steps: 6
      batch: whole
      shuffle: false

    """
  }

  private static func columns(_ count: Int) throws -> [String: HostArray] {
    var samples = SampleData(seed: 11)
    func numbers(_ n: Int) -> [Double] { (0..<n).map { _ in samples.normal() } }
    return [
      "x": try HostArray(try Tensor(numbers(count * width), shape: [count, width])),
      "y": try HostArray(try Tensor((0..<count).map { Int64($0 % 3) }, shape: [count])),
      "b": try HostArray(try Tensor((0..<count).map { Int64($0 * 5 % 7 % 2) }, shape: [count])),
      "t": try HostArray(try Tensor(numbers(count * 3), shape: [count, 3])),
    ]
  }

  /// What training comes to: the records of all iterations and the weights.
  private static func train(
    _ plan: Plan, rows count: Int = rows, threads: Int, byMatrix: Bool
  ) throws -> (records: [EpochRecord], weights: [Double]) {
    let session = Session(plan, threads: threads)
    var program = try session.program()
    if byMatrix {
      program.search = SearchProgram(rows: nil) { (name) throws(GeocError) in try session.executable(name) }
    } else {
      #expect(program.search?.isByRows(samples: count) == true)
    }
    try program.reset(seed: 3)
    let data = DataSet(columns: try columns(count))
    let trainer = Trainer(
      program: program, data: data, fold: try #require(data.folds.first), training: try #require(plan.run.training),
      metrics: [])
    var records: [EpochRecord] = []
    try trainer.run(report: { _ in }, finish: { record, _ in records.append(record) })
    let names = session.tensors.filter { $0.kind == .param }.map(\.name)
    return (records, names.flatMap { session.store.tensor($0)?.doubles() ?? [] })
  }

  /// Loss, γ, gradient and weights of six iterations, with a bias that the penalty leaves out.
  @Test(arguments: cases) func stepsAreThoseOfTheMatrix(_ test: Case) throws {
    let compiler = try RunWorkspace.compiler(Self.spec(test))
    let plan = try compiler.plan(compiler.purposes)
    let matrix = try Self.train(plan, threads: 1, byMatrix: true)
    let rows = try Self.train(plan, threads: 1, byMatrix: false)
    #expect(rows.records.count == matrix.records.count && rows.records.count > 3)
    for (a, b) in zip(rows.records, matrix.records) {
      #expect(a["gamma"] == b["gamma"] && a["solves"] == b["solves"])
      for name in ["train_loss", "gradient_norm"] {
        let (x, y) = (a[name] ?? .nan, b[name] ?? .nan)
        #expect(abs(x - y) <= 1e-10 * abs(y) + 1e-13, "\(name): \(x), \(y)")
      }
    }
    for (x, y) in zip(rows.weights, matrix.weights) { #expect(abs(x - y) <= 1e-10 * (1 + abs(y))) }
    let two = try Self.train(plan, threads: 2, byMatrix: false)
    #expect(two.weights == rows.weights && two.records == rows.records)
  }

  /// The choice follows from the rows of the data alone, also of those that one sample makes.
  @Test func choosesByTheRowsOfTheData() throws {
    for test in Self.cases {
      let compiler = try RunWorkspace.compiler(Self.spec(test))
      let session = Session(try compiler.plan(compiler.purposes), threads: 1)
      let search = try #require(try session.program().search)
      let weights = session.tensors.filter { $0.kind == .param }.reduce(0) { $0 + $1.shape.reduce(1, *) }
      let least = (weights - 1) / test.perSample
      #expect(search.isByRows(samples: least) && !search.isByRows(samples: least + 1), "\(test)")
    }
  }

  /// No matrix of the weights is made: neither in the functions, nor in the store.
  @Test func keepsNoMatrix() throws {
    let compiler = try RunWorkspace.compiler(Self.spec(Self.cases[0]))
    for purpose in [Pipeline.Purpose.curvatureByRows, .trialByRows] {
      let function = try compiler.compile(purpose).function
      let registry = compiler.options.registry
      for type in function.types { #expect(registry.spaces.shape(type).reduce(1, *) <= Self.width + 1) }
    }
    let session = Session(try compiler.plan(compiler.purposes), threads: 1)
    let program = try session.program()
    _ = try program.search?.functions(samples: Self.rows)
    #expect(session.store.tensor("prepared.search.hessian") == nil)
  }

  /// The metric of the data is a matrix, and so is the exact Hessian behind layers that are not linear.
  @Test func someHessiansHaveNoRows() throws {
    let exact = Case(graph: Self.network, loss: Self.cases[1].loss, hessian: "exact", perSample: 3)
    let gram = Self.spec(Self.cases[0], options: ", metric: gram")
    for spec in [Self.spec(exact).replacing("out: 4", with: "out: 2"), gram] {
      #expect(!(try RunWorkspace.compiler(spec)).purposes.contains(.trialByRows))
    }
  }

  @Test func reportNamesTheForm() throws {
    let compiler = try RunWorkspace.compiler(Self.spec(Self.cases[1]))
    let report = try CompileReport(compiler, [.trialByRows]).text()
    #expect(report.contains("@trial_by_rows"), "\(report)")
    #expect(
      report.contains("3 rows per sample: with up to 12 samples a step solves a system of their rows"), "\(report)")
  }

  /// Beside a maximum: a loss that is subtracted has negative weights in the Hessian, and the gradient of two rows that are
  /// almost equal, of both classes, is too short to make up for them.
  @Test func tellsTheSmallestEigenvalue() throws {
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: maximum
        dtype: f64
        inputs: { x: "R[3]", y: Label(2) }
        graph:
          - linear: { out: 1, bias: false, init: zeros }
            as: logit
        loss:
          - binary_cross_entropy: { logits: logit, target: y }
            weight: -1
        data: { file: two.safetensors }
        train:
          optimizer: { gns: { hessian: exact, tol: 1.0e-12 } }
          steps: 3
          batch: whole

        """)
    defer { work.remove() }
    try TensorArchive.write(
      work.path("two.safetensors"),
      [("x", try Tensor([1, 2, 2, 1, 2, 2 + 1e-9], shape: [2, 3])), ("y", try Tensor([Int64(0), 1], shape: [2]))])
    let ended = try work.run("run", "spec.yaml", "--quiet")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("E0610") && ended.errors.contains("smallest eigenvalue is -2.25"), "\(ended.errors)")
    #expect(ended.errors.contains("--> spec.yaml:9:5") && ended.errors.contains("41 trials"), "\(ended.errors)")
  }
}
