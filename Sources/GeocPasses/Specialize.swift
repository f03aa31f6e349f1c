import GeocIR

/// Fixes the mode of a function and selects its results.
package enum Specialize {
  /// `forward` as function `name`: every op that depends on the mode runs in `mode` (`train` or `eval`), and only results
  /// that `keeps` admits stay.
  package static func run(
    _ forward: Function, name: String, mode: String, registry: OpRegistry, keeps: (String) -> Bool
  ) throws -> Function {
    var source = forward
    source.results.removeAll { !keeps($0.name) }
    for k in source.nodes.indices {
      guard registry[source.nodes[k].op]?.traits.contains(.mode) == true else { continue }
      source.nodes[k].attributes["mode"] = .name(mode)
    }
    source.name = name
    var report = PassReport()
    return try Prune.run(source, PassOptions(registry: registry), &report)
  }
}
