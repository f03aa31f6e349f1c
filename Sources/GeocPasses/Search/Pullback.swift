import GeocIR

/// The gradient of a value by all weights, for any cotangent: one backward that is used again and again.
struct Pullback {
  private let function: Function
  private let shape: [Int]
  private let isPerItem: Bool
  private static let cotangent = "search.cotangent"

  /// The backward of `value` of `f`. With `perItem` each item has weights of its own, so that gradients are not summed
  /// over the batch.
  init(_ f: Function, of value: Value, perItem: Bool, _ options: PassOptions) throws {
    var source = f
    source.results = [FunctionResult(name: "value", value: value)]
    var report = PassReport()
    source = try Prune.run(source, options, &report)
    isPerItem = perItem
    if perItem {
      var b = Builder(name: source.name, stage: source.stage, registry: options.registry)
      var map = ValueMap()
      for p in source.parameters {
        let type = source.type(p.value)
        map[p.value] = b.parameter(p.name, p.kind == .param ? type.batched() : type, p.kind, initial: p.initial)
      }
      for node in source.nodes { try b.copy(node, from: source, &map) }
      try b.copyResults(of: source, map)
      source = b.function
    }
    let made = try Differentiate.run(
      source, seeds: [.init(result: "value", cotangent: Self.cotangent)], wants: { $0.kind == .param },
      options: options, &report)
    function = made
    shape = made.result("value").map { options.registry.spaces.shape(made.type($0)) } ?? []
  }

  /// The gradient as one vector, at the parameters that `b` has under the same names.
  func vector(_ b: inout Builder, _ layout: ParameterLayout, cotangent: Value) throws -> Value {
    let known = Dictionary(
      b.function.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let batched = function.parameters.first { $0.kind == .input }.flatMap { known[$0.name] }
    var own = ValueMap()
    for p in function.parameters {
      if p.name == Self.cotangent {
        own[p.value] = try b.one("reshape", [cotangent], ["shape": .ints(shape)])
        if isPerItem, !b.type(cotangent).isBatched, let batched {
          own[p.value] = try b.repeated(cotangent, asItemsOf: batched)
        }
        continue
      }
      guard let value = known[p.name] else { throw InternalError("no parameter '\(p.name)'") }
      own[p.value] = value
      if p.kind == .param, isPerItem, let batched { own[p.value] = try b.repeated(value, asItemsOf: batched) }
    }
    let results = try b.instance(of: function, own)
    return try layout.vector(&b) { name in
      guard let gradient = results["grad.\(name)"] else { throw InternalError("no gradient of '\(name)'") }
      return gradient
    }
  }
}
