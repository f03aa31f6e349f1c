import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// Ten training steps of a small network, as an oracle records them.
struct Trajectory {
  let oracle: Oracle
  let step: Function
  let predict: Function
  let bindings: [String: String]

  /// Compiles the network that the configuration of `file` describes.
  init(_ file: String) throws {
    oracle = try Oracle(file)
    var m = LayerModel()
    let norm = try #require(oracle.config["batchnorm"] as? String)
    let y = m.builder.parameter("y", GeoType(Space("Label", [5]), isBatched: true), .input)
    m.bindings["y"] = "in.y"
    let eps = Attribute.real(oracle.real("bn_eps"))
    let momentum = Attribute.real(oracle.real("running_momentum"))
    var x = try m.layer("bimap", [m.input("X", .spd(8))], ["out": .int(6)], tensors: ["weight": "W1"])
    x = try m.layer("reeig", [x], ["eps": .real(oracle.real("reeig_eps"))])
    switch norm {
    case "airm":
      x = try m.layer("airm_bn", [x], ["momentum": momentum, "eps": eps], tensors: ["bias": "G"], name: "bn")
    case "bw", "gbw":
      x = try m.layer(
        "bwbn", [x],
        [
          "theta": .real(oracle.real("theta")), "metric": .name(oracle.bool("learn_M") ? "learn" : "identity"),
          "momentum": momentum, "eps": eps,
        ], tensors: ["metric": "M", "bias": "G", "scale": "s"], name: "bn")
    default: break
    }
    let v = try m.layer("vech", [try m.layer("logeig", [x])])
    let z = try m.layer("linear", [v], ["out": .int(5)], tensors: ["weight": "linear_weight", "bias": "linear_bias"])
    m.builder.result("logits", z)
    try m.loss(try m.layer("cross_entropy", [z, y]))

    let rule = try #require(Catalogue.registry.optimizers["rsgd"])
    var attributes = Attributes()
    for p in rule.signature.parameters { attributes[p.name] = p.defaultValue }
    attributes["lr"] = .real(oracle.real("lr"))
    attributes["momentum"] = .real(oracle.real("momentum_euclidean"))
    func group(_ pattern: String, _ overrides: [String: Attribute]) -> OptimizerDescription.Group {
      .init(pattern: pattern, overrides: Attributes(overrides.merging(["momentum": .real(0)]) { $1 }))
    }
    let retraction = norm == "airm" ? "exp" : "bures_wasserstein"
    let optimizer = OptimizerDescription(
      name: "rsgd", attributes: attributes,
      groups: [
        group("bimap.*", ["metric": .name("canonical"), "retraction": .name("qr")]),
        group("bn.bias", ["retraction": .name(retraction)]), group("bn.metric", ["retraction": .name(retraction)]),
      ])
    let options = PassOptions(registry: Catalogue.registry)
    step = try Pipeline.compile(m.builder.function, for: .step, optimizer: optimizer, options: options).function
    predict = try Pipeline.compile(m.builder.function, for: .predict, optimizer: nil, options: options).function
    bindings = m.bindings
  }

  /// All differences from the recorded losses, parameters, statistics and logits.
  func differences() throws -> [String] {
    var values: [String: Tensor] = ["hyper.lr": try Tensor([oracle.real("lr")], shape: [])]
    for p in step.parameters where p.kind == .slot {
      let shape = Catalogue.registry.spaces.shape(step.type(p.value))
      values[p.name] = try Tensor([Double](repeating: 0, count: shape.reduce(1, *)), shape: shape)
    }
    for (name, tensor) in bindings where oracle.has(tensor) { values[name] = try oracle.tensor(tensor) }
    var losses: [Double] = []
    for k in 1...Int(oracle.real("steps")) {
      values["hyper.step"] = try Tensor([Double(k)], shape: [])
      let results = try Interpreter.run(step, inputs: values, registry: Catalogue.registry, step: UInt64(k))
      losses += try #require(results["loss"]).doubles()
      for (name, tensor) in results {
        if let stored = FunctionResult.storeName(name) { values[stored] = tensor }
      }
    }
    var problems = try oracle.differences(try Tensor(losses), from: "out.losses")
    for (name, tensor) in bindings.sorted(by: { $0.key < $1.key }) where !tensor.hasPrefix("in.") {
      let out = "out." + tensor.split(separator: ".").dropFirst().joined(separator: ".")
      if let value = values[name], oracle.has(out) { problems += try oracle.differences(value, from: out) }
    }
    let samples = try oracle.tensor("in.X_eval")
    values["X"] = samples
    // A prediction does not look at the labels.
    values["y"] = try Tensor([Int64](repeating: 0, count: samples.shape[0]))
    let results = try Interpreter.run(predict, inputs: values, registry: Catalogue.registry)
    problems += try oracle.differences(try #require(results["logits"]), from: "out.eval_logits")
    return problems
  }
}
