import GeocKernelABI

/// `matmul_reduce` of two batched operands with the items in rows instead of lanes: what was one product for each item
/// becomes one product whose depth runs over the items too.
///
/// Lane by lane, every element of the result is a sum over lanes in the end, and every tile of it reads the operands of
/// the whole chunk. In rows a register holds neighbouring columns, there is nothing to add up over lanes, and the
/// operands of few items stay near while all tiles use them.
struct ItemProducts<V: Lanes> {
  typealias Scalars = UnsafeMutablePointer<V.Scalar>

  /// Depths below this one leave too little work for a transposition and a pass over the sums; outer products have all
  /// items of the chunk as their depth.
  private static var leastDepth: Int { 8 }

  private let call: KernelCall
  private let m: Int
  private let depth: Int
  private let n: Int
  /// Numbers in a row of the second operand and of the sums.
  private let width: Int
  /// Groups whose items are brought into rows at a time.
  private let round: Int
  private let sums: (UnsafeMutablePointer<V>, UnsafeMutablePointer<V>)
  private let columns: Scalars
  private let rows: Scalars

  /// Whether a call of these sizes is better taken this way.
  static func apply(to sizes: UnsafePointer<Int>) -> Bool {
    let (fields, mapC, depth, tb) = (sizes[0], FieldMap(sizes + 5), sizes[8], sizes[11] != 0)
    if depth == 1 { return mapC.mod == fields && (fields == 1 || mapC.div == 1) }
    return depth >= leastDepth && !tb
  }

  /// Scratch vectors of 64 bytes.
  static func workspace(_ sizes: UnsafePointer<Int>) -> Int {
    let (m, depth, n) = (sizes[7], sizes[8], sizes[9])
    let groups = depth == 1 ? LaneWidth.groupsPerChunk : 1
    let sums = (2 * m * padded(n) + LaneWidth.f64 - 1) / LaneWidth.f64
    return sums + groups * depth * (padded(m) + padded(n))
  }

  /// Numbers in a row of the scratch: whole vectors of every instruction set.
  private static func padded(_ n: Int) -> Int { (n + LaneWidth.f32 - 1) / LaneWidth.f32 * LaneWidth.f32 }

  /// The sizes of `matmul_reduce`, both operands batched.
  init(_ call: KernelCall) {
    self.call = call
    (m, depth, n) = (call.sizes[7], call.sizes[8], call.sizes[9])
    width = Self.padded(n)
    round = depth == 1 ? call.groups : 1
    let first = call.scratchLanes(as: V.self)
    let count = m * width / V.count
    sums = (first, first + count)
    rows = UnsafeMutableRawPointer(first + 2 * count).assumingMemoryBound(to: V.Scalar.self)
    columns = rows + round * V.count * depth * width
  }

  func run() {
    let (mapA, mapB, mapC) = (FieldMap(call.sizes + 1), FieldMap(call.sizes + 3), FieldMap(call.sizes + 5))
    for output in 0..<mapC.mod {
      var (done, next) = sums
      for e in 0..<(m * width / V.count) { done[e] = .zero }
      for group in stride(from: 0, to: call.groups, by: round) {
        let items = Swift.min(round * V.count, call.items - group * V.count)
        var ahead = call.lookahead(
          after: group + round - 1, 0, 1, during: call.sizes[0] / mapC.mod * m * width / V.count * items * depth,
          as: V.self)
        for field in 0..<call.sizes[0] where mapC(field) == output {
          multiply(
            left(group, mapA(field)), right(group, mapB(field)), rows: m, columns: width / V.count,
            depth: items * depth, into: SumSink(from: done, into: next, columns: width / V.count, scale: 1),
            &ahead)
          swap(&done, &next)
        }
      }
      store(UnsafeMutableRawPointer(done).assumingMemoryBound(to: V.Scalar.self), output)
    }
  }

  /// A field of the first operand of the items of a round, m × (items · depth).
  private func left(_ group: Int, _ field: Int) -> MatrixView<SplatElements<V>> {
    let source = SplatElements<V>(UnsafePointer(columns))
    let isTransposed = call.sizes[10] != 0 || depth == 1
    if isTransposed {
      bring(0, group, field * depth * m, m * depth, each: m * depth, pieces: 1, between: 0)
      return MatrixView(source, rowStride: 1, columnStride: m)
    }
    let total = round * V.count * depth
    bring(0, group, field * depth * m, depth, each: depth, pieces: m, between: total)
    return MatrixView(source, rowStride: total, columnStride: 1)
  }

  /// A field of the second operand of the items of a round, (items · depth) × n; what lies beyond column n is any number.
  private func right(_ group: Int, _ field: Int) -> MatrixView<LaneElements<V>> {
    bring(1, group, field * depth * n, n, each: depth * width, pieces: depth, between: width)
    return MatrixView(
      LaneElements(UnsafeRawPointer(rows).assumingMemoryBound(to: V.self)), columns: width / V.count)
  }

  /// Items of a round in rows: `pieces` times `count` numbers of each from number `start` of an operand, pieces `between`
  /// and items `each` numbers apart.
  private func bring(
    _ operand: Int, _ group: Int, _ start: Int, _ count: Int, each: Int, pieces: Int, between: Int
  ) {
    let target = operand == 0 ? columns : rows
    withUnsafeTemporaryAllocation(of: Scalars?.self, capacity: V.count) { places in
      guard let places = places.baseAddress else { return }
      for g in 0..<Swift.min(round, call.groups - group) {
        let lanes = UnsafePointer(call.scalars(operand, group: group + g, as: V.self) + start * V.count)
        for piece in 0..<pieces {
          for lane in 0..<V.count {
            (places + lane).initialize(to: target + (g * V.count + lane) * each + piece * between)
          }
          lanesToRows(lanes + piece * count * V.count, count, into: places, valid: V.count, as: V.self)
        }
      }
    }
  }

  private func store(_ totals: Scalars, _ output: Int) {
    let c = call.scalars(2, group: 0, as: V.self) + output * m * n
    for row in 0..<m {
      for column in 0..<n { c[row * n + column] = totals[row * width + column] }
    }
  }
}
