import GeocIR

/// Replaces layers by the equal forms that they declare, whose maps at the border meet those around them.
package enum RewriteLayers: Pass {
  package static let name = "rewrite-layers"
  package static let summary = "replaces layers by equal forms with maps at the border"
  package static let reason = "first, so that what the forms open with and end with fuses with the neighbours"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let registry = options.registry
    var rebuilder = Rebuilder(f, registry)
    for node in f.nodes {
      guard let op = registry[node.op] else { throw InternalError("unknown op '\(node.op)'") }
      let context = try rebuilder.context(node)
      rebuilder.builder.origin = node.origin
      guard let values = try op.rewritten(&rebuilder.builder, context) else {
        try rebuilder.copy(node)
        continue
      }
      let typed = try zip(values, node.results).map { value, result in
        try rebuilder.builder.retyped(value, as: f.type(result))
      }
      let label = node.results.first.map { f.names[$0.index] } ?? ""
      try rebuilder.replace(node, with: typed)
      report.record(name, f, "rewrote \(label.isEmpty ? node.op : label)", at: node.origin)
    }
    return try rebuilder.finish()
  }
}

extension Builder {
  /// `value` seen as `type`, of the same storage.
  mutating func retyped(_ value: Value, as type: GeoType) throws -> Value {
    self.type(value) == type ? value : try one("as_type", [value], ["type": .type(type.batched(false))])
  }
}
