import GeocPlan

/// Where the time of a function went.
package struct Profile: Hashable, Sendable {
  /// One step.
  package struct Entry: Hashable, Sendable {
    /// Kernel, or `pack` and `unpack`.
    package var kernel: String
    /// Op of the node; name of the parameter or result.
    package var op: String
    /// Node of the spec it belongs to; empty where unknown.
    package var path: String
    /// Region of the schedule.
    package var region: Int
    /// Seconds, added up over all workers and runs.
    package var seconds: Double
    /// Whether it runs once for each chunk of the batch, else once for a call.
    package var isBatched: Bool
    /// Floating-point operations for one item, or one unbatched call, as estimated by the op.
    package var operations: Int
    /// Bytes that one item, or one unbatched call, reads and writes.
    package var bytes: Int
  }

  /// All steps, in the order of execution.
  package var entries: [Entry]
  /// How often the function ran since it was made.
  package var runs: Int
  /// Bytes of the batch arena at the size of the last run.
  package var batchBytes: Int
  /// Bytes of chunk memory of each worker.
  package var chunkBytes: Int
  /// Bytes of unbatched values.
  package var singleBytes: Int
  /// Workers.
  package var workers: Int
}

extension Executable {
  /// Times and memory; times are zero unless `isProfiling` was set.
  package func profile() -> Profile {
    var entries: [Profile.Entry] = []
    for (r, region) in schedule.regions.enumerated() {
      for k in region.start..<region.end {
        let step = schedule.steps[k]
        let nanoseconds = workers.reduce(UInt64(0)) { $0 + $1.nanoseconds[k] }
        let (op, path) =
          switch step.kind {
          case .kernel: (function.nodes[step.index].op, function.nodes[step.index].origin.path)
          case .pack: (function.parameters[step.index].name, "")
          case .unpack: (function.results[step.index].name, "")
          }
        entries.append(
          Profile.Entry(
            kernel: step.kind == .kernel ? step.kernel : step.kind.rawValue, op: op, path: path, region: r,
            seconds: Double(nanoseconds) * 1e-9, isBatched: region.kind == .chunked, operations: step.cost,
            bytes: (step.inputs + step.outputs).reduce(0) { $0 + schedule.slots[$1].elements }
              * program.layout.scalarSize))
      }
    }
    return Profile(
      entries: entries, runs: runs, batchBytes: bound.batchBytes, chunkBytes: bound.chunkBytes,
      singleBytes: bound.singleBytes, workers: workers.count)
  }
}
