import GeocIR
import GeocOps
import GeocPasses
import Testing

@Suite struct PipelineTests {
  @Test func everySignatureReads() {
    for op in Catalogue.registry.ordered {
      #expect(op.signature.mistake == nil, "\(op.name): \(String(describing: op.signature.mistake))")
    }
    for rule in Catalogue.registry.optimizers.values {
      #expect(rule.signature.mistake == nil, "\(rule.name): \(String(describing: rule.signature.mistake))")
    }
  }

  @Test func compilesANetworkForEveryPurpose() throws {
    let registry = Catalogue.registry
    var b = Builder(name: "forward", stage: .layers, registry: registry)
    let x = b.parameter("series", .real([8, 50], isBatched: true), .input)
    let y = b.parameter("label", GeoType(Space("Label", [3]), isBatched: true), .input)
    func layer(_ op: String, _ inputs: [Value], _ attributes: [String: Attribute] = [:], name: String) throws -> Value {
      let declaration = try #require(registry[op])
      var all = Attributes()
      for p in declaration.signature.parameters { all[p.name] = attributes[p.name] ?? p.defaultValue }
      let call = TypeCall(op: op, attributes: all, inputs: inputs.map(b.type), spaces: registry.spaces)
      let weights = try declaration.weights(call).map {
        b.parameter("\(name).\($0.name)", $0.type, $0.role == .state ? .state : .param, initial: $0.initial)
      }
      let results = try b.node(op, inputs + weights, all, name: name)
      let states = try declaration.weights(call).filter { $0.role == .state }
      for (state, value) in zip(states, results.suffix(states.count)) { b.result("state.\(name).\(state.name)", value) }
      return results[0]
    }
    let c = try layer("covariance", [x], name: "covariance_1")
    let m = try layer("bimap", [c], ["out": .int(6)], name: "bimap_1")
    let r = try layer("reeig", [m], name: "reeig_1")
    let n = try layer("bwbn", [r], ["theta": .real(0.5), "metric": .name("learn")], name: "bwbn_1")
    let l = try layer("logeig", [n], name: "logeig_1")
    let v = try layer("vech", [l], name: "vech_1")
    let z = try layer("linear", [v], ["out": .int(3)], name: "logits")
    b.result("logits", z)
    let loss = try layer("cross_entropy", [z, y], name: "loss")
    b.result("loss", try b.batchMean(loss))
    let options = PassOptions(registry: registry)
    #expect(Verifier.problems(b.function, registry) == [])
    let optimizer = OptimizerDescription(name: "radam", attributes: Attributes(["lr": .real(0.01)]))
    for purpose: Pipeline.Purpose in [
      .predict, .evaluate, .step, .gradient(mode: "train", ofLoss: false), .gradient(mode: "eval", ofLoss: true),
      .initialize,
    ] {
      let outcome = try Pipeline.compile(b.function, for: purpose, optimizer: optimizer, options: options)
      var module = Module(name: "m", dtype: .f64)
      module.functions = [b.function, outcome.layers, outcome.function]
      module.functions[1].name += "_layers"
      let text = IRPrinter.print(module)
      let read = try IRParser.module(text, spaces: registry.spaces)
      #expect(IRPrinter.print(read) == text)
      #expect(Verifier.problems(read.functions[2], registry) == [])
      let decompositions = outcome.function.nodes.filter { $0.op == "eigh" || $0.op == "eigvals" }
      print(
        purpose, outcome.function.nodes.count, decompositions.map { "\($0.op):\(outcome.function.type($0.results[0]))" }
      )
    }
  }

  @Test func gradientsOfBothModesAreOneWhereNoOpDependsOnTheMode() throws {
    let registry = Catalogue.registry
    func forward(_ last: String, _ attributes: Attributes) throws -> Function {
      var b = Builder(name: "forward", stage: .layers, registry: registry)
      let x = b.parameter("x", .real([4], isBatched: true), .input)
      let w = b.parameter("w", .real([3, 4]), .param)
      let y = try b.one("linear", [x, w], ["out": .int(3), "bias": .bool(false)], name: "y")
      b.result("z", try b.one(last, [y], attributes, name: "z"))
      return b.function
    }
    let (train, eval) = (
      Pipeline.Purpose.gradient(mode: "train", ofLoss: false), Pipeline.Purpose.gradient(mode: "eval", ofLoss: false)
    )
    let random = try forward("alpha_dropout", ["p": .real(0.5), "stream": .int(1)])
    #expect(Pipeline.twin(eval, random, registry) == eval)
    let plain = try forward("tanh", [:])
    #expect(Pipeline.twin(eval, plain, registry) == train)
    #expect(Pipeline.twin(.predict, plain, registry) == .predict)
    func compiled(_ purpose: Pipeline.Purpose) throws -> Pipeline.Outcome {
      try Pipeline.compile(plain, for: purpose, optimizer: nil, options: PassOptions(registry: registry))
    }
    let (own, other) = (try compiled(eval), try compiled(train).named("gradient_eval"))
    #expect(own.function == other.function)
    #expect(own.layers == other.layers)
    #expect(own.report == other.report)
    #expect(own.stages.map(\.pass) == other.stages.map(\.pass))
    #expect(own.stages.map(\.function) == other.stages.map(\.function))
  }
}
