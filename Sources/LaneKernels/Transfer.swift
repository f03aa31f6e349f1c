import GeocKernelABI

/// The borders between rows and lanes, for this instruction set.
package func laneTransfer() -> LaneTransfer {
  LaneTransfer(
    pack64: { pack($0.pointee, as: VectorOfDoubles.self) }, pack32: { pack($0.pointee, as: VectorOfFloats.self) },
    unpack64: { unpack($0.pointee, as: VectorOfDoubles.self) },
    unpack32: { unpack($0.pointee, as: VectorOfFloats.self) },
    lanes64: VectorOfDoubles.count, lanes32: VectorOfFloats.count)
}

private func pack<V: Lanes>(_ call: PackCall, as vector: V.Type) {
  let lanes = call.lanes.assumingMemoryBound(to: V.self)
  for register in 0..<(call.groups * V.perGroup) {
    packRegister(call, register, first: 0, count: call.elements, into: lanes + register * call.elements)
  }
}

/// Elements `first ..< first + count` of the rows of one register's items, brought into lanes. Lanes beyond the last item
/// repeat it.
func packRegister<V: Lanes>(
  _ call: PackCall, _ register: Int, first: Int, count: Int, into lanes: UnsafeMutablePointer<V>
) {
  lanes.withMemoryRebound(to: V.Scalar.self, capacity: count * V.count) { out in
    switch call.scalar {
    case .u8: convert(call, register, first, count, out, from: UInt8.self, as: V.self) { V.Scalar($0) }
    case .bool: convert(call, register, first, count, out, from: UInt8.self, as: V.self) { $0 == 0 ? 0 : 1 }
    case .i8: convert(call, register, first, count, out, from: Int8.self, as: V.self) { V.Scalar($0) }
    case .i16: convert(call, register, first, count, out, from: Int16.self, as: V.self) { V.Scalar($0) }
    case .i32: convert(call, register, first, count, out, from: Int32.self, as: V.self) { V.Scalar($0) }
    case .i64: convert(call, register, first, count, out, from: Int64.self, as: V.self) { V.Scalar($0) }
    case .f32:
      if V.Scalar.self == Float.self {
        transpose(call, register, first, count, out, as: V.self)
      } else {
        convert(call, register, first, count, out, from: Float.self, as: V.self) { V.Scalar($0) }
      }
    case .f64:
      if V.Scalar.self == Double.self {
        transpose(call, register, first, count, out, as: V.self)
      } else {
        convert(call, register, first, count, out, from: Double.self, as: V.self) { V.Scalar($0) }
      }
    }
  }
}

/// One row at a time, each scalar converted.
@inline(always)
private func convert<V: Lanes, Source>(
  _ call: PackCall, _ register: Int, _ first: Int, _ count: Int, _ out: UnsafeMutablePointer<V.Scalar>,
  from _: Source.Type, as _: V.Type, _ value: (Source) -> V.Scalar
) {
  let source = call.source.assumingMemoryBound(to: Source.self) + first
  for lane in 0..<V.count {
    let row = source + call.rows[min(register * V.count + lane, call.items - 1)] * call.elements
    for e in 0..<count { out[e * V.count + lane] = value(row[e]) }
  }
}

/// `V.count` rows at a time by block transposes; the scalars already have the right type.
private func transpose<V: Lanes>(
  _ call: PackCall, _ register: Int, _ first: Int, _ count: Int, _ out: UnsafeMutablePointer<V.Scalar>, as _: V.Type
) {
  let source = call.source.assumingMemoryBound(to: V.Scalar.self) + first
  withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { rows in
    guard let rows = rows.baseAddress else { return }
    for lane in 0..<V.count {
      rows[lane] = source + call.rows[min(register * V.count + lane, call.items - 1)] * call.elements
    }
    let blocks = count / V.count
    V.packBlocks(rows, out, blocks)
    for lane in 0..<V.count {
      guard let row = rows[lane] else { continue }
      for e in (blocks * V.count)..<count { out[e * V.count + lane] = row[e] }
    }
  }
}

private func unpack<V: Lanes>(_ call: UnpackCall, as _: V.Type) {
  let elements = call.elements
  let lanes = call.lanes.assumingMemoryBound(to: V.Scalar.self)
  let destination = call.destination.assumingMemoryBound(to: V.Scalar.self)
  withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<V.Scalar>?.self, capacity: V.count) { rows in
    guard let rows = rows.baseAddress else { return }
    var item = 0
    while item < call.items {
      let input = lanes + item * elements
      let valid = min(V.count, call.items - item)
      let blocks = valid == V.count ? elements / V.count : 0
      if blocks > 0 {
        for lane in 0..<V.count { rows[lane] = destination + (item + lane) * elements }
        V.unpackBlocks(input, rows, blocks)
      }
      for lane in 0..<valid {
        let row = destination + (item + lane) * elements
        for k in (blocks * V.count)..<elements { row[k] = input[k * V.count + lane] }
      }
      item += V.count
    }
  }
}
