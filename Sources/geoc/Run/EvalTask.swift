import GeocDiagnostics
import GeocRuntime

extension RunRequest {
  /// Loss and metrics of the test rows (or of the input files). Throws E05, E06.
  func evaluate() throws(GeocError) -> String {
    if weights == nil {
      throw GeocError(
        Diagnostic(
          .data.missingWeights, "an evaluation needs weights",
          help: ["add '--weights runs/<model>/<time>/model.safetensors'"]))
    }
    try prepareParameters()
    let (columns, rows) = try rows()
    let values = try Evaluation.run(
      try session.program(), columns, rows: rows, batch: 256, metrics: session.plan.run.metrics,
      withLoss: session.plan.run.data?.isLossOfTraining != true)
    var object: [String: Any] = ["task": "eval", "rows": rows.count]
    for (name, value) in values where value.isFinite { object[name] = value }
    return report(object, text: "\(rows.count) samples\n\(RunTable(values).text)")
  }
}
