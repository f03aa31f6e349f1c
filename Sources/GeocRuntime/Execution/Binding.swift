import GeocDiagnostics
import GeocKernelABI
import GeocPlan

extension Executable {
  /// Places everything for a batch of `items`: arenas grow if they must, operands of all workers are set.
  func bind(_ items: Int) throws(GeocError) {
    let new = program.layout.bind(batch: items)
    // Until all is set, operands may point to memory that is gone.
    bound = program.layout.bind(batch: 0)
    if new.batchBytes > batchArena.byteCount { batchArena = try AlignedMemory(byteCount: new.batchBytes) }
    if new.partialBytes > partials.byteCount { partials = try AlignedMemory(byteCount: new.partialBytes) }
    for k in function.results.indices where schedule.results[k] < 0 {
      if let existing = outputs[k], existing.rowCount >= items { continue }
      outputs[k] = try HostArray(
        scalar: schedule.dtype == .f64 ? .f64 : .f32, rowCount: items, rowShape: resultShapes[k])
    }
    let scratchBytes = program.batchScratchBytes(items)
    for worker in workers { try worker.reserveScratch(scratchBytes) }
    bound = new
    if items > itemNumbers.count { itemNumbers = Array(0..<items) }
    for k in schedule.steps.indices {
      bindPatches(k)
      for worker in workers { bindCall(k, worker) }
    }
  }

  private func bindPatches(_ k: Int) {
    let step = schedule.steps[k]
    var at = patchStarts[k]
    let inputCount = step.inputs.count
    for o in 0..<(inputCount + step.outputs.count) {
      let slot = o < inputCount ? step.inputs[o] : step.outputs[o - inputCount]
      guard Self.moves(slot, o, step, schedule) else { continue }
      let stride = schedule.slots[slot].elements * program.layout.chunkItems * program.layout.scalarSize
      let base = schedule.slots[slot].storage == .results ? resultBase(slot) : batchBase(slot)
      patches[at] = Patch(operand: program.steps[k].firstOperand + o, base: base, stride: stride)
      at += 1
    }
  }

  private func bindCall(_ k: Int, _ worker: Worker) {
    let step = schedule.steps[k]
    let layout = program.layout
    let first = program.steps[k].firstOperand
    let inputCount = step.inputs.count
    var distant: UInt = 0
    for o in 0..<(inputCount + step.outputs.count) {
      let slot = o < inputCount ? step.inputs[o] : step.outputs[o - inputCount]
      let piece = schedule.slots[slot]
      if piece.storage == .batch { distant |= 1 << UInt(o) }
      let stride =
        switch piece.storage {
        case .rows, .results: Operand.ofRows
        case .batch, .chunk: piece.elements * layout.lanes
        case .parameter, .single, .constant: 0
        }
      let base =
        switch piece.storage {
        case .batch: batchBase(slot)
        case .chunk:
          worker.chunkMemory.base + layout.offsets[slot] * layout.chunkItems * layout.scalarSize
        case .rows: UnsafeMutableRawPointer(worker.rows + (rowParameters.firstIndex(of: piece.parameter) ?? 0))
        case .results: resultBase(slot)
        case .parameter, .single, .constant: unbatchedPlace(slot)
        }
      worker.operands[first + o] = Operand(base: base, groupStride: stride)
    }
    guard let sizes = program.sizes(k), let reals = program.reals(k) else { return }
    var call = KernelCall(
      operands: UnsafePointer(worker.operands + first), inputCount: step.inputs.count, groups: 1, items: 1,
      firstItem: 0, batch: bound.batch, sizes: sizes, reals: reals, scratch: worker.scratch.base, seed: 0, step: 0,
      fault: worker.fault)
    call.distant = distant
    (worker.calls + k).initialize(to: call)
  }

  private func batchBase(_ slot: Int) -> UnsafeMutableRawPointer {
    batchArena.base + program.layout.offsets[slot] * bound.groups * program.layout.lanes * program.layout.scalarSize
  }

  /// Where the rows of a result start that no step unpacks.
  private func resultBase(_ slot: Int) -> UnsafeMutableRawPointer {
    outputs[schedule.slots[slot].parameter]?.memory.base ?? batchArena.base
  }

  /// Where an unbatched slot is.
  func unbatchedPlace(_ slot: Int) -> UnsafeMutableRawPointer {
    let piece = schedule.slots[slot]
    let offset = program.layout.offsets[slot] * program.layout.scalarSize
    switch piece.storage {
    case .parameter: return store.memory(function.parameters[piece.parameter].name)?.base ?? singles.base
    case .constant: return constants.base + offset
    case .single, .batch, .chunk, .rows, .results: return singles.base + offset
    }
  }

  /// Where unbatched result `k` is, nil for a batched one.
  func unbatchedResult(_ k: Int) -> UnsafeMutableRawPointer? {
    schedule.results[k] < 0 ? nil : unbatchedPlace(schedule.results[k])
  }
}
