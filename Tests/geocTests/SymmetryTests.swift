import Foundation
import Testing

@testable import geoc

/// Claims of invariance and equivariance: what `check` says, and what `verify` finds on random group elements.
@Suite struct SymmetryTests {
  private func spec(_ inputs: String, _ graph: String, _ claim: String) -> String {
    """
    geoc: 1
    model: symmetric
    inputs: { \(inputs) }
    graph:
    \(graph)
    claims: { \(claim) }

    """
  }

  private func verify(_ spec: String) throws -> RunWorkspace.Ended {
    let work = try RunWorkspace.empty()
    defer { work.remove() }
    try work.write("spec.yaml", text: spec)
    return try work.run("verify", "spec.yaml")
  }

  @Test(arguments: [
    ("x: \"R[3]\"", "  - inner:\n    from: [x, x]", "invariant: SO(3)", true),
    ("x: \"R[3]\"", "  - inner:\n    from: [x, x]", "invariant: O(3)", true),
    ("x: \"R[3]\"", "  - inner:\n    from: [x, x]", "invariant: GL(3)", false),
    ("x: \"R[5, 3]\"", "  - scale: { by: 2.0 }", "equivariant: GL(3)", true),
    ("x: \"R[5, 3]\"", "  - relu", "equivariant: O(3)", false),
    ("x: \"R[5, 3]\"", "  - relu", "equivariant: S(5)", true),
    ("x: \"R[5, 3]\"", "  - mean: { axis: 0 }", "invariant: S(5)", true),
    ("x: \"R[5, 3]\"", "  - mean: { axis: 1 }", "invariant: S(5)", false),
    ("a: \"SPD(3)\", b: \"SPD(3)\"", "  - spd_distance: { metric: airm }\n    from: [a, b]", "invariant: GL(3)", true),
    (
      "a: \"SPD(3)\", b: \"SPD(3)\"", "  - spd_distance: { metric: log_euclidean }\n    from: [a, b]",
      "invariant: O(3)", true
    ),
    (
      "a: \"SPD(3)\", b: \"SPD(3)\"", "  - spd_distance: { metric: log_euclidean }\n    from: [a, b]",
      "invariant: GL(3)", false
    ),
    ("a: \"SPD(3)\"", "  - logeig", "equivariant: SO(3)", true),
    ("a: \"SPD(3)\"", "  - logeig", "equivariant: GL(3)", false),
    ("a: \"Ball(4)\", b: \"Ball(4)\"", "  - mobius_add:\n    from: [a, b]", "equivariant: O(4)", true),
    ("a: \"Ball(4)\"", "  - poincare_linear: { out: 4 }", "equivariant: O(4)", false),
  ])
  func randomElementsDecide(_ inputs: String, _ graph: String, _ claim: String, _ holds: Bool) throws {
    let ended = try verify(spec(inputs, graph, claim))
    #expect(ended.status == (holds ? 0 : 1), "\(ended.output)\(ended.errors)")
    let claimed = claim.replacing("invariant: ", with: "invariance under ")
      .replacing("equivariant: ", with: "equivariance under ")
    #expect(ended.output.contains("\(holds ? "ok  " : "FAIL")  \(claimed)"))
    #expect(ended.errors.contains("error[E0609]") != holds)
    let checked = Run("check", "-", input: spec(inputs, graph, claim))
    #expect(checked.status == (holds ? .success : .problems), "\(checked.errors)")
    #expect(checked.errors.contains("error[E0609]: \(claimed) does not hold") != holds)
  }

  @Test(arguments: [
    ("x: \"R[4]\"", "  - relu", "invariant: SO(3)", "SO(3) moves no input of the model"),
    ("x: \"R[3]\"", "  - relu", "invariant: SE(3)", "SE(3) has no single action on the input 'x'"),
  ])
  func groupsThatDoNotActAreRefused(_ inputs: String, _ graph: String, _ claim: String, _ says: String) {
    let run = Run("check", "-", input: spec(inputs, graph, claim))
    #expect(run.status == .problems)
    #expect(run.errors.contains("error[E0306]: \(says)"), "\(run.errors)")
  }
}
