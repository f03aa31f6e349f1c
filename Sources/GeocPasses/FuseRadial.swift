import GeocIR

/// Composes exponential and logarithmic maps, projections, scalings and clippings along rays.
///
/// - A map of a map is one map, where the chart of the inner result is that of the outer argument and the curvature is
///   the same: `logmap0(expmap0(v))` keeps only the clamp of the projection, v min(1, s_max/(κ‖v‖)).
/// - A clamp that the range of its argument proves inactive disappears: the range follows from clamps before it, through
///   what does not lengthen vectors (relu, means, reshapes of whole rows).
/// - A map that is the identity disappears, and so does every map in front of an op that reads directions only.
package enum FuseRadial: Pass {
  package static let name = "fuse-radial"
  package static let summary =
    "composes exponential and logarithmic maps at the origin and drops clamps that cannot act"
  package static let reason = "before differentiation, so that the backward is that of the fused map"

  /// A radial map that made a value.
  private struct Made {
    var f: RadialFunction
    /// Its argument and, where it is learned, the curvature.
    var inputs: [Value]
    var curvature: Double
    var label: String
  }

  /// What is known of the length of a value's rows: κ times the norm is at most that of a tangent vector of this length.
  private struct Bound {
    var chart: Chart
    var length: Double
    var operand: Value?
    var curvature: Double
  }

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    // Without a map nothing is composed, and nothing in front of what reads directions is left out.
    guard f.nodes.contains(where: { $0.op == "radial" }) else { return try Prune.run(f, options, &report) }
    var rebuilder = Rebuilder(f, options.registry)
    var made: [Value: Made] = [:]
    var bounds: [Value: Bound] = [:]
    for node in f.nodes {
      guard node.op == "radial", let outer = node.attributes.radial("f"), let result = node.results.first else {
        if options.registry[node.op]?.readsDirections(node.attributes) == true {
          try copyOnDirections(node, made, &rebuilder, &report)
        } else {
          try rebuilder.copy(node)
        }
        guard let x = node.inputs.first, let y = node.results.first else { continue }
        let (from, to) = (try rebuilder.value(x), try rebuilder.value(y))
        if node.op == "as_type", let map = made[from] { made[to] = map }
        if keepsLength(node), let bound = bounds[from] { bounds[to] = bound }
        if node.op == "row", node.attributes["margin"] != nil { bounds[to] = try projected(node, rebuilder) }
        continue
      }
      var inputs = try rebuilder.values(node.inputs)
      let curvature = node.attributes.real("c", 1)
      var map = outer
      let label = label(f, node)
      var fused: String?
      if let inner = made[inputs[0]],
        isFlat(inner.f) || (inner.curvature == curvature && inner.inputs.dropFirst() == inputs.dropFirst()),
        let whole = inner.f.composed(with: outer)
      {
        map = whole
        inputs[0] = inner.inputs[0]
        fused = inner.label
      }
      let known = bounds[inputs[0]].flatMap { bound in
        bound.chart == map.from && bound.operand == inputs.dropFirst().first && bound.curvature == curvature
          ? bound.length : nil
      }
      let (simple, length) = map.simplified(
        bound: known ?? .infinity, kappa: inputs.count == 1 ? curvature.squareRoot() : nil)
      rebuilder.builder.origin = node.origin
      let bound = Bound(
        chart: simple.to, length: length, operand: inputs.dropFirst().first, curvature: curvature)
      if let fused {
        report.record(
          name, f,
          simple.isIdentity ? "cancelled \(fused) and \(label)" : "fused \(fused) and \(label) into radial{\(simple)}",
          at: node.origin)
      }
      if dropsClamp(map, simple) {
        report.record(name, f, "dropped the projection of \(label): its argument stays inside", at: node.origin)
      }
      if simple.isIdentity {
        let same = try rebuilder.retyped(inputs[0], as: result)
        rebuilder.map[result] = same
        bounds[same] = bound
        continue
      }
      var attributes = node.attributes
      attributes["f"] = .radial(simple)
      let new = try rebuilder.builder.node("radial", inputs, attributes, name: f.names[result.index])[0]
      let typed = try rebuilder.retyped(new, as: result)
      rebuilder.map[result] = typed
      for value in [new, typed] {
        made[value] = Made(f: simple, inputs: inputs, curvature: curvature, label: label)
        if length.isFinite { bounds[value] = bound }
      }
    }
    return try Prune.run(try rebuilder.finish(), options, &report)
  }

  /// Copies a node that reads only the directions of its rows, on what the maps in front of it are taken of.
  private static func copyOnDirections(
    _ node: Node, _ made: [Value: Made], _ rebuilder: inout Rebuilder, _ report: inout PassReport
  ) throws {
    var inputs = try rebuilder.values(node.inputs)
    rebuilder.builder.origin = node.origin
    for (k, input) in inputs.enumerated() {
      guard let map = made[input], keepsDirections(map.f) else { continue }
      inputs[k] = try rebuilder.retyped(map.inputs[0], as: node.inputs[k])
      report.record(
        name, rebuilder.source,
        "skipped \(map.label) in front of \(label(rebuilder.source, node)): it reads directions only",
        at: node.origin)
    }
    let name = node.results.first.map { rebuilder.source.names[$0.index] } ?? ""
    try rebuilder.replace(
      node, with: try rebuilder.builder.node(node.op, inputs, node.attributes, name: name))
  }

  /// Whether a map moves vectors along their rays, and short ones hardly at all.
  private static func keepsDirections(_ f: RadialFunction) -> Bool {
    f.steps.allSatisfy { if case .scale = $0 { false } else { true } }
  }

  /// Whether a map has no curvature of its own: it scales or clips tangent vectors.
  private static func isFlat(_ f: RadialFunction) -> Bool {
    f.from == .tangent && f.to == .tangent && f.steps.allSatisfy { if case .clamp = $0 { false } else { true } }
  }

  /// Whether the range of the argument, beyond the clamps of the map itself, makes a clamp idle.
  private static func dropsClamp(_ map: RadialFunction, _ simple: RadialFunction) -> Bool {
    func clamps(_ f: RadialFunction) -> Int { f.steps.count { if case .clamp = $0 { true } else { false } } }
    return clamps(simple) < clamps(map.simplified().function)
  }

  /// The bound of a row program that ends with a projection; its curvature is a constant or its first scalar.
  private static func projected(_ node: Node, _ rebuilder: Rebuilder) throws -> Bound? {
    guard let program = node.attributes.row("program") else { return nil }
    let length = RadialFunction.Step.limit(node.attributes.real("margin"))
    if case .real(let c)? = node.attributes["c"] {
      return Bound(chart: .ball, length: length, operand: nil, curvature: c)
    }
    guard program.scalars > 0 else { return nil }
    return Bound(
      chart: .ball, length: length, operand: try rebuilder.value(node.inputs[program.vectors]), curvature: 1)
  }

  /// Ops whose result has rows no longer than those of the first input.
  private static func keepsLength(_ node: Node) -> Bool {
    node.op == "as_type" || node.op == "stop_gradient" || node.isRectifier
  }

  private static func label(_ f: Function, _ node: Node) -> String {
    let name = node.results.first.map { f.names[$0.index] } ?? ""
    return name.isEmpty ? (node.origin.path.isEmpty ? "a radial map" : "a map of \(node.origin.path)") : name
  }
}

extension Node {
  /// Whether it is max(x, 0), as a layer or as a map.
  var isRectifier: Bool {
    op == "relu" || op == "map" && attributes.expression("expr") == .binary(.max, .input(0), .constant(0))
  }
}
