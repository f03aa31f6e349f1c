import GeocIR

/// The nodes of one region, before memory is assigned.
struct StepGroup {
  var kind: Schedule.RegionKind
  /// Nodes, in the order of the function.
  var steps: [Int]
  /// Batched parameters that are results of the function as they are and are unpacked here.
  var passedThrough: [Int] = []
  /// Batched parameters that a later region reads over the whole batch, packed here if no step does it.
  var packed: [Int] = []
}

/// Decides which nodes share a region.
///
/// Phases alternate: even ones hold unbatched work, odd ones chunked regions. The earliest phases give the smallest
/// number of regions; afterwards chunked nodes move within their freedom so that fewer scalars cross regions.
struct StepGrouping {
  let flow: FlowAnalysis
  private var phase: [Int]
  /// Readers of every root value.
  private let readers: [[Int]]

  init(_ flow: FlowAnalysis) {
    self.flow = flow
    var readers = [[Int]](repeating: [], count: flow.root.count)
    for k in flow.live { for input in flow.work[k].inputs where readers[input].last != k { readers[input].append(k) } }
    self.readers = readers
    phase = [Int](repeating: 0, count: flow.function.nodes.count)
    for k in flow.live where !flow.isConstant[k] {
      phase[k] = earliest(k)
      for input in flow.work[k].inputs {
        let p = flow.producer[input]
        if p >= 0, !flow.isConstant[p] { phase[k] = max(phase[k], phase[p] + distance(p, k)) }
      }
    }
    reduceCrossings()
  }

  /// Least phase of a node by itself. What is read over the whole batch was finished in an earlier region.
  private func earliest(_ k: Int) -> Int {
    let packsFirst = flow.work[k].whole.contains { flow.parameterOf[$0] != nil }
    return switch (flow.work[k].isBatched, packsFirst) {
    case (false, false): 0
    case (true, false): 1
    case (false, true): 2
    case (true, true): 3
    }
  }

  /// Least difference of phases between a node and one that reads its result.
  private func distance(_ from: Int, _ to: Int) -> Int {
    if flow.work[from].outputs.contains(where: flow.work[to].whole.contains) { return flow.work[to].isBatched ? 2 : 1 }
    let readsSums =
      flow.work[from].request.reducesBatch
      && flow.work[from].outputs.contains { !flow.isBatched($0) && flow.work[to].inputs.contains($0) }
    return switch (flow.work[from].isBatched, readsSums, flow.work[to].isBatched) {
    case (false, _, false), (true, false, true): 0
    case (true, true, true): 2
    default: 1
    }
  }

  private mutating func reduceCrossings() {
    let chunked = flow.live.filter { flow.work[$0].isBatched }
    for k in chunked.reversed() {
      var latest: Int?
      for output in flow.work[k].outputs {
        for reader in readers[output] { latest = min(latest ?? .max, phase[reader] - distance(k, reader)) }
      }
      move(
        k, through: stride(from: phase[k] + 2, through: latest ?? phase[k], by: 2),
        onTies: !flow.work[k].request.reducesBatch)
    }
    for k in chunked {
      var earliest = earliest(k)
      for input in flow.work[k].inputs {
        let p = flow.producer[input]
        if p >= 0, !flow.isConstant[p] { earliest = max(earliest, phase[p] + distance(p, k)) }
      }
      guard earliest < phase[k] else { continue }
      move(k, through: stride(from: phase[k] - 2, through: earliest, by: -2), onTies: false)
    }
  }

  /// Moves node `k` to the candidate phase with the least crossing scalars, if that is better than where it is.
  private mutating func move(_ k: Int, through candidates: StrideThrough<Int>, onTies: Bool) {
    guard candidates.first(where: { _ in true }) != nil else { return }
    let touched = Set(flow.work[k].inputs + flow.work[k].outputs).filter { flow.isBatched($0) }
    func cost() -> Int { touched.reduce(0) { $0 + (crosses($1) ? flow.elements[$1] : 0) } }
    var best = phase[k]
    var least = cost()
    for candidate in candidates {
      phase[k] = candidate
      let found = cost()
      if found < least || (found == least && onTies) {
        least = found
        best = candidate
      }
    }
    phase[k] = best
  }

  /// Whether a batched root value is used in more than one phase.
  private func crosses(_ root: Int) -> Bool {
    let producer = flow.producer[root]
    var seen = producer >= 0 ? phase[producer] : nil
    for reader in readers[root] {
      if let seen, seen != phase[reader] { return true }
      seen = phase[reader]
    }
    return false
  }

