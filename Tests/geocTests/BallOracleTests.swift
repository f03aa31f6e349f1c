import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Every operation of the Poincaré ball, values and gradients, the curvature's included, through specs.
@Suite struct BallOracleTests {
  static let operations = OptimizerOracleTests.files("poincare").filter {
    !["midpoint_bn_running_3_updates", "radam_expmap", "rsgd_expmap"].contains($0)
  }.map { "poincare/\($0)" }
  static let hypcd = OptimizerOracleTests.files("hypcd").filter { name in
    ["to_ball", "mobius_linear", "hyperbolic_mlr"].contains { name.hasPrefix($0) }
  }.map { "hypcd/\($0)" }
  static let networks = OptimizerOracleTests.files("poincare_resnet").filter { !$0.hasPrefix("train") }.map {
    "poincare_resnet/\($0)"
  }

  /// Networks that every variant runs; the others differ in size only.
  static let blocks = ["poincare_resnet/block_stride1_c0p1", "poincare_resnet/block_stride2_odd_c1"]

  @Test func casesAreThere() {
    #expect(Self.operations.count == 82 && Self.hypcd.count == 10 && Self.networks.count == 9)
  }

  @Test(arguments: operations + hypcd + networks) func agrees(_ path: String) throws {
    let oracle = try BallOracle(path)
    let found = try oracle.differences(try oracle.model())
    #expect(found == [])
  }

  /// Without hand-written backwards the row programs are spelled out and differentiated step by step.
  @Test(arguments: operations + hypcd + blocks) func agreesByDifferentiatingBodies(_ path: String) throws {
    let oracle = try BallOracle(path)
    let found = try oracle.differences(try oracle.model(), ["--no-manual-backward"])
    #expect(found == [])
  }

  /// In f32 the step-by-step form of a chain loses digits that the fused one keeps; it is not compared.
  @Test(arguments: (operations + blocks).filter { !$0.hasSuffix("chain_tangent_linear_f32_c1") })
  func agreesWithoutFusion(_ path: String) throws {
    let oracle = try BallOracle(path)
    let found = try oracle.differences(try oracle.model(), ["--no-fusion"])
    #expect(found == [])
  }

