import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan

/// What the backward of a training step costs: its nodes, and what the forward keeps for it.
struct BackwardCost: Hashable {
  /// Nodes of the backward that do work, before lowering: the graph that differentiation made.
  var nodes = 0
  /// Forward values that the backward reads, beside inputs and parameters.
  var saved = 0
  /// Their bytes for one sample.
  var savedBytes = 0

  /// Counts in a function with layers, as differentiation left it.
  init(_ function: Function, _ registry: OpRegistry, _ dtype: DType) {
    var isForward = [Bool](repeating: false, count: function.types.count)
    var seen: Set<Value> = []
    for node in function.nodes {
      let isAlias = registry[node.op]?.traits.contains(.alias) == true
      if node.origin.pass != "differentiate" {
        for value in node.results { isForward[value.index] = !isAlias }
        continue
      }
      if isAlias { continue }
      nodes += 1
      for value in node.inputs where isForward[value.index] && function.type(value).isBatched {
        guard seen.insert(value).inserted else { continue }
        saved += 1
        savedBytes += dtype.size * registry.spaces.shape(function.type(value)).reduce(1, *)
      }
    }
  }

  /// The cost as it is, without hand-written backwards and without fusion. Throws `GeocError`.
  static func comparison(_ compiler: ModelCompiler) throws -> [(name: String, cost: BackwardCost, peak: Int)] {
    var variants = [("default", compiler), ("--no-manual-backward", compiler), ("--no-fusion", compiler)]
    variants[1].1.options.usesManualBackward = false
    variants[2].1.options.disabled.formUnion(CompileOptions.fusions)
    return try variants.map { name, variant in
      let outcome = try variant.compile(variant.update)
      let layers = outcome.stages.last { $0.pass == "differentiate" }?.function ?? outcome.layers
      let core = try lowered(layers, variant.options)
      let batch = compiler.model.run.training?.batch ?? 1
      let memory = FunctionMemory(try variant.schedule(outcome.function), batch: batch)
      return (name, BackwardCost(core, variant.options.registry, compiler.model.module.dtype), memory.peak(threads: 1))
    }
  }

  /// The gradient function in core ops, equal nodes merged.
  private static func lowered(_ f: Function, _ options: PassOptions) throws -> Function {
    var report = PassReport()
    var own = options
    own.disabled = []
    return try Share.run(try Expand.run(f, own, &report), own, &report)
  }

  /// The comparison as a table.
  static func text(_ compiler: ModelCompiler, _ decorator: Decorator) throws -> String {
    let batch = compiler.model.run.training?.batch ?? 1
    var text = decorator(.strong, "backward") + "\n"
    for (name, cost, peak) in try comparison(compiler) {
      text += "  \(name.padded(20))  \(Count.text(cost.nodes)) nodes, \(Count.text(cost.saved)) saved values, "
      text += "\(Count.bytes(cost.savedBytes)) saved per sample, \(Count.bytes(peak)) peak for a batch of \(batch)\n"
    }
    return text
  }
}
