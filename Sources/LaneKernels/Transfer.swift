import CVec
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
    fetchRows(call, of: register + 1, first: 0, count: call.elements, as: V.self)
    packRegister(call, register, first: 0, count: call.elements, into: lanes + register * call.elements)
  }
}

/// Asks for the first bytes of elements `first ..< first + count` of a register's items: rows of a batch lie anywhere, and
/// the processor only foresees what follows each other. Elements beyond the rows are left alone.
@inline(always)
func fetchRows<V: Lanes>(_ call: PackCall, of register: Int, first: Int, count: Int, as _: V.Type) {
  let size = call.scalar.size
  let bytes = Swift.min(count, call.elements - first) * size
  for item in stride(from: register * V.count, to: Swift.min(call.items, (register + 1) * V.count), by: 1) {
    let row = UnsafeRawPointer(call.source) + (call.rows[item] * call.elements + first) * size
    for line in stride(from: 0, to: Swift.min(bytes, 512), by: 64) { cv_prefetch(row + line) }
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

/// Converted numbers of a row that wait for those of the other rows.
private let convertedScalars = 64

/// Each scalar converted, a piece of every row at a time, then as `transpose`.
@inline(always)
private func convert<V: Lanes, Source>(
  _ call: PackCall, _ register: Int, _ first: Int, _ count: Int, _ out: UnsafeMutablePointer<V.Scalar>,
  from _: Source.Type, as _: V.Type, _ value: (Source) -> V.Scalar
) {
  let source = call.source.assumingMemoryBound(to: Source.self) + first
  withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: V.count * convertedScalars) { piece in
    withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { rows in
      guard let piece = piece.baseAddress, let rows = rows.baseAddress else { return }
      for lane in 0..<V.count { (rows + lane).initialize(to: UnsafePointer(piece + lane * convertedScalars)) }
      for start in stride(from: 0, to: count, by: convertedScalars) {
        let length = min(convertedScalars, count - start)
        for lane in 0..<V.count {
          let row = source + call.rows[min(register * V.count + lane, call.items - 1)] * call.elements + start
          let target = piece + lane * convertedScalars
          for e in 0..<length { (target + e).initialize(to: value(row[e])) }
        }
        rowsToLanes(rows, length, into: out + start * V.count, as: V.self)
      }
    }
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
      let item = call.rows[min(register * V.count + lane, call.items - 1)]
      (rows + lane).initialize(to: source + item * call.elements)
    }
    rowsToLanes(rows, count, into: out, as: V.self)
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
      for lane in 0..<valid { (rows + lane).initialize(to: destination + (item + lane) * elements) }
      lanesToRows(UnsafePointer(input), elements, into: rows, valid: valid, as: V.self)
      item += V.count
    }
  }
}
