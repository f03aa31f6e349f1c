import GeocIR

/// Adds the gradient of chosen results to a function: reverse accumulation over the nodes.
///
/// A node contributes its hand-written backward where it has one; otherwise it is replaced by its body first. Forward and
/// backward share one function, so that a value needed again is ordinary use. A cotangent that is batched, or has more
/// axes than its input (an unbatched weight under a batched op), is summed here, for all ops at once.
package enum Differentiate {
  static let pass = "differentiate"

  /// A result and the value that holds its cotangent; nil for 1.
  package struct Seed: Hashable, Sendable {
    /// Name of the result.
    package var result: String
    /// Name of the cotangent parameter to add; nil seeds with 1.
    package var cotangent: String?

    /// A seed by its parts.
    package init(result: String, cotangent: String? = nil) {
      self.result = result
      self.cotangent = cotangent
    }
  }

  /// `f` with results `grad.<name>` for each parameter that `wants` admits, of Σ cotangent × result over `seeds`.
  package static func run(
    _ f: Function, seeds: [Seed], wants: (Parameter) -> Bool, options: PassOptions, _ report: inout PassReport
  ) throws -> Function {
    let registry = options.registry
    let source = try inlined(f, wants: wants, options, &report)
    var rebuilder = Rebuilder(source, registry)
    for node in source.nodes { try rebuilder.copy(node) }
    let reads = active(source, registry, wants)
    var cotangents = ValueMap(count: source.types.count)
    for seed in seeds {
      guard let old = source.result(seed.result) else {
        throw InternalError("no result '\(seed.result)' to differentiate")
      }
      let value = try rebuilder.value(old)
      let type = rebuilder.builder.type(value)
      rebuilder.builder.origin = Origin(pass: pass)
      var one: Value
      if let name = seed.cotangent {
        one = rebuilder.builder.parameter(name, rebuilder.builder.storageType(type), .cotangent)
      } else {
        one = try rebuilder.builder.one(
          "fill", [], ["shape": .ints(rebuilder.builder.shape(value)), "value": .real(1)])
      }
      if registry.spaces.isSymmetric(source.type(old).space) {
        one = try rebuilder.builder.one("sym", [one])
      }
      try accumulate(one, into: old, &cotangents, &rebuilder.builder)
    }
    for node in source.nodes.reversed() {
      guard node.results.contains(where: { cotangents[$0] != nil && reads[$0.index] }), let op = registry[node.op]
      else { continue }
      rebuilder.builder.origin = node.origin.by(pass)
      guard let parts = try rebuilder.backward(op, of: node, node.results.map { cotangents[$0] }) else {
        throw RewriteProblem("'\(node.op)' has no gradient", origin: node.origin)
      }
      guard parts.count == node.inputs.count else {
        throw InternalError(
          "the backward of '\(node.op)' gives \(parts.count) cotangents for \(node.inputs.count) inputs")
      }
      for (input, part) in zip(node.inputs, parts) where reads[input.index] {
        guard let part else { continue }
        let summed = try reduced(part, to: source.type(input), &rebuilder.builder)
        try accumulate(summed, into: input, &cotangents, &rebuilder.builder)
      }
    }
    try rebuilder.builder.copyResults(of: source, rebuilder.map)
    for p in source.parameters where wants(p) {
      rebuilder.builder.origin = Origin(pass: pass)
      let type = rebuilder.builder.storageType(source.type(p.value))
      var gradient: Value
      if let found = cotangents[p.value] {
        gradient = found
      } else {
        gradient = try rebuilder.builder.one(
          "fill", [], ["shape": .ints(registry.spaces.shape(type)), "value": .real(0)])
      }
      if rebuilder.builder.type(gradient) != type {
        gradient = try rebuilder.builder.one("spread", [gradient, try rebuilder.value(p.value)])
      }
      rebuilder.builder.result("grad.\(p.name)", gradient)
    }
    return rebuilder.builder.function
  }

  /// Values that depend on a wanted parameter, other than through a constant.
  private static func active(_ f: Function, _ registry: OpRegistry, _ wants: (Parameter) -> Bool) -> [Bool] {
    var table = [Bool](repeating: false, count: f.types.count)
    for p in f.parameters where wants(p) { table[p.value.index] = true }
    for node in f.nodes where node.inputs.contains(where: { table[$0.index] }) {
      if registry[node.op]?.traits.contains(.constant) == true { continue }
      for value in node.results { table[value.index] = true }
    }
    return table
  }

  /// `f` with each active node that must be differentiated through its body replaced by the body.
  private static func inlined(
    _ f: Function, wants: (Parameter) -> Bool, _ options: PassOptions, _ report: inout PassReport
  ) throws -> Function {
    let registry = options.registry
    var current = f
    for _ in 0..<64 {
      let reads = active(current, registry, wants)
      var changed = false
      var rebuilder = Rebuilder(current, registry)
      for node in current.nodes {
        guard let op = registry[node.op] else { throw InternalError("unknown op '\(node.op)'") }
        guard node.inputs.contains(where: { reads[$0.index] }), !op.traits.contains(.primitive) else {
          try rebuilder.copy(node)
          continue
        }
        rebuilder.builder.origin = node.origin
        guard try !options.usesManualBackward || !rebuilder.hasBackward(op, of: node),
          let values = try rebuilder.body(op, of: node, orDefinition: true)
        else {
          try rebuilder.copy(node)
          continue
        }
        changed = true
        report.record(pass, current, "differentiated the body of \(node.op)", at: node.origin)
        let typed = try zip(values, node.results).map { value, result -> Value in
          current.type(result).isReal ? value : try rebuilder.retyped(value, as: result)
        }
        try rebuilder.replace(node, with: typed)
      }
      current = try rebuilder.finish()
      if !changed { return current }
    }
    throw InternalError("the bodies of @\(f.name) do not end in differentiable ops")
  }

  private static func accumulate(
    _ part: Value, into value: Value, _ cotangents: inout ValueMap, _ b: inout Builder
  ) throws {
    if let sum = cotangents[value] {
      cotangents[value] = try b.one("map", [sum, part], ["expr": .expression(.binary(.add, .input(0), .input(1)))])
    } else {
      cotangents[value] = part
    }
  }

  /// Sums over the batch and over leading axes until `part` has the batching and shape of `type`.
  private static func reduced(_ part: Value, to type: GeoType, _ b: inout Builder) throws -> Value {
    var value = part
    let wanted = b.registry.spaces.shape(type)
    let extra = b.shape(value).count - wanted.count
    if extra > 0 {
      value = try b.one(
        "reduce", [value],
        ["kind": .name("sum"), "axes": .ints(Array(0..<extra)), "keep": .bool(false)])
    }
    let ones = zip(b.shape(value), wanted).enumerated().filter { $0.element.0 != 1 && $0.element.1 == 1 }.map(\.offset)
    for axis in ones {
      value = try b.one("reduce", [value], ["kind": .name("sum"), "axes": .ints([axis]), "keep": .bool(true)])
    }
    if b.type(value).isBatched && !type.isBatched { value = try b.one("batch_sum", [value]) }
    return value
  }
}
