import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocKernels
import GeocPlan

/// A schedule made ready to run: kernels looked up, arguments in fixed memory.
final class Program: @unchecked Sendable {
  /// One step.
  struct Step {
    var kind: Schedule.StepKind
    /// Parameter (pack) or result (unpack).
    var index: Int
    var function: KernelFunction
    var firstOperand: Int
    var inputCount: Int
    var operandCount: Int
    var reducesBatch: Bool
    /// Whether workers share a single call: it is unbatched, large, and its kernel can be divided.
    var isShared: Bool
    /// Scalars per item of the value that is packed or unpacked.
    var elements: Int
  }

  /// A region with what is known of it before the batch.
  struct Region {
    var kind: Schedule.RegionKind
    var first: Int
    var end: Int
    /// Work for one item, or altogether in a wave.
    var cost: Int
    /// Its entries in `sums`.
    var firstSum: Int
    var endSum: Int

    var steps: Range<Int> { first..<end }
    var sums: Range<Int> { firstSum..<endSum }
  }

  /// One output of a step that sums over the batch.
  struct Sum {
    var step: Int
    /// Position of the output among all operands of a worker.
    var operand: Int
    /// Bytes in front of it in a partial record.
    var offset: Int
    /// Scalars.
    var count: Int
    /// Slot of the complete sum.
    var slot: Int
    /// Whether it is a maximum instead.
    var isMaximum: Bool
  }

  /// Operations of a single call from which on workers share it.
  private static let leastSharedCall = 200_000

  let schedule: Schedule
  let layout: Layout
  let steps: UnsafeMutableBufferPointer<Step>
  let regions: UnsafeMutableBufferPointer<Region>
  /// Sums over the batch, region after region.
  let sums: UnsafeMutableBufferPointer<Sum>
  /// For every region the steps of each worker, the heaviest first; empty where steps are not shared.
  let assigned: [[[Int]]]
  let operandCount: Int
  let scratchBytes: Int
  /// Outputs of each step that it may leave unwritten.
  let unwritten: [Set<Int>]
  /// Scratch scalars of the steps that gather a batch, from its items.
  private let batchWorkspaces: [@Sendable (Int) -> Int]
  private let sizes: UnsafeMutableBufferPointer<Int>
  private let reals: UnsafeMutableBufferPointer<Double>
  private let sizeStarts: [Int]
  private let realStarts: [Int]

