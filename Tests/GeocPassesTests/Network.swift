import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocSpec
import GeocTensorFiles
import Testing

/// A model and random data for it.
struct Network: Sendable, CustomTestStringConvertible {
  let name: String
  let spec: @Sendable () throws -> Model
  /// Range of the real inputs: −range...range.
  var range = 1.0

  var testDescription: String { name }

  /// A model that stands in the folder of examples.
  static func example(_ name: String) -> Network {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples/\(name)")
      .standardized
    return Network(
      name: name,
      spec: {
        var sink = DiagnosticSink()
        let model = try SpecCompiler.model(path: path.path(), registry: Catalogue.registry, sink: &sink)
        return try #require(model, "\(sink.diagnostics.map(\.message))")
      }, range: 200)
  }

  /// A model written in a test: inputs, graph and loss.
  static func text(_ name: String, _ text: String) -> Network {
    Network(
      name: name,
      spec: {
        var sink = DiagnosticSink()
        let model = try SpecCompiler.model(
          text: "geoc: 1\nmodel: \(name)\n" + text, path: "\(name).yaml", registry: Catalogue.registry, sink: &sink)
        return try #require(model, "\(sink.diagnostics.map(\.message))")
      })
  }

  func forward() throws -> Function { try #require(try spec().module["forward"]) }

  /// Random values for all parameters of `forward`.
  func inputs(_ forward: Function, batch: Int) throws -> [String: Tensor] {
    var random = RandomPoints(seed: 7)
    var inputs: [String: Tensor] = [:]
    for p in forward.parameters {
      var tensor = try random.tensor(forward.type(p.value), batch: batch)
      if forward.type(p.value).isReal {
        // Running variances and batch-norm weights are positive; raw data have a scale of their own.
        let values = tensor.doubles()
        tensor = try Tensor(
          p.kind == .state || p.initial == "ones"
            ? values.map { 1 + 0.5 * $0 } : p.kind == .input ? values.map { range * $0 } : values,
          shape: tensor.shape)
      }
      inputs[p.name] = tensor
    }
    return inputs
  }

  /// Outputs, loss, new states and gradients of the loss.
  func results(mode: String, options: PassOptions, batch: Int = 5) throws -> [String: Tensor] {
    let forward = try forward()
    let outcome = try Pipeline.compile(
      forward, for: .gradient(mode: mode, ofLoss: true), optimizer: nil, options: options)
    return try Interpreter.run(
      outcome.function, inputs: try inputs(forward, batch: batch), registry: Catalogue.registry, batch: batch)
  }
}

/// How far two sets of results are apart.
enum Results {
  /// The results that differ by more than `tolerance`, relative to their largest element; one that is rounding noise
  /// around zero counts relative to the others.
  static func differences(
    _ found: [String: Tensor], _ wanted: [String: Tensor], tolerance: Double
  ) -> [String] {
    guard Set(found.keys) == Set(wanted.keys) else {
      return ["results \(found.keys.sorted()), expected \(wanted.keys.sorted())"]
    }
    func largest(_ t: Tensor) -> Double { t.doubles().map(abs).max() ?? 0 }
    let floor = 1e-3 * (wanted.values.map(largest).max() ?? 0)
    return wanted.sorted { $0.key < $1.key }.compactMap { name, tensor in
      guard let other = found[name], other.count == tensor.count else { return "\(name): another shape" }
      let pairs = zip(other.doubles(), tensor.doubles())
      if pairs.contains(where: { !$0.isFinite || !$1.isFinite }) { return "\(name): not finite" }
      let off = pairs.map { abs($0 - $1) }.max() ?? 0
      let limit = tolerance * max(largest(tensor), floor)
      return off <= limit ? nil : "\(name): off by \(off), allowed \(limit)"
    }
  }
}
