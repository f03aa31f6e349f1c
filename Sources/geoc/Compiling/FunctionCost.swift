import GeocIR
import GeocPlan

/// What one run of a compiled function costs.
struct FunctionCost: Encodable, Hashable, Sendable {
  /// Eigendecompositions of one kind.
  struct Decompositions: Encodable, Hashable, Sendable {
    /// Eigenvalues and eigenvectors.
    var withVectors = 0
    /// Eigenvalues only.
    var valuesOnly = 0
    /// Only for the samples whose Cholesky guard fails.
    var guarded = 0

    /// Whether there are none.
    var isEmpty: Bool { withVectors + valuesOnly + guarded == 0 }

    /// `4 + 1 values only + 2 guarded`.
    var text: String {
      var parts: [String] = []
      if withVectors > 0 { parts.append("\(withVectors)") }
      if valuesOnly > 0 { parts.append("\(valuesOnly) values only") }
      if guarded > 0 { parts.append("\(guarded) guarded") }
      return parts.joined(separator: " + ")
    }
  }

  /// Decompositions done for every sample.
  var perSample = Decompositions()
  /// Decompositions done once per call.
  var perCall = Decompositions()
  /// Nodes that do work at run time.
  var operations = 0
  /// Floating-point operations for one sample.
  var flopsPerSample = 0
  /// Floating-point operations on unbatched values, once per call.
  var flopsPerCall = 0

  /// Counts the nodes of `function`.
  init(_ function: Function, _ registry: OpRegistry) throws {
    for node in function.nodes {
      guard let op = registry[node.op] else { continue }
      if op.traits.contains(.alias) { continue }
      operations += 1
      let context = try registry.context(node, in: function)
      let isBatched = (node.inputs + node.results).contains { function.type($0).isBatched }
      let flops = op.flops(context)
      if isBatched { flopsPerSample += flops } else { flopsPerCall += flops }
      let matrices = context.inputTypes.isEmpty ? 0 : context.inputShape(0).dropLast(2).reduce(1, *)
      let place = isBatched ? \FunctionCost.perSample : \FunctionCost.perCall
      switch node.op {
      case "eigh": self[keyPath: place].withVectors += matrices
      case "eigvals": self[keyPath: place].valuesOnly += matrices
      case "guarded_abs", "guarded_max": self[keyPath: place].guarded += matrices
      default: break
      }
    }
  }

  /// `per sample 4 + 1 values only, per call 6`; `none` where there are none.
  var decompositions: String {
    var parts: [String] = []
    if !perSample.isEmpty { parts.append("per sample \(perSample.text)") }
    if !perCall.isEmpty { parts.append("per call \(perCall.text)") }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}

/// Memory of one function for a batch.
struct FunctionMemory: Encodable, Hashable, Sendable {
  /// Items in the batch.
  var batch: Int
  /// Values that live across regions.
  var batchBytes: Int
  /// Chunk memory of one thread.
  var bytesPerThread: Int
  /// Unbatched values and partial sums.
  var unbatchedBytes: Int

  /// The memory of a schedule.
  init(_ schedule: Schedule, batch: Int) {
    let bound = Layout(schedule).bind(batch: batch)
    self.batch = batch
    batchBytes = bound.batchBytes
    bytesPerThread = bound.chunkBytes
    unbatchedBytes = bound.singleBytes + bound.partialBytes
  }

  /// Everything for a number of threads.
  func peak(threads: Int) -> Int { batchBytes + unbatchedBytes + threads * bytesPerThread }
}
