import GeocIR

/// Computes every value once: equal nodes are merged, and eigendecompositions are taken from matrices that are already
/// decomposed.
///
/// - `eigvals(x)` is the first result of `eigh(x)` where that exists.
/// - `eigh(U f(Λ) Uᵀ)` is `(f(Λ), U)`: the matrix was just built from its own eigenvectors.
/// - `matmul(x, w)` is a step on the way of `congruence(w, x)`, which then has it as a second result.
package enum Share: Pass {
  package static let name = "share"
  package static let summary = "merges equal nodes and reuses eigendecompositions"
  package static let reason = "after expansion, when forward and backward spell out the decompositions they need"

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let decomposed = Set(f.nodes.filter { $0.op == "eigh" }.map { $0.inputs[0] })
    var rebuilder = Rebuilder(f, options.registry, mergesEqualNodes: true)
    /// Rebuilt matrix → eigenvalues, eigenvectors and the function applied.
    var rebuilt: [Value: (w: Value, u: Value, f: SpectralFunction)] = [:]
    /// Eigenpairs of a value, once computed.
    var pairs: [Value: (w: Value, u: Value)] = [:]
    for node in f.nodes {
      let before = rebuilder.builder.function.nodes.count
      rebuilder.builder.origin = node.origin
      switch node.op {
      case "eigh", "eigvals":
        let x = try rebuilder.value(node.inputs[0])
        if let source = rebuilt[x] {
          let w = try rebuilder.builder.one("spectral_map", [source.w], ["f": .spectral(source.f)])
          try rebuilder.replace(node, with: node.op == "eigh" ? [w, source.u] : [w])
          report.record(name, f, "took \(node.op) from the decomposition it was built from", at: node.origin)
        } else if node.op == "eigh" {
          if let known = pairs[x] {
            try rebuilder.replace(node, with: [known.w, known.u])
            report.record(name, f, "shared an eigendecomposition", at: node.origin)
          } else {
            try rebuilder.copy(node)
            pairs[x] = (try rebuilder.value(node.results[0]), try rebuilder.value(node.results[1]))
          }
        } else if decomposed.contains(node.inputs[0]) {
          // The full decomposition may come later in the text; it is moved here.
          let pair = try pairs[x] ?? full(x, &rebuilder.builder)
          pairs[x] = pair
          try rebuilder.replace(node, with: [pair.w])
          report.record(name, f, "took eigenvalues from an eigendecomposition", at: node.origin)
        } else {
          try rebuilder.copy(node)
        }
      case "spectral_rebuild":
        try rebuilder.copy(node)
        if let g = node.attributes.spectral("f") {
          rebuilt[try rebuilder.value(node.results[0])] =
            (try rebuilder.value(node.inputs[0]), try rebuilder.value(node.inputs[1]), g)
        }
      default:
        try rebuilder.copy(node)
        if rebuilder.builder.function.nodes.count == before, !node.results.isEmpty,
          options.registry[node.op]?.traits.contains(.alias) != true
        {
          report.record(name, f, "merged \(node.op) with an equal node", at: node.origin)
        }
      }
    }
    return try Prune.run(try halved(try rebuilder.finish(), options, &report), options, &report)
  }

  /// Products that a congruence in front of them computes on its way, taken from there. Equal nodes are one already: two
  /// equal congruences, of which one gives its half, would not be.
  private static func halved(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    let products = Set(f.nodes.compactMap(Half.init(product:)))
    func given(_ node: Node) -> Half? { Half(of: node).flatMap { products.contains($0) ? $0 : nil } }
    guard f.nodes.contains(where: { given($0) != nil }) else { return f }
    var rebuilder = Rebuilder(f, options.registry)
    var halves: [Half: Value] = [:]
    for node in f.nodes {
      rebuilder.builder.origin = node.origin
      if let half = given(node) {
        var attributes = node.attributes
        attributes["half"] = .bool(true)
        let both = try rebuilder.builder.node(node.op, try rebuilder.values(node.inputs), attributes)
        try rebuilder.replace(node, with: [both[0]])
        halves[half] = both[1]
      } else if let known = Half(product: node).flatMap({ halves[$0] }) {
        try rebuilder.replace(node, with: [known])
        report.record(name, f, "took a product from the congruence that computes it", at: node.origin)
      } else {
        try rebuilder.copy(node)
      }
    }
    return try rebuilder.finish()
  }

  /// The product x w, or x wᵀ.
  private struct Half: Hashable {
    var x: Value
    var w: Value
    var isTransposed: Bool

    /// What a matrix product is; nil for other nodes and for products of a transposed x.
    init?(product node: Node) {
      guard node.op == "matmul", !node.attributes.bool("ta") else { return nil }
      (x, w, isTransposed) = (node.inputs[0], node.inputs[1], node.attributes.bool("tb"))
    }

    /// What a congruence computes on its way; nil where it is a result of it already.
    init?(of node: Node) {
      guard node.op == "congruence", !node.attributes.bool("half") else { return nil }
      (w, x, isTransposed) = (node.inputs[0], node.inputs[1], node.attributes.bool("transpose"))
    }
  }

  private static func full(_ x: Value, _ b: inout Builder) throws -> (w: Value, u: Value) {
    let results = try b.node("eigh", [x])
    return (results[0], results[1])
  }
}
