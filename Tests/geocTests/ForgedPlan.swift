import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocSpec
import GeocTensorFiles
import Testing

@testable import GeocPlan
@testable import geoc

/// Plans that geoc does not write, with hashes that fit: what another program could make.
enum ForgedPlan {
  private static let spec = """
    geoc: 1
    model: example
    dtype: f64
    inputs:
      x: R[4]
    graph:
      - linear: { out: 1 }
        as: score

    """

  /// Writes a plan that is refused with `code`.
  static func write(_ code: String, to path: String) throws {
    var sink = DiagnosticSink()
    let model = try SpecCompiler.model(text: spec, path: "spec.yaml", registry: Catalogue.registry, sink: &sink)
    let honest = try ModelCompiler(model: try #require(model)).plan()
    var entries = try PlanFile.metadata(honest).mapValues(\.text)
    let ir = try #require(entries["ir"])
    switch code {
    case "E0404": entries["schedule"] = "[]"
    case "E0405": entries["ir"] = ir.replacing(") -> (", with: ") => (")
    case "E0406": entries["ir"] = ir.replacing("shape = [1, 4]", with: "shape = [2, 3]")
    // The logarithm of 0.5 is negative, and has no square root.
    case "E0603":
      entries = try program(
        honest,
        """
          %1 = fill() {shape = [2], value = 0.5} : R[2]
          %2 = diagonal_matrix(%1) : R[2, 2]
          %3, %4 = eigh(%2) : R[2], R[2, 2]
          %score = spectral_rebuild(%3, %4) {f = spectral<log |> pow(0.5)>} : R[2, 2]
        """)
    // A matrix of ones has rank 1.
    case "E0606":
      entries = try program(
        honest,
        """
          %1 = fill() {shape = [2, 2], value = 1.0} : R[2, 2]
          %score = solve(%1, %1) : R[2, 2]
        """)
    default: Issue.record("nothing is forged for \(code)")
    }
    entries["plan_hash"] = PlanFile.hash(entries)
    try SafetensorsFile.write([], metadata: entries, to: path)
  }

  /// The entries of a plan with one function, whose nodes are `nodes` and whose result is `%score`.
  private static func program(_ plan: Plan, _ nodes: String) throws -> [String: String] {
    let text = """
      geoc.ir 1  model example  dtype f64

      func @predict core (
          %x: input [B] R[4]) -> (
          "score": %score) {
      \(nodes)
      }

      """
    let registry = Catalogue.registry
    let module = try IRParser.module(text, spaces: registry.spaces)
    var forged = Plan(module: module, schedules: [], run: plan.run, spec: plan.spec)
    forged.module.functions = [try #require(plan.module["forward"])]
    for function in module.functions {
      forged.add(function, try Scheduler.schedule(function, registry: registry, dtype: module.dtype))
    }
    return try PlanFile.metadata(forged)
      .mapValues(\.text)
  }
}
