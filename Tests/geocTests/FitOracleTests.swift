import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Means, tangent vectors, distances and predictions of augmented covariance matrices, by `geoc run` on a spec.
@Suite struct FitOracleTests {
  /// A model fitted to some rows and used on others.
  struct Fitted {
    let oracle: HypCDCase
    let workspace: RunWorkspace

    /// Fits `graph` to arrays named `x`, `y` and so on.
    init(_ file: String, inputs: String, graph: String, train: [String: Tensor]) throws {
      oracle = try HypCDCase(file, "f64", folder: "acm")
      workspace = try RunWorkspace(
        spec: """
          geoc: 1
          model: fitted
          dtype: f64
          inputs: { \(inputs) }
          graph:
          \(graph)
          data: { file: train.npz }

          """)
      try TensorArchive.write(workspace.path("train.npz"), train.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// The tensors that the fit gives.
    func fit() throws -> (weights: SafetensorsFile, path: String) {
      let path = try workspace.train("spec.yaml") + "/model.safetensors"
      return (try SafetensorsFile(path), path)
    }

    /// Outputs on other rows.
    func predict(_ x: Tensor, _ weights: String) throws -> SafetensorsFile {
      try TensorArchive.write(workspace.path("x.npy"), [("x", x)])
      let ended = try workspace.run(
        "run", "spec.yaml", "--task", "predict", "--input", "x=x.npy", "--weights", weights, "--output",
        "out.safetensors")
      #expect(ended.status == 0, "\(ended.errors)")
      return try SafetensorsFile(workspace.path("out.safetensors"))
    }
  }

  @Test(
    arguments: [
      "emg_order2_lag4", "order1_lag1", "order2_lag3", "order3_lag2", "order4_lag1", "short_rank_deficient",
    ])
  func augmentedCovariance(_ file: String) throws {
    let oracle = try HypCDCase("augmented_\(file)", "f64", folder: "acm")
    let shape = oracle.shape("in.X")
    let found = try oracle.gradient(
      """
      inputs: { x: "R[\(shape[1]), \(shape[2])]" }
      graph:
        - augmented_covariance: { order: \(Int(oracle.real("order"))), lag: \(Int(oracle.real("lag"))) }
          as: c
      """, ["x": try oracle.tensor("in.X")], cotangents: ["c": try oracle.tensor("cot.Y")])
    try oracle.compare(found.tensor("out.c"), "out.Y")
    try oracle.compare(found.tensor("grad.x"), "grad.X")
  }

  @Test(arguments: ["airm_mean_degenerate", "airm_mean_ill_conditioned"]) func mean(_ file: String) throws {
    let oracle = try HypCDCase(file, "f64", folder: "acm")
    let n = oracle.shape("in.X")[1]
    let fitted = try Fitted(
      file, inputs: "x: SPD(\(n))", graph: "  - tangent_space", train: ["x": try oracle.tensor("in.X")])
    defer { fitted.workspace.remove() }
    try oracle.compare(try fitted.fit().weights.tensor("tangent_space_1.reference"), "out.mean")
  }

  @Test(arguments: ["mdm_tangent_order1", "mdm_tangent_order2_lag4"]) func tangentVectors(_ file: String) throws {
    let oracle = try HypCDCase(file, "f64", folder: "acm")
    let n = oracle.shape("in.cov_train")[1]
    let fitted = try Fitted(
      file, inputs: "x: SPD(\(n))", graph: "  - tangent_space", train: ["x": try oracle.tensor("in.cov_train")])
    defer { fitted.workspace.remove() }
    let (weights, path) = try fitted.fit()
    try oracle.compare(weights.tensor("tangent_space_1.reference"), "out.mean_airm")
    for part in ["train", "test"] {
      let found = try fitted.predict(try oracle.tensor("in.cov_\(part)"), path)
      try oracle.compare(found.tensor("tangent_space_1"), "out.tangent_\(part)")
    }
  }

  @Test(arguments: ["mdm_tangent_order1", "mdm_tangent_order2_lag4"]) func distancesToMeans(_ file: String) throws {
    let oracle = try HypCDCase(file, "f64", folder: "acm")
    let n = oracle.shape("in.cov_train")[1]
    let fitted = try Fitted(
      file, inputs: "x: SPD(\(n)), y: Label(5)", graph: "  - mdm: { target: y }",
      train: ["x": try oracle.tensor("in.cov_train"), "y": try oracle.tensor("in.y_train")])
    defer { fitted.workspace.remove() }
    let (weights, path) = try fitted.fit()
    try oracle.compare(weights.tensor("mdm_1.means"), "out.class_means")
    let scores = try fitted.predict(try oracle.tensor("in.cov_test"), path).tensor("mdm_1").doubles()
    let distances = try Tensor(scores.map { (-$0).squareRoot() }, shape: [10, 5])
    try oracle.compare(distances, "out.distances_test")
    let classes = (0..<10).map { row in (0..<5).max { scores[row * 5 + $0] < scores[row * 5 + $1] } }
    #expect(try oracle.tensor("out.predictions_test").doubles() == classes.map { Double($0 ?? -1) })
    #expect(try oracle.tensor("out.classes").doubles() == [0, 1, 2, 3, 4])
  }
}
