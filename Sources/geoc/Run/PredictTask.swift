import GeocDiagnostics
import GeocRuntime
import GeocTensorFiles

extension RunRequest {
  /// Writes the outputs of all rows, by name, as one array each. Throws E05, E06.
  func predict() throws(GeocError) -> String {
    try prepareParameters()
    let (columns, rows) = try rows()
    try session.program().adapt(columns, rows: rows)
    let executable = try session.executable("predict")
    let size = 256
    var parts: [String: [Tensor]] = [:]
    var start = 0
    repeat {
      let part = Array(rows[start..<min(start + size, rows.count)])
      start += size
      try executable.runFinite(Batch(columns: columns, rows: part))
      for result in executable.function.results {
        if let tensor = executable.result(result.name) { parts[result.name, default: []].append(tensor) }
      }
    } while start < rows.count
    var tensors: [(name: String, tensor: Tensor)] = []
    for result in executable.function.results {
      let isBatched = executable.function.type(result.value).isBatched
      guard let list = parts[result.name], let first = list.first else { continue }
      tensors.append((result.name, isBatched ? try Self.joined(list) : first))
    }
    let path = try write(tensors, "predictions.safetensors")
    return report(["task": "predict", "rows": rows.count, "output": path], text: "\(rows.count) samples → \(path)")
  }

  /// Arrays one behind the other along the batch. Throws E0507.
  private static func joined(_ parts: [Tensor]) throws(GeocError) -> Tensor {
    guard let first = parts.first, parts.count > 1 else { return parts[0] }
    let shape = [parts.map { $0.shape[0] }.reduce(0, +)] + first.shape.dropFirst()
    return try readingFiles { () throws(TensorFileError) in
      try Tensor(info: TensorInfo(dtype: first.dtype, shape: shape), bytes: parts.flatMap(\.bytes))
    }
  }

  /// The line or JSON object that a task prints.
  func report(_ object: [String: Any], text: String) -> String {
    isJSON ? RunDirectory.json(object, pretty: false) : text
  }
}