  @Test func runningStatisticsMoveAlongTheGeodesic() throws {
    let oracle = try BallOracle("poincare/midpoint_bn_running_3_updates")
    let folder = try Repository.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let workspace = RunWorkspace(in: folder)
    var model = BallOracle.Model()
    model.inputs = [("x", "Ball(4, c=1)")]
    model.graph = ["{ poincare_batch_norm: {}, as: out }"]
    try oracle.spec(model).write(toFile: workspace.path("m.yaml"), atomically: true, encoding: .utf8)
    var weights = [
      ("out.weight", try Tensor([1], shape: [])), ("out.bias", try Tensor([0, 0, 0, 0], shape: [4])),
      ("out.running_mean", try Tensor([0, 0, 0, 0], shape: [4])), ("out.running_var", try Tensor([1], shape: [])),
    ]
    try TensorArchive.write(
      workspace.path("cot.npy"), [("cot", try Tensor([Double](repeating: 0, count: 24), shape: [6, 4]))])
    for k in 1...3 {
      try TensorArchive.write(workspace.path("x.npy"), [("x", try oracle.file.tensor("in.x\(k)"))])
      try TensorArchive.write(workspace.path("w.safetensors"), weights)
      let ended = try workspace.run(
        "run", "m.yaml", "--task", "gradient", "--input", "x=x.npy", "--cotangent", "out=cot.npy", "--weights",
        "w.safetensors", "--output",
        "o.safetensors", "--quiet")
      #expect(ended.status == 0, "\(ended.errors)")
      let found = try SafetensorsFile(workspace.path("o.safetensors"))
      for (at, name) in [(2, "running_mean"), (3, "running_var")] {
        weights[at].1 = try found.tensor("state.out.\(name)")
        #expect(
          oracle.compare(weights[at].1.doubles(), try oracle.file.tensor("out.\(name)\(k)").doubles(), name) == [])
      }
    }
  }

  @Test(arguments: ["rsgd_expmap", "radam_expmap"]) func optimizersFollowTheExponentialMap(_ name: String) throws {
    let oracle = try SafetensorsFile("\(OptimizerOracleTests.folder("poincare"))/\(name).safetensors")
    let case_ = try OptimizerCase(oracle)
    var options = case_.config.filter { $0.key != "c" }
    options["retraction"] = .text("exp")
    let parameter = OptimizerCase.Parameter(
      name: "x", type: "Ball(4, c=1)[3]", start: try oracle.tensor("param.p"), gradients: try oracle.tensor("in.grads"),
      result: "out.p_step")
    try case_.check(
      [parameter], rule: name.hasPrefix("rsgd") ? "rsgd" : "radam", options: options, slotKey: { _, _ in "" })
  }

  /// Six steps of Adam on a whole network through the trainer.
  @Test func trains() throws {
    let oracle = try BallOracle("poincare_resnet/train_6_adam_steps")
    let folder = try Repository.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let workspace = RunWorkspace(in: folder)
    let images = try oracle.file.tensor("in.image").doubles()
    let labels = try oracle.file.tensor("in.label").doubles().map { Int64($0) }
    try TensorArchive.write(
      workspace.path("d.npz"),
      [
        ("image", try Tensor(images + images, shape: [16, 1, 8, 8])),
        ("digit", try Tensor(labels + labels, shape: [16])),
        ("tr", try Tensor((0..<8).map { Int64($0) }, shape: [8])),
        ("te", try Tensor((8..<16).map { Int64($0) }, shape: [8])),
      ])
    var model = try oracle.model()
    model.inputs.append(("digit", "Label(10)"))
    let tail = """
      loss: { cross_entropy: { logits: out, target: digit } }
      data: { file: d.npz, split: { train: tr, test: te } }
      train: { optimizer: { adam: { lr: 0.01, weight_decay: 1.0e-4 } }, steps: 6, batch: whole }
      """
    try oracle.spec(model, tail).write(toFile: workspace.path("m.yaml"), atomically: true, encoding: .utf8)
    try TensorArchive.write(workspace.path("w.safetensors"), try oracle.weights(model))
    let run = try workspace.train("m.yaml", "--weights", "w.safetensors")
    let found = try SafetensorsFile("\(run)/model.safetensors")
    var compared = 0
    for (name, tensor) in model.tensors where oracle.has("out.after_6.\(tensor)") {
      compared += 1
      #expect(
        oracle.compare(
          try found.tensor(name).doubles(), try oracle.file.tensor("out.after_6.\(tensor)").doubles(), name) == [])
    }
    #expect(compared == 6)
    let losses = try String(contentsOfFile: "\(run)/metrics.jsonl", encoding: .utf8).split(separator: "\n").prefix(6)
      .map {
        try #require(
          (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["train_loss"] as? Double)
      }
    #expect(oracle.compare(losses, try oracle.file.tensor("out.losses").doubles(), "losses") == [])
  }
}

