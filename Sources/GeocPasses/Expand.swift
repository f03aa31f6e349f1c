import GeocIR

/// Replaces every op that has a body by its body, until only ops with kernels are left, and geometric types by the
/// arrays that store them.
package enum Expand: Pass {
  package static let name = "expand"
  package static let summary = "replaces layers by their bodies in core ops"
  package static let reason = "after the passes that need geometry, before those that share and fuse arithmetic"
  package static let isOptional = false

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    try expanded(f, options.registry) { _ in false }
  }

  /// `f` in core ops, but for ops that `keeps` admits. Throws `InternalError`.
  static func expanded(_ f: Function, _ registry: OpRegistry, keeps: (any Op.Type) -> Bool) throws -> Function {
    var current = f
    // A node that was kept once has no body: later rounds look at what the bodies of the round before made.
    var keptCount = 0
    for _ in 0..<64 {
      let (next, isChanged) = try once(current, keptCount, registry, keeps)
      keptCount = current.types.count
      current = next
      if !isChanged {
        current.stage = .core
        return current
      }
    }
    throw InternalError("the bodies of @\(f.name) do not end in core ops")
  }

  /// `f` with the bodies that its own nodes have, other than those that make its first `keptCount` values, and whether one
  /// has any.
  private static func once(
    _ f: Function, _ keptCount: Int, _ registry: OpRegistry, _ keeps: (any Op.Type) -> Bool
  ) throws -> (Function, isChanged: Bool) {
    var isChanged = false
    var rebuilder = Rebuilder(f, registry) {
      $0.isReal ? $0 : .real(registry.spaces.shape($0), isBatched: $0.isBatched)
    }
    for node in f.nodes {
      if let result = node.results.first, result.index < keptCount {
        try rebuilder.copy(node)
        continue
      }
      guard let op = registry[node.op] else { throw InternalError("unknown op '\(node.op)'") }
      rebuilder.builder.origin = node.origin
      if !keeps(op), let values = try rebuilder.body(op, of: node) {
        try rebuilder.replace(node, with: values)
        isChanged = true
      } else {
        try rebuilder.copy(node)
      }
    }
    return (try rebuilder.finish(), isChanged)
  }
}
