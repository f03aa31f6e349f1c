import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Models whose states are estimated from the training rows.
@Suite struct FitTests {
  /// A spec on `x: SPD(3)`, `y: Label(2)` and `g: Label(4)` of `RunWorkspace`.
  private func workspace(
    _ graph: String, inputs: String = "x: SPD(3), y: Label(2)", rest: String = "metrics: [accuracy]",
    split: String = "{ train: tr, validation: va, test: te }"
  ) throws -> RunWorkspace {
    try RunWorkspace(
      spec: """
        geoc: 1
        model: fitted
        dtype: f64
        inputs: { \(inputs) }
        graph:
        \(graph)
        \(rest)
        data: { file: data.npz, split: \(split) }

        """)
  }

  private func results(_ work: RunWorkspace, _ arguments: String...) throws -> [String: Any] {
    let ended = try work.run(["run", "spec.yaml", "--json"] + arguments)
    #expect(ended.status == 0, "\(ended.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
  }

  /// D A Aᵀ D with A near the unit matrix; D stretches the first axis of class 1 by 2 and shrinks its last one by as much.
  private static func separable() -> [Double] {
    var samples = SampleData(seed: 11)
    var values: [Double] = []
    for row in 0..<RunWorkspace.rows {
      let a = (0..<9).map { 0.2 * samples.normal() + ($0 % 4 == 0 ? 1 : 0) }
      let stretch = row % 2 == 1 ? [2, 1, 0.5] : [1, 1, 1]
      for i in 0..<3 {
        for j in 0..<3 {
          let product = (0..<3).map { a[i * 3 + $0] * a[j * 3 + $0] }.reduce(0, +)
          values.append(stretch[i] * stretch[j] * product)
        }
      }
    }
    return values
  }

