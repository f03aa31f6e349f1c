import GeocIR

/// Puts the bodies of transparent layers (batch normalisation on SPD matrices) in their place.
package enum Inline: Pass {
  package static let name = "inline"
  package static let summary = "replaces transparent layers by their bodies"
  package static let reason = "first, so that the spectral maps inside a layer fuse with those before and behind it"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let registry = options.registry
    guard f.nodes.contains(where: { registry[$0.op]?.traits.contains(.transparent) == true }) else { return f }
    var rebuilder = Rebuilder(f, registry)
    for node in f.nodes {
      guard let op = registry[node.op], op.traits.contains(.transparent) else {
        try rebuilder.copy(node)
        continue
      }
      rebuilder.builder.origin = node.origin
      guard let values = try rebuilder.body(op, of: node) else {
        throw InternalError("'\(node.op)' is transparent and has no body")
      }
      let typed = try zip(values, node.results).map { value, result in
        try rebuilder.retyped(value, as: result)
      }
      try rebuilder.replace(node, with: typed)
    }
    return try rebuilder.finish()
  }
}
