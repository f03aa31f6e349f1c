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
  /// Elements whose sums over the groups wait to be added up over the lanes.
  private static var block: Int { 4 * LaneWidth.f32 }
  static func workspace(_ sizes: [Int]) -> Int { 2 * block }

  static func run<V: Lanes>(_ call: KernelCall, as vector: V.Type) {
    let elements = call.sizes[0]
    let y = call.scalars(call.inputCount, group: 0, as: V.self)
    let sums = call.scratchLanes(as: V.self)
    let scalars = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: V.Scalar.self)
    let totals = scalars + block * V.count
    for start in stride(from: 0, to: elements, by: block) {
      let count = Swift.min(block, elements - start)
      addGroups(call, start, count, to: sums)
      let whole = (count + V.count - 1) / V.count * V.count
      for k in count..<Swift.max(count, whole) { sums[k] = V.zero }
      for k in stride(from: 0, to: whole, by: V.count) { V.sumBlock(scalars + k * V.count, totals + k) }
      for k in 0..<count { y[start + k] = totals[k] }
    }
  }

  /// The sums of `count` elements over the groups, lane by lane. Lanes without an item of their own do not count.
  @inline(always) private static func addGroups<V: Lanes>(
    _ call: KernelCall, _ start: Int, _ count: Int, to sums: UnsafeMutablePointer<V>
  ) {
    let stride = call.stride(0, as: V.self)
    let x = call.source(0, group: 0, as: V.self).dropping(start).base
    let isBatched = V.count > 1 && call.operands[0].isBatched
    let whole = call.items / V.count
    for k in 0..<count {
      var sum = V.zero
      for group in 0..<whole {
        sum += isBatched ? V.load(x + group * stride + k * V.count) : V.splat(x[group * stride + k])
      }
      sums[k] = sum
    }
    guard whole < call.groups else { return }
    let last = call.source(0, group: whole, as: V.self)
    let mask = firstLanes(call.validLanes(group: whole, as: V.self), as: V.self)
    for k in 0..<count { sums[k] += V.select(mask, last[start + k], V.zero) }
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
