import GeocIR

/// Removes nodes whose results nobody reads. Parameters stay: they are the function's interface.
package enum Prune: Pass {
  package static let name = "prune"
  package static let summary = "removes nodes whose results are never read"
  package static let reason = "rewrites leave their old nodes behind"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    var isLive = [Bool](repeating: false, count: f.types.count)
    for r in f.results { isLive[r.value.index] = true }
    var kept: [Node] = []
    for node in f.nodes.reversed() where node.results.contains(where: { isLive[$0.index] }) {
      for value in node.inputs { isLive[value.index] = true }
      kept.append(node)
    }
    if kept.count == f.nodes.count { return f }
    var rebuilder = Rebuilder(f, options.registry)
    for node in kept.reversed() { try rebuilder.copy(node) }
    return try rebuilder.finish()
  }
}
