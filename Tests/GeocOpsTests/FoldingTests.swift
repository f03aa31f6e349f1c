import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// Batch normalisation tells how many samples it folds.
@Suite struct FoldingTests {
  @Test(arguments: OracleCatalogue.bwbn.map(\.file)) func countsFoldedSamples(file: String) throws {
    let oracle = try Oracle(file)
    let layer = try #require(OracleCatalogue.bwbn.first { $0.file == file })
    var model = LayerModel()
    try layer.build(&model, oracle)
    let results = try #require(model.builder.function.nodes.last { $0.op == "bwbn" }?.results)
    var forward = model.builder.function
    forward.results = []
    let names = ["folded_samples_centering", "folded_samples_scaling"]
    for (name, value) in zip(names, results.dropFirst()) {
      forward.results.append(FunctionResult(name: name, value: value))
    }
    let mode = oracle.bool("training", true) ? "train" : "eval"
    let function = try Pipeline.compile(
      forward, for: .observe(mode: mode), optimizer: nil, options: PassOptions(registry: Catalogue.registry)
    ).function
    var inputs: [String: Tensor] = [:]
    for p in function.parameters {
      if let name = model.bindings[p.name], oracle.has(name) { inputs[p.name] = try oracle.tensor(name) }
    }
    let found = try Interpreter.run(function, inputs: inputs, registry: Catalogue.registry)
    for name in names {
      let shares = try #require(found[name]).doubles()
      #expect(shares.reduce(0, +) == oracle.real(name), "\(name)")
      #expect(shares.count == (try oracle.shape("in.X")[0]))
    }
  }
}
