import Foundation
import GeocDiagnostics
import GeocIR
import GeocTensorFiles

/// Parameters, statistics, optimizer moments and progress of a run, in one safetensors file.
///
/// Tensor names are those of the model (`bimap_1.weight`, `bwbn_1.running_mean`) and `optimizer.<param>.<slot>`.
package enum Checkpoint {
  /// Writes the store. Hyper-parameters and prepared values are left out. Throws E0517.
  package static func write(
    _ store: ParameterStore, model: String, progress: Trainer.Progress?, seed: Int, specHash: String,
    withOptimizer: Bool, to path: String
  ) throws(GeocError) {
    var tensors: [(name: String, tensor: Tensor)] = []
    for name in store.names {
      let isTransient = ["hyper.", "prepared.", "cotangent.", "fit."].contains { name.hasPrefix($0) }
      if isTransient { continue }
      if !withOptimizer && name.hasPrefix("optimizer.") { continue }
      if let tensor = store.tensor(name) { tensors.append((name, tensor)) }
    }
    var metadata = ["format": "geoc-weights/1", "model": model, "spec_hash": specHash, "seed": String(seed)]
    if let progress, let json = try? JSONEncoder.sorted.encode(progress) {
      metadata["progress"] = String(decoding: json, as: UTF8.self)
    }
    try readingFiles { () throws(TensorFileError) in try TensorArchive.write(path, tensors, metadata: metadata) }
  }

  /// The seed of the run that a checkpoint belongs to. Throws E0518 for a file that is no checkpoint, or one of another
  /// model or spec, and E05 for one that cannot be read.
  package static func seed(_ path: String, model: String, specHash: String) throws(GeocError) -> Int {
    let archive = try readingFiles { () throws(TensorFileError) in try TensorArchive.open(path) }
    let metadata = archive.metadata
    guard metadata["progress"] != nil, let text = metadata["seed"], let seed = Int(text) else {
      throw GeocError(
        Diagnostic(.data.badCheckpoint, "the file holds weights, not a checkpoint of a run", item: path))
    }
    if let other = metadata["model"], other != model {
      throw GeocError(
        Diagnostic(.data.badCheckpoint, "the run is one of the model '\(other)', not of '\(model)'", item: path))
    }
    guard metadata["spec_hash"] == specHash else {
      throw GeocError(
        Diagnostic(
          .data.badCheckpoint, "the run was started with another spec, or with other settings",
          notes: ["hash of its spec: \(metadata["spec_hash"] ?? "none")", "hash of this spec: \(specHash)"],
          help: [
            "resume with the spec and the '--set' values that it was started with",
            "to start a new run from its weights, use '--weights' instead of '--resume'",
          ], item: path))
    }
    return seed
  }

  /// Reads weights into the store. Every name that `wanted` lists with its shape must be there; tensors that the model
  /// does not have are refused, other than optimizer state. Returns the progress. Throws E0514 to E0516, E0518.
  @discardableResult
  package static func read(
    _ path: String, into store: ParameterStore, wanted: [(name: String, shape: [Int])], needsOptimizer: Bool
  ) throws(GeocError) -> Trainer.Progress? {
    let archive = try readingFiles { () throws(TensorFileError) in try TensorArchive.open(path) }
    let names = Set(archive.names)
    var problems: [Diagnostic] = []
    let known = Set(wanted.map(\.name))
    var loaded: [(name: String, tensor: Tensor)] = []
    for (name, shape) in wanted {
      if name.hasPrefix("optimizer.") && !needsOptimizer { continue }
      guard names.contains(name) else {
        problems.append(
          Diagnostic(
            .data.missingWeights, "there is no tensor '\(name)'",
            help: suggestion(for: name, among: Array(names)).map { ["did you mean '\($0)'?"] } ?? [], item: path))
        continue
      }
      let tensor = try readingFiles { () throws(TensorFileError) in try archive.tensor(name) }
      // A scalar may be stored with one axis, and the other way round.
      let isSame = tensor.shape == shape || (tensor.count == 1 && shape.reduce(1, *) == 1)
      guard isSame else {
        problems.append(
          Diagnostic(
            .data.weightsShape, "'\(name)' has shape \(tensor.shape), the model wants \(shape)",
            notes: ["the file belongs to another model"], item: path))
        continue
      }
      if tensor.dtype.isFloatingPoint, tensor.doubles().contains(where: { !$0.isFinite }) {
        problems.append(Diagnostic(.data.notFinite, "'\(name)' holds NaN or infinity", item: path))
        continue
      }
      loaded.append((name, tensor))
    }
    for name in archive.names where !known.contains(name) && !name.hasPrefix("optimizer.") {
      problems.append(
        Diagnostic(
          .data.unknownWeights, "the model has no tensor '\(name)'",
          help: suggestion(for: name, among: Array(known)).map { ["did you mean '\($0)'?"] } ?? [], item: path))
    }
    if !problems.isEmpty { throw GeocError(problems) }
    for (name, tensor) in loaded { try store.set(name, tensor) }
    guard let text = archive.metadata["progress"] else {
      if needsOptimizer {
        throw GeocError(
          Diagnostic(.data.badCheckpoint, "the file holds weights, not a checkpoint of a run", item: path))
      }
      return nil
    }
    guard let progress = try? JSONDecoder().decode(Trainer.Progress.self, from: Data(text.utf8)) else {
      throw GeocError(Diagnostic(.data.badCheckpoint, "the progress of the run cannot be read", item: path))
    }
    return progress
  }
}

extension JSONEncoder {
  /// Keys in order, so that equal values give equal texts.
  package static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