  @Test(arguments: ["airm", "log_euclidean", "log_cholesky", "bures_wasserstein"])
  func nearestMeans(_ metric: String) throws {
    let work = try workspace("  - mdm: { target: y, metric: \(metric) }")
    defer { work.remove() }
    try work.write("data.npz", replacing: ["x": try Tensor(Self.separable(), shape: [40, 3, 3])])
    let found = try results(work)
    for part in ["train_accuracy", "test_accuracy"] { #expect(try #require(found[part] as? Double) >= 0.8) }
    let run = work.path(try #require(found["run"] as? String))
    let means = try SafetensorsFile(run + "/model.safetensors").tensor("mdm_1.means")
    #expect(means.shape == [2, 3, 3])
    // What was fitted is loaded again.
    let again = try work.run(
      "run", "spec.yaml", "--task", "eval", "--weights", run + "/model.safetensors", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
    #expect(object["accuracy"] as? Double == found["test_accuracy"] as? Double)
  }

  /// Fits travel in plan files.
  @Test func plansAreFitted() throws {
    let work = try workspace("  - tangent_space\n  - mdm: { x: x, target: y }\n    as: scores")
    defer { work.remove() }
    let compiled = try work.run("compile", "spec.yaml", "-o", "m.geoplan")
    #expect(compiled.status == 0, "\(compiled.errors)")
    let ended = try work.run("run", "m.geoplan", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
    #expect(object["test_accuracy"] as? Double == (try results(work))["test_accuracy"] as? Double)
    let printed = try work.run("compile", "spec.yaml", "--emit", "ir", "--function", "fit.scores.iterate")
    #expect(printed.output.contains("func @fit.scores.iterate core (\n    %feature.x: input"), "\(printed.output)")
    #expect(printed.output.contains("\"state.scores.means\":") && printed.output.contains("\"done\":"))
  }

  @Test(arguments: ["logistic_regression: { target: y, C: 10 }", "svm_rbf: { target: y, C: 10, capacity: 20 }"])
  func classifiers(_ op: String) throws {
    let work = try workspace("  - tangent_space\n  - \(op)")
    defer { work.remove() }
    #expect(try #require(try results(work)["test_accuracy"] as? Double) >= 0.8)
  }

  /// The gradient of the objective is zero at the fitted weights: W = C Σ (onehot − p) xᵀ, and Σ (onehot − p) = 0.
  @Test func logisticRegressionIsOptimal() throws {
    let work = try workspace(
      "  - logeig\n  - vech\n  - logistic_regression: { target: y, C: 0.5 }\n    as: z",
      split: "{ train: tr, test: te }")
    defer { work.remove() }
    let run = work.path(try #require(try results(work)["run"] as? String))
    let weights = try SafetensorsFile(run + "/model.safetensors")
    let (w, bias) = (try weights.tensor("z.weight").doubles(), try weights.tensor("z.bias").doubles())
    let spec = try String(contentsOfFile: work.path("spec.yaml"), encoding: .utf8)
    try work.write("features.yaml", text: spec.replacing("graph:", with: "outputs: [vech_1]\ngraph:"))
    let data = try TensorArchive.open(work.path("data.npz"))
    let rows = 20
    try TensorArchive.write(
      work.path("x.npy"),
      [("x", try Tensor(Array(try data.tensor("x").doubles().prefix(rows * 9)), shape: [rows, 3, 3]))])
    let ended = try work.run(
      "run", "features.yaml", "--task", "predict", "--input", "x=x.npy", "--output", "f.safetensors")
    #expect(ended.status == 0, "\(ended.errors)")
    let x = try SafetensorsFile(work.path("f.safetensors")).tensor("vech_1").doubles()
    var (gradient, shift) = (w, [0.0, 0.0])
    for row in 0..<rows {
      let z = (0..<2).map { k in bias[k] + (0..<6).reduce(0) { $0 + w[k * 6 + $1] * x[row * 6 + $1] } }
      let top = max(z[0], z[1])
      let total = z.map { exp($0 - top) }.reduce(0, +)
      for k in 0..<2 {
        let error = exp(z[k] - top) / total - (row % 2 == k ? 1 : 0)
        shift[k] += error
        for e in 0..<6 { gradient[k * 6 + e] += 0.5 * error * x[row * 6 + e] }
      }
    }
    #expect((gradient + shift).allSatisfy { abs($0) < 1e-4 })
  }

  /// Moving all matrices of one group by a congruence does not matter when each group has a mean of its own.
  @Test func groupsAreRecentred() throws {
    let work = try workspace(
      "  - tangent_space: { group: g, reference: per_group }\n  - logistic_regression: { target: y }",
      inputs: "x: SPD(3), y: Label(2), g: Label(4)", split: "{ train: tr, test: te }")
    defer { work.remove() }
    let plain = try #require(try results(work)["test_accuracy"] as? Double)
    var x = try TensorArchive.open(work.path("data.npz")).tensor("x").doubles()
    for row in 30..<40 { for e in 0..<9 { x[row * 9 + e] *= 100 } }
    try work.write("data.npz", replacing: ["x": try Tensor(x, shape: [40, 3, 3])])
    #expect(try results(work)["test_accuracy"] as? Double == plain)
  }

  @Test(
    arguments: [
      ("  - mdm: { target: y }", "x: SPD(3), y: Label(3)", "", "error[E0523]", "no row of class 2 among 20 rows"),
      (
        "  - covariance\n  - mdm: { target: y }", "x: \"R[3, 3]\", y: Label(2)", "x=0", "error[E0601]",
        "while 'mdm_1' is fitted to 20 rows"
      ),
      (
        "  - tangent_space: { group: g, reference: per_group }\n  - mean\n", "x: SPD(3), g: Label(2)", "",
        "error[E0509]", "'g'"
      ),
      (
        "  - tangent_space\n  - logistic_regression: { target: y, C: 1.0e+12, iterations: 3 }",
        "x: SPD(3), y: Label(2)", "", "error[E0605]", "perfectly separable classes"
      ),
      (
        "  - tangent_space\n  - svm_rbf: { target: y, capacity: 2 }", "x: SPD(3), y: Label(2)", "", "error[E0524]",
        "room for 2"
      ),
      ("  - tangent_space: { tol: 1.0e-8, iterations: 1 }", "x: SPD(3)", "", "error[E0605]", "raise 'iterations'"),
    ])
  func refuses(_ graph: String, _ inputs: String, _ change: String, _ code: String, _ text: String) throws {
    let work = try workspace(graph, inputs: inputs, rest: "")
    defer { work.remove() }
    // Series of one sample repeated: every covariance is zero.
    if change == "x=0" {
      try work.write("data.npz", replacing: ["x": try Tensor([Double](repeating: 1, count: 360), shape: [40, 3, 3])])
    }
    let ended = try work.run("run", "spec.yaml")
    #expect(ended.status != 0 && ended.errors.contains(code) && ended.errors.contains(text), "\(ended.errors)")
    #expect(!work.left.contains { $0.hasSuffix("model.safetensors") })
  }

  @Test(
    arguments: [
      ("  - augmented_covariance: { order: 4, lag: 60 }", "the largest lag for order 4 is 49"),
      ("  - augmented_covariance\n  - tangent_space: { reference: per_group }", "needs the input 'group'"),
    ])
  func refusesSpecs(_ graph: String, _ text: String) throws {
    let work = try workspace(graph, inputs: "x: \"R[2, 200]\"", rest: "")
    defer { work.remove() }
    let ended = try work.run("check", "spec.yaml")
    #expect(ended.status == 1 && (ended.errors + ended.output).contains(text), "\(ended.errors)\(ended.output)")
  }

  @Test func sweepChoosesASetting() throws {
    let sweep = """
      metrics: [accuracy]
      sweep:
        grid:
          graph.1.logistic_regression.C: [1.0e-6, 1]
        folds: 2
        group: g
      """
    let work = try workspace(
      "  - tangent_space\n  - logistic_regression: { target: y, C: 1 }", rest: sweep, split: "{ train: tr, test: te }")
    defer { work.remove() }
    let found = try results(work)
    let object = try #require(found["sweep"] as? [String: Any])
    let fold = try #require((object["folds"] as? [[String: Any]])?.first)
    #expect(fold["chosen"] as? [String: String] == ["graph.1.logistic_regression.C": "1"])
    #expect((fold["settings"] as? [[String: Any]])?.count == 2)
    #expect(found["test_accuracy"] is Double)
    let run = work.path(try #require(found["run"] as? String))
    let csv = try String(contentsOfFile: run + "/sweep.csv", encoding: .utf8).split(separator: "\n")
    #expect(csv.first == "fold,graph.1.logistic_regression.C,accuracy,std,chosen" && csv.count == 3)
    #expect(csv.last?.hasSuffix(",1") == true)
    #expect(FileManager.default.fileExists(atPath: run + "/model.safetensors"))
    let text = try work.run("run", "spec.yaml")
    #expect(text.output.contains("chosen") && text.output.contains("accuracy"))
  }

  /// A classifier that is fitted without epochs has a page with its results.
  @Test func fitsAreReported() throws {
    let work = try workspace("  - mdm: { target: y }\n    as: scores")
    defer { work.remove() }
    let run = work.path(try #require(try results(work)["run"] as? String))
    let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
    for text in ["finished", "<th scope=\"row\">accuracy</th>", "Confusion matrix", "10 validation, 10 test"] {
      #expect(page.contains(text), "\(text)")
    }
    for text in ["epoch 0", "steps per epoch", "<progress"] { #expect(!page.contains(text), "\(text)") }
  }

  /// A trained model is swept like a fitted one, on the validation rows of its split.
  @Test func sweepTrains() throws {
    let work = try RunWorkspace(
      spec: RunWorkspace.spec(train: "epochs: 2", split: "{ train: tr, validation: va, test: te }")
        + "sweep: { grid: { train.optimizer.radam.lr: [1.0e-6, 0.05] }, select: loss }\n")
    defer { work.remove() }
    let found = try results(work)
    let fold = try #require(((found["sweep"] as? [String: Any])?["folds"] as? [[String: Any]])?.first)
    #expect(fold["chosen"] as? [String: String] == ["train.optimizer.radam.lr": "0.05"])
    // The page is that of the training with the chosen setting.
    let run = work.path(try #require(found["run"] as? String))
    let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
    for text in ["finished", "epoch 2 of 2", "<figcaption>Loss</figcaption>", "Learning rate"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  /// Each fold of a cross-validated sweep has a page, and one page leads to all.
  @Test func sweepOverFoldsIsReported() throws {
    let work = try RunWorkspace(
      spec: RunWorkspace.spec(train: "epochs: 1", split: "{ folds: 2 }")
        + "sweep: { grid: { train.optimizer.radam.lr: [0.01, 0.05] }, select: loss, folds: 2 }\n")
    defer { work.remove() }
    let run = work.path(try #require(try results(work)["run"] as? String))
    let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
    #expect(page.contains("2 of 2 folds done") && page.contains("mean ± deviation") && page.contains("finished"))
    for link in ["fold_1/report.html", "fold_2/report.html"] {
      #expect(page.contains("href=\"\(link)\""))
      let own = try String(contentsOfFile: "\(run)/\(link)", encoding: .utf8)
      #expect(own.contains("Loss, train") && own.contains(">all folds</a>"))
    }
  }
}
