import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import GeocThreads

/// The values of every node of a model, for what is only known by running it.
struct Observation {
  /// A node's value.
  struct Watched {
    /// Its name: `residual_1/bn2`.
    var name: String
    /// Its type, for one sample.
    var type: GeoType
    /// The line of the spec that it stands on, 0 when unknown.
    var line: Int
  }

  /// Watched values in the order of the graph.
  let watched: [Watched]
  private let function: Function
  private let compiler: ModelCompiler

  /// Watches the first result of every node before the loss, in training or evaluation mode. Throws `GeocError`.
  init(_ compiler: ModelCompiler, mode: String) throws {
    self.compiler = compiler
    var forward = try compiler.forward()
    let outputs = Set(compiler.model.outputs)
    forward.results.removeAll { !outputs.contains($0.name) }
    let reached = try Specialize.run(forward, name: "reached", mode: mode, registry: compiler.options.registry) { _ in
      true
    }
    let names = Set(reached.nodes.compactMap { $0.results.first.map { reached.names[$0.index] } })
    forward.results = []
    var watched: [Watched] = []
    for node in forward.nodes {
      guard let value = node.results.first else { continue }
      let (name, type) = (forward.names[value.index], forward.type(value))
      guard !name.isEmpty, names.contains(name), type.isBatched else { continue }
      watched.append(Watched(name: name, type: type.batched(false), line: node.origin.line))
      forward.results.append(FunctionResult(name: name, value: value))
    }
    self.watched = watched
    let purpose = Pipeline.Purpose.observe(mode: mode)
    function = try Pipeline.compile(forward, for: purpose, optimizer: nil, options: compiler.options).function
  }

  /// The values for `columns` with the parameters and states of a session. Throws `GeocError`.
  func values(_ columns: [String: HostArray], rows: Int, _ store: ParameterStore, threads: Int = 1) throws
    -> [String: Tensor]
  {
    let schedule = try compiler.schedule(function)
    let executable = try Executable(
      function, schedule, spaces: compiler.options.registry.spaces, store: store, pool: ThreadPool(count: threads))
    try executable.run(Batch(columns: columns, rows: Array(0..<rows)), seed: 0, step: 1)
    var values: [String: Tensor] = [:]
    for result in function.results { values[result.name] = executable.result(result.name) }
    return values
  }
}
