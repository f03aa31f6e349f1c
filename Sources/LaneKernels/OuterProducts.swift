import GeocKernelABI

/// `matmul_reduce` of depth one, a field for each result: a sum of outer products, one for each item.
///
/// Lane by lane, every element of the result would have to be added up over the lanes at the end of a chunk, which takes
/// longer than its few products. Items are brought into rows instead, and what was the depth is the items of the chunk.
struct OuterProducts<V: Lanes> {
  typealias Scalars = UnsafeMutablePointer<V.Scalar>

  private let call: KernelCall
  private let m: Int
  private let n: Int
  private let rest: UnsafeMutablePointer<V>

  /// Whether a call of these sizes is such a sum.
  static func apply(to sizes: UnsafePointer<Int>) -> Bool {
    let (fields, mapC, depth) = (sizes[0], FieldMap(sizes + 5), sizes[8])
    return depth == 1 && mapC.mod == fields && (fields == 1 || mapC.div == 1)
  }

  /// Scratch scalars per lane.
  static func workspace(m: Int, n: Int) -> Int {
    1 + LaneWidth.groupsPerChunk * (padded(m) + padded(n))
  }

  /// Numbers in a row of the scratch: whole vectors of every instruction set.
  private static func padded(_ n: Int) -> Int { (n + LaneWidth.f32 - 1) / LaneWidth.f32 * LaneWidth.f32 }

  /// The sizes of `matmul_reduce`, both operands batched.
  init(_ call: KernelCall) {
    self.call = call
    (m, n) = (call.sizes[7], call.sizes[9])
    rest = call.scratchLanes(as: V.self)
  }

  func run() {
    let (mapA, mapB) = (FieldMap(call.sizes + 1), FieldMap(call.sizes + 3))
    let columns = UnsafeMutableRawPointer(rest + 1).assumingMemoryBound(to: V.Scalar.self)
    let rows = columns + call.groups * V.count * Self.padded(m)
    let a = MatrixView(SplatElements<V>(UnsafePointer(columns)), rowStride: 1, columnStride: Self.padded(m))
    let b = MatrixView(
      LaneElements(UnsafeRawPointer(rows).assumingMemoryBound(to: V.self)), columns: Self.padded(n) / V.count)
    for field in 0..<call.sizes[0] {
      bring(0, mapA(field), m, into: columns)
      bring(1, mapB(field), n, into: rows)
      let sink = RowsSink(base: call.scalars(2, group: 0, as: V.self) + field * m * n, columns: n, rest: rest)
      multiply(a, b, rows: m, columns: (n + V.count - 1) / V.count, depth: call.items, into: sink)
    }
  }

  /// A field of all items, a row for each; the numbers behind `count` stay what they are.
  private func bring(_ operand: Int, _ field: Int, _ count: Int, into target: Scalars) {
    withUnsafeTemporaryAllocation(of: Scalars?.self, capacity: V.count) { places in
      guard let places = places.baseAddress else { return }
      for group in 0..<call.groups {
        for lane in 0..<V.count {
          (places + lane).initialize(to: target + (group * V.count + lane) * Self.padded(count))
        }
        let lanes = UnsafePointer(call.scalars(operand, group: group, as: V.self) + field * count * V.count)
        lanesToRows(lanes, count, into: places, valid: V.count, as: V.self)
      }
    }
  }
}

/// Stores a row-major matrix of numbers, of which a vector holds as many columns as it has lanes.
private struct RowsSink<Vector: Lanes>: BlockSink {
  let base: UnsafeMutablePointer<Vector.Scalar>
  let columns: Int
  /// Where a vector that reaches over the edge waits.
  let rest: UnsafeMutablePointer<Vector>

  @inline(always) func write(_ row: Int, _ column: Int, _ value: Vector) {
    let first = column * Vector.count
    let target = base + row * columns + first
    if first + Vector.count <= columns { return value.store(target) }
    let part = UnsafeMutableRawPointer(rest).assumingMemoryBound(to: Vector.Scalar.self)
    value.store(part)
    for j in 0..<(columns - first) { target[j] = part[j] }
  }
}
