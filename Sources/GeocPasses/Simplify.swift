import GeocIR

/// Small algebraic rules on core ops, to a fixed point.
///
/// | before | after | condition |
/// |---|---|---|
/// | `sym(y)` | `y` | `y` comes from an op whose result is symmetric |
/// | `reshape(reshape(x))`, `reshape` to the same shape | one, none | – |
/// | `transpose(transpose(x))` | `x` | – |
/// | `batch_sum(matmul(a, b))` | `matmul_reduce(a, b)` | the product is read once and batched |
/// | `batch_sum(map{c * x0})` | `map{c * x0}` of the sum | read once |
/// | `batch_sum(congruence(w, x))` | `congruence(w, batch_sum(x))` | `w` unbatched, read once |
/// | `congruence(v, congruence(w, x))` | `congruence(w v, x)` | `v`, `w` unbatched, the inner result read once |
/// | `map{x0}`, `as_type`, `spread` to the same type | `x` | – |
package enum Simplify: Pass {
  package static let name = "simplify"
  package static let summary = "applies small algebraic rules until none fits"
  package static let reason = "after sharing, when the shape of the arithmetic is final"

  /// Core ops whose first result is symmetric bit for bit.
  static let symmetric: Set<String> = [
    "sym", "syrk", "scatter_matrix", "congruence", "spectral_rebuild", "spectral_rebuild_vjp", "spectral_power",
    "spectral_power_vjp",
    "guarded_abs", "guarded_abs_vjp", "guarded_max", "guarded_max_vjp", "pair_kernel", "pair_kernel_vjp",
    "pair_contraction",
    "cholesky_vjp",
  ]

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    var current = f
    for _ in 0..<10 {
      let next = try Prune.run(try once(current, options), options, &report)
      if next.isProgram(of: current) { break }
      current = next
    }
    return current
  }

  private static func once(_ f: Function, _ options: PassOptions) throws -> Function {
    let producers = f.producers()
    let uses = f.useCounts()
    func maker(_ value: Value) -> Node? {
      let k = producers[value.index]
      return k < 0 ? nil : f.nodes[k]
    }
    var rebuilder = Rebuilder(f, options.registry)
    for node in f.nodes {
      rebuilder.builder.origin = node.origin
      guard let x = node.inputs.first, let result = node.results.first else {
        try rebuilder.copy(node)
        continue
      }
      let inner = maker(x)
      switch node.op {
      case "sym" where inner.map({ symmetric.contains($0.op) && $0.results[0] == x }) == true:
        rebuilder.map[result] = try rebuilder.value(x)
      case "reshape", "as_type":
        if f.type(x) == f.type(result) {
          rebuilder.map[result] = try rebuilder.value(x)
        } else if let inner, inner.op == "reshape" {
          let base = try rebuilder.value(inner.inputs[0])
          let shape = options.registry.spaces.shape(f.type(result))
          let new =
            rebuilder.builder.shape(base) == shape
            ? base : try rebuilder.builder.one("reshape", [base], ["shape": .ints(shape)])
          rebuilder.map[result] = new
        } else {
          try rebuilder.copy(node)
        }
      case "transpose" where inner?.op == "transpose":
        guard let base = inner?.inputs.first else { throw InternalError("transpose without an input") }
        rebuilder.map[result] = try rebuilder.value(base)
      case "spread" where f.type(x) == f.type(result):
        rebuilder.map[result] = try rebuilder.value(x)
      case "map" where node.inputs.count == 1 && node.attributes.expression("expr") == .input(0):
        rebuilder.map[result] = try rebuilder.value(x)
      case "batch_sum":
        if let inner, uses[x.index] == 1, isMultiple(inner) {
          let sum = try rebuilder.builder.node(node.op, try rebuilder.values(inner.inputs), node.attributes)
          try rebuilder.replace(node, with: try rebuilder.builder.node(inner.op, sum, inner.attributes))
        } else if let inner, inner.op == "congruence", uses[x.index] == 1, inner.results.count == 1,
          !f.type(inner.inputs[0]).isBatched
        {
          let sum = try rebuilder.builder.node(node.op, [try rebuilder.value(inner.inputs[1])], node.attributes)
          try rebuilder.replace(
            node,
            with: try rebuilder.builder.node(inner.op, [try rebuilder.value(inner.inputs[0])] + sum, inner.attributes))
        } else if let inner, inner.op == "matmul", uses[x.index] == 1 {
          var attributes = inner.attributes
          attributes["keep"] = .bool(true)
          let new = try rebuilder.builder.node("matmul_reduce", try rebuilder.values(inner.inputs), attributes)
          try rebuilder.replace(node, with: new)
        } else if let inner, inner.op == "reduce", inner.attributes.name("kind") == "sum", uses[x.index] == 1,
          let product = maker(inner.inputs[0]), product.op == "matmul", uses[inner.inputs[0].index] == 1,
          isLeading(inner, f, options.registry)
        {
          var attributes = product.attributes
          attributes["keep"] = .bool(false)
          let new = try rebuilder.builder.node("matmul_reduce", try rebuilder.values(product.inputs), attributes)
          try rebuilder.replace(node, with: new)
        } else {
          try rebuilder.copy(node)
        }
      case "congruence":
        guard let second = node.inputs.last, let inner = maker(second), inner.op == "congruence",
          uses[second.index] == 1, inner.results.count == 1, node.results.count == 1,
          !f.type(x).isBatched, !f.type(inner.inputs[0]).isBatched, f.type(second).isBatched
        else {
          try rebuilder.copy(node)
          continue
        }
        try rebuilder.replace(node, with: [try merged(node, inner, &rebuilder)])
      default:
        try rebuilder.copy(node)
      }
    }
    return try rebuilder.finish()
  }

  /// Whether a map multiplies its only input by a constant.
  private static func isMultiple(_ node: Node) -> Bool {
    guard node.op == "map", node.inputs.count == 1,
      case .binary(.multiply, .constant, .input(0))? = node.attributes.expression("expr")
    else { return false }
    return true
  }

  /// Whether a reduction sums all axes in front of the last two, and drops them.
  private static func isLeading(_ node: Node, _ f: Function, _ registry: OpRegistry) -> Bool {
    let rank = registry.spaces.shape(f.type(node.inputs[0])).count
    return rank > 2 && node.attributes.ints("axes") == Array(0..<(rank - 2)) && !node.attributes.bool("keep")
  }

  /// vᵀ(wᵀ x w)v = (w v)ᵀ x (w v), with each factor transposed as its node says.
  private static func merged(_ outer: Node, _ inner: Node, _ r: inout Rebuilder) throws -> Value {
    let v = try r.value(outer.inputs[0])
    let w = try r.value(inner.inputs[0])
    let product = try r.builder.one(
      "matmul", [w, v],
      [
        "ta": .bool(inner.attributes.bool("transpose")), "tb": .bool(outer.attributes.bool("transpose")),
      ])
    return try r.builder.one("congruence", [product, try r.value(inner.inputs[1])], ["transpose": .bool(false)])
  }
}
