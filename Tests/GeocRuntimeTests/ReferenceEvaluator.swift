import GeocIR
import PlanTestSupport

/// Evaluates functions of test ops item by item, without schedule, lanes or arenas.
struct ReferenceEvaluator {
  /// Batched values as `[item][element]`, unbatched ones with one item.
  static func run(
    _ f: Function, inputs: [String: [[Double]]], batch: Int, seed: UInt64 = 0, step: UInt64 = 0
  ) -> [String: [[Double]]] {
    var values = [[[Double]]](repeating: [], count: f.types.count)
    for p in f.parameters { values[p.value.index] = inputs[p.name] ?? [] }
    for node in f.nodes {
      let items = node.results.first.map { f.type($0).isBatched } == true ? batch : 1
      func at(_ k: Int, _ item: Int) -> [Double] {
        let value = values[node.inputs[k].index]
        return value[value.count == 1 ? 0 : item]
      }
      let count = node.results.first.map { f.type($0).field.reduce(1, *) } ?? 0
      let a = node.attributes
      for (r, result) in node.results.enumerated() {
        values[result.index] = (0..<items).map { item in
          switch node.op {
          case "t_axpy": zip(at(0, item), at(1, item)).map { $0 + a.real("a") * $1 }
          case "t_sum": (0..<count).map { e in values[node.inputs[0].index].reduce(0) { $0 + $1[e] } }
          case "t_split": at(0, item).map { r == 0 ? $0 + 1 : -$0 }
          case "t_view": at(0, item)
          case "t_turn": zip(at(0, item), at(0, (item + 1) % batch)).map { $0 - $1 }
          case "t_fill": [Double](repeating: a.real("value"), count: count)
          case "t_count": [Double(batch)]
          case "t_noise": (0..<count).map { Double((seed * 31 + step * 17 + UInt64(item) * 7 + UInt64($0)) % 64) }
          case "t_root": at(0, item).map { $0.squareRoot() }
          default: []
          }
        }
      }
    }
    return Dictionary(uniqueKeysWithValues: f.results.map { ($0.name, values[$0.value.index]) })
  }
}
