import GeocIR

/// Nodes that write their results over the parameters that these replace, so that a new weight or moment never lies beside
/// the old one.
///
/// Such a node reads every element before it writes it, nothing reads its results, and no other such node reads what it
/// overwrites. Single numbers are not worth it. All of them run behind everything else, when a run is committed: one that fails leaves the parameters as
/// they were.
struct InPlaceUpdates {
  /// The nodes, in order.
  let nodes: [Int]
  /// The parameter's value in whose place each result is written, by root value.
  let target: [Int: Int]

  init(_ flow: FlowAnalysis) {
    let function = flow.function
    let parameters = Dictionary(function.parameters.map { ($0.name, $0.value.index) }) { first, _ in first }
    var uses = [Int](repeating: 0, count: flow.root.count)
    for result in function.results { uses[flow.root[result.value.index]] += 1 }
    for k in flow.live { for input in flow.work[k].inputs { uses[input] += 1 } }
    let returned = Set(function.results.map { flow.root[$0.value.index] })
    var target: [Int: Int] = [:]
    for result in function.results {
      let root = flow.root[result.value.index]
      guard let parameter = result.storeName.flatMap({ parameters[$0] }), uses[root] == 1,
        !returned.contains(parameter),
        !flow.isBatched(parameter), flow.elements[parameter] == flow.elements[root], flow.elements[root] > 1
      else { continue }
      target[root] = parameter
    }
    let candidates = flow.live.filter { k in
      let work = flow.work[k]
      return work.isInPlace && !work.isBatched && !flow.isConstant[k] && work.outputs.allSatisfy { target[$0] != nil }
    }
    var readers: [Int: Int] = [:]
    for k in candidates { for input in Set(flow.work[k].inputs) { readers[input, default: 0] += 1 } }
    let nodes = candidates.filter { k in
      flow.work[k].outputs.compactMap { target[$0] }
        .allSatisfy { (readers[$0] ?? 0) == (flow.work[k].inputs.contains($0) ? 1 : 0) }
    }
    self.nodes = nodes
    let written = Set(nodes.flatMap { flow.work[$0].outputs })
    self.target = target.filter { written.contains($0.key) }
  }
}
