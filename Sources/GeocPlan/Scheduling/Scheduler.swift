import GeocIR

/// Turns a function at the core stage into a schedule.
///
/// Steps on batched values are gathered in as few chunked regions as the data flow allows: a step that needs a value
/// reduced over the batch has to wait for the region of the reduction to end, everything else may join. Within that
/// freedom steps move to the region where fewer scalars cross region borders.
package struct Scheduler {
  let function: Function
  let registry: OpRegistry
  let dtype: DType
  let analysis: FlowAnalysis
  var slots: [Schedule.Slot] = []
  var steps: [Schedule.Step] = []
  var regions: [Schedule.Region] = []
  /// Slot of every root value that has one.
  var slotOf: [Int]
  /// Position of every step in the order of its chunked region.
  private var positions: [Int]
  /// Position of the last step of the present region that reads each root value.
  private var lastReaders: [Int]

  /// The schedule of `function`. Throws `ScheduleProblem` when a node has no kernel or mixes batched and unbatched
  /// results, and what an op's lowering throws.
  package static func schedule(_ function: Function, registry: OpRegistry, dtype: DType) throws -> Schedule {
    let analysis = try FlowAnalysis(function, registry)
    var scheduler = Scheduler(function: function, registry: registry, dtype: dtype, analysis: analysis)
    return try scheduler.run()
  }

  private init(function: Function, registry: OpRegistry, dtype: DType, analysis: FlowAnalysis) {
    self.function = function
    self.registry = registry
    self.dtype = dtype
    self.analysis = analysis
    slotOf = [Int](repeating: -1, count: function.types.count)
    positions = [Int](repeating: 0, count: function.nodes.count)
    lastReaders = [Int](repeating: -1, count: function.types.count)
  }

  private mutating func run() throws -> Schedule {
    let updates = InPlaceUpdates(analysis)
    let groups = StepGrouping(analysis).groups(updates)
    let uses = ValueUses(analysis, groups)
    for (region, group) in groups.enumerated() {
      let start = steps.count
      switch group.kind {
      case .constant, .wave: emitUnbatched(group, region, uses)
      case .chunked: emitChunked(group, region, uses)
      case .update:
        for root in group.steps.flatMap({ analysis.work[$0].outputs }) {
          if let parameter = updates.target[root] { slotOf[root] = slot(parameter, uses) }
        }
        emitUnbatched(group, region, uses)
      }
      regions.append(Schedule.Region(kind: group.kind, start: start, end: steps.count))
    }
    let results = function.results.map { result in
      let root = analysis.root[result.value.index]
      return analysis.isBatched(root) ? -1 : slot(root, uses)
    }
    return Schedule(
      function: function.name, dtype: dtype, slots: slots, steps: steps, regions: regions, results: results)
  }

  /// The slot of an unbatched root value, made on first use.
  private mutating func slot(_ root: Int, _ uses: ValueUses) -> Int {
    if slotOf[root] >= 0 { return slotOf[root] }
    let elements = analysis.elements[root]
    if let parameter = analysis.parameterOf[root] {
      slotOf[root] = add(
        Schedule.Slot(
          elements: elements, storage: .parameter, parameter: parameter, first: 0, last: uses.regionCount))
    } else {
      let isConstant = analysis.isConstant[analysis.producer[root]]
      slotOf[root] = add(
        Schedule.Slot(
          elements: elements, storage: isConstant ? .constant : .single, first: isConstant ? 0 : uses.first[root],
          last: isConstant ? uses.regionCount : uses.last[root]))
    }
    return slotOf[root]
  }

  /// The slot of a batched parameter that is read from the rows of the host, made on first use.
  private mutating func rowSlot(_ root: Int, _ parameter: Int, _ uses: ValueUses) -> Int {
    if slotOf[root] < 0 {
      slotOf[root] = add(
        Schedule.Slot(
          elements: analysis.elements[root], storage: .rows, parameter: parameter, first: 0, last: uses.regionCount))
    }
    return slotOf[root]
  }

  /// The slot of a root value that is written to the rows of its only result.
  private mutating func resultSlot(_ root: Int, _ uses: ValueUses) -> Int {
    add(
      Schedule.Slot(
        elements: analysis.elements[root], storage: .results, parameter: analysis.resultsOf[root].first ?? -1,
        first: uses.first[root], last: uses.regionCount))
  }

  private mutating func add(_ slot: Schedule.Slot) -> Int {
    slots.append(slot)
    return slots.count - 1
  }

  private func kernelStep(_ k: Int) -> Schedule.Step {
    let work = analysis.work[k]
    return Schedule.Step(
      kind: .kernel, index: k, kernel: work.request.kernel, sizes: work.request.sizes, reals: work.request.reals,
      wholeBatch: work.request.wholeBatch, reducesBatch: work.request.reducesBatch && work.isBatched, cost: work.cost)
  }

  private mutating func emitUnbatched(_ group: StepGroup, _ region: Int, _ uses: ValueUses) {
    /// How often the steps read each value.
    var reads: [Int: Int] = [:]
    if group.kind == .wave {
      for k in group.steps { for input in analysis.work[k].inputs { reads[input, default: 0] += 1 } }
    }
    for k in group.steps {
      var step = kernelStep(k)
      step.inputs = analysis.work[k].inputs.map { slot($0, uses) }
      if group.kind == .wave, let root = overwritten(k, in: .single, uses.last, at: region), reads[root] == 1,
        let out = analysis.work[k].outputs.first
      {
        slotOf[out] = slotOf[root]
        slots[slotOf[root]].last = uses.last[out]
      }
      step.outputs = analysis.work[k].outputs.map { slot($0, uses) }
      steps.append(step)
    }
  }

  /// The first input of node `k`, if its first output may take its place: same size and storage, read last at `time`.
  private func overwritten(_ k: Int, in storage: Schedule.Storage, _ last: [Int], at time: Int) -> Int? {
    guard analysis.work[k].isInPlace else { return nil }
    let work = analysis.work[k]
    guard !work.request.reducesBatch, let input = work.inputs.first, let out = work.outputs.first,
      analysis.elements[input] == analysis.elements[out], analysis.isBatched(input) == analysis.isBatched(out),
      !work.inputs.dropFirst().contains(input), slotOf[input] >= 0, slots[slotOf[input]].storage == storage,
      last[input] == time
    else { return nil }
    return input
  }

  private mutating func emitChunked(_ group: StepGroup, _ region: Int, _ uses: ValueUses) {
    // The functions below would copy that of `self` at each call.
    let analysis = analysis
    let order = ChunkOrder(analysis, group.steps).best()
    let whole = Set(group.steps.flatMap { analysis.work[$0].whole })
    for (at, k) in order.enumerated() {
      positions[k] = at
      for input in analysis.work[k].inputs { lastReaders[input] = at }
    }
    var packed: Set<Int> = []
    func storage(_ root: Int) -> Schedule.Storage { uses.crosses[root] ? .batch : .chunk }
    func use(_ root: Int) -> Int {
      guard analysis.isBatched(root) else { return slot(root, uses) }
      guard let parameter = analysis.parameterOf[root] else { return slotOf[root] }
      if analysis.rows.contains(root) { return rowSlot(root, parameter, uses) }
      let isFirst = uses.first[root] == region
      if isFirst, packed.insert(root).inserted {
        let at = steps.count
        slotOf[root] = add(
          Schedule.Slot(
            elements: analysis.elements[root], storage: storage(root), first: uses.crosses[root] ? region : at,
            last: uses.crosses[root] ? uses.last[root] : at))
        steps.append(
          Schedule.Step(kind: .pack, index: parameter, outputs: [slotOf[root]], cost: analysis.elements[root]))
      }
      return slotOf[root]
    }
    func touch(_ slot: Int) { if slots[slot].storage == .chunk { slots[slot].last = steps.count } }
    func unpack(_ root: Int) {
      for r in analysis.resultsOf[root] {
        touch(slotOf[root])
        steps.append(
          Schedule.Step(kind: .unpack, index: r, inputs: [slotOf[root]], cost: analysis.elements[root]))
      }
    }
    for k in order {
      let work = analysis.work[k]
      var step = kernelStep(k)
      step.inputs = work.inputs.map { use($0) }
      for input in step.inputs { touch(input) }
      if analysis.skipsLanes.contains(k) {
        step.outputs = work.outputs.map { resultSlot($0, uses) }
        steps.append(step)
        continue
      }
      for (o, out) in work.outputs.enumerated() {
        guard analysis.isBatched(out) else {
          step.outputs.append(slot(out, uses))
          continue
        }
        if o == 0, let input = overwrittenInChunk(k, storage(out), region, uses),
          !whole.contains(input)
        {
          slotOf[out] = slotOf[input]
          if storage(out) == .batch { slots[slotOf[out]].last = uses.last[out] }
        } else {
          slotOf[out] = add(
            Schedule.Slot(
              elements: analysis.elements[out], storage: storage(out),
              first: uses.crosses[out] ? region : steps.count, last: uses.crosses[out] ? uses.last[out] : steps.count))
        }
        step.outputs.append(slotOf[out])
      }
      for output in step.outputs { touch(output) }
      steps.append(step)
      for out in work.outputs where analysis.isBatched(out) { unpack(out) }
    }
    for root in group.packed { _ = use(root) }
    for root in group.passedThrough {
      _ = use(root)
      unpack(root)
    }
  }

  private func overwrittenInChunk(
    _ k: Int, _ storage: Schedule.Storage, _ region: Int, _ uses: ValueUses
  ) -> Int? {
    guard let input = analysis.work[k].inputs.first, lastReaders[input] == positions[k],
      let found = overwritten(k, in: storage, uses.last, at: region), !isPassedThrough(found)
    else { return nil }
    return found
  }

  /// Whether the value is a parameter that is returned as it is: it is unpacked at the end of its region.
  private func isPassedThrough(_ root: Int) -> Bool {
    analysis.parameterOf[root] != nil && !analysis.resultsOf[root].isEmpty
  }
}
