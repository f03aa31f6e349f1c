import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// A golden vector of the ball as a user would check it: a spec, its files, `geoc run --task gradient`.
struct BallOracle {
  let file: SafetensorsFile
  let config: [String: Any]
  let relative: Double
  let absolute: Double
  let isSingle: Bool
  let op: String

  /// What a spec says, and which tensors of the oracle its parameters and inputs are.
  struct Model {
    var inputs: [(name: String, type: String)] = []
    var graph: [String] = []
    var blocks = ""
    /// Parameter of the spec → tensor of the oracle without `param.` or `state.`.
    var tensors: [String: String] = [:]
    var curvature: String?
    var output = "out"
  }

  init(_ path: String) throws {
    file = try SafetensorsFile("\(OptimizerOracleTests.folder(path)).safetensors")
    config = try Self.object(file.metadata["config"])
    let tolerance = try Self.object(file.metadata["tolerance"])
    relative = try #require(tolerance["rtol"] as? Double)
    absolute = try #require(tolerance["atol"] as? Double)
    isSingle = path.contains("f32")
    op = try #require(file.metadata["op"])
  }

  private static func object(_ text: String?) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data((text ?? "").utf8)) as? [String: Any])
  }

  func number(_ key: String) -> Double { (config[key] as? NSNumber)?.doubleValue ?? 0 }
  func has(_ name: String) -> Bool { file.names.contains(name) }
  func shape(_ name: String) throws -> [Int] { try file.tensor(name).shape }
  var curvatureText: String { "learn(\(number("c")))" }

  /// The ball of an input's rows, with the field between batch and coordinates.
  func ball(_ input: String, field: Bool = true) throws -> String {
    let shape = try shape("in.\(input)")
    let axes = shape.dropFirst().dropLast()
    let text = "Ball(\(shape[shape.count - 1]), c=\(curvatureText))"
    return axes.isEmpty || !field ? text : "\(text)[\(axes.map(String.init).joined(separator: ", "))]"
  }

  func vectors(_ input: String) throws -> String {
    "R[\(try shape("in.\(input)").dropFirst().map(String.init).joined(separator: ", "))]"
  }

  /// The YAML of a model.
  func spec(_ model: Model, _ tail: String = "") -> String {
    let inputs = model.inputs.map { "  \($0.name): \($0.type)\n" }.joined()
    let blocks = model.blocks.isEmpty ? "" : "blocks:\n\(model.blocks)"
    let graph = model.graph.map { "  - \($0)\n" }.joined()
    return """
      geoc: 1
      model: oracle
      dtype: \(isSingle ? "f32" : "f64")
      inputs:
      \(inputs)\(blocks)graph:
      \(graph)outputs: [\(model.output)]
      \(tail)
      """
  }

  /// Tensors of the oracle for the spec's parameters.
  func weights(_ model: Model) throws -> [(String, Tensor)] {
    var weights = try model.tensors.sorted { $0.key < $1.key }.map { name, tensor in
      (name, try file.tensor(has("param.\(tensor)") ? "param.\(tensor)" : "state.\(tensor)"))
    }
    if let curvature = model.curvature, has("param.c") { weights.append((curvature, try file.tensor("param.c"))) }
    return weights
  }

  /// Runs the gradient task and lists what differs from the oracle.
  func differences(_ model: Model, _ flags: [String] = []) throws -> [String] {
    let folder = try Repository.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try spec(model).write(toFile: "\(folder)/m.yaml", atomically: true, encoding: .utf8)
    try TensorArchive.write("\(folder)/w.safetensors", try weights(model))
    var arguments = ["run", "m.yaml", "--task", "gradient", "--output", "o.safetensors", "--quiet"]
    let rows = try model.inputs.map { try shape("in.\($0.name)").first ?? 1 }.max() ?? 1
    for (name, type) in model.inputs {
      var tensor = try file.tensor("in.\(name)")
      if type == "R" {
        let values = tensor.doubles()
        tensor = try Tensor((0..<rows).map { values.count == 1 ? values[0] : values[$0] }, shape: [rows])
      }
      try TensorArchive.write("\(folder)/in_\(name).npy", [(name, tensor)])
      arguments += ["--input", "\(name)=in_\(name).npy"]
    }
    if let cotangent = file.names.first(where: { $0.hasPrefix("cot.") }) {
      try TensorArchive.write("\(folder)/cot.npy", [("cot", try file.tensor(cotangent))])
      arguments += ["--cotangent", "\(model.output)=cot.npy"]
    }
    if !model.tensors.isEmpty || model.curvature != nil { arguments += ["--weights", "w.safetensors"] }
    if config["mode"] as? String == "eval" { arguments += ["--mode", "eval"] }
    let workspace = RunWorkspace(in: folder)
    let ended = try workspace.start(arguments + flags)
    let notes = ended.errors.fileHandleForReading.readDataToEndOfFile()
    ended.process.waitUntilExit()
    guard ended.process.terminationStatus == 0 else { return [String(decoding: notes, as: UTF8.self)] }
    let found = try SafetensorsFile("\(folder)/o.safetensors")
    var problems: [String] = []
    func compare(_ name: String, _ wanted: String, sums: Bool = false) throws {
      guard found.names.contains(name) else {
        problems.append("\(name) was not computed")
        return
      }
      var x = try found.tensor(name).doubles()
      let y = try file.tensor(wanted).doubles()
      if sums, y.count == 1 { x = [x.reduce(0, +)] }
      problems += self.compare(x, y, name)
    }
    let output = try #require(file.names.first { $0.hasPrefix("out.") })
    try compare("out.\(model.output)", output)
    for (name, type) in model.inputs where has("grad.\(name)") {
      try compare("grad.\(name)", "grad.\(name)", sums: type == "R")
    }
    for (name, tensor) in model.tensors where has("grad.\(tensor)") { try compare("grad.\(name)", "grad.\(tensor)") }
    if let curvature = model.curvature, has("grad.c") { try compare("grad.\(curvature)", "grad.c") }
    let known = Set(model.inputs.map(\.name) + Array(model.tensors.values) + ["c"])
    for name in file.names where name.hasPrefix("grad.") && !known.contains(String(name.dropFirst(5))) {
      problems.append("\(name) is not checked")
    }
    return problems
  }

  /// Entries beyond the tolerance, as a sentence.
  func compare(_ x: [Double], _ y: [Double], _ name: String) -> [String] {
    guard x.count == y.count else { return ["\(name) has \(x.count) entries, expected \(y.count)"] }
    let worst = zip(x, y).map { abs($0 - $1) - absolute - relative * abs($1) }.max { $0 < $1 || $1.isNaN } ?? 0
    return worst <= 0 ? [] : ["\(name) is \(worst) beyond the tolerance"]
  }
}

extension RunWorkspace {
  /// A workspace in a folder that is there already.
  init(in folder: String) { self.folder = folder }
}
