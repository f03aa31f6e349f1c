import GeocIR

extension Schedule {
  /// A page for people: regions, steps with their slots, and the memory they need. `c3` is slot 3 in chunk memory, `b`
  /// in the batch arena, `s` single, `k` constant, `p` a parameter, `r` rows of the data, `o` rows of a result.
  package func text(_ function: Function) -> String {
    let layout = Layout(self)
    var text = "schedule @\(self.function) \(dtype.rawValue)\n"
    for (r, region) in regions.enumerated() {
      text += "\(region.kind.rawValue) \(r)\n"
      for k in region.start..<region.end { text += "  \(line(steps[k], function))\n" }
    }
    for (result, slot) in zip(function.results, results) where slot >= 0 {
      text += "result \(result.name) = \(label(slot))\n"
    }
    text += "memory: \(layout.batchElements) + \(layout.chunkElements) scalars per item in batch + chunk, "
    text += "\(layout.singleElements) single, \(layout.constantElements) constant, \(layout.partialElements) partial\n"
    return text
  }

  private func line(_ step: Step, _ function: Function) -> String {
    let outputs = step.outputs.map(label).joined(separator: ", ")
    let inputs = step.inputs.enumerated()
      .map { (step.wholeBatch.contains($0) ? "all " : "") + label($1) }.joined(separator: ", ")
    switch step.kind {
    case .pack: return "\(outputs) = pack \(function.parameters[step.index].name)"
    case .unpack: return "unpack \(function.results[step.index].name) = \(inputs)"
    case .kernel:
      let op = function.nodes[step.index].op
      let called = op == step.kernel ? op : "\(op) by \(step.kernel)"
      return "\(outputs) = \(called)(\(inputs))\(step.reducesBatch ? " over the batch" : "")"
    }
  }

  private func label(_ slot: Int) -> String {
    let letter =
      switch slots[slot].storage {
      case .parameter: "p"
      case .rows: "r"
      case .results: "o"
      case .constant: "k"
      case .single: "s"
      case .batch: "b"
      case .chunk: "c"
      }
    return "\(letter)\(slot)"
  }
}
