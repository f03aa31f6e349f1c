import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocPlan
import GeocTensorFiles
import PlanTestSupport
import Testing

@testable import GeocRuntime

@Suite struct ExecutionTests {
  static func library() throws -> KernelLibrary {
    KernelLibrary(transfer: try KernelLibrary.installed().transfer) { TestKernels.table[$0] }
  }

  /// Small whole numbers for every parameter.
  static func inputs(_ f: Function, batch: Int, seed: UInt64) -> [String: [[Double]]] {
    var r = TestNumbers(seed)
    var inputs: [String: [[Double]]] = [:]
    for p in f.parameters {
      let type = f.type(p.value)
      let items = type.isBatched ? batch : 1
      inputs[p.name] = (0..<items).map { _ in
        (0..<type.field.reduce(1, *)).map { _ in Double(Int.random(in: -4...4, using: &r)) }
      }
    }
    return inputs
  }

  static func tensors(_ f: Function, _ inputs: [String: [[Double]]]) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for p in f.parameters {
      let items = inputs[p.name] ?? []
      let shape = f.type(p.value).field
      tensors[p.name] = try Tensor(
        items.flatMap { $0 }, shape: f.type(p.value).isBatched ? [items.count] + shape : shape)
    }
    return tensors
  }

  @Test(arguments: 0..<120) func randomFunctionsGiveWhatTheReferenceGives(seed: Int) throws {
    let f = try RandomFunctions.make(seed: UInt64(seed), size: 5 + seed % 50)
    let batch = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 131][seed % 13]
    let inputs = Self.inputs(f, batch: batch, seed: UInt64(seed))
    let expected = ReferenceEvaluator.run(f, inputs: inputs, batch: batch, seed: 3, step: 5)
    for dtype in DType.allCases {
      let found = try Interpreter.run(
        f, inputs: try Self.tensors(f, inputs), registry: testRegistry, dtype: dtype, batch: batch, seed: 3, step: 5,
        threads: 1 + seed % 3, kernels: try Self.library())
      #expect(found.count == f.results.count)
      for r in f.results {
        let wanted = expected[r.name]?.flatMap { $0 } ?? []
        let shape = f.type(r.value).isBatched ? [batch, wanted.count / batch] : [wanted.count]
        #expect(found[r.name]?.shape == shape)
        if dtype == .f64 {
          #expect(found[r.name]?.doubles() == wanted)
        } else {
          let close = zip(found[r.name]?.doubles() ?? [], wanted).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }
          #expect(close, "seed \(seed) result \(r.name)")
        }
      }
    }
  }
}
