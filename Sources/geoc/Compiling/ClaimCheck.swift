import GeocDiagnostics
import GeocIR
import GeocPasses
import GeocSpec

/// Checks the claims of a spec: bounds on memory, parameters and operations, weights whose scale does not count, and
/// whether outputs tell the inputs, which compiling decides; and symmetries, on random elements of their groups.
struct ClaimCheck {
  private let compiler: ModelCompiler

  init(_ compiler: ModelCompiler) { self.compiler = compiler }

  /// Reports every claim that does not hold, and those that nothing decides.
  func run(_ sink: inout DiagnosticSink) throws {
    for claim in compiler.model.claims {
      if case .scaleInvariant(let names) = claim.property {
        for diagnostic in try scaleInvariance(names, claim.origin) { sink.report(diagnostic) }
        continue
      }
      let diagnostic: Diagnostic? =
        switch claim.property {
        case .maxParameters(let bound): try parameters(bound, claim.origin)
        case .maxFLOPs(let bound): try flops(bound, claim.origin)
        case .maxMemory(let bound): try memory(bound, claim.origin)
        case .invariant(let group): try symmetry(claim, "invariance under \(group)")
        case .equivariant(let group): try symmetry(claim, "equivariance under \(group)")
        case .invertible: try invertibility(claim.origin)
        case .scaleInvariant: nil
        }
      if let diagnostic { sink.report(diagnostic) }
    }
    for diagnostic in try SymmetryTest.failures(compiler) { sink.report(diagnostic) }
  }

  private func unchecked(_ what: String, _ origin: Origin) -> Diagnostic {
    Diagnostic(
      .lint.uncheckedClaim, "nothing here checks \(what)", at: origin.span ?? .none,
      notes: [
        "symmetries are tested on random elements of O(n), SO(n), GL(n), E(n), SE(n) and S(n)"
      ])
  }

  /// A diagnostic for each weight whose scale the loss is not proved to be free of, with where the proof ends.
  private func scaleInvariance(_ names: [String], _ origin: Origin) throws -> [Diagnostic] {
    let forward = try compiler.forward()
    let proofs = try compiler.scaleProofs()
    return names.compactMap { name in
      guard let proof = proofs[name] else {
        let type = forward.parameter(name).map { forward.type($0.value).description } ?? "its space"
        return Diagnostic(
          .spec.claimFails, "'\(name)' is not proved scale-invariant: \(type) has no multiples",
          at: origin.span ?? .none)
      }
      guard proof.invariance == .unproved else { return nil }
      let node = proof.reachesResult ? nil : forward.nodes.first { $0.origin.path == proof.obstacle }
      let labels = node?.origin.span.map { [Label($0, "here its scale gets mixed with something that does not scale")] }
      return Diagnostic(
        .spec.claimFails,
        "'\(name)' is not proved scale-invariant: "
          + (proof.reachesResult
            ? "its scale reaches '\(proof.obstacle)'" : "its scale is lost track of at '\(proof.obstacle)'"),
        at: origin.span ?? .none, labels: labels ?? [])
    }
  }

  /// The diagnostic where the outputs are not proved to tell the inputs, at the node where the way back ends.
  private func invertibility(_ origin: Origin) throws -> Diagnostic? {
    let forward = try compiler.forward()
    let (obstacle, verb): (InvertibilityObstacle, String)
    switch try InvertibilityAnalysis.answer(forward, registry: compiler.options.registry) {
    case .proved: return nil
    case .refuted(let found): (obstacle, verb) = (found, "is not invertible")
    case .unproved(let found): (obstacle, verb) = (found, "is not proved invertible")
    }
    let node = forward.nodes.first { $0.origin.path == obstacle.node }
    let labels = node?.origin.span.map { [Label($0, "here the way back to the inputs ends")] } ?? []
    return Diagnostic(
      .spec.claimFails, "the model \(verb): at '\(obstacle.node)', \(obstacle.reason)", at: origin.span ?? .none,
      labels: labels)
  }

  /// Why a symmetry cannot be tested; nil where it can.
  private func symmetry(_ claim: ClaimDescription, _ what: String) throws -> Diagnostic? {
    do {
      _ = try SymmetryClaim(claim, try compiler.forward(), outputs: compiler.model.outputs)
      return nil
    } catch SymmetryClaim.Obstacle.noAction(let reason) {
      return Diagnostic(
        .rewrite.noGroupAction, reason, at: claim.origin.span ?? .none,
        help: ["'geoc explain E0306' lists the groups and the types that they act on"])
    } catch SymmetryClaim.Obstacle.unknownGroup {
      return unchecked(what, claim.origin)
    }
  }

  private func parameters(_ bound: Int, _ origin: Origin) throws -> Diagnostic? {
    let forward = try compiler.forward()
    var largest: [(name: String, count: Int, span: Span)] = []
    for (name, _, count) in try ModelCost(compiler).parameters() {
      let user = forward.nodes.first { node in forward.parameter(name).map { node.inputs.contains($0.value) } == true }
      largest.append((name, count, user?.origin.span ?? .none))
    }
    let total = largest.reduce(0) { $0 + $1.count }
    return failure("has \(Count.text(total)) parameters", total, bound, origin, largest)
  }

  private func flops(_ bound: Int, _ origin: Origin) throws -> Diagnostic? {
    let function = try compiler.compile(.predict).function
    let registry = compiler.options.registry
    let total = try FunctionCost(function, registry).flopsPerSample
    var byPath: [String: (count: Int, span: Span)] = [:]
    for node in function.nodes where node.results.contains(where: { function.type($0).isBatched }) {
      guard let op = registry[node.op] else { continue }
      let known = byPath[node.origin.path] ?? (0, node.origin.span ?? .none)
      byPath[node.origin.path] = (known.count + op.flops(try registry.context(node, in: function)), known.span)
    }
    return failure(
      "needs \(Count.text(total)) FLOPs a sample", total, bound, origin,
      byPath.map { ($0.key, $0.value.count, $0.value.span) })
  }

  private func memory(_ bound: Int, _ origin: Origin) throws -> Diagnostic? {
    let most = try ModelCost(compiler).memory()
    guard most.bytes > bound else { return nil }
    return Diagnostic(
      .spec.claimFails,
      "the model needs \(Count.bytes(most.bytes)) of memory, the claim allows \(Count.bytes(bound))",
      at: origin.span ?? .none,
      notes: [
        "'\(most.function)' needs it, for a batch of \(most.batch) on one thread; 'geoc compile --report' says more"
      ])
  }

  /// The diagnostic where `total` is above `bound`, with the largest parts.
  private func failure(
    _ what: String, _ total: Int, _ bound: Int, _ origin: Origin, _ parts: [(name: String, count: Int, span: Span)]
  ) -> Diagnostic? {
    guard total > bound else { return nil }
    let largest = parts.filter { $0.count > 0 && !$0.name.isEmpty }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }.prefix(3)
    var labels: [Label] = []
    for part in largest where !labels.contains(where: { $0.span == part.span }) {
      labels.append(Label(part.span, "\(part.name): \(Count.text(part.count))"))
    }
    return Diagnostic(
      .spec.claimFails, "the model \(what), the claim allows \(Count.text(bound))", at: origin.span ?? .none,
      labels: labels)
  }
}