extension BallOracle {
  /// The spec of the oracle's operation.
  func model() throws -> Model {
    var model = Model()
    func add(_ names: [String], _ ops: String) throws {
      for name in names { model.inputs.append((name, try ball(name))) }
      model.curvature = names.first.map { "\($0).c" }
      let from = names.count > 1 ? ", from: [\(names.joined(separator: ", "))]" : ""
      model.graph.append("{ \(ops)\(from), as: out }")
    }
    switch op {
    case "conformal_factor", "ball_relu", "beta_concat": try add(["x"], "\(op): {}")
    case "logmap0": try add(["y"], "logmap0: {}")
    case "project": try add(["x"], "ball_project: {}")
    case "mobius_add", "logmap": try add(["x", "y"], "\(op): {}")
    case "dist": try add(["x", "y"], "ball_distance: {}")
    case "ball_avg_pool2d": try add(["x"], "ball_avg_pool2d: { kernel: 2, mode: \(config["mode"] as? String ?? "") }")
    case "midpoint":
      try add(["x"], "gyromidpoint: {}")
      if let weight = file.names.first(where: { $0.hasPrefix("in.") && $0 != "in.x" })?.dropFirst(3) {
        model.inputs.append((String(weight), "R"))
        model.graph = ["{ gyromidpoint: {}, from: [x, \(weight)], as: out }"]
      }
    case "mobius_scalar_mul":
      model.inputs = [("x", try ball("x")), ("r", "R")]
      model.curvature = "x.c"
      model.graph = ["{ mobius_scale: {}, from: [x, r], as: out }"]
    case "expmap", "transport", "gyration":
      let names = op == "expmap" ? ["x", "v"] : op == "transport" ? ["x", "y", "v"] : ["u", "v", "w"]
      for name in names { model.inputs.append((name, name == names.last ? try vectors(name) : try ball(name))) }
      model.curvature = "\(names[0]).c"
      let own = op == "transport" ? "ball_transport" : op
      model.graph = ["{ \(own): {}, from: [\(names.joined(separator: ", "))], as: out }"]
    case "expmap0":
      model.inputs = [("v", try vectors("v"))]
      model.curvature = "out.c"
      model.graph = ["{ expmap0: { c: \(curvatureText) }, as: out }"]
    case "hypcd_to_ball":
      model.inputs = [("z", try vectors("z"))]
      model.curvature = "out.c"
      if config["clip"] is NSNumber { model.graph.append("{ clip_norm: { max: \(number("clip")) } }") }
      model.graph.append("{ expmap0: { c: \(curvatureText), profile: hyptorch }, as: out }")
    case "poincare_linear", "hyperplane_distance", "mobius_linear":
      let out = try shape("param.bias")[0]
      let own = config["bias_curvature"] is NSNumber ? ", bias_curvature: \(number("bias_curvature"))" : ""
      try add(["x"], "\(op): { out: \(out)\(own) }")
      model.tensors = ["out.weight": "weight", "out.bias": "bias"]
    case "hyperbolic_mlr":
      try add(["x"], "hyperbolic_mlr: { classes: \(try shape("param.normals")[0]) }")
      model.tensors = ["out.normals": "normals", "out.points": "points"]
    case "poincare_conv2d":
      let sizes = ["kernel", "stride", "padding"].map { "\($0): \(Int(number($0)))" }.joined(separator: ", ")
      try add(["x"], "poincare_conv2d: { out: \(try shape("param.bias")[0]), \(sizes) }")
      model.tensors = ["out.weight": "weight", "out.bias": "bias"]
    case "poincare_batch_norm":
      try add(["x"], "poincare_batch_norm: {}")
      model.tensors = ["out.weight": "weight", "out.bias": "bias"]
      if has("state.running_mean") {
        model.tensors.merge(["out.running_mean": "running_mean", "out.running_var": "running_var"]) { a, _ in a }
      }
    case "poincare_residual_block": try addBlock(&model)
    case "poincare_resnet", "poincare_resnet_train": try addNetwork(&model)
    default:
      let out = try shape("param.bias")[0]
      model.inputs = [("v", try vectors("v"))]
      model.curvature = "open.c"
      model.graph = [
        "{ expmap0: { c: \(curvatureText) }, as: open }", "{ poincare_linear: { out: \(out) }, as: layer }",
        "{ logmap0: {}, as: out }",
      ]
      model.tensors = ["layer.weight": "weight", "layer.bias": "bias"]
    }
    return model
  }

  /// The blocks of the examples.
  private static func blocks() throws -> String {
    let path = OptimizerOracleTests.folder("../../examples/blocks/poincare-resnet.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return String(try #require(text.components(separatedBy: "blocks:\n").last))
  }

  private func addBlock(_ model: inout Model) throws {
    model.blocks = try Self.blocks()
    model.inputs = [("x", try ball("x"))]
    model.curvature = "x.c"
    let name = number("stride") == 1 ? "residual" : "downsample"
    model.graph = ["{ \(name): { channels: \(try shape("param.bn1.bias")[0]) }, as: out }"]
    for tensor in file.names where tensor.hasPrefix("param.") && tensor != "param.c" {
      model.tensors["out/\(tensor.dropFirst(6))"] = String(tensor.dropFirst(6))
    }
  }

  private func addNetwork(_ model: inout Model) throws {
    let channels = try #require(config["channels"] as? [Int])
    let strides = try #require(config["strides"] as? [Int])
    model.blocks = try Self.blocks()
    model.inputs = [("image", try vectors("image"))]
    model.curvature = has("grad.c") ? "open.c" : nil
    model.graph = [
      "{ expmap0: { c: \(has("grad.c") ? curvatureText : "\(number("c"))") }, as: open }",
      "{ poincare_conv2d: { out: \(channels[0]), kernel: 3, padding: 1 }, as: conv }",
      "{ poincare_batch_norm: {}, as: bn }",
      "ball_relu",
    ]
    for (k, (width, stride)) in zip(channels, strides).enumerated() {
      model.graph.append("{ \(stride == 1 ? "residual" : "downsample"): { channels: \(width) }, as: block\(k + 1) }")
    }
    model.graph += [
      "{ ball_avg_pool2d: { kernel: \(Int(number("pool"))) } }", "flatten", "{ poincare_linear: { out: 10 }, as: fc }",
      "{ logmap0: {}, as: out }",
    ]
    for tensor in file.names where tensor.hasPrefix("param.") && tensor != "param.c" {
      let name = String(tensor.dropFirst(6))
      model.tensors[name] = name
    }
  }
}
