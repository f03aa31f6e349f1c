import GeocDiagnostics
import GeocKernelABI

/// What one thread owns while it executes steps: calls ready to be made, chunk memory, scratch, its first fault.
final class Worker: @unchecked Sendable {
  /// Operands of all steps, step after step.
  let operands: UnsafeMutablePointer<Operand>
  /// One call per step.
  let calls: UnsafeMutablePointer<KernelCall>
  let fault: UnsafeMutablePointer<KernelFault>
  /// Nanoseconds spent in each step, while profiling.
  let nanoseconds: UnsafeMutablePointer<UInt64>
  /// Rows of the chunk that goes on, one entry per parameter that kernels read as rows.
  let rows: UnsafeMutablePointer<PackCall>
  /// The step that recorded the fault, -1 for none.
  var faultStep = -1
  /// The first step with a result that is not finite, and the item of the batch, while checking.
  var notFinite: (step: Int, item: Int)?
  let chunkMemory: AlignedMemory
  private(set) var scratch: AlignedMemory
  /// Partial sums of one chunk, before they are added to those of the task.
  let sums: AlignedMemory
  private let operandCount: Int
  private let stepCount: Int

  /// Throws E0408.
  init(
    operandCount: Int, stepCount: Int, rowCount: Int, chunkBytes: Int, scratchBytes: Int, sumBytes: Int
  ) throws(GeocError) {
    chunkMemory = try AlignedMemory(byteCount: chunkBytes)
    scratch = try AlignedMemory(byteCount: scratchBytes)
    sums = try AlignedMemory(byteCount: sumBytes)
    self.operandCount = operandCount
    self.stepCount = stepCount
    operands = .allocate(capacity: max(1, operandCount))
    operands.initialize(repeating: Operand(base: scratch.base, groupStride: 0), count: operandCount)
    calls = .allocate(capacity: max(1, stepCount))
    fault = .allocate(capacity: 1)
    fault.initialize(to: KernelFault())
    nanoseconds = .allocate(capacity: max(1, stepCount))
    nanoseconds.initialize(repeating: 0, count: max(1, stepCount))
    rows = .allocate(capacity: max(1, rowCount))
  }

  deinit {
    operands.deallocate()
    calls.deallocate()
    fault.deallocate()
    nanoseconds.deallocate()
    rows.deallocate()
  }

  /// Makes the scratch memory as large as calls that gather a batch ask for. Throws E0408.
  func reserveScratch(_ byteCount: Int) throws(GeocError) {
    if byteCount > scratch.byteCount { scratch = try AlignedMemory(byteCount: byteCount) }
  }

  /// Forgets faults of earlier runs.
  func clearFaults() {
    fault.pointee = KernelFault()
    faultStep = -1
    notFinite = nil
  }

  /// Notes that step `k` recorded a fault, unless an earlier one did.
  func noteFault(_ k: Int) {
    if faultStep < 0 { faultStep = k }
  }

  /// Sets the key and counter of random numbers for all steps.
  func setRandom(seed: UInt64, step: UInt64) {
    for k in 0..<stepCount {
      calls[k].seed = seed
      calls[k].step = step
    }
  }
}
