import GeocIR
import GeocPasses

/// What a training step does with one parameter, for `--report`.
struct ParameterReport {
  /// Its full name.
  var name: String
  /// Its space.
  var type: GeoType
  /// What is proved of its scale; empty off the real spaces.
  var scale: String
  /// Its update rule.
  var rule: String
  /// Floating-point operations of an update.
  var flops: Int
  /// Bytes of its moments and buffers.
  var stateBytes: Int
  /// What the rule says of its own steps.
  var remark: String?
  /// Settings that do nothing to it, with the reason.
  var idle: [String]
  /// What happens to it after its rule, and what that does to the function; empty where nothing is asked for.
  var projection: String

  /// One line.
  var text: String {
    let cost = "\(Count.text(flops)) FLOPs and \(Count.bytes(stateBytes)) of state"
    let parts = [name, type.description] + (scale.isEmpty ? [] : [scale]) + [rule, cost] + (remark.map { [$0] } ?? [])
    return (parts + idle + (projection.isEmpty ? [] : [projection])).joined(separator: "; ")
  }

  /// All parameters of `forward` under `optimizer`, whose compiled step is `step`. Throws `InternalError`.
  static func all(
    _ forward: Function, step: Function, _ optimizer: OptimizerDescription?, _ proofs: [String: ScaleProof],
    scalarSize: Int, _ registry: OpRegistry
  ) throws -> [ParameterReport] {
    guard let optimizer else { return [] }
    var flops: [String: Int] = [:]
    for node in step.nodes where node.origin.pass == InsertStep.pass {
      guard let op = registry[node.op] else { continue }
      flops[node.origin.path, default: 0] += op.flops(try registry.context(node, in: step))
    }
    return try forward.parameters.filter { $0.kind == .param }.map { p in
      let type = forward.type(p.value)
      let attributes = optimizer.attributes(for: p.name)
      let proof = proofs[p.name]
      let invariance = proof?.invariance ?? .unproved
      let name = optimizer.rule(for: p.name)
      let slots = step.parameters.filter { $0.kind == .slot && $0.name.hasPrefix("optimizer.\(p.name).") }
      let numbers = slots.reduce(0) { $0 + registry.spaces.shape(step.type($1.value)).reduce(1, *) }
      return ParameterReport(
        name: p.name, type: type, scale: proof.map(scale) ?? "",
        rule: rule(name, type, attributes, invariance, registry), flops: flops[p.name] ?? 0,
        stateBytes: numbers * scalarSize,
        remark: registry.optimizers[name]?.remark(type, attributes, registry.spaces),
        idle: idle(type, attributes, invariance, registry),
        projection: try optimizer.projections.compactMap { try projection(p.name, $0, proof, forward, registry) }
          .joined(separator: "; "))
    }
  }

  /// Where the proof of scale-invariance of a weight ends.
  static func end(_ proof: ScaleProof?) -> String {
    "scale-invariance ends at '\(proof?.obstacle ?? "loss")'"
  }

  /// What a projection does to a parameter; nil where it leaves it alone without having to say why.
  private static func projection(
    _ name: String, _ projection: Projection, _ proof: ScaleProof?, _ forward: Function, _ registry: OpRegistry
  ) throws -> String? {
    let every = projection.every == 1 ? "after every step" : "after every \(projection.every) steps"
    let isProved = (proof?.invariance ?? .unproved) != .unproved
    let known = isProved ? "function unchanged (proof)" : "changes the function"
    if projection.weights.contains(name) {
      guard projection.every > 0 else { return "not projected: project_every is 0" }
      return isProved ? "projected \(every): \(known)" : "not projected: its norm counts"
    }
    if projection.outputs.contains(name) {
      guard projection.every > 0, projection.projectsOutputs else { return "not projected: output layer" }
      return "projected \(every): \(known)"
    }
    guard projection.every > 0, let norm = projection.norms.first(where: { $0.scale == name || $0.offset == name })
    else { return nil }
    switch projection.treatment {
    case .none: return nil
    case .decay(let rate): return "pulled to \(norm.scale == name ? 1 : 0) by \(rate) \(every)"
    case .joint:
      let joint = try ScaleAnalysis.jointProof(
        [norm.scale] + (norm.offset.map { [$0] } ?? []), of: forward, registry: registry)
      let partner = [norm.scale, norm.offset ?? norm.scale].first { $0 != name }
      return "brought to length √d\(partner.map { " together with '\($0)'" } ?? "") \(every): "
        + (joint.invariance == .unproved
          ? "changes the function, joint \(end(joint))" : "function unchanged (proof)")
    }
  }

  private static func scale(_ proof: ScaleProof) -> String {
    let guards = proof.guards.isEmpty ? "" : " up to ε = \(proof.guards.map { "\($0)" }.joined(separator: ", "))"
    switch proof.invariance {
    case .channel: return "scale-invariant per channel" + guards
    case .layer: return "scale-invariant as a whole" + guards
    case .unproved: return end(proof)
    }
  }

  private static func rule(
    _ name: String, _ type: GeoType, _ attributes: Attributes, _ proof: ScaleInvariance, _ registry: OpRegistry
  ) -> String {
    var text = "\(name) at rate \(attributes.real("lr"))"
    if !type.isReal, let space = registry.spaces[type.space.name], attributes.has("metric") || name.hasPrefix("r") {
      let metric = attributes.name("metric", space.metrics.first ?? "")
      text += ", \(metric) metric, \(attributes.name("retraction", space.retractions(metric: metric).first ?? ""))"
    }
    if let space = registry.spaces[type.space.name], space.isQuotient, attributes.has("reorth_every") {
      let every = attributes.int("reorth_every")
      let transport = attributes.name("transport", "auto") == "project" ? "projected" : "raw"
      text += ", \(transport) momentum"
      if every > 0 { text += ", a new basis every \(every) steps with \(attributes.name("qr_sign")) signs" }
      if attributes.real("lr_factor", 1) != 1 { text += ", rate times \(attributes.real("lr_factor"))" }
    }
    guard attributes.has("scale_test") else { return text }
    if attributes.name("scale_test") == "cosine" { return text + ", projected where the cosine test fires" }
    let hasAxes = registry.spaces.shape(type).count > 1
    return text
      + (proof == .unproved || !hasAxes
        ? ", not projected" : ", projected \(proof == .channel ? "per channel" : "as a whole")")
  }

  private static func idle(
    _ type: GeoType, _ attributes: Attributes, _ proof: ScaleInvariance, _ registry: OpRegistry
  ) -> [String] {
    var idle: [String] = []
    if attributes.real("weight_decay") > 0 {
      if registry.spaces[type.space.name]?.isCompact == true {
        idle.append("weight_decay does nothing: \(type.space.name) has no direction to shrink in")
      } else if proof != .unproved {
        idle.append("weight_decay only changes its effective rate")
      }
    }
    if type.isReal {
      for key in ["metric", "retraction", "stabilize_every"] where attributes.has(key) {
        idle.append("\(key) does nothing to an array")
      }
      if attributes.has("delta"), proof == .unproved, attributes.name("scale_test") != "cosine" {
        idle.append("wd_ratio does nothing without a projection")
      }
    }
    if attributes.real("momentum", 1) == 0, attributes.bool("nesterov") {
      idle.append("nesterov does nothing without momentum")
    }
    return idle
  }
}

extension Attributes {
  /// Whether a setting has a value.
  fileprivate func has(_ name: String) -> Bool { self[name] != nil }
}
