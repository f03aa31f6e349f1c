import GeocKernelABI

/// A mask of the first `count` lanes.
@inline(always)
func firstLanes<V: Lanes>(_ count: Int, as _: V.Type) -> V.Bits {
  // Sums of single lanes: numbers 0, 1, … in the lanes, compared with the count.
  withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: V.count) { numbers in
    for lane in 0..<V.count { numbers[lane] = V.Scalar(lane) }
    guard let base = numbers.baseAddress else { return V.zero .!= V.zero }
    return V.load(UnsafePointer(base)) .< V.splat(V.Scalar(count))
  }
}

/// `batch_sum`, sizes [E]: x [E] → y [E], unbatched: the sum over the items of this chunk.
enum BatchSum: LaneKernel {
  static var name: String { "batch_sum" }
  static func workspace(_ sizes: [Int]) -> Int { LaneWidth.f32 + 1 }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let elements = call.sizes[0]
    let y = call.scalars(call.inputCount, group: 0, as: V.self)
    let sums = call.scratchLanes(as: V.self)
    let scalars = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: V.Scalar.self)
    let totals = scalars + V.count * V.count
    for start in stride(from: 0, to: elements, by: V.count) {
      let count = Swift.min(V.count, elements - start)
      for k in 0..<V.count { sums[k] = V.zero }
      for group in 0..<call.groups {
        let x = call.source(0, group: group, as: V.self)
        let valid = call.validLanes(group: group, as: V.self)
        if valid == V.count {
          for k in 0..<count { sums[k] += x[start + k] }
        } else {
          let mask = firstLanes(valid, as: V.self)
          for k in 0..<count { sums[k] += V.select(mask, x[start + k], V.zero) }
        }
      }
      V.sumBlock(scalars, totals)
      for k in 0..<count { y[start + k] = totals[k] }
    }
  }
}

/// `batch_max`, sizes [E]: x [E] → y [E], unbatched: the maximum over the items of this chunk.
enum BatchMax: LaneKernel {
  static var name: String { "batch_max" }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let y = call.scalars(call.inputCount, group: 0, as: V.self)
    for e in 0..<call.sizes[0] {
      // Lanes beyond the batch repeat an item, which changes no maximum.
      var largest = call.source(0, group: 0, as: V.self)[e]
      for group in 1..<Swift.max(1, call.groups) {
        largest = V.max(call.source(0, group: group, as: V.self)[e], largest)
      }
      withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: V.count) { lanes in
        guard let base = lanes.baseAddress else { return }
        largest.store(base)
        var result = base[0]
        for lane in 1..<Swift.max(1, V.count) where !(base[lane] <= result) { result = base[lane] }
        y[e] = result
      }
    }
  }
}
