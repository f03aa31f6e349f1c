import GeocIR
import GeocKernelABI

/// Places of all slots of a schedule. Batched slots are placed in units of scalars per item, so that one layout serves
/// every batch size: the place of a batched slot is its offset times the lanes of all groups.
package struct Layout: Hashable, Sendable {
  /// For every slot: scalars per item (batched) or scalars (unbatched) in front of it in its own kind of memory; for a
  /// parameter 0.
  package private(set) var offsets: [Int]
  /// Scalars per item of the batch arena.
  package private(set) var batchElements = 0
  /// Scalars per item of the chunk memory of one worker.
  package private(set) var chunkElements = 0
  /// Scalars of the arena of unbatched values.
  package private(set) var singleElements = 0
  /// Scalars of constants.
  package private(set) var constantElements = 0
  /// For every step with partial sums the place of each of its outputs within one partial record, nil for outputs of
  /// every item.
  package private(set) var partialOffsets: [Int: [Int?]] = [:]
  /// Scalars of one partial record, in the region that needs most.
  package private(set) var partialElements = 0
  /// Items in a lane group.
  package let lanes: Int
  /// Bytes of a scalar.
  package let scalarSize: Int

  /// Places everything: the largest slot first, each at the lowest place that is free during its life.
  package init(_ schedule: Schedule) {
    lanes = schedule.dtype == .f64 ? LaneWidth.f64 : LaneWidth.f32
    scalarSize = schedule.dtype.size
    offsets = [Int](repeating: 0, count: schedule.slots.count)
    let line = 64 / scalarSize
    func place(_ members: [Int], rounding: Int) -> Int {
      var packing = IntervalPacking()
      for k in members.sorted(by: { (schedule.slots[$0].elements, $1) > (schedule.slots[$1].elements, $0) }) {
        let slot = schedule.slots[k]
        let size = (slot.elements + rounding - 1) / rounding * rounding
        offsets[k] = packing.place(size: size, from: slot.first, through: slot.last)
      }
      return packing.size
    }
    func members(_ storage: Schedule.Storage) -> [Int] {
      schedule.slots.indices.filter { schedule.slots[$0].storage == storage }
    }
    batchElements = place(members(.batch), rounding: 1)
    chunkElements = place(members(.chunk), rounding: 1)
    singleElements = place(members(.single), rounding: line)
    constantElements = place(members(.constant), rounding: line)
    for region in schedule.regions where region.kind == .chunked {
      var end = 0
      for k in region.start..<region.end where schedule.steps[k].reducesBatch {
        partialOffsets[k] = schedule.steps[k].outputs.map { slot -> Int? in
          if schedule.slots[slot].isBatched { return nil }
          defer { end += (schedule.slots[slot].elements + line - 1) / line * line }
          return end
        }
      }
      partialElements = max(partialElements, end)
    }
  }

  /// Scalars per item and unbatched scalars together.
  package var totalElements: Int {
    batchElements + chunkElements + singleElements + constantElements + partialElements
  }

  /// More than any machine holds: what a forged plan file may ask for at most.
  package static let mostElements = 1 << 36

  /// Chunk memory beyond which a chunk has as few items as possible: it would leave the first cache anyway, and there is
  /// work enough in a step to call it more often.
  private static let mostOfTwoGroups = 1 << 16

  /// Items in a chunk, 16 or 32: small chunks stay in the cache and are more to share between threads, large ones cost
  /// less where a step takes next to no time. It is a property of the plan, not of the batch.
  package var chunkItems: Int {
    let most = lanes * LaneWidth.groupsPerChunk
    return most > LaneWidth.f32 && chunkElements * most * scalarSize > Self.mostOfTwoGroups ? LaneWidth.f32 : most
  }

  /// Sizes in bytes and numbers of pieces for a batch of `batch` items.
  package func bind(batch: Int) -> Bound { Bound(self, batch: batch) }

  /// Pairs of slots that are alive together and share memory, in words: empty for a sound layout.
  package func overlaps(_ schedule: Schedule) -> [String] {
    var found: [String] = []
    for storage in [Schedule.Storage.batch, .chunk, .single, .constant] {
      let members = schedule.slots.indices.filter { schedule.slots[$0].storage == storage }
        .sorted { offsets[$0] < offsets[$1] }
      for (at, a) in members.enumerated() {
        let end = offsets[a] + schedule.slots[a].elements
        for b in members[(at + 1)...] {
          if offsets[b] >= end { break }
          let (x, y) = (schedule.slots[a], schedule.slots[b])
          if x.first <= y.last && y.first <= x.last { found.append("slots \(a) and \(b) share memory") }
        }
      }
    }
    return found
  }

  /// A layout for one batch size.
  package struct Bound: Hashable, Sendable {
    /// Items in the batch.
    package let batch: Int
    /// Lane groups of the whole batch.
    package let groups: Int
    /// Chunks of the batch.
    package let chunks: Int
    /// Tasks that a chunked region is divided into, each a range of chunks with one partial record.
    package let tasks: Int
    /// Bytes of the batch arena.
    package let batchBytes: Int
    /// Bytes of chunk memory of one worker.
    package let chunkBytes: Int
    /// Bytes of unbatched values, constants included.
    package let singleBytes: Int
    /// Bytes of partial sums.
    package let partialBytes: Int

    /// Partial records at most: enough to keep many threads busy, few enough to keep the sums small.
    package static let mostTasks = 32

    init(_ layout: Layout, batch: Int) {
      self.batch = batch
      groups = (batch + layout.lanes - 1) / layout.lanes
      chunks = (batch + layout.chunkItems - 1) / layout.chunkItems
      tasks = min(chunks, Self.mostTasks)
      batchBytes = Self.product(layout.batchElements, groups * layout.lanes * layout.scalarSize)
      chunkBytes = layout.chunkElements * layout.chunkItems * layout.scalarSize
      singleBytes = (layout.singleElements + layout.constantElements) * layout.scalarSize
      partialBytes = layout.partialElements * tasks * layout.scalarSize
    }

    /// A product that stays at the largest number where it does not fit: no machine has that much.
    private static func product(_ a: Int, _ b: Int) -> Int {
      let (result, overflow) = a.multipliedReportingOverflow(by: b)
      return overflow ? .max : result
    }

    /// Chunks of task `k`: as equal as possible, in order, depending on the batch only.
    package func chunks(ofTask k: Int) -> Range<Int> { k * chunks / tasks..<(k + 1) * chunks / tasks }
  }
}

/// Places intervals of time on a line of memory.
struct IntervalPacking {
  private var placed: [(offset: Int, size: Int, first: Int, last: Int)] = []
  /// Memory needed so far.
  private(set) var size = 0

  /// The lowest offset that is free from time `first` through `last`.
  mutating func place(size wanted: Int, from first: Int, through last: Int) -> Int {
    var offset = 0
    for other in placed where other.first <= last && first <= other.last {
      if other.offset >= offset + wanted { break }
      offset = max(offset, other.offset + other.size)
    }
    let at = placed.firstIndex { $0.offset > offset } ?? placed.count
    placed.insert((offset, wanted, first, last), at: at)
    size = max(size, offset + wanted)
    return offset
  }
}
