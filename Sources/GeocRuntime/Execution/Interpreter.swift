import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocTensorFiles
import GeocThreads

/// Evaluates a function in one call, for tests and small one-off computations.
package enum Interpreter {
  /// Results of `function` (core stage) by name; batched ones have a leading axis.
  ///
  /// `inputs` holds parameters by name, batched ones with a leading batch axis; those that no result depends on may be
  /// missing. `batch` is needed only where no input is batched. Throws `GeocError` for inputs that are missing or of another shape and for numeric faults,
  /// `ScheduleProblem` for a function that is not valid.
  package static func run(
    _ function: Function, inputs: [String: Tensor], registry: OpRegistry, dtype: DType = .f64, batch: Int? = nil,
    seed: UInt64 = 0, step: UInt64 = 0, threads: Int = 1, checksValues: Bool = false, kernels: KernelLibrary? = nil
  ) throws -> [String: Tensor] {
    let schedule = try Scheduler.schedule(function, registry: registry, dtype: dtype)
    let store = ParameterStore(dtype: dtype)
    let executable = try Executable(
      function, schedule, spaces: registry.spaces, store: store, pool: ThreadPool(count: threads),
      kernels: kernels)
    var columns: [String: HostArray] = [:]
    var count = batch
    for (k, (p, shape)) in zip(function.parameters, executable.parameterShapes).enumerated() {
      let isUsed = executable.read.contains(k) || schedule.slots.contains { $0.parameter == k }
      guard let tensor = inputs[p.name] else {
        if !isUsed { continue }
        throw GeocError(Diagnostic(.data.missingArray, "input '\(p.name)' is not given", item: p.name))
      }
      if function.type(p.value).isBatched {
        let column = try HostArray(tensor)
        columns[p.name] = column
        if let count, count != column.rowCount {
          throw GeocError(
            Diagnostic(
              .data.rowCount, "input '\(p.name)' has \(column.rowCount) samples, expected \(count)", item: p.name))
        }
        count = column.rowCount
      } else {
        guard tensor.count == shape.reduce(1, *) else {
          throw GeocError(
            Diagnostic(.data.weightsShape, "'\(p.name)' has shape \(tensor.shape), expected \(shape)", item: p.name))
        }
        try store.set(p.name, tensor)
      }
    }
    try executable.run(
      Batch(columns: columns, rows: Array(0..<(count ?? 1))), seed: seed, step: step, checksValues: checksValues)
    executable.updateInPlace()
    var results: [String: Tensor] = [:]
    for result in function.results { results[result.name] = executable.result(result.name) }
    return results
  }
}
