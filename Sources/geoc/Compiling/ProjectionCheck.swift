import GeocDiagnostics
import GeocIR
import GeocPasses

/// Looks for projections that change the function, and for weight decay that a projection undoes.
struct ProjectionCheck {
  let compiler: ModelCompiler

  /// Reports what is probably not meant so. Throws `InternalError`.
  func run(_ sink: inout DiagnosticSink) throws {
    guard let optimizer = compiler.model.optimizer, !optimizer.projections.isEmpty else { return }
    let proofs = try compiler.scaleProofs()
    for projection in optimizer.projections where projection.every > 0 {
      let span = compiler.model.passes.first { $0.name == projection.rewrite }?.origin.span ?? .none
      let isFree = { (name: String) in (proofs[name]?.invariance ?? .unproved) != .unproved }
      if projection.projectsOutputs, let name = projection.outputs.first(where: { !isFree($0) }) {
        sink.report(
          Diagnostic(
            .lint.projectionChanges, "projecting '\(name)' changes what the model computes", at: span,
            notes: ["its norm is the inverse temperature of the softmax: \(ParameterReport.end(proofs[name]))"],
            help: ["leave 'project_output' out"]))
      }
      let projected = projection.weights.filter(isFree) + (projection.projectsOutputs ? projection.outputs : [])
      let idle = projected.filter { optimizer.attributes(for: $0).real("weight_decay") > 0 }
      guard let first = idle.first else { continue }
      sink.report(
        Diagnostic(
          .lint.decayOnScaleInvariant,
          "weight decay does nothing to '\(first)'\(idle.count > 1 ? " and \(idle.count - 1) more" : ""): the "
            + "projection restores what it takes", at: span,
          help: ["set 'weight_decay: 0' for projected weights, in a group of 'groups'"]))
    }
  }
}
