import GeocKernelABI
import GeocPlan
import Glibc

extension Executable {
  /// What the loops of one run need to know.
  struct Job: @unchecked Sendable {
    let rows: UnsafePointer<Int>
    let checksValues: Bool
    let isProfiling: Bool
  }

  /// Work below which waking other threads costs more than it saves, in floating-point operations: lanes do some ten
  /// per nanosecond, single values about one.
  private static let leastSharedWork = (chunked: 100_000, wave: 20_000)

  /// Unbatched steps one after the other.
  func runInOrder(_ region: Program.Region, _ job: Job) {
    for k in region.steps { runUnbatched(k, workers[0], job) }
  }

  /// Independent unbatched steps, shared between the workers.
  func runWave(_ region: Program.Region, _ job: Job) {
    if pool.count == 1 || region.steps.count == 1 || region.cost < Self.leastSharedWork.wave {
      return runInOrder(region, job)
    }
    pool.run { [self] w in
      for k in region.assigned[w] { runUnbatched(k, workers[w], job) }
    }
  }

  private func runUnbatched(_ k: Int, _ worker: Worker, _ job: Job) {
    let start = job.isProfiling ? Self.now() : 0
    program.steps[k].function?(worker.calls + k)
    worker.noteFault(k)
    if job.isProfiling { worker.nanoseconds[k] += Self.now() - start }
    if job.checksValues { checkUnbatched(k, worker) }
  }

  /// All steps of a region, chunk by chunk, the chunks shared between the workers; then the sums over the batch.
  func runChunked(_ region: Program.Region, _ job: Job) {
    let tasks = bound.tasks
    let threads = region.cost * bound.batch < Self.leastSharedWork.chunked ? 1 : min(pool.count, tasks)
    if threads == 1 {
      for task in 0..<tasks { runTask(task, region, workers[0], job) }
    } else {
      pool.run { [self] w in
        guard w < threads else { return }
        for task in (w * tasks / threads)..<((w + 1) * tasks / threads) { runTask(task, region, workers[w], job) }
      }
    }
    addPartials(region)
    if job.checksValues { for k in region.steps where program.steps[k].reducesBatch { checkUnbatched(k, workers[0]) } }
  }

  private func runTask(_ task: Int, _ region: Program.Region, _ worker: Worker, _ job: Job) {
    let layout = program.layout
    let chunks = bound.chunks(ofTask: task)
    let record = partials.base + task * layout.partialElements * layout.scalarSize
    for k in region.steps where program.steps[k].reducesBatch {
      pointSums(k, worker, at: record)
    }
    for chunk in chunks {
      let firstItem = chunk * layout.chunkItems
      let items = min(layout.chunkItems, bound.batch - firstItem)
      let groups = (items + layout.lanes - 1) / layout.lanes
      if chunk == chunks.lowerBound + 1 {
        for k in region.steps where program.steps[k].reducesBatch { pointSums(k, worker, at: worker.sums.base) }
      }
      for p in patchStarts[region.steps.lowerBound]..<patchStarts[region.steps.upperBound] {
        worker.operands[patches[p].operand].base = patches[p].base + chunk * patches[p].stride
      }
      for k in region.steps {
        let start = job.isProfiling ? Self.now() : 0
        let step = program.steps[k]
        switch step.kind {
        case .kernel:
          let call = worker.calls + k
          call.pointee.groups = groups
          call.pointee.items = items
          call.pointee.firstItem = firstItem
          step.function?(call)
          worker.noteFault(k)
          if step.reducesBatch, chunk != chunks.lowerBound { addSums(k, worker, to: record) }
        case .pack: pack(step, worker, job, firstItem, items, groups)
        case .unpack: unpack(step, worker, firstItem, items)
        }
        if job.isProfiling { worker.nanoseconds[k] += Self.now() - start }
        if job.checksValues { checkChunk(k, worker, firstItem, items) }
      }
    }
  }

  private func pack(_ step: Program.Step, _ worker: Worker, _ job: Job, _ firstItem: Int, _ items: Int, _ groups: Int) {
    let column = columns[step.index]
    var call = PackCall(
      source: column.base, scalar: column.scalar, rows: job.rows + firstItem, items: items, elements: step.elements,
      lanes: worker.operands[step.firstOperand].base, groups: groups)
    if schedule.dtype == .f64 { transfer.pack64(&call) } else { transfer.pack32(&call) }
  }

  private func unpack(_ step: Program.Step, _ worker: Worker, _ firstItem: Int, _ items: Int) {
    guard let output = outputs[step.index] else { return }
    var call = UnpackCall(
      lanes: UnsafeRawPointer(worker.operands[step.firstOperand].base), items: items, elements: step.elements,
      destination: output.memory.base + firstItem * step.elements * program.layout.scalarSize)
    if schedule.dtype == .f64 { transfer.unpack64(&call) } else { transfer.unpack32(&call) }
  }

  /// Lets step `k` write its sums into the partial record at `record`.
  private func pointSums(_ k: Int, _ worker: Worker, at record: UnsafeMutableRawPointer) {
    guard let offsets = program.layout.partialOffsets[k] else { return }
    let step = program.steps[k]
    for (o, offset) in offsets.enumerated() {
      worker.operands[step.firstOperand + step.inputCount + o].base = record + offset * program.layout.scalarSize
    }
  }

  /// Adds the sums of one chunk to those of the task.
  private func addSums(_ k: Int, _ worker: Worker, to record: UnsafeMutableRawPointer) {
    guard let offsets = program.layout.partialOffsets[k] else { return }
    for (slot, offset) in zip(schedule.steps[k].outputs, offsets) {
      let at = offset * program.layout.scalarSize
      add(worker.sums.base + at, to: record + at, schedule.slots[slot].elements)
    }
  }

  /// Adds up the records of all tasks, in order.
  private func addPartials(_ region: Program.Region) {
    let layout = program.layout
    for k in region.steps where program.steps[k].reducesBatch {
      guard let offsets = layout.partialOffsets[k] else { continue }
      for (slot, offset) in zip(schedule.steps[k].outputs, offsets) {
        let count = schedule.slots[slot].elements
        let target = unbatchedPlace(slot)
        memcpy(target, partials.base + offset * layout.scalarSize, count * layout.scalarSize)
        for task in 1..<max(1, bound.tasks) {
          add(partials.base + (task * layout.partialElements + offset) * layout.scalarSize, to: target, count)
        }
      }
    }
  }

  private func add(_ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, _ count: Int) {
    if schedule.dtype == .f64 {
      let (x, y) = (source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self))
      for k in 0..<count { y[k] += x[k] }
    } else {
      let (x, y) = (source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self))
      for k in 0..<count { y[k] += x[k] }
    }
  }

  /// Nanoseconds of a clock that only goes forward.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
