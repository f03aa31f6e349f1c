import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

@Suite struct UpdateTests {
  /// What an optimizer does with one matrix whose gradient is given.
  static func update(_ name: String, _ overrides: [String: Attribute], disabled: Set<String> = []) throws -> Function {
    var b = Builder(name: "forward", stage: .layers, registry: Catalogue.registry)
    let w = b.parameter("w", .real([300, 257]), .param)
    b.result("loss", try b.one("inner", [w, w]))
    let rule = try #require(Catalogue.registry.optimizers[name])
    var attributes = Attributes()
    for p in rule.signature.parameters { attributes[p.name] = p.defaultValue }
    for (name, value) in overrides { attributes[name] = value }
    attributes["lr"] = .real(0.01)
    return try Pipeline.compile(
      b.function, for: .update, optimizer: OptimizerDescription(name: name, attributes: attributes, groups: []),
      options: PassOptions(registry: Catalogue.registry, disabled: disabled)
    ).function
  }

  /// The new values from the second step on, on pseudo-random ones; second moments are positive.
  static func run(_ f: Function, threads: Int, dtype: DType) throws -> [String: Tensor] {
    var inputs = [
      "hyper.lr": try Tensor([0.01], shape: []), "hyper.step": try Tensor([2.0], shape: []),
    ]
    for (k, p) in f.parameters.enumerated() where p.kind != .hyper {
      let shape = Catalogue.registry.spaces.shape(f.type(p.value))
      let shift = p.name.hasSuffix("_sq") ? 0.0 : 0.5
      let values: [Double] = (0..<shape.reduce(1, *)).map { (e: Int) -> Double in
        let residue = (e * 7919 + k * 104_729) % 1009
        return Double(residue) / 1009 - shift
      }
      inputs[p.name] = try Tensor(values, shape: shape)
    }
    return try Interpreter.run(f, inputs: inputs, registry: Catalogue.registry, dtype: dtype, threads: threads)
  }

  static let rules: [(String, [String: Attribute])] = [
    ("sgd", ["momentum": .real(0.9), "nesterov": .bool(true), "weight_decay": .real(0.1)]),
    ("adam", ["amsgrad": .bool(true)]), ("adamw", [:]), ("sgdp", ["momentum": .real(0.9)]),
    ("sgdp", ["momentum": .real(0.9), "scale_test": .name("cosine"), "weight_decay": .real(0.1)]),
    ("adamp", ["scale_test": .name("cosine"), "weight_decay": .real(0.1), "nesterov": .bool(true)]),
    ("normalized_gd", ["scope": .name("tensor")]), ("auon", [:]), ("hybrid_auon", ["ns_steps": .int(2)]), ("muon", [:]),
  ]

  @Test(arguments: rules.indices) func workersThatShareAStepGiveTheSameBits(rule: Int) throws {
    let f = try Self.update(Self.rules[rule].0, Self.rules[rule].1)
    for dtype in DType.allCases {
      let one = try Self.run(f, threads: 1, dtype: dtype)
      #expect(one["param.w"]?.doubles().allSatisfy(\.isFinite) == true)
      for threads in 2...3 { #expect(try Self.run(f, threads: threads, dtype: dtype) == one) }
    }
  }

  @Test(arguments: rules.indices) func onePassGivesWhatSeveralGive(rule: Int) throws {
    let merged = try Self.update(Self.rules[rule].0, Self.rules[rule].1)
    let plain = try Self.update(Self.rules[rule].0, Self.rules[rule].1, disabled: ["merge-maps"])
    #expect(merged.nodes.contains { $0.op == "maps" || $0.op == "map_sums" })
    let (found, wanted) = (try Self.run(merged, threads: 1, dtype: .f64), try Self.run(plain, threads: 1, dtype: .f64))
    #expect(found.keys.sorted() == wanted.keys.sorted())
    for (name, tensor) in wanted {
      let differences = zip(found[name]?.doubles() ?? [], tensor.doubles()).map { abs($0 - $1) / max(1, abs($1)) }
      #expect((differences.max() ?? 1) < 1e-12, "\(name)")
    }
  }

  /// Adam reads and writes each of its arrays once, and the numbers that all parameters share are there before.
  @Test func adamIsOnePass() throws {
    let f = try Self.update("adam", [:])
    let large = f.nodes.filter { node in node.results.contains { f.type($0) == .real([300, 257]) } }
    #expect(large.map(\.op) == ["maps"])
    #expect(large.first?.results.count == 3)
  }

  /// One pass takes the sums that decide on the projection, one projects; what is projected is in neither stored.
  @Test func adamPIsTwoPasses() throws {
    let f = try Self.update("adamp", ["scale_test": .name("cosine"), "weight_decay": .real(0.1)])
    let large = f.nodes.filter { node in
      (node.inputs + node.results).contains { f.type($0) == .real([300, 257]) }
    }
    #expect(large.map(\.op) == ["map_sums", "maps"])
    #expect(large.last?.results.count == 3)
  }
}
