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

  /// The numbers that are off, as a sentence; each has a tolerance of its own.
  func differences(_ found: Tensor, from name: String) throws -> [String] {
    let wanted = try tensor(name)
    let (x, y) = (found.doubles(), wanted.doubles())
    guard x.count == y.count else { return ["\(name): shape \(found.shape), expected \(wanted.shape)"] }
    let off = y.indices.filter { x[$0] != y[$0] && !(abs(x[$0] - y[$0]) <= absolute + relative * abs(y[$0])) }
    guard let first = off.first else { return [] }
    return ["\(name): \(off.count) of \(y.count) are off, [\(first)] is \(x[first]), expected \(y[first])"]
  }

  /// All files of `Tests/Oracles`, as `spd/logeig`.
  static let files: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Oracles")
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path())) ?? []
    return names.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(".safetensors".count)) }.sorted()
  }()
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

  /// What the compiled model gives, beside what the oracle says.
  struct Comparison {
    /// All differences, as sentences.
    var differences: [String] = []
    /// Tensors of the oracle that were compared.
    var compared: Set<String> = []
  }

  /// Runs the compiled model on the tensors of the oracle.
  func comparison(usesManualBackward: Bool = true, dtype: DType = .f64) throws -> Comparison {
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
    var comparison = Comparison()
    for (result, name) in model.expectations.sorted(by: { $0.key < $1.key }) where oracle.has(name) {
      guard let tensor = found[result] else { continue }
      comparison.compared.insert(name)
      comparison.differences += try oracle.differences(tensor, from: name)
    }
    return comparison
  }
}