  /// Throws E0404 for a kernel that does not exist or does not work on batches.
  init(_ schedule: Schedule, workers: Int, kernels: KernelLibrary) throws(GeocError) {
    self.schedule = schedule
    let layout = Layout(schedule)
    self.layout = layout
    var prepared: [Step] = []
    var sizeStarts: [Int] = []
    var realStarts: [Int] = []
    var allSizes: [Int] = []
    var allReals: [Double] = []
    var operandCount = 0
    var scratchBytes = 0
    var batchWorkspaces: [@Sendable (Int) -> Int] = []
    var unwritten: [Set<Int>] = []
    let isBatched = schedule.regions.reduce(into: [Bool](repeating: false, count: schedule.steps.count)) {
      if $1.kind == .chunked { for k in $1.start..<$1.end { $0[k] = true } }
    }
    for (k, step) in schedule.steps.enumerated() {
      var function: KernelFunction = { _ in }
      var isShared = false
      unwritten.append([])
      if step.kind == .kernel {
        guard let set = kernels.kernel(step.kernel) else {
          throw GeocError(Diagnostic(.plan.schedule, "there is no kernel '\(step.kernel)'"))
        }
        // No generic function may touch the entry point (`??`, `map`): it would be wrapped, and every call would then
        // count references, which two threads slow down for each other.
        switch (isBatched[k], schedule.dtype) {
        case (false, .f64): function = set.single64
        case (false, .f32): function = set.single32
        case (true, _):
          guard let lanes = schedule.dtype == .f64 ? set.f64 : set.f32 else {
            throw GeocError(Diagnostic(.plan.schedule, "kernel '\(step.kernel)' does not work on batches"))
          }
          function = lanes
        }
        unwritten[k] = set.unwritten
        isShared = set.isDivisible && !isBatched[k] && step.cost >= Self.leastSharedCall
        let lanes = isBatched[k] ? layout.lanes : 1
        if let workspace = set.batchWorkspace { batchWorkspaces.append { workspace(step.sizes, $0) } }
        scratchBytes = max(scratchBytes, set.workspace(step.sizes) * lanes * layout.scalarSize)
      }
      let moved = (step.inputs + step.outputs).first.map { schedule.slots[$0].elements } ?? 0
      prepared.append(
        Step(
          kind: step.kind, index: step.index, function: function, firstOperand: operandCount,
          inputCount: step.inputs.count, operandCount: step.inputs.count + step.outputs.count,
          reducesBatch: step.reducesBatch, isShared: isShared, elements: moved))
      operandCount += step.inputs.count + step.outputs.count
      sizeStarts.append(allSizes.count)
      realStarts.append(allReals.count)
      allSizes += step.sizes
      allReals += step.reals
    }
    var allRegions: [Region] = []
    var allSums: [Sum] = []
    var assigned: [[[Int]]] = []
    for region in schedule.regions {
      let range = region.start..<region.end
      assigned.append(region.kind == .wave || region.kind == .update ? Self.assignment(range, schedule, workers) : [])
      let firstSum = allSums.count
      for k in range {
        guard let offsets = layout.partialOffsets[k] else { continue }
        for (o, slot) in schedule.steps[k].outputs.enumerated() {
          guard let offset = offsets[o] else { continue }
          allSums.append(
            Sum(
              step: k, operand: prepared[k].firstOperand + prepared[k].inputCount + o,
              offset: offset * layout.scalarSize, count: schedule.slots[slot].elements, slot: slot,
              isMaximum: kernels.kernel(schedule.steps[k].kernel)?.takesMaximum == true))
        }
      }
      allRegions.append(
        Region(
          kind: region.kind, first: region.start, end: region.end,
          cost: range.reduce(0) { $0 + schedule.steps[$1].cost }, firstSum: firstSum, endSum: allSums.count))
    }
    self.assigned = assigned
    regions = .allocate(capacity: allRegions.count)
    _ = regions.initialize(from: allRegions)
    sums = .allocate(capacity: allSums.count)
    _ = sums.initialize(from: allSums)
    self.operandCount = operandCount
    self.scratchBytes = scratchBytes + 64
    self.batchWorkspaces = batchWorkspaces
    self.unwritten = unwritten
    self.sizeStarts = sizeStarts
    self.realStarts = realStarts
    steps = .allocate(capacity: max(1, prepared.count))
    _ = steps.initialize(from: prepared)
    sizes = .allocate(capacity: allSizes.count + 1)
    sizes.initialize(repeating: 0)
    for (k, x) in allSizes.enumerated() { sizes[k] = x }
    reals = .allocate(capacity: allReals.count + 1)
    reals.initialize(repeating: 0)
    for (k, x) in allReals.enumerated() { reals[k] = x }
  }

  /// Steps of a wave for each worker, by cost.
  private static func assignment(_ range: Range<Int>, _ schedule: Schedule, _ workers: Int) -> [[Int]] {
    var assigned = [[Int]](repeating: [], count: workers)
    var load = [Int](repeating: 0, count: workers)
    for k in range.sorted(by: { (schedule.steps[$0].cost, $1) > (schedule.steps[$1].cost, $0) }) {
      let worker = load.indices.min { (load[$0], $0) < (load[$1], $1) } ?? 0
      load[worker] += schedule.steps[k].cost
      assigned[worker].append(k)
    }
    return assigned
  }

  deinit {
    regions.deallocate()
    sums.deallocate()
    steps.baseAddress?.deinitialize(count: schedule.steps.count)
    steps.deallocate()
    sizes.deallocate()
    reals.deallocate()
  }

  /// Bytes of scratch memory that the steps that gather a batch of `items` need.
  func batchScratchBytes(_ items: Int) -> Int {
    batchWorkspaces.map { Int.product($0(items), layout.scalarSize) }.max() ?? 0
  }

  /// Integer arguments of step `k`.
  func sizes(_ k: Int) -> UnsafePointer<Int>? { sizes.baseAddress.map { UnsafePointer($0 + sizeStarts[k]) } }

  /// Real arguments of step `k`.
  func reals(_ k: Int) -> UnsafePointer<Double>? { reals.baseAddress.map { UnsafePointer($0 + realStarts[k]) } }
}
