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
  switch call.scalar {
  case .u8: convert(call, from: UInt8.self, as: V.self) { V.Scalar($0) }
  case .bool: convert(call, from: UInt8.self, as: V.self) { $0 == 0 ? 0 : 1 }
  case .i8: convert(call, from: Int8.self, as: V.self) { V.Scalar($0) }
  case .i16: convert(call, from: Int16.self, as: V.self) { V.Scalar($0) }
  case .i32: convert(call, from: Int32.self, as: V.self) { V.Scalar($0) }
  case .i64: convert(call, from: Int64.self, as: V.self) { V.Scalar($0) }
  case .f32:
    if V.Scalar.self == Float.self {
      packBlocks(call, as: V.self)
    } else {
      convert(call, from: Float.self, as: V.self) { V.Scalar($0) }
    }
  case .f64:
    if V.Scalar.self == Double.self {
      packBlocks(call, as: V.self)
    } else {
      convert(call, from: Double.self, as: V.self) { V.Scalar($0) }
    }
  }
}

/// One row at a time, each scalar converted.
@inline(always)
private func convert<V: Lanes, Source>(
  _ call: PackCall, from _: Source.Type, as _: V.Type, _ value: (Source) -> V.Scalar
) {
  let elements = call.elements
  let source = call.source.assumingMemoryBound(to: Source.self)
  let lanes = call.lanes.assumingMemoryBound(to: V.Scalar.self)
  for group in 0..<(call.groups * V.perGroup) {
    let out = lanes + group * elements * V.count
    for lane in 0..<V.count {
      let row = source + call.rows[min(group * V.count + lane, call.items - 1)] * elements
      for e in 0..<elements { out[e * V.count + lane] = value(row[e]) }
    }
  }
}

/// `V.count` rows at a time by block transposes; the scalars already have the right type.
private func packBlocks<V: Lanes>(_ call: PackCall, as _: V.Type) {
  let elements = call.elements
  let source = call.source.assumingMemoryBound(to: V.Scalar.self)
  let lanes = call.lanes.assumingMemoryBound(to: V.Scalar.self)
  withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { rows in
    guard let rows = rows.baseAddress else { return }
    for group in 0..<(call.groups * V.perGroup) {
      let out = lanes + group * elements * V.count
      for lane in 0..<V.count {
        rows[lane] = source + call.rows[min(group * V.count + lane, call.items - 1)] * elements
      }
      var e = 0
      while e + V.count <= elements {
        V.packBlock(rows, out + e * V.count)
        for lane in 0..<V.count { rows[lane] = rows[lane].map { $0 + V.count } }
        e += V.count
      }
      let rest = elements - e
      for lane in 0..<V.count {
        guard let row = rows[lane] else { continue }
        for k in 0..<rest { out[(e + k) * V.count + lane] = row[k] }
      }
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
      var e = 0
      if valid == V.count {
        for lane in 0..<V.count { rows[lane] = destination + (item + lane) * elements }
        while e + V.count <= elements {
          V.unpackBlock(input + e * V.count, rows)
          for lane in 0..<V.count { rows[lane] = rows[lane].map { $0 + V.count } }
          e += V.count
        }
      }
      for lane in 0..<valid {
        let row = destination + (item + lane) * elements
        for k in e..<elements { row[k] = input[k * V.count + lane] }
      }
      item += V.count
    }
  }
}
