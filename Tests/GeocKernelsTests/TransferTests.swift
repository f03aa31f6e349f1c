import GeocKernelABI
import GeocKernels
import Testing

@Suite struct TransferTests {
  @Test(arguments: [1, 7, 8, 13, 16, 33], [1, 3, 8, 16, 37])
  func packsAndUnpacksDoubles(_ items: Int, _ elements: Int) throws {
    try roundTrip(items, elements, Double.self, .f64, lanes: 8) { Double($0) }
  }

  @Test(arguments: [1, 7, 16, 29, 48], [1, 5, 16, 37])
  func packsAndUnpacksFloats(_ items: Int, _ elements: Int) throws {
    try roundTrip(items, elements, Float.self, .f32, lanes: 16) { Float($0) }
  }

  /// Rows shorter and longer than the piece that is converted at a time.
  @Test(arguments: [5, 150]) func convertsEveryScalar(_ elements: Int) throws {
    try roundTrip(11, elements, UInt8.self, .u8, lanes: 8) { UInt8($0 % 256) }
    try roundTrip(11, elements, Int8.self, .i8, lanes: 16) { Int8($0 % 128) - 64 }
    try roundTrip(11, elements, Int16.self, .i16, lanes: 8) { Int16($0) - 300 }
    try roundTrip(11, elements, Int32.self, .i32, lanes: 16) { Int32($0) - 300 }
    try roundTrip(11, elements, Int64.self, .i64, lanes: 8) { Int64($0) - 300 }
    try roundTrip(11, elements, Float.self, .f32, lanes: 8) { Float($0) / 4 }
    try roundTrip(11, elements, Double.self, .f64, lanes: 16) { Double($0) / 4 }
    try roundTrip(11, elements, UInt8.self, .bool, lanes: 8) { UInt8($0 % 2) }
  }

  /// Rows picked in a scrambled order, packed, looked at lane by lane, and unpacked.
  private func roundTrip<Source>(
    _ items: Int, _ elements: Int, _: Source.Type, _ scalar: RowScalar, lanes: Int, _ value: (Int) -> Source
  ) throws where Source: Numeric {
    let transfer = try #require(KernelTable.shared.transfer)
    let rowCount = items + 3
    let data = (0..<(rowCount * elements)).map(value)
    let rows = (0..<items).map { ($0 * 5 + 1) % rowCount }
    let groups = (items + lanes - 1) / lanes
    let isWide = lanes == 8
    let register = isWide ? transfer.lanes64 : transfer.lanes32
    let size = isWide ? 8 : 4
    let packed = UnsafeMutableRawPointer.allocate(byteCount: groups * lanes * elements * size, alignment: 64)
    let unpacked = UnsafeMutableRawPointer.allocate(byteCount: (items * elements + 1) * size, alignment: 64)
    defer {
      packed.deallocate()
      unpacked.deallocate()
    }
    unpacked.initializeMemory(as: UInt8.self, repeating: 0x7B, count: (items * elements + 1) * size)
    try data.withUnsafeBytes { data in
      try rows.withUnsafeBufferPointer { rows in
        var call = PackCall(
          source: try #require(data.baseAddress), scalar: scalar, rows: try #require(rows.baseAddress), items: items,
          elements: elements, lanes: packed, groups: groups)
        if isWide { transfer.pack64(&call) } else { transfer.pack32(&call) }
      }
    }
    var back = UnpackCall(lanes: packed, items: items, elements: elements, destination: unpacked)
    if isWide { transfer.unpack64(&back) } else { transfer.unpack32(&back) }
    func number(_ memory: UnsafeMutableRawPointer, _ index: Int) -> Double {
      isWide
        ? memory.assumingMemoryBound(to: Double.self)[index]
        : Double(memory.assumingMemoryBound(to: Float.self)[index])
    }
    func expected(_ item: Int, _ element: Int) -> Double {
      switch data[rows[item] * elements + element] {
      case let x as Double: x
      case let x as Float: Double(x)
      case let x as any BinaryInteger: Double(Int(x))
      default: .nan
      }
    }
    for slot in 0..<(groups * lanes) {
      for e in 0..<elements {
        let index = (slot / register * elements + e) * register + slot % register
        #expect(number(packed, index) == expected(min(slot, items - 1), e))
        if slot < items { #expect(number(unpacked, slot * elements + e) == expected(slot, e)) }
      }
    }
    #expect(unpacked.load(fromByteOffset: items * elements * size, as: UInt8.self) == 0x7B)
  }
}
