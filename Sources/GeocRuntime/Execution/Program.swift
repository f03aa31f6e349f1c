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
    var function: KernelFunction?
    var firstOperand: Int
    var inputCount: Int
    var operandCount: Int
    var reducesBatch: Bool
    /// Scalars per item of the value that is packed or unpacked.
    var elements: Int
  }

  /// A region with what is known of it before the batch.
  struct Region {
    var kind: Schedule.RegionKind
    var steps: Range<Int>
    /// Work for one item, or altogether in a wave.
    var cost: Int
    /// Steps of a wave for each worker, the heaviest first.
    var assigned: [[Int]]
  }

  let schedule: Schedule
  let layout: Layout
  let steps: UnsafeMutableBufferPointer<Step>
  let regions: [Region]
  let operandCount: Int
  let scratchBytes: Int
  private let sizes: UnsafeMutableBufferPointer<Int>
  private let reals: UnsafeMutableBufferPointer<Double>
  private let sizeStarts: [Int]
  private let realStarts: [Int]

  /// Throws E0404 for a kernel that does not exist or does not work on batches.
  init(_ schedule: Schedule, workers: Int, kernels: KernelLibrary) throws(GeocError) {
    self.schedule = schedule
    layout = Layout(schedule)
    var prepared: [Step] = []
    var sizeStarts: [Int] = []
    var realStarts: [Int] = []
    var allSizes: [Int] = []
    var allReals: [Double] = []
    var operandCount = 0
    var scratchBytes = 0
    let isBatched = schedule.regions.reduce(into: [Bool](repeating: false, count: schedule.steps.count)) {
      if $1.kind == .chunked { for k in $1.start..<$1.end { $0[k] = true } }
    }
    for (k, step) in schedule.steps.enumerated() {
      var function: KernelFunction?
      if step.kind == .kernel {
        guard let set = kernels.kernel(step.kernel) else {
          throw GeocError(Diagnostic(.plan.schedule, "there is no kernel '\(step.kernel)'"))
        }
        switch (isBatched[k], schedule.dtype) {
        case (true, .f64): function = set.f64
        case (true, .f32): function = set.f32
        case (false, .f64): function = set.single64
        case (false, .f32): function = set.single32
        }
        guard function != nil else {
          throw GeocError(Diagnostic(.plan.schedule, "kernel '\(step.kernel)' does not work on batches"))
        }
        let lanes = isBatched[k] ? layout.lanes : 1
        scratchBytes = max(scratchBytes, set.workspace(step.sizes) * lanes * layout.scalarSize)
      }
      let moved = (step.inputs + step.outputs).first.map { schedule.slots[$0].elements } ?? 0
      prepared.append(
        Step(
          kind: step.kind, index: step.index, function: function, firstOperand: operandCount,
          inputCount: step.inputs.count, operandCount: step.inputs.count + step.outputs.count,
          reducesBatch: step.reducesBatch, elements: moved))
      operandCount += step.inputs.count + step.outputs.count
      sizeStarts.append(allSizes.count)
      realStarts.append(allReals.count)
      allSizes += step.sizes
      allReals += step.reals
    }
    regions = schedule.regions.map { region in
      let range = region.start..<region.end
      var assigned = [[Int]](repeating: [], count: workers)
      if region.kind == .wave {
        var load = [Int](repeating: 0, count: workers)
        for k in range.sorted(by: { (schedule.steps[$0].cost, $1) > (schedule.steps[$1].cost, $0) }) {
          let worker = load.indices.min { (load[$0], $0) < (load[$1], $1) } ?? 0
          load[worker] += schedule.steps[k].cost
          assigned[worker].append(k)
        }
      }
      return Region(
        kind: region.kind, steps: range, cost: range.reduce(0) { $0 + schedule.steps[$1].cost }, assigned: assigned)
    }
    self.operandCount = operandCount
    self.scratchBytes = scratchBytes + 64
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

  deinit {
    steps.baseAddress?.deinitialize(count: schedule.steps.count)
    steps.deallocate()
    sizes.deallocate()
    reals.deallocate()
  }

  /// Integer arguments of step `k`.
  func sizes(_ k: Int) -> UnsafePointer<Int>? { sizes.baseAddress.map { UnsafePointer($0 + sizeStarts[k]) } }

  /// Real arguments of step `k`.
  func reals(_ k: Int) -> UnsafePointer<Double>? { reals.baseAddress.map { UnsafePointer($0 + realStarts[k]) } }
}
