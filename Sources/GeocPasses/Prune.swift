import GeocIR

/// Removes nodes whose results nobody reads, and results that nobody reads of nodes that can do without them. Parameters
/// stay: they are the function's interface.
package enum Prune: Pass {
  package static let name = "prune"
  package static let summary = "removes nodes and results that are never read"
  package static let reason = "rewrites leave their old nodes behind, and differentiation gives what nobody asked for"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    var isLive = [Bool](repeating: false, count: f.types.count)
    for r in f.results { isLive[r.value.index] = true }
    /// What is left, last first, with the attributes of nodes that lose results.
    var kept: [(node: Node, narrowed: Attributes?)] = []
    for node in f.nodes.reversed() {
      let results = node.results
      let liveCount = results.count { isLive[$0.index] }
      guard liveCount > 0 else { continue }
      for value in node.inputs { isLive[value.index] = true }
      var narrowed: Attributes?
      if liveCount < results.count {
        let read = results.indices.filter { isLive[results[$0].index] }
        narrowed = options.registry[node.op]?.narrowed(node.attributes, to: read)
      }
      kept.append((node, narrowed))
    }
    if kept.allSatisfy({ $0.narrowed == nil }) {
      if kept.count == f.nodes.count { return f }
      var pruned = f
      pruned.nodes = kept.reversed().map(\.node)
      return pruned
    }
    var rebuilder = Rebuilder(f, options.registry)
    for (node, narrowed) in kept.reversed() {
      guard let narrowed else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      let values = try rebuilder.builder.node(node.op, try node.inputs.map(rebuilder.value), narrowed)
      for (old, new) in zip(node.results.filter { isLive[$0.index] }, values) {
        rebuilder.map[old] = new
        rebuilder.builder.suggestName(new, f.names[old.index])
      }
    }
    return try rebuilder.finish()
  }
}
