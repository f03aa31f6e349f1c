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
  /// By position among the members.
  private var entries: [Entry] = []
  /// How often the region reads each value.
  private var readersHere: [Int]

  init(_ flow: FlowAnalysis, _ members: [Int]) {
    elements = flow.elements
    self.members = members
    readersHere = [Int](repeating: 0, count: flow.root.count)
    /// Position of each node that was seen, -1 for others.
    var position = [Int](repeating: -1, count: flow.work.count)
    entries.reserveCapacity(members.count)
    var producers: [Int] = []
    for (at, k) in members.enumerated() {
      var inputs: [Int] = []
      producers.removeAll(keepingCapacity: true)
      for input in flow.work[k].inputs where flow.isBatched(input) && !inputs.contains(input) {
        inputs.append(input)
        readersHere[input] += 1
        let p = flow.producer[input] < 0 ? -1 : position[flow.producer[input]]
        if p >= 0, !producers.contains(p) { producers.append(p) }
      }
      let written = flow.work[k].outputs.reduce(0) { $0 + (flow.isBatched($1) ? flow.elements[$1] : 0) }
      entries.append(Entry(inputs: inputs, written: written, producers: producers.count))
      for p in producers { entries[p].consumers.append(at) }
      position[k] = at
    }
  }

  /// The order of the function, or the one that frees most at each step, whichever needs less memory.
  func best() -> [Int] {
    let greedy = freeingMost()
    return peak(greedy) < peak(Array(members.indices)) ? greedy.map { members[$0] } : members
  }

  /// Scalars that member `k` adds to what is alive, with as many readers left for each value.
  private func growth(_ k: Int, _ left: [Int]) -> Int {
    var growth = entries[k].written
    for input in entries[k].inputs where left[input] == 1 { growth -= elements[input] }
    return growth
  }

  private func freeingMost() -> [Int] {
    var left = readersHere
    var waiting = entries.map(\.producers)
    var ready = entries.indices.filter { waiting[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(members.count)
    while !ready.isEmpty {
      var best = 0
      var least = Int.max
      for (at, k) in ready.enumerated() {
        let delta = growth(k, left)
        if delta < least || (delta == least && members[k] < members[ready[best]]) {
          least = delta
          best = at
        }
      }
      let k = ready.remove(at: best)
      order.append(k)
      for input in entries[k].inputs { left[input] -= 1 }
      for consumer in entries[k].consumers {
        waiting[consumer] -= 1
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
      peak = max(peak, alive + entries[k].written)
      alive += growth(k, left)
      for input in entries[k].inputs { left[input] -= 1 }
    }
    return peak
  }
}
