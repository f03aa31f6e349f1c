import GeocIR

/// Computes once what a map of a batch would compute for every item: the parts of its expression that read unbatched
/// values only become maps of their own, where they have several elements and take more than one simple instruction. Of a
/// single number the map machine makes one vector anyway.
package enum SplitMaps: Pass {
  package static let name = "split-maps"
  package static let summary = "computes the parts of maps that are the same for every item once"
  package static let reason = "behind fuse-elementwise, which gives each map its whole expression"

  /// A division or a root takes as long as so many simple instructions; a part that takes less than two stays.
  private static let slowWeight = 4

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    guard f.nodes.contains(where: { isMixed($0, f) }) else { return f }
    var rebuilder = Rebuilder(f, options.registry)
    var separate = Separate()
    for node in f.nodes {
      guard isMixed(node, f), let result = node.results.first, let expression = node.attributes.expression("expr")
      else {
        try rebuilder.copy(node)
        continue
      }
      let isBatched = node.inputs.map { f.type($0).isBatched }
      var parts = Parts(inputs: node.inputs.count)
      let rest = parts.split(expression) { part in
        let inputs = part.inputs
        guard !inputs.isEmpty, inputs.allSatisfy({ isBatched.indices.contains($0) && !isBatched[$0] }) else {
          return .mixed
        }
        let isNumber = inputs.allSatisfy {
          options.registry.spaces.shape(f.type(node.inputs[$0])).allSatisfy { $0 == 1 }
        }
        return !isNumber && weight(part) >= 2 ? .separate : .kept
      }
      guard !parts.found.isEmpty else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      let inputs = try rebuilder.values(node.inputs)
      let whole = inputs + (try parts.found.map { try separate.value(of: $0, inputs, &rebuilder.builder) })
      let (remainder, read) = compact(rest, whole)
      let new = try rebuilder.builder.one(
        "map", read, ["expr": .expression(remainder)], name: f.names[result.index])
      guard rebuilder.builder.type(new) == f.type(result) else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.map[result] = new
      let count = parts.found.count == 1 ? "an unbatched part" : "\(parts.found.count) unbatched parts"
      report.record(name, f, "took \(count) out of a map", at: node.origin)
    }
    return try Prune.run(try rebuilder.finish(), options, &report)
  }

  /// Whether a node is a map of batched and unbatched values.
  private static func isMixed(_ node: Node, _ f: Function) -> Bool {
    node.op == "map" && node.inputs.contains { f.type($0).isBatched } && node.inputs.contains { !f.type($0).isBatched }
  }

  /// An expression in those of `values` that it reads.
  private static func compact(_ e: ScalarExpression, _ values: [Value]) -> (expression: ScalarExpression, read: [Value])
  {
    let read = e.inputs.sorted()
    let place = Dictionary(uniqueKeysWithValues: read.enumerated().map { ($1, $0) })
    return (e.mapInputs { .input(place[$0] ?? 0) }, read.map { values[$0] })
  }

  /// The maps of parts; equal parts of several maps are one.
  private struct Separate {
    private struct Key: Hashable {
      var expression: ScalarExpression
      var read: [Value]
    }
    private var made: [Key: Value] = [:]

    mutating func value(of part: ScalarExpression, _ inputs: [Value], _ b: inout Builder) throws -> Value {
      let (expression, read) = compact(part, inputs)
      let key = Key(expression: expression, read: read)
      if let known = made[key] { return known }
      let value = try b.one("map", read, ["expr": .expression(expression)])
      made[key] = value
      return value
    }
  }

  /// Parts of an expression that are on their own, as inputs behind those that it has.
  private struct Parts {
    enum Kind { case mixed, kept, separate }

    let inputs: Int
    private(set) var found: [ScalarExpression] = []

    init(inputs: Int) { self.inputs = inputs }

    mutating func split(_ e: ScalarExpression, _ kind: (ScalarExpression) -> Kind) -> ScalarExpression {
      switch kind(e) {
      case .kept: return e
      case .separate:
        let known = found.firstIndex(of: e)
        if known == nil { found.append(e) }
        return .input(inputs + (known ?? found.count - 1))
      case .mixed: break
      }
      switch e {
      case .input, .constant: return e
      case .unary(let f, let a): return .unary(f, split(a, kind))
      case .binary(let f, let a, let b): return .binary(f, split(a, kind), split(b, kind))
      case .select(let c, let a, let b): return .select(split(c, kind), split(a, kind), split(b, kind))
      }
    }
  }

  /// How many simple instructions an expression takes, about.
  private static func weight(_ e: ScalarExpression) -> Int {
    switch e {
    case .input, .constant: 0
    case .unary(.negate, let a), .unary(.abs, let a): 1 + weight(a)
    case .unary(_, let a): slowWeight + weight(a)
    case .binary(let f, let a, let b):
      weight(a) + weight(b) + ([.add, .subtract, .multiply, .min, .max, .less].contains(f) ? 1 : slowWeight)
    case .select(let c, let a, let b): 1 + weight(c) + weight(a) + weight(b)
    }
  }
}
