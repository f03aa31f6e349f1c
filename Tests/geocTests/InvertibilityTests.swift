import Foundation
import GeocIR
import GeocOps
import Testing

@testable import geoc

/// The claim `invertible`: proved, refuted, or neither with the node at which the way back ends.
@Suite struct InvertibilityTests {
  private func check(_ inputs: String, _ graph: String) -> Run {
    Run(
      "check", "-", input: "geoc: 1\nmodel: m\ninputs: { \(inputs) }\ngraph:\n\(graph)claims: [invertible]\n")
  }

  @Test(arguments: [
    ("x: \"SPD(4)\"", "  - bimap: { out: 4 }\n  - logeig\n  - vech\n"),
    ("x: \"SPD(4, min=0.1)\"", "  - reeig: { eps: 0.01 }\n  - sqrteig\n  - power: { theta: -2 }\n"),
    ("v: \"R[4]\"", "  - expmap0: { c: 0.5 }\n  - mobius_scale: { by: 0.5 }\n  - logmap0\n  - tanh\n"),
    (
      "x: \"Ball(3)\"",
      "  - parameter: { type: \"Ball(3)\" }\n    as: p\n  - logmap:\n    from: [p, x]\n  - scale: { by: 2 }\n"
        + "  - expmap:\n    from: [p, scale_1]\n"
    ),
    (
      "x: \"SPD(3)\"",
      "  - parameter: { type: \"SPD(3)\" }\n    as: p\n  - spd_logmap: { metric: bures_wasserstein }\n    from: [p, x]\n"
    ),
    // An additive coupling: one half moves the other by any function.
    (
      "x: \"R[6]\"",
      "  - slice: { axis: 0, start: 0, count: 2 }\n    as: a\n  - slice: { x: x, axis: 0, start: 2, count: 4 }\n    as: b\n"
        + "  - linear: { x: a, out: 4 }\n  - relu: {}\n    as: shift\n  - add:\n    from: [b, shift]\n    as: moved\n"
        + "  - concat: { axis: 0 }\n    from: [moved, a]\n"
    ),
    // A class index counts as given.
    ("x: \"R[3]\", y: \"Label(2)\"", "  - dropout\n  - selu\n  - cast: { scale: 2, shift: 1 }\n"),
  ])
  func isProved(_ inputs: String, _ graph: String) {
    let run = check(inputs, graph)
    #expect(run.status == .success && !run.errors.contains("E0132"), "\(run.errors)")
  }

  @Test(arguments: [
    (
      "x: \"R[4]\"", "  - linear: { out: 3 }\n",
      "is not invertible: at 'linear_1', 3 of the 4 dimensions of the inputs are left behind it"
    ),
    (
      "x: \"SPD(4)\"", "  - bimap: { out: 3 }\n  - logeig\n",
      "is not invertible: at 'bimap_1', 6 of the 10 dimensions of the inputs are left behind it"
    ),
    ("x: \"R[4]\"", "  - relu\n", "is not invertible: at 'relu_1', all numbers below 0 become 0"),
    ("x: \"R[4]\"", "  - scale: { by: 0 }\n", "is not invertible: at 'scale_1', everything becomes 0"),
    ("x: \"SPD(4)\"", "  - reeig\n", "is not invertible: at 'reeig_1', eigenvalues below 1e-05 become equal"),
    ("x: \"Sym(4)\"", "  - abseig\n", "is not invertible: at 'abseig_1', eigenvalues of either sign become equal"),
    (
      "x: \"R[3]\", y: \"R[3]\"", "  - add:\n    from: [x, y]\n",
      "is not invertible: at 'add_1', 3 of the 6 dimensions of the inputs are left behind it"
    ),
    (
      "x: \"R[4]\"", "  - linear: { out: 4 }\n",
      "is not proved invertible: at 'linear_1', no rank of its weight is known: it may become singular"
    ),
    // Behind a sigmoid no number is below 0, so that nothing is refuted.
    ("x: \"R[4]\"", "  - sigmoid\n  - relu\n", "is not proved invertible: at 'relu_1', all numbers below 0 become 0"),
    (
      "x: \"R[4]\"", "  - add:\n    from: [x, x]\n",
      "is not proved invertible: at 'add_1', no operand of it is known without another"
    ),
    (
      "x: \"R[4]\"", "  - batch_norm\n",
      "is not proved invertible: at 'batch_norm_1', its weight may become 0"
    ),
  ])
  func endsAtANode(_ inputs: String, _ graph: String, _ message: String) {
    let run = check(inputs, graph)
    #expect(run.status == .problems && run.errors.contains("error[E0132]: the model \(message)\n"), "\(run.errors)")
    #expect(run.errors.contains("here the way back to the inputs ends"))
  }

  /// The dimension of a space is the number of independent directions at a point.
  @Test(arguments: [
    ("SPD(4)", 10), ("Sym(3)[2]", 12), ("Stiefel(5, 2)", 7), ("Grassmann(5, 2)", 6), ("SO(3)", 3), ("SE(3)", 6),
    ("SL(2)", 3), ("Sphere(3)", 2), ("Ball(3)[4]", 12), ("Tangent(SPD(3))", 6), ("R[2, 3]", 6), ("Label(7)", 0),
  ])
  func dimension(_ text: String, _ expected: Int) throws {
    let type = try TypeReader(spaces: Catalogue.registry.spaces).type(text)
    #expect(Catalogue.registry.spaces.dimension(type) == expected)
  }
}
