import GeocKernelABI
import GeocPlan
import Glibc

extension Executable {
  /// What the loops of one run need to know.
  struct Job: @unchecked Sendable {
    let rows: UnsafePointer<Int>
    /// Numbers of the items, for columns made for the batch.
    let items: UnsafePointer<Int>
    let checksValues: Bool
    let isProfiling: Bool
  }

  /// Work below which waking other threads costs more than it saves, in floating-point operations: lanes do some ten
  /// per nanosecond, single values about one.
  private static let leastSharedWork = (chunked: 100_000, wave: 20_000)

  /// Unbatched steps one after the other.
  func runInOrder(_ r: Int, _ job: Job) {
    let worker = workers[0]
    for k in program.regions[r].steps { runUnbatched(k, worker, job) }
  }

  /// Independent unbatched steps, shared between the workers.
  func runWave(_ r: Int, _ job: Job) {
    let region = program.regions[r]
    let hasShared = pool.count > 1 && region.steps.contains { program.steps[$0].isShared }
    if pool.count == 1 || (region.steps.count == 1 && !hasShared) || region.cost < Self.leastSharedWork.wave {
      return runInOrder(r, job)
    }
    share(r, job, threads: pool.count)
    guard job.checksValues, hasShared else { return }
    for k in region.steps where program.steps[k].isShared { checkUnbatched(k, workers[0]) }
  }

  /// What the pool's threads work on: set before they are woken, read by them.
  struct Share {
    var region: Int
    var job: Job
    var threads: Int
  }

  private func share(_ r: Int, _ job: Job, threads: Int) {
    shared = Share(region: r, job: job, threads: threads)
    pool.run(work)
    shared = nil
  }

  /// The part of one worker.
  func runShare(_ w: Int) {
    guard let shared, w < shared.threads else { return }
    let (r, job) = (shared.region, shared.job)
    if program.regions[r].kind == .chunked {
      let tasks = bound.tasks
      for task in (w * tasks / shared.threads)..<((w + 1) * tasks / shared.threads) {
        runTask(task, r, workers[w], job)
      }
    } else {
      for k in program.regions[r].steps where program.steps[k].isShared { runShare(of: k, w, job) }
      for k in program.assigned[r][w] where !program.steps[k].isShared { runUnbatched(k, workers[w], job) }
    }
  }

  /// The share of worker `w` in a call that all workers make together.
  private func runShare(of k: Int, _ w: Int, _ job: Job) {
    let worker = workers[w]
    let start = job.isProfiling ? Self.now() : 0
    (worker.calls + k).pointee.part = w
    (worker.calls + k).pointee.parts = pool.count
    program.steps[k].function(worker.calls + k)
    (worker.calls + k).pointee.part = 0
    (worker.calls + k).pointee.parts = 1
    if worker.fault.pointee.kind != 0 { worker.noteFault(k) }
    if job.isProfiling { worker.nanoseconds[k] += Self.now() - start }
  }

  private func runUnbatched(_ k: Int, _ worker: Worker, _ job: Job) {
    let start = job.isProfiling ? Self.now() : 0
    program.steps[k].function(worker.calls + k)
    if worker.fault.pointee.kind != 0 { worker.noteFault(k) }
    if job.isProfiling { worker.nanoseconds[k] += Self.now() - start }
    if job.checksValues { checkUnbatched(k, worker) }
  }

  /// All steps of a region, chunk by chunk, the chunks shared between the workers; then the sums over the batch.
  func runChunked(_ r: Int, _ job: Job) {
    let tasks = bound.tasks
    let region = program.regions[r]
    let threads = region.cost * bound.batch < Self.leastSharedWork.chunked ? 1 : min(pool.count, tasks)
    if threads == 1 {
      for task in 0..<tasks { runTask(task, r, workers[0], job) }
    } else {
      share(r, job, threads: threads)
    }
    addPartials(r)
    if job.checksValues { for k in region.steps where program.steps[k].reducesBatch { checkUnbatched(k, workers[0]) } }
  }

