import GeocDiagnostics
import GeocIR
import GeocPasses

/// Whether a model keeps mean and variance from layer to layer by itself, for the report and for `check`.
struct SelfNormalization {
  let analysis: MomentAnalysis
  private let compiler: ModelCompiler

  /// The analysis of a model. Throws `InternalError`.
  init(_ compiler: ModelCompiler) throws {
    self.compiler = compiler
    analysis = try MomentAnalysis(try compiler.forward(), registry: compiler.options.registry)
  }

  /// Inputs in front of self-normalising layers that the spec does not standardise.
  private var rawInputs: [String] {
    let known = compiler.model.run.data?.standardize ?? []
    return analysis.hasFixedPoint ? analysis.inputs.filter { !known.contains($0) } : []
  }

  /// The verdict in words; nil where the model has no nonlinearity between arrays.
  var verdict: String? {
    guard analysis.hasActivation else { return nil }
    guard let first = analysis.problems.first else {
      let inputs = rawInputs.map { "'\($0)'" }.joined(separator: ", ")
      return "self-normalising"
        + (inputs.isEmpty ? "" : ", if \(inputs) has mean 0 and variance 1: no 'standardize' says so")
    }
    let place = first.origin.line > 0 ? " (line \(first.origin.line))" : ""
    return "not self-normalising: '\(first.name)'\(place): \(first.reason)" + (first.help.map { "; \($0)" } ?? "")
  }

  /// Warns of what breaks a net that has self-normalising layers.
  func check(_ sink: inout DiagnosticSink) {
    guard analysis.hasFixedPoint else { return }
    if compiler.model.run.data != nil {
      for input in compiler.model.spec.inputs where rawInputs.contains(input.name.value) {
        sink.report(
          Diagnostic(
            .lint.notSelfNormalizing, "self-normalising layers read '\(input.name.value)', which is not standardised",
            at: input.name.span, help: ["add 'standardize: [\(input.name.value)]' to 'data'"]))
      }
    }
    var places: Set<Span> = []
    for problem in analysis.problems {
      guard let span = problem.origin.span, places.insert(span).inserted else { continue }
      sink.report(
        Diagnostic(
          .lint.notSelfNormalizing, "'\(problem.name)' breaks self-normalisation: \(problem.reason)", at: span,
          help: problem.help.map { [$0] } ?? []))
    }
  }
}
