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
    var isKept = [Bool](repeating: true, count: f.nodes.count)
    /// Attributes of nodes that lose results, by their index.
    var narrowed: [Int: Attributes] = [:]
    for k in f.nodes.indices.reversed() {
      let node = f.nodes[k]
      let results = node.results
      var liveCount = 0
      for value in results where isLive[value.index] { liveCount += 1 }
      guard liveCount > 0 else {
        isKept[k] = false
        continue
      }
      for value in node.inputs { isLive[value.index] = true }
      if liveCount < results.count {
        let read = results.indices.filter { isLive[results[$0].index] }
        narrowed[k] = options.registry[node.op]?.narrowed(node.attributes, to: read)
      }
    }
    if narrowed.isEmpty {
      if !isKept.contains(false) { return f }
      var pruned = f
      pruned.nodes = f.nodes.indices.filter { isKept[$0] }.map { f.nodes[$0] }
      return pruned
    }
    var rebuilder = Rebuilder(f, options.registry)
    for (k, node) in f.nodes.enumerated() where isKept[k] {
      guard let narrowed = narrowed[k] else {
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
