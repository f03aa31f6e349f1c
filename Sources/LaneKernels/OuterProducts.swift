import GeocKernelABI

/// `matmul_reduce` of depth one: a sum of outer products, one for each item and field.
///
/// Lane by lane, every element of the result would have to be added up over the lanes at the end of a chunk, which takes
/// longer than its few products. Items are brought into rows instead, and a block of the result stays in registers while
/// it goes through them.
struct OuterProducts<V: Lanes> {
  typealias Scalars = UnsafeMutablePointer<V.Scalar>

  /// Rows and columns of a block; numbers in a row of the scratch fill whole blocks.
  private static var blockRows: Int { 4 }
  private static var blockColumns: Int { 2 * V.count }
  /// Vectors of items that are brought into rows at once.
  private static var registers: Int { 2 }

  private let call: KernelCall
  private let fields: Int
  private let maps: (a: FieldMap, b: FieldMap, c: FieldMap)
  private let m: Int
  private let n: Int
  private let columns: Scalars
  private let columnsStride: Int
  private let rows: Scalars
  private let rowsStride: Int
  private let rest: UnsafeMutablePointer<V>

  /// Scratch scalars per lane.
  static func workspace(m: Int, n: Int) -> Int {
    registers * (padded(m, to: LaneWidth.f32) + padded(n, to: 2 * LaneWidth.f32)) + 8
  }

  private static func padded(_ n: Int, to block: Int) -> Int { (n + block - 1) / block * block }

  /// The sizes of `matmul_reduce`, both operands batched.
  init(_ call: KernelCall) {
    let s = call.sizes
    self.call = call
    fields = s[0]
    maps = (FieldMap(s + 1), FieldMap(s + 3), FieldMap(s + 5))
    (m, n) = (s[7], s[9])
    rest = call.scratchLanes(as: V.self)
    columns = UnsafeMutableRawPointer(rest + 8).assumingMemoryBound(to: V.Scalar.self)
    columnsStride = Self.padded(m, to: Swift.max(V.count, Self.blockRows))
    rows = columns + Self.registers * V.count * columnsStride
    rowsStride = Self.padded(n, to: Self.blockColumns)
  }

  func run() {
    let c = call.scalars(2, group: 0, as: V.self)
    for output in 0..<maps.c.mod {
      let result = c + output * m * n
      var isEmpty = true
      for first in stride(from: 0, to: call.groups, by: Self.registers) {
        for field in 0..<fields where maps.c(field) == output {
          var items = 0
          for group in first..<Swift.min(first + Self.registers, call.groups) {
            bring(0, maps.a(field) * m, m, group, into: columns + items * columnsStride, stride: columnsStride)
            bring(1, maps.b(field) * n, n, group, into: rows + items * rowsStride, stride: rowsStride)
            items += call.validLanes(group: group, as: V.self)
          }
          add(items, to: result, isEmpty: isEmpty)
          isEmpty = false
        }
      }
      if isEmpty { for e in 0..<(m * n) { result[e] = 0 } }
    }
  }

  /// Elements from `start` on of the items of a vector group, a row for each item.
  private func bring(_ operand: Int, _ start: Int, _ count: Int, _ group: Int, into target: Scalars, stride: Int) {
    let lanes = call.scalars(operand, group: group, as: V.self) + start * V.count
    let blocks = count / V.count
    withUnsafeTemporaryAllocation(of: Scalars?.self, capacity: V.count) { places in
      guard let places = places.baseAddress else { return }
      for lane in 0..<V.count { (places + lane).initialize(to: target + lane * stride) }
      V.unpackBlocks(lanes, places, blocks)
    }
    for lane in 0..<V.count {
      let row = target + lane * stride
      for e in (blocks * V.count)..<count { row[e] = lanes[e * V.count + lane] }
      for e in count..<Swift.max(count, stride) { row[e] = 0 }
    }
  }

  /// Adds the products of so many items, or with `isEmpty` starts with them.
  private func add(_ items: Int, to result: Scalars, isEmpty: Bool) {
    for row in stride(from: 0, to: m, by: Self.blockRows) {
      for column in stride(from: 0, to: n, by: Self.blockColumns) {
        let isWhole = row + Self.blockRows <= m && column + Self.blockColumns <= n
        let target = result + row * n + column
        if isWhole {
          block(items, row, column, into: target, stride: n, isEmpty: isEmpty)
        } else {
          let part = UnsafeMutableRawPointer(rest).assumingMemoryBound(to: V.Scalar.self)
          let (height, width) = (Swift.min(Self.blockRows, m - row), Swift.min(Self.blockColumns, n - column))
          for e in 0..<(8 * V.count) { part[e] = 0 }
          if !isEmpty {
            for i in 0..<height { for j in 0..<width { part[i * Self.blockColumns + j] = target[i * n + j] } }
          }
          block(items, row, column, into: part, stride: Self.blockColumns, isEmpty: false)
          for i in 0..<height { for j in 0..<width { target[i * n + j] = part[i * Self.blockColumns + j] } }
        }
      }
    }
  }

  /// Four rows and two vectors of the result.
  @inline(never)
  private func block(_ items: Int, _ row: Int, _ column: Int, into c: Scalars, stride: Int, isEmpty: Bool) {
    var c00 = V.zero, c01 = V.zero, c10 = V.zero, c11 = V.zero
    var c20 = V.zero, c21 = V.zero, c30 = V.zero, c31 = V.zero
    let width = V.count
    if !isEmpty {
      (c00, c01) = (V.load(c), V.load(c + width))
      (c10, c11) = (V.load(c + stride), V.load(c + stride + width))
      (c20, c21) = (V.load(c + 2 * stride), V.load(c + 2 * stride + width))
      (c30, c31) = (V.load(c + 3 * stride), V.load(c + 3 * stride + width))
    }
    var (a, b) = (columns + row, rows + column)
    for _ in 0..<items {
      let (b0, b1) = (V.load(b), V.load(b + width))
      let a0 = V.splat(a[0])
      c00 = V.fma(a0, b0, c00)
      c01 = V.fma(a0, b1, c01)
      let a1 = V.splat(a[1])
      c10 = V.fma(a1, b0, c10)
      c11 = V.fma(a1, b1, c11)
      let a2 = V.splat(a[2])
      c20 = V.fma(a2, b0, c20)
      c21 = V.fma(a2, b1, c21)
      let a3 = V.splat(a[3])
      c30 = V.fma(a3, b0, c30)
      c31 = V.fma(a3, b1, c31)
      a += columnsStride
      b += rowsStride
    }
    c00.store(c)
    c01.store(c + width)
    c10.store(c + stride)
    c11.store(c + stride + width)
    c20.store(c + 2 * stride)
    c21.store(c + 2 * stride + width)
    c30.store(c + 3 * stride)
    c31.store(c + 3 * stride + width)
  }
}
