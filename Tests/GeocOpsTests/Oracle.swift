import Foundation
import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// A file of golden vectors.
struct Oracle {
  let archive: TensorArchive
  let config: [String: Any]
  let relative: Double
  let absolute: Double

  /// `Tests/Oracles/<path>.safetensors`.
  init(_ path: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Oracles/\(path).safetensors")
    archive = try TensorArchive.open(file.path())
    config = try Self.object(archive.metadata["config"])
    let tolerance = try Self.object(archive.metadata["tolerance"])
    relative = try #require(tolerance["rtol"] as? Double)
    absolute = try #require(tolerance["atol"] as? Double)
  }

  private static func object(_ text: String?) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data((text ?? "{}").utf8)) as? [String: Any])
  }

  func has(_ name: String) -> Bool { archive.names.contains(name) }
  func tensor(_ name: String) throws -> Tensor { try archive.tensor(name) }
  func shape(_ name: String) throws -> [Int] { try archive.info(name).shape }
  func real(_ key: String, _ fallback: Double = 0) -> Double { (config[key] as? NSNumber)?.doubleValue ?? fallback }
  func bool(_ key: String, _ fallback: Bool = false) -> Bool { (config[key] as? NSNumber)?.boolValue ?? fallback }

  /// The numbers that are off, as sentences; deviations count relative to the largest entry of the tensor.
  func differences(_ found: Tensor, from name: String) throws -> [String] {
    let wanted = try tensor(name)
    let (x, y) = (found.doubles(), wanted.doubles())
    guard x.count == y.count else { return ["\(name): shape \(found.shape), expected \(wanted.shape)"] }
    let limit = absolute + relative * (y.map(abs).max() ?? 0)
    let worst = zip(x, y).map { $0 == $1 ? 0 : abs($0 - $1) }.max { a, b in a < b || b.isNaN } ?? 0
    return worst <= limit ? [] : ["\(name): off by \(worst), allowed \(limit)"]
  }
}

/// A model whose values, gradients and new states an oracle knows.
struct OracleCase: CustomTestStringConvertible, Sendable {
  var file: String
  var variant: String
  var build: @Sendable (inout LayerModel, Oracle) throws -> Void

  init(_ file: String, _ variant: String = "", _ build: @escaping @Sendable (inout LayerModel, Oracle) throws -> Void) {
    self.file = file
    self.variant = variant
    self.build = build
  }

  var testDescription: String { variant.isEmpty ? file : "\(file) \(variant)" }

  /// The compiled function with its tensors.
  func compiled(_ oracle: Oracle, usesManualBackward: Bool = true) throws -> (Function, LayerModel) {
    var model = LayerModel()
    try build(&model, oracle)
    let outputs = model.builder.function.results.map(\.name).filter { !$0.hasPrefix("state.") }
    let hasLoss = outputs.contains("loss")
    let isTraining = oracle.bool("training", true)
    let hasGradient = model.bindings.contains { $0.key.hasPrefix("cotangent.") && oracle.has($0.value) }
    let purpose: Pipeline.Purpose =
      hasLoss || hasGradient || oracle.config["training"] != nil
      ? .gradient(mode: isTraining ? "train" : "eval", ofLoss: hasLoss) : .predict
    let options = PassOptions(registry: Catalogue.registry, usesManualBackward: usesManualBackward)
    let outcome = try Pipeline.compile(model.builder.function, for: purpose, optimizer: nil, options: options)
    return (outcome.function, model)
  }

  /// All differences between what the compiled model gives and what the oracle says.
  func differences(usesManualBackward: Bool = true, dtype: DType = .f64) throws -> [String] {
    let oracle = try Oracle(file)
    let (function, model) = try compiled(oracle, usesManualBackward: usesManualBackward)
    var inputs: [String: Tensor] = [:]
    var batch: Int?
    for p in function.parameters {
      let name = try #require(model.bindings[p.name])
      if oracle.has(name) {
        inputs[p.name] = try oracle.tensor(name)
        if p.kind == .input { batch = inputs[p.name]?.shape.first }
      } else if p.kind == .cotangent {
        let shape = Catalogue.registry.spaces.shape(function.type(p.value))
        let full = function.type(p.value).isBatched ? [batch ?? 1] + shape : shape
        inputs[p.name] = try Tensor([Double](repeating: 0, count: full.reduce(1, *)), shape: full)
      }
    }
    let found = try Interpreter.run(function, inputs: inputs, registry: Catalogue.registry, dtype: dtype)
    var problems: [String] = []
    var compared = 0
    for (result, name) in model.expectations.sorted(by: { $0.key < $1.key }) where oracle.has(name) {
      guard let tensor = found[result] else {
        if function.result(result) != nil { problems.append("\(result) has no value") }
        continue
      }
      compared += 1
      problems += try oracle.differences(tensor, from: name)
    }
    let known = Set(model.expectations.values)
    for name in oracle.archive.names where name.hasPrefix("grad.") && known.contains(name) {
      let isFound = model.expectations.contains { $0.value == name && found[$0.key] != nil }
      if !isFound { problems.append("\(name) was not computed") }
    }
    if compared == 0 { problems.append("nothing was compared") }
    return problems
  }
}
