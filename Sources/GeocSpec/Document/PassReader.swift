import GeocDiagnostics
import GeocIR

/// Reads `passes` against the declared rewrites, and applies them.
struct PassReader {
  let registry: OpRegistry
  let types: TypeReader
  var problems: Problems

  /// The rewrites that can be done, with their parameters.
  mutating func requests(_ entries: [PassEntry]) -> [PassRequest] {
    var requests: [PassRequest] = []
    for entry in entries {
      let (name, span) = (entry.name.value, entry.name.span)
      guard let rewrite = registry.rewrites.first(where: { $0.name == name }) else {
        problems.report(.spec.notSupported, "the pass '\(name)' is not supported by this version of geoc", at: span)
        continue
      }
      if let other = entries.first(where: { $0.name.value == name }), other.name.span != span {
        problems.report(
          .rewrite.passConflict, "the pass '\(name)' is asked for twice", at: span,
          labels: [(other.name.span, "first here")])
        continue
      }
      let reader = ParameterReader(types: types)
      guard let attributes = reader.attributes(entry.arguments, of: entry.name, rewrite.signature, &problems) else {
        continue
      }
      requests.append(PassRequest(name: name, attributes: attributes, origin: Origin(span: span)))
    }
    return requests
  }

  /// `forward` after the rewrites, in order. A rewrite that finds nothing to do is reported. Throws `InternalError`.
  mutating func applied(_ requests: [PassRequest], to forward: Function) throws -> RewrittenModel {
    var model = RewrittenModel(forward: forward)
    for request in requests {
      guard let rewrite = registry.rewrites.first(where: { $0.name == request.name }) else { continue }
      let before = model
      try rewrite.run(&model, request.attributes, registry)
      if model.forward == before.forward, model.projections == before.projections {
        problems.report(
          .rewrite.noMatch, "'\(request.name)' finds nothing to do in this model", at: request.origin.span ?? .none)
      }
    }
    for warning in model.warnings {
      guard let code = DiagnosticCode.find(warning.lint) else {
        throw InternalError("a rewrite names no lint: '\(warning.lint)'")
      }
      problems.sink.report(
        Diagnostic(code, warning.message, at: warning.origin.span ?? .none, help: [warning.help]))
    }
    return model
  }
}
