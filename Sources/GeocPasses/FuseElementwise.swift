import GeocIR

/// Puts chains of elementwise maps into one map: one pass over memory in place of several.
package enum FuseElementwise: Pass {
  package static let name = "fuse-elementwise"
  package static let summary = "merges chains of elementwise maps"
  package static let reason = "last, when no rule looks at single maps any more"

  /// More inputs than this would not fit the registers of the map machine.
  static let largestInputCount = 8
  /// Larger expressions gain nothing: the values are in cache.
  static let largestSize = 48

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    var current = f
    // A merged map may read a value once that two maps read before.
    for _ in 0..<10 {
      let next = try once(current, options, &report)
      if next.isProgram(of: current) { break }
      current = next
    }
    return current
  }

  private static func once(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let uses = f.useCounts()
    var rebuilder = Rebuilder(f, options.registry)
    /// For each result of a map in the new function its expression and inputs.
    var made = [(expression: ScalarExpression, inputs: [Value])?](repeating: nil, count: f.types.count)
    func note(_ value: Value, _ expression: ScalarExpression, _ inputs: [Value]) {
      while made.count <= value.index { made.append(nil) }
      made[value.index] = (expression, inputs)
    }
    for node in f.nodes {
      guard node.op == "map", let expression = node.attributes.expression("expr"), let result = node.results.first
      else {
        try rebuilder.copy(node)
        continue
      }
      let new = try rebuilder.values(node.inputs)
      /// The maps behind inputs that nothing else reads.
      let inner = zip(node.inputs, new).map { old, new in
        uses[old.index] == 1 && new.index < made.count && f.type(old) == f.type(result) ? made[new.index] : nil
      }
      guard inner.contains(where: { $0 != nil }) else {
        try rebuilder.copy(node)
        note(try rebuilder.value(result), expression, new)
        continue
      }
      rebuilder.builder.origin = node.origin
      var inputs: [Value] = []
      func position(of value: Value) -> Int {
        if let at = inputs.firstIndex(of: value) { return at }
        inputs.append(value)
        return inputs.count - 1
      }
      let parts = zip(new, inner).map { value, map -> ScalarExpression in
        guard let map else { return .input(position(of: value)) }
        return map.expression.mapInputs { .input(position(of: map.inputs[$0])) }
      }
      // Simplification may drop an input that fixes the shape of the result.
      let body = expression.mapInputs { parts[$0] }.simplified()
      if body.nodeCount <= largestSize && inputs.count <= largestInputCount {
        let whole = try rebuilder.builder.one("map", inputs, ["expr": .expression(body)], name: f.names[result.index])
        if rebuilder.builder.type(whole) == f.type(result) {
          rebuilder.map[result] = whole
          note(whole, body, inputs)
          let count = inner.count { $0 != nil } + 1
          report.record(name, f, "merged \(count) elementwise maps", at: node.origin)
          continue
        }
      }
      try rebuilder.copy(node)
      note(try rebuilder.value(result), expression, new)
    }
    return try Prune.run(try rebuilder.finish(), options, &report)
  }
}
