import GeocIR

/// Replaces layers by the equal forms that they declare: simpler ones where the nodes before them admit it, and ones whose
/// maps at the border meet those around them.
package enum RewriteLayers: Pass {
  package static let name = "rewrite-layers"
  package static let summary = "replaces layers by equal forms: simpler ones, and ones with maps at the border"
  package static let reason = "first, so that what the forms open with and end with fuses with the neighbours"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let registry = options.registry
    var rebuilder = Rebuilder(f, registry)
    /// The new node that made each new value.
    var makers: [Node?] = []
    func note(from first: Int) {
      for node in rebuilder.builder.function.nodes[first...] {
        for value in node.results {
          while makers.count <= value.index { makers.append(nil) }
          makers[value.index] = node
        }
      }
    }
    for node in f.nodes {
      guard let op = registry[node.op] else { throw InternalError("unknown op '\(node.op)'") }
      let context = try rebuilder.context(node)
      let first = rebuilder.builder.function.nodes.count
      rebuilder.builder.origin = node.origin
      let label = node.results.first.map { f.names[$0.index] } ?? ""
      let shown = label.isEmpty ? node.op : label
      if let simpler = try op.simplified(
        &rebuilder.builder, context, { $0.index < makers.count ? makers[$0.index] : nil })
      {
        try rebuilder.replace(node, with: try typed(simpler.values, node, &rebuilder))
        report.record(name, f, "simplified \(shown): \(simpler.identity)", at: node.origin)
      } else if let values = try op.rewritten(&rebuilder.builder, context) {
        try rebuilder.replace(node, with: try typed(values, node, &rebuilder))
        report.record(name, f, "rewrote \(shown)", at: node.origin)
      } else {
        try rebuilder.copy(node)
      }
      note(from: first)
    }
    return try Prune.run(try rebuilder.finish(), options, &report)
  }

  private static func typed(_ values: [Value], _ node: Node, _ rebuilder: inout Rebuilder) throws -> [Value] {
    try zip(values, node.results).map { try rebuilder.retyped($0, as: $1) }
  }
}
