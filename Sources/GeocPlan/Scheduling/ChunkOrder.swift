/// Orders the nodes of a chunked region so that few values are alive at the same time.
struct ChunkOrder {
  /// What ordering needs to know of a node.
  private struct Entry {
    /// Batched values read, each once.
    var inputs: [Int]
    /// Scalars of batched values written.
    var written: Int
    var consumers: [Int] = []
    /// Nodes of the region that come first.
    var producers = 0
  }

  private let elements: [Int]
  private let members: [Int]
  private var entries: [Int: Entry] = [:]
  private var readersHere: [Int: Int] = [:]

  init(_ flow: FlowAnalysis, _ members: [Int]) {
    elements = flow.elements
    self.members = members
    for k in members {
      let inputs = Set(flow.work[k].inputs.filter { flow.isBatched($0) }).sorted()
      let written = flow.work[k].outputs.reduce(0) { $0 + (flow.isBatched($1) ? flow.elements[$1] : 0) }
      for input in inputs { readersHere[input, default: 0] += 1 }
      let producers = Set(inputs.map { flow.producer[$0] }).filter { entries[$0] != nil }
      entries[k] = Entry(inputs: inputs, written: written, producers: producers.count)
      for p in producers { entries[p]?.consumers.append(k) }
    }
  }

  /// The order of the function, or the one that frees most at each step, whichever needs less memory.
  func best() -> [Int] {
    let greedy = freeingMost()
    return peak(greedy) < peak(members) ? greedy : members
  }

  private func growth(_ entry: Entry, _ left: [Int: Int]) -> Int {
    entry.inputs.reduce(entry.written) { $0 - (left[$1] == 1 ? elements[$1] : 0) }
  }

  private func freeingMost() -> [Int] {
    var left = readersHere
    var waiting = entries.mapValues(\.producers)
    var ready = members.filter { waiting[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(members.count)
    while !ready.isEmpty {
      var best = 0
      var least = Int.max
      for (at, k) in ready.enumerated() {
        guard let entry = entries[k] else { continue }
        let delta = growth(entry, left)
        if delta < least || (delta == least && k < ready[best]) {
          least = delta
          best = at
        }
      }
      let k = ready.remove(at: best)
      order.append(k)
      guard let entry = entries[k] else { continue }
      for input in entry.inputs { left[input, default: 0] -= 1 }
      for consumer in entry.consumers {
        waiting[consumer, default: 0] -= 1
        if waiting[consumer] == 0 { ready.append(consumer) }
      }
    }
    return order
  }

  private func peak(_ order: [Int]) -> Int {
    var left = readersHere
    var alive = 0
    var peak = 0
    for k in order {
      guard let entry = entries[k] else { continue }
      peak = max(peak, alive + entry.written)
      alive += growth(entry, left)
      for input in entry.inputs { left[input, default: 0] -= 1 }
    }
    return peak
  }
}
