import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Optimizer trajectories of PyTorch and geoopt, reproduced by `geoc run`: each parameter is a node, its gradient of step
/// t is row t of a data set, and the loss is their inner product.
@Suite(.serialized) struct OptimizerOracleTests {
  static let euclidean = files("optim").filter { $0 != "newton_schulz" }
  static let riemannian = files("riemannian_optim")

  static func folder(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Oracles/\(name)").path
  }

  static func files(_ name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder(name))) ?? []).sorted().map {
      String($0.dropLast(".safetensors".count))
    }
  }

  @Test func casesAreThere() {
    #expect(Self.riemannian.count == 22)
    #expect(Self.euclidean.count == 19)
  }

  /// Plain descent on one manifold, as the SPD networks of the literature do it.
  @Test(arguments: [
    ("spd/stiefel_sgd_canonical_trajectory", "Stiefel(8, 5)", "canonical", "qr"),
    ("spd/stiefel_sgd_euclidean_trajectory", "Stiefel(8, 5)", "euclidean", "qr"),
    ("gbwbn/spd_sgd_trajectory", "SPD(5)", "affine_invariant", "bures_wasserstein"),
  ]) func descent(_ name: String, _ type: String, _ metric: String, _ retraction: String) throws {
    let oracle = try SafetensorsFile(Self.folder(name) + ".safetensors")
    let case_ = try OptimizerCase(oracle)
    let parameter = OptimizerCase.Parameter(
      name: "x", type: type, start: try oracle.tensor("param.W"), gradients: try oracle.tensor("in.gradients"),
      result: "out.W")
    let options = ["lr": try #require(case_.config["lr"]), "metric": .text(metric), "retraction": .text(retraction)]
    try case_.check([parameter], rule: "rsgd", options: options, slotKey: { _, _ in nil })
  }

  @Test(arguments: euclidean) func euclideanTrajectory(_ name: String) throws {
    let oracle = try SafetensorsFile("\(Self.folder("optim"))/\(name).safetensors")
    let case_ = try OptimizerCase(oracle)
    let parameters = try ["w", "k", "b"].filter { oracle.names.contains("param.\($0)") }.map { key in
      let tensor = try oracle.tensor("param.\(key)")
      return OptimizerCase.Parameter(
        name: key, type: "R[\(tensor.shape.map(String.init).joined(separator: ", "))]", start: tensor,
        gradients: try oracle.tensor("in.grads_\(key)"), result: "out.\(key)_step")
    }
    let rule = oracle.metadata["op"] ?? ""
    var options = case_.config
    // The references test at run time, and see kernels as slices.
    if rule.hasSuffix("p") { options["scale_test"] = .text("cosine") }
    if rule == "muon" || rule == "hybrid_auon" { options["conv_view"] = .text("last_two") }
    if let steps = options["ns_steps"]?.number { options["ns_steps"] = rule == "auon" ? nil : .text("\(Int(steps))") }
    try case_.check(
      parameters, rule: rule, options: options, slotKey: { key, slot in "state.\(key).\(slot)_step20" })
  }

  @Test func newtonSchulz() throws {
    let oracle = try SafetensorsFile("\(Self.folder("optim"))/newton_schulz.safetensors")
    let work = try RunWorkspace()
    defer { work.remove() }
    let inputs = oracle.names.filter { $0.hasPrefix("in.") }.map { String($0.dropFirst(3)) }
    let outputs = oracle.names.filter { $0.hasPrefix("out.") }.map { String($0.dropFirst(4)) }
    #expect(inputs.count == 7 && outputs.count == 14)
    let types = try inputs.map {
      "\($0): R[\(try oracle.tensor("in.\($0)").shape.map(String.init).joined(separator: ", "))]"
    }
    let nodes = outputs.map { name in
      let parts = name.components(separatedBy: "_ns")
      return "  - newton_schulz: { steps: \(parts[1]) }\n    from: \(parts[0])\n    as: \(name)\n"
    }
    let head = "geoc: 1\nmodel: polar\ndtype: f64\ninputs:\n  \(types.joined(separator: "\n  "))\ngraph:\n"
    try (head + nodes.joined() + "outputs: [\(outputs.joined(separator: ", "))]\n")
      .write(toFile: work.path("polar.yaml"), atomically: true, encoding: .utf8)
    var arguments = ["run", "polar.yaml", "--task", "predict", "--output", "out.safetensors"]
    for name in inputs {
      let tensor = try oracle.tensor("in.\(name)")
      try TensorArchive.write(
        work.path("\(name).safetensors"), [(name, try Tensor(tensor.doubles(), shape: [1] + tensor.shape))])
      arguments += ["--input", "\(name)=\(name).safetensors"]
    }
    let (process, output, errors) = try work.start(arguments)
    _ = output.fileHandleForReading.readDataToEndOfFile()
    let notes = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: notes, as: UTF8.self))")
    let found = try SafetensorsFile(work.path("out.safetensors"))
    let case_ = try OptimizerCase(oracle)
    for name in outputs { try case_.compare(try found.tensor(name), "out.\(name)") }
  }

  @Test(arguments: riemannian) func riemannianTrajectory(_ name: String) throws {
    let oracle = try SafetensorsFile("\(Self.folder("riemannian_optim"))/\(name).safetensors")
    let case_ = try OptimizerCase(oracle)
    let start = try oracle.tensor("param.x0")
    var options = case_.config.filter { !["manifold", "n", "c"].contains($0.key) }
    let isGeoopt = oracle.metadata["source"]?.contains("geoopt") == true
    let manifold = case_.config["manifold"]?.string ?? ""
    let isDescent = oracle.metadata["op"] == "riemannian_sgd"
    if isDescent, isGeoopt, (options["momentum"]?.number ?? 0) != 0 { options["momentum_init"] = .text("euclidean") }
    // geoopt's Cayley retraction is the form that is not first-order correct.
    if isGeoopt, manifold == "stiefel", options["retraction"]?.string == "cayley" {
      options["retraction"] = .text("cayley_geoopt")
    }
    let shape = start.shape
    let isVector = manifold == "sphere" || manifold == "poincare"
    let last = shape.last ?? 1
    let space: String =
      switch manifold {
      case "stiefel": "Stiefel(\(shape[shape.count - 2]), \(last))"
      case "spd": "SPD(\(last))"
      case "so": "SO(\(last))"
      case "sphere": "Sphere(\(last))"
      default: "Ball(\(last), c=\(case_.config["c"]?.number ?? 1))"
      }
    let field = shape.dropLast(isVector ? 1 : 2)
    let type = field.isEmpty ? space : space + "[\(field.map(String.init).joined(separator: ", "))]"
    let parameter = OptimizerCase.Parameter(
      name: "x", type: type, start: start, gradients: try oracle.tensor("in.grads"), result: "out.x_step")
    try case_.check(
      [parameter], rule: isDescent ? "rsgd" : "radam", options: options, slotKey: { _, slot in "state.\(slot)_step20" })
  }
}