  private func runTask(_ task: Int, _ r: Int, _ worker: Worker, _ job: Job) {
    let region = program.regions[r]
    let chunkItems = program.layout.chunkItems
    let lanes = program.layout.lanes
    let chunks = bound.chunks(ofTask: task)
    let record = partials.base + task * program.layout.partialElements * program.layout.scalarSize
    let moving = patches.start + patchStarts[region.steps.lowerBound]
    let movingCount = patchStarts[region.steps.upperBound] - patchStarts[region.steps.lowerBound]
    // Fields of classes are read once: a read inside the loop would be repeated after every call.
    let (steps, calls, operands, fault) = (program.steps.start, worker.calls, worker.operands, worker.fault)
    let sums = program.sums
    for s in region.sums { operands[sums[s].operand].base = record + sums[s].offset }
    for chunk in chunks {
      let firstItem = chunk * chunkItems
      let items = min(chunkItems, bound.batch - firstItem)
      let groups = (items + lanes - 1) / lanes
      if chunk == chunks.lowerBound + 1 {
        for s in region.sums { operands[sums[s].operand].base = worker.sums.base + sums[s].offset }
      }
      for p in 0..<movingCount {
        operands[moving[p].operand].base = moving[p].base + chunk * moving[p].stride
      }
      for (entry, parameter) in rowParameters.enumerated() {
        worker.rows[entry] = rows(parameter, job, firstItem, items)
      }
      for k in region.steps {
        let start = job.isProfiling ? Self.now() : 0
        switch steps[k].kind {
        case .kernel:
          calls[k].groups = groups
          calls[k].items = items
          calls[k].firstItem = firstItem
          steps[k].function(calls + k)
          if fault.pointee.kind != 0 { worker.noteFault(k) }
        case .pack: pack(k, worker, job, firstItem, items, groups)
        case .unpack: unpack(k, worker, firstItem, items)
        }
        if job.isProfiling { worker.nanoseconds[k] += Self.now() - start }
        if job.checksValues { checkChunk(k, worker, firstItem, items) }
      }
      if chunk != chunks.lowerBound {
        for s in region.sums { combine(worker.sums.base + sums[s].offset, into: record + sums[s].offset, sums[s]) }
      }
    }
  }

  private func pack(_ k: Int, _ worker: Worker, _ job: Job, _ firstItem: Int, _ items: Int, _ groups: Int) {
    let step = program.steps[k]
    var call = rows(step.index, job, firstItem, items)
    call.lanes = worker.operands[step.firstOperand].base
    call.groups = groups
    packRows(&call)
  }

  /// The rows of a batched parameter for one chunk, not yet with a place in lanes.
  private func rows(_ parameter: Int, _ job: Job, _ firstItem: Int, _ items: Int) -> PackCall {
    let column = columns[parameter]
    return PackCall(
      source: column.base, scalar: column.scalar, rows: (column.isMade ? job.items : job.rows) + firstItem,
      items: items, elements: column.elements, lanes: workers[0].scratch.base, groups: 0)
  }

  private func unpack(_ k: Int, _ worker: Worker, _ firstItem: Int, _ items: Int) {
    let step = program.steps[k]
    guard let output = outputs[step.index] else { return }
    var call = UnpackCall(
      lanes: UnsafeRawPointer(worker.operands[step.firstOperand].base), items: items, elements: step.elements,
      destination: output.memory.base + firstItem * step.elements * program.layout.scalarSize)
    unpackRows(&call)
  }

  /// Adds up the records of all tasks, in order.
  private func addPartials(_ r: Int) {
    let recordBytes = program.layout.partialElements * program.layout.scalarSize
    for s in program.regions[r].sums {
      let sum = program.sums[s]
      let target = unbatchedPlace(sum.slot)
      memcpy(target, partials.base + sum.offset, sum.count * program.layout.scalarSize)
      for task in 1..<max(1, bound.tasks) {
        combine(partials.base + task * recordBytes + sum.offset, into: target, sum)
      }
    }
  }

  private func combine(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer, _ sum: Program.Sum) {
    if schedule.dtype == .f64 {
      let (x, y) = (source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Double.self))
      if sum.isMaximum {
        for k in 0..<sum.count where !(x[k] <= y[k]) { y[k] = x[k] }
      } else {
        for k in 0..<sum.count { y[k] += x[k] }
      }
    } else {
      let (x, y) = (source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self))
      if sum.isMaximum {
        for k in 0..<sum.count where !(x[k] <= y[k]) { y[k] = x[k] }
      } else {
        for k in 0..<sum.count { y[k] += x[k] }
      }
    }
  }

  /// Nanoseconds of a clock that only goes forward.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension UnsafeMutableBufferPointer {
  /// The first element of a buffer that is never empty.
  fileprivate var start: UnsafeMutablePointer<Element> {
    baseAddress.unsafelyUnwrapped
  }
}
