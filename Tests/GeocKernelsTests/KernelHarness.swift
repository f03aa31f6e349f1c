import GeocKernelABI
import GeocKernels

/// Runs a kernel on row-major data, chunk by chunk, as the runtime does.
struct KernelHarness {
  enum Precision: Sendable { case f64, f32 }
  /// One input: rows of items, or one unbatched row.
  enum Input {
    case batched([[Double]])
    case unbatched([Double])
  }

  var name: String
  var precision: Precision = .f64
  var sizes: [Int]
  var reals: [Double] = []

  struct Result {
    /// Per output, per item, the elements.
    var outputs: [[[Double]]]
    var fault: KernelFault
  }

  /// `outputs` are the elements per item of each output.
  func run(_ inputs: [Input], outputs: [Int]) -> Result? {
    switch precision {
    case .f64: run(inputs, outputs, Double.self, lanes: 8, KernelTable.shared[name]?.f64)
    case .f32: run(inputs, outputs, Float.self, lanes: 16, KernelTable.shared[name]?.f32)
    }
  }

  /// The unbatched instance.
  func runSingle(_ inputs: [[Double]], outputs: [Int]) -> Result? {
    let all = inputs.map { Input.batched([$0]) }
    return switch precision {
    case .f64: run(all, outputs, Double.self, lanes: 1, KernelTable.shared[name]?.single64)
    case .f32: run(all, outputs, Float.self, lanes: 1, KernelTable.shared[name]?.single32)
    }
  }

  private func run<Scalar: BinaryFloatingPoint>(
    _ inputs: [Input], _ outputs: [Int], _: Scalar.Type, lanes: Int, _ function: KernelFunction?
  ) -> Result? {
    guard let function, let set = KernelTable.shared[name] else { return nil }
    let items = inputs.compactMap { if case .batched(let rows) = $0 { rows.count } else { nil } }.max() ?? 1
    let groups = (items + lanes - 1) / lanes
    let isDouble = Scalar.self == Double.self
    let register = lanes == 1 ? 1 : KernelTable.shared.transfer.map { isDouble ? $0.lanes64 : $0.lanes32 } ?? lanes
    var memory: [UnsafeMutableRawPointer] = []
    defer { memory.forEach { $0.deallocate() } }
    func allocate(_ scalars: Int) -> UnsafeMutableRawPointer {
      let block = UnsafeMutableRawPointer.allocate(
        byteCount: max(1, scalars) * MemoryLayout<Scalar>.stride, alignment: 64)
      // A kernel that relies on zeroed memory, or reads what it did not write, must show.
      let typed = block.bindMemory(to: Scalar.self, capacity: max(1, scalars))
      for i in 0..<max(1, scalars) { typed[i] = .nan }
      memory.append(block)
      return block
    }
    var operands: [Operand] = []
    for input in inputs {
      switch input {
      case .unbatched(let row):
        let block = allocate(row.count)
        for (e, value) in row.enumerated() { block.assumingMemoryBound(to: Scalar.self)[e] = Scalar(value) }
        operands.append(Operand(base: block, groupStride: 0))
      case .batched(let rows):
        let elements = rows.first?.count ?? 0
        let block = allocate(elements * lanes * groups)
        for slot in 0..<(groups * lanes) {
          for (e, value) in rows[min(slot, rows.count - 1)].enumerated() {
            let index = (slot / register * elements + e) * register + slot % register
            block.assumingMemoryBound(to: Scalar.self)[index] = Scalar(value)
          }
        }
        operands.append(Operand(base: block, groupStride: lanes == 1 ? 0 : elements * lanes))
      }
    }
    for elements in outputs {
      operands.append(
        Operand(base: allocate(elements * lanes * groups), groupStride: lanes == 1 ? 0 : elements * lanes))
    }
    var fault = KernelFault()
    let scratch = allocate(2 * lanes * set.workspace(sizes))
    let perChunk = lanes == 1 ? 1 : 2
    for first in stride(from: 0, to: groups, by: perChunk) {
      let chunk = operands.map { operand in
        Operand(
          base: operand.base + first * operand.groupStride * MemoryLayout<Scalar>.stride,
          groupStride: operand.groupStride)
      }
      let count = min(perChunk, groups - first)
      chunk.withUnsafeBufferPointer { chunk in
        (sizes + [0]).withUnsafeBufferPointer { sizes in
          (reals + [0]).withUnsafeBufferPointer { reals in
            guard let o = chunk.baseAddress, let s = sizes.baseAddress, let r = reals.baseAddress else { return }
            var call = KernelCall(
              operands: o, inputCount: inputs.count, groups: count, items: min(items - first * lanes, count * lanes),
              firstItem: first * lanes, batch: items, sizes: s, reals: r, scratch: scratch, seed: 1, step: 0,
              fault: &fault)
            function(&call)
          }
        }
      }
    }
    var results: [[[Double]]] = []
    for (k, elements) in outputs.enumerated() {
      let block = operands[inputs.count + k].base.assumingMemoryBound(to: Scalar.self)
      results.append(
        (0..<items).map { item in
          (0..<elements).map { e in
            Double(block[(item / register * elements + e) * register + item % register])
          }
        })
    }
    return Result(outputs: results, fault: fault)
  }
}