/// One oracle file and how it is checked.
struct OptimizerCase {
  let oracle: SafetensorsFile
  let config: [String: Setting]
  let relative: Double
  let absolute: Double

  /// A parameter with its gradients, one row per step.
  struct Parameter {
    var name: String
    var type: String
    var start: Tensor
    var gradients: Tensor
    var result: String
  }

  init(_ oracle: SafetensorsFile) throws {
    self.oracle = oracle
    func object(_ key: String) throws -> [String: Setting] {
      try JSONDecoder().decode([String: Setting].self, from: Data(try #require(oracle.metadata[key]).utf8))
    }
    config = try object("config")
    let tolerance = try object("tolerance")
    relative = try #require(tolerance["rtol"]?.number)
    absolute = try #require(tolerance["atol"]?.number)
  }

  /// Trains 1, 2, 5 and 20 steps from the start and compares parameters, and the optimizer's state after 20.
  func check(
    _ parameters: [Parameter], rule: String, options: [String: Setting],
    slotKey: (_ parameter: String, _ slot: String) -> String?
  ) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    try TensorArchive.write(work.path("data.safetensors"), parameters.map { ("g_\($0.name)", $0.gradients) })
    try TensorArchive.write(work.path("start.safetensors"), parameters.map { ("\($0.name).weight", $0.start) })
    for steps in [1, 2, 5, 20] {
      try spec(parameters, rule: rule, options: options, steps: steps)
        .write(toFile: work.path("trajectory.yaml"), atomically: true, encoding: .utf8)
      let run = try work.train("trajectory.yaml", "--weights", "start.safetensors")
      let model = try SafetensorsFile(run + "/model.safetensors")
      for p in parameters {
        try compare(try model.tensor("\(p.name).weight"), "\(p.result)\(steps)")
      }
      guard steps == 20 else { continue }
      let checkpoint = try SafetensorsFile(run + "/checkpoint.safetensors")
      let names = [
        "momentum_buffer": ["momentum_buffer", "momentum"], "exp_avg": ["exp_avg", "momentum"],
        "exp_avg_sq": ["exp_avg_sq", "second_moment"], "max_exp_avg_sq": ["max_exp_avg_sq"],
      ]
      var compared = 0
      for p in parameters {
        for (slot, aliases) in names where checkpoint.names.contains("optimizer.\(p.name).weight.\(slot)") {
          for alias in aliases {
            guard let key = slotKey(p.name, alias), oracle.names.contains(key) else { continue }
            try compare(try checkpoint.tensor("optimizer.\(p.name).weight.\(slot)"), key)
            compared += 1
          }
        }
      }
      #expect(compared == oracle.names.count { $0.hasPrefix("state.") })
    }
  }

  func compare(_ found: Tensor, _ key: String) throws {
    let wanted = try oracle.tensor(key)
    let (x, y) = (found.doubles(), wanted.doubles())
    // One number per point is stored once and repeated by the oracle.
    let repeats = y.count / max(1, x.count)
    #expect(x.count * repeats == y.count, "\(key)")
    for k in y.indices {
      let value = x[repeats == 1 ? k : k / repeats]
      #expect(abs(value - y[k]) <= absolute + relative * abs(y[k]), "\(key)[\(k)]: \(value), expected \(y[k])")
    }
  }

  private func spec(_ parameters: [Parameter], rule: String, options: [String: Setting], steps: Int) -> String {
    let inputs = parameters.map { p in
      "  g_\(p.name): R[\(p.start.shape.map(String.init).joined(separator: ", "))]"
    }
    let nodes = parameters.map { p in
      """
        - parameter: { type: "\(p.type)" }
          as: \(p.name)
        - inner:
          from: [\(p.name), g_\(p.name)]
          as: l_\(p.name)
      """
    }
    let total = "  - add:\n    from: [\(parameters.map { "l_\($0.name)" }.joined(separator: ", "))]\n    as: total"
    let bind = parameters.map { "g_\($0.name): g_\($0.name)" }.joined(separator: ", ")
    return """
      geoc: 1
      model: trajectory
      dtype: f64
      inputs:
      \(inputs.joined(separator: "\n"))
      graph:
      \(nodes.joined(separator: "\n"))
      \(total)
      loss: { mean: { x: total } }
      outputs: [total]
      data: { file: data.safetensors, bind: { \(bind) } }
      train:
        optimizer: { \(rule): { \(options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.yaml)" }.joined(separator: ", ")) } }
        steps: \(steps)
        batch: 1
        shuffle: false

      """
  }
}

/// A value of an oracle's configuration.
enum Setting: Decodable {
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([Double])
  /// A group of settings, or none.
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let list = try? container.decode([Double].self) {
      self = .list(list)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .other
    }
  }

  /// As written in a spec.
  var yaml: String {
    switch self {
    case .flag(let x): "\(x)"
    case .number(let x): Self.decimal(x)
    case .text(let x): x
    case .list(let x): "[\(x.map(Self.decimal).joined(separator: ", "))]"
    case .other: "null"
    }
  }

  var number: Double? { if case .number(let x) = self { x } else { nil } }
  var string: String? { if case .text(let x) = self { x } else { nil } }

  private static func decimal(_ x: Double) -> String {
    x == x.rounded() ? String(x) : String(format: "%.17f", x)
  }
}
