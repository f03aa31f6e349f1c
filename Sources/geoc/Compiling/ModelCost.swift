import GeocIR
import GeocPasses

/// What a whole model costs, as claims bound it and comparisons show it.
struct ModelCost {
  private let compiler: ModelCompiler

  init(_ compiler: ModelCompiler) { self.compiler = compiler }

  /// Numbers of every learned tensor, by name, in order.
  func parameters() throws -> [(name: String, type: GeoType, count: Int)] {
    let forward = try compiler.forward()
    return forward.parameters.filter { $0.kind == .param }.map { parameter in
      let type = forward.type(parameter.value)
      return (parameter.name, type, compiler.options.registry.spaces.shape(type).reduce(1, *))
    }
  }

  /// The peak of the function that needs most, on one thread, for the batch of `train` or one sample.
  func memory() throws -> (bytes: Int, function: String, batch: Int) {
    var most = (bytes: 0, function: "")
    let batch = compiler.model.run.training?.batch ?? 1
    for purpose in compiler.purposes where purpose != .initialize {
      let function = try compiler.compile(purpose).function
      let peak = FunctionMemory(try compiler.schedule(function), batch: batch).peak(threads: 1)
      if peak > most.bytes { most = (peak, function.name) }
    }
    return (most.bytes, most.function, batch)
  }
}
