import GeocIR

/// Turns a ReEig that no other map absorbed into `guarded_max`: the identity where a Cholesky factorisation of `x − εI`
/// exists, at a fraction of the cost of an eigendecomposition, which is then done for the failing matrices only.
package enum GuardClamps: Pass {
  package static let name = "guard-clamps"
  package static let summary = "guards a lone ReEig by a Cholesky factorisation"
  package static let reason = "after fuse-maps: a clamp that was fused needs the eigenvalues anyway"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    guard f.nodes.contains(where: { $0.op == "spectral" }) else { return f }
    var rebuilder = Rebuilder(f, options.registry)
    for node in f.nodes {
      guard node.op == "spectral", let bound = node.attributes.spectral("f").flatMap(loneMaximum),
        let result = node.results.first
      else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      let x = try rebuilder.value(node.inputs[0])
      let y = try rebuilder.builder.node("guarded_max", [x], Attributes(["eps": .real(bound)]))
      let typed = try rebuilder.retyped(y[0], as: result)
      rebuilder.builder.suggestName(typed, f.names[result.index])
      rebuilder.map[result] = typed
      report.record(name, f, "guarded reeig by a Cholesky factorisation", at: node.origin)
    }
    return try rebuilder.finish()
  }

  /// ε where the function is `max(ε)` and nothing else.
  private static func loneMaximum(_ f: SpectralFunction) -> Double? {
    guard f.primitives.count == 1, case .max(let bound)? = f.primitives.first else { return nil }
    return bound
  }
}