  /// The regions, in order; `updates` make the last one.
  func groups(_ updates: InPlaceUpdates) -> [StepGroup] {
    var groups: [StepGroup] = []
    let constants = flow.live.filter { flow.isConstant[$0] }
    if !constants.isEmpty { groups.append(StepGroup(kind: .constant, steps: constants)) }
    var byPhase: [Int: [Int]] = [:]
    for k in flow.live where !flow.isConstant[k] { byPhase[phase[k], default: []].append(k) }
    for p in byPhase.keys.sorted() {
      guard let members = byPhase[p] else { continue }
      if p % 2 == 1 {
        groups.append(StepGroup(kind: .chunked, steps: members))
      } else {
        groups += waves(members).map { StepGroup(kind: .wave, steps: $0) }
      }
    }
    if !updates.nodes.isEmpty {
      let moved = Set(updates.nodes)
      for g in groups.indices where groups[g].kind == .wave { groups[g].steps.removeAll { moved.contains($0) } }
      groups.removeAll { $0.kind == .wave && $0.steps.isEmpty }
    }
    let passed = Set(flow.function.results.map { flow.root[$0.value.index] })
      .filter { flow.parameterOf[$0] != nil && flow.isBatched($0) }.sorted()
    addPacks(&groups)
    if !passed.isEmpty {
      for root in passed {
        let last = groups.lastIndex { group in
          group.kind == .chunked && (group.steps.contains { flow.work[$0].inputs.contains(root) })
        }
        if let at = last ?? groups.lastIndex(where: { $0.kind == .chunked }) {
          groups[at].passedThrough.append(root)
        } else {
          groups.append(StepGroup(kind: .chunked, steps: [], passedThrough: [root]))
        }
      }
    }
    if !updates.nodes.isEmpty { groups.append(StepGroup(kind: .update, steps: updates.nodes)) }
    return groups
  }

  /// Lets every parameter that a region reads over the whole batch be packed in an earlier one.
  private func addPacks(_ groups: inout [StepGroup]) {
    func uses(_ group: StepGroup, _ root: Int) -> Bool {
      group.packed.contains(root) || group.steps.contains { flow.work[$0].inputs.contains(root) }
    }
    let whole = Set(flow.live.flatMap { flow.work[$0].whole }).filter { flow.parameterOf[$0] != nil }.sorted()
    for root in whole {
      guard let first = groups.firstIndex(where: { uses($0, root) }),
        let reader = groups.firstIndex(where: { $0.steps.contains { flow.work[$0].whole.contains(root) } }),
        first == reader
      else { continue }
      if let before = groups[..<reader].lastIndex(where: { $0.kind == .chunked }) {
        groups[before].packed.append(root)
      } else {
        groups.insert(StepGroup(kind: .chunked, steps: [], packed: [root]), at: reader)
      }
    }
  }

  /// Unbatched nodes of one phase by distance from the nodes of earlier phases.
  private func waves(_ members: [Int]) -> [[Int]] {
    /// For each node its wave, -1 for those of other phases.
    var level = [Int](repeating: -1, count: flow.work.count)
    var waves: [[Int]] = []
    for k in members {
      var own = 0
      for input in flow.work[k].inputs where flow.producer[input] >= 0 {
        own = max(own, level[flow.producer[input]] + 1)
      }
      level[k] = own
      if own == waves.count { waves.append([]) }
      waves[own].append(k)
    }
    return waves
  }
}

/// In which regions each root value is alive.
struct ValueUses {
  /// Region that makes or first reads it.
  private(set) var first: [Int]
  /// Region that reads it last; `regionCount` for an unbatched result.
  private(set) var last: [Int]
  /// Whether it is needed in a region other than the first.
  private(set) var crosses: [Bool]
  let regionCount: Int

  init(_ flow: FlowAnalysis, _ groups: [StepGroup]) {
    regionCount = groups.count
    var firsts = [Int](repeating: Int.max, count: flow.root.count)
    var lasts = [Int](repeating: -1, count: flow.root.count)
    func touch(_ root: Int, _ region: Int) {
      firsts[root] = min(firsts[root], region)
      lasts[root] = max(lasts[root], region)
    }
    for (region, group) in groups.enumerated() {
      for k in group.steps {
        for value in flow.work[k].inputs { touch(value, region) }
        for value in flow.work[k].outputs { touch(value, region) }
      }
      for value in group.passedThrough + group.packed { touch(value, region) }
    }
    for result in flow.function.results {
      let root = flow.root[result.value.index]
      if !flow.isBatched(root) { lasts[root] = groups.count }
    }
    crosses = zip(firsts, lasts).map { $0 < $1 }
    first = firsts
    last = lasts
  }
}
