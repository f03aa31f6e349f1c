import GeocIR

/// Turns ReEig, LogEig, ExpEig, powers… into `spectral{f}` and composes neighbours: one eigendecomposition for a chain.
///
/// A composition is simplified only by rules that hold on the eigenvalues that the type admits: (0, ∞) for `SPD(n)`,
/// [ε, ∞) for `SPD(n, min=ε)`, all numbers for `Sym(n)`. A map that is the identity there disappears.
package enum FuseMaps: Pass {
  package static let name = "fuse-maps"
  package static let summary = "composes spectral maps and removes those that are the identity on their input"
  package static let reason = "before differentiation, so that the backward is that of the fused map"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let registry = options.registry
    guard f.nodes.contains(where: { function(of: $0, registry) != nil }) else {
      return try Prune.run(f, options, &report)
    }
    var rebuilder = Rebuilder(f, registry)
    /// New value → the spectral map that made it and its input.
    var made: [Value: (f: SpectralFunction, input: Value, label: String)] = [:]
    for node in f.nodes {
      guard let outer = function(of: node, registry), let result = node.results.first, node.results.count == 1 else {
        try rebuilder.copy(node)
        if node.op == "as_type", let map = made[try rebuilder.value(node.inputs[0])] {
          made[try rebuilder.value(node.results[0])] = map
        }
        continue
      }
      var input = try rebuilder.value(node.inputs[0])
      var map = outer
      let label = f.names[result.index].isEmpty ? node.op : f.names[result.index]
      var fused: [String] = []
      if let inner = made[input] {
        map = inner.f.composed(with: outer)
        input = inner.input
        fused = [inner.label]
      }
      let domain = eigenvalues(rebuilder.builder.type(input))
      let simple = map.simplified(on: domain)
      rebuilder.builder.origin = node.origin
      if simple.isIdentity {
        rebuilder.map[result] = try rebuilder.retyped(input, as: result)
        report.record(
          name, f,
          fused.isEmpty
            ? "removed \(label): the identity on eigenvalues in \(domain)" : "cancelled \(fused[0]) and \(label)",
          at: node.origin)
        continue
      }
      if !fused.isEmpty {
        report.record(name, f, "fused \(fused[0]) and \(label) into spectral{\(simple)}", at: node.origin)
      }
      let new = try rebuilder.builder.one("spectral", [input], ["f": .spectral(simple)], name: f.names[result.index])
      let typed = try rebuilder.retyped(new, as: result)
      rebuilder.map[result] = typed
      made[typed] = (simple, input, label)
    }
    let rebuilt = try rebuilder.finish()
    return try Prune.run(rebuilt, options, &report)
  }

  /// What a node does with the eigenvalues of its input; nil for other nodes.
  private static func function(of node: Node, _ registry: OpRegistry) -> SpectralFunction? {
    node.op == "spectral" ? node.attributes.spectral("f") : registry[node.op]?.spectral(node.attributes)
  }

  /// The eigenvalues that a type admits.
  static func eigenvalues(_ type: GeoType) -> Interval {
    guard type.space.name == "SPD" else { return .all }
    if case .real(let bound)? = type.space["min"] { return Interval(bound, .infinity) }
    return .positive
  }
}
