import GeocDiagnostics
import GeocIR
import Glibc

/// Logits that are logarithms of projected points: their norm is at most artanh(1 − ε)/√c, so cross-entropy cannot fall
/// below ln(1 + (K − 1) e^{−R√(K/(K − 1))}).
enum BoundedLogits: Lint {
  /// Smaller floors do not hold training back.
  static let tolerated = 0.1

  static func check(_ model: LintedModel, _ problems: inout Problems) {
    for node in model.nodes where node.op == "cross_entropy" {
      guard let logits = node.inputs.first, let map = model.maker(logits), map.op == "logmap0",
        let point = map.inputs.first, case .real(let c)? = model.function.type(point).space["c"],
        let classes = model.function.type(point).space.sizes.first, classes > 1
      else { continue }
      let limit = RadialFunction.Step.limit(model.spec.dtype == "f32" ? 4e-3 : 1e-5)
      let radius = limit / c.squareRoot()
      let k = Double(classes)
      let floor = log1p((k - 1) * exp(-radius * (k / (k - 1)).squareRoot()))
      if floor > tolerated {
        func rounded(_ x: Double) -> String { NumberText.text((x * 1000).rounded() / 1000) }
        problems.report(
          .lint.boundedLogits,
          "the logits are at most \(rounded(radius)) long, so cross_entropy cannot fall below \(rounded(floor))",
          at: node.span, labels: [(map.span, "points of Ball(\(classes), c=\(NumberText.text(c))) end here")],
          help: "a smaller curvature leaves more room: c=0.1 bounds the logits at \(rounded(limit / 0.1.squareRoot()))")
      }
    }
  }
}
