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
    let spaces = options.registry.spaces
    var rebuilder = Rebuilder(f, options.registry)
    /// Result of a map in the new function → its expression and inputs.
    var made: [Value: (expression: ScalarExpression, inputs: [Value])] = [:]
    for node in f.nodes {
      guard node.op == "map", let expression = node.attributes.expression("expr"), let result = node.results.first
      else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      var inputs: [Value] = []
      var body = expression
      var parts: [ScalarExpression] = []
      var fusedCount = 0
      func position(of value: Value) -> Int {
        if let at = inputs.firstIndex(of: value) { return at }
        inputs.append(value)
        return inputs.count - 1
      }
      var isPossible = true
      for old in node.inputs {
        let new = try rebuilder.value(old)
        if uses[old.index] == 1, let inner = made[new], f.type(old) == f.type(result),
          spaces.shape(f.type(old)) == spaces.shape(f.type(result))
        {
          parts.append(inner.expression.mapInputs { .input(position(of: inner.inputs[$0])) })
          fusedCount += 1
        } else {
          parts.append(.input(position(of: new)))
        }
      }
      body = expression.mapInputs { parts[$0] }.simplified()
      // Simplification may drop an input that fixes the shape of the result.
      isPossible = body.nodeCount <= largestSize && inputs.count <= largestInputCount
      if fusedCount > 0 && isPossible {
        let new = try rebuilder.builder.one("map", inputs, ["expr": .expression(body)], name: f.names[result.index])
        if rebuilder.builder.type(new) == f.type(result) {
          rebuilder.map[result] = new
          made[new] = (body, inputs)
          report.record(name, f, "merged \(fusedCount + 1) elementwise maps", at: node.origin)
          continue
        }
      }
      try rebuilder.copy(node)
      made[try rebuilder.value(result)] = (expression, try node.inputs.map(rebuilder.value))
    }
    return try Prune.run(try rebuilder.finish(), options, &report)
  }
}
