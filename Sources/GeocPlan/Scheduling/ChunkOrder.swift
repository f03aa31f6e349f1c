/// Orders the nodes of a chunked region so that few values are alive at the same time.
struct ChunkOrder {
  private let flow: FlowAnalysis
  private let members: [Int]
  private var readersHere: [Int: Int] = [:]
  private var consumers: [Int: [Int]] = [:]
  private var missing: [Int: Int] = [:]

  init(_ flow: FlowAnalysis, _ members: [Int]) {
    self.flow = flow
    self.members = members
    let own = Set(members)
    for k in members {
      let inputs = Set(flow.work[k].inputs)
      for input in inputs where flow.isBatched(input) { readersHere[input, default: 0] += 1 }
      let producers = Set(inputs.map { flow.producer[$0] }).intersection(own)
      missing[k] = producers.count
      for p in producers { consumers[p, default: []].append(k) }
    }
  }

  /// The order of the function, or the one that frees most at each step, whichever needs less memory.
  func best() -> [Int] {
    let greedy = freeingMost()
    return peak(greedy) < peak(members) ? greedy : members
  }

  private func growth(_ k: Int, _ left: [Int: Int]) -> Int {
    var delta = 0
    for out in flow.work[k].outputs where flow.isBatched(out) { delta += flow.elements[out] }
    for input in Set(flow.work[k].inputs) where flow.isBatched(input) && left[input] == 1 {
      delta -= flow.elements[input]
    }
    return delta
  }

  private func freeingMost() -> [Int] {
    var left = readersHere
    var waiting = missing
    var ready = members.filter { waiting[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(members.count)
    while !ready.isEmpty {
      var best = 0
      var least = Int.max
      for (at, k) in ready.enumerated() {
        let delta = growth(k, left)
        if delta < least || (delta == least && k < ready[best]) {
          least = delta
          best = at
        }
      }
      let k = ready.remove(at: best)
      order.append(k)
      for input in Set(flow.work[k].inputs) where flow.isBatched(input) { left[input, default: 0] -= 1 }
      for consumer in consumers[k] ?? [] {
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
      let outputs = flow.work[k].outputs.filter { flow.isBatched($0) }.reduce(0) { $0 + flow.elements[$1] }
      peak = max(peak, alive + outputs)
      alive += growth(k, left)
      for input in Set(flow.work[k].inputs) where flow.isBatched(input) { left[input, default: 0] -= 1 }
    }
    return peak
  }
}
