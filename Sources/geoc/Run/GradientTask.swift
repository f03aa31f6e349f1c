import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles

extension RunRequest {
  /// Writes `out.<name>`, `grad.<input or parameter>` and `state.<name>` for all rows as one batch. Throws E05, E06.
  func gradient() throws(GeocError) -> String {
    try prepareParameters()
    let (columns, rows) = try rows()
    try session.program().adapt(columns, rows: rows)
    let ofLoss = cotangents.entries.isEmpty
    if ofLoss, forward.result("loss") == nil {
      throw GeocError(
        Diagnostic(
          .data.missingArray, "the model has no loss, so that a gradient needs '--cotangent NAME=FILE'",
          notes: ["its outputs: \(outputNames.joined(separator: ", "))"]))
    }
    let executable = try session.executable("gradient_\(mode)" + (ofLoss ? "_loss" : ""))
    if let epoch { try session.store.set("hyper.epoch", Double(epoch)) }
    var all = columns
    if !ofLoss { try addCotangents(executable.function, rows: rows.count, &all) }
    try executable.runFinite(Batch(columns: all, rows: rows), seed: UInt64(bitPattern: Int64(initialSeed)), step: 1)
    var tensors: [(name: String, tensor: Tensor)] = []
    for result in executable.function.results {
      guard let tensor = executable.result(result.name) else { continue }
      let isNamed = result.name.hasPrefix("grad.") || result.name.hasPrefix("state.")
      tensors.append((isNamed ? result.name : "out.\(result.name)", tensor))
    }
    let path = try write(tensors, "gradient.safetensors")
    return report(["task": "gradient", "rows": rows.count, "output": path], text: "\(rows.count) samples → \(path)")
  }

  private var outputNames: [String] {
    forward.results.map(\.name).filter { $0 != "loss" && !$0.hasPrefix("loss.") && !$0.hasPrefix("state.") }
  }

  /// Cotangents from files; zero for outputs without one.
  private func addCotangents(_ f: Function, rows: Int, _ columns: inout [String: HostArray]) throws(GeocError) {
    for (name, file) in cotangents.entries where !outputNames.contains(name) {
      throw GeocError(
        Diagnostic(
          .data.missingArray, "the model has no output '\(name)'",
          notes: ["its outputs: \(outputNames.joined(separator: ", "))"], item: file))
    }
    for p in f.parameters where p.kind == .cotangent {
      let output = String(p.name.dropFirst("cotangent.".count))
      let isBatched = f.type(p.value).isBatched
      let shape = (isBatched ? [rows] : []) + Catalogue.registry.spaces.shape(f.type(p.value))
      let tensor: Tensor
      if let file = cotangents[output] {
        tensor = try InputFiles.tensor(output, file: file).tensor
        guard tensor.shape == shape || (tensor.count == shape.reduce(1, *) && shape.reduce(1, *) <= 1) else {
          throw GeocError(
            Diagnostic(
              .data.shape, "the cotangent of '\(output)' has shape \(tensor.shape), expected \(shape)", item: file))
        }
        if let wrong = tensor.doubles().first(where: { !$0.isFinite }) {
          throw GeocError(Diagnostic(.data.notFinite, "the cotangent of '\(output)' holds \(wrong)", item: file))
        }
      } else {
        tensor = try readingFiles { () throws(TensorFileError) in
          try Tensor([Double](repeating: 0, count: shape.reduce(1, *)), shape: shape)
        }
      }
      if isBatched { columns[p.name] = try HostArray(tensor) } else { try session.store.set(p.name, tensor) }
    }
  }
}
