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
  let lanes = call.lanes.assumingMemoryBound(to: V.Scalar.self)
  for register in 0..<(call.groups * V.perGroup) {
    fetchRows(call, of: register + 1, as: V.self)
    let out = lanes + register * call.elements * V.count
    withUnsafeTemporaryAllocation(of: UnsafePointer<V.Scalar>?.self, capacity: V.count) { rows in
      guard let rows = rows.baseAddress else { return }
      if call.holds(V.Scalar.self) {
        transpose(call, register, rows, into: out, as: V.self)
      } else {
        convert(call, register, rows, into: out, as: V.self)
      }
    }
  }
}

/// Asks for the first bytes of a register's items: rows of a batch lie anywhere, and the processor only foresees what
/// follows each other.
@inline(always)
private func fetchRows<V: Lanes>(_ call: PackCall, of register: Int, as _: V.Type) {
  let bytes = Swift.min(call.elements * call.scalar.size, 512)
  for item in stride(from: register * V.count, to: Swift.min(call.items, (register + 1) * V.count), by: 1) {
    for line in stride(from: 0, to: bytes, by: 64) { cv_prefetch(call.address(item, 0) + line) }
  }
}

/// The item in a lane of a register; lanes beyond the last item repeat it.
@inline(always)
private func item<V: Lanes>(_ call: PackCall, _ register: Int, lane: Int, as _: V.Type) -> Int {
  min(register * V.count + lane, call.items - 1)
}

/// `V.count` rows at a time by block transposes; the scalars already have the right type.
private func transpose<V: Lanes>(
  _ call: PackCall, _ register: Int, _ rows: UnsafeMutablePointer<UnsafePointer<V.Scalar>?>,
  into out: UnsafeMutablePointer<V.Scalar>, as _: V.Type
) {
  for lane in 0..<V.count {
    let row = call.address(item(call, register, lane: lane, as: V.self), 0)
    (rows + lane).initialize(to: row.assumingMemoryBound(to: V.Scalar.self))
  }
  rowsToLanes(rows, call.elements, into: out, as: V.self)
}

/// Converted numbers of a row that wait for those of the other rows: with the rows of all lanes 1 KiB, the most that a
/// temporary allocation takes from the stack.
@inline(always)
private func convertedScalars<V: Lanes>(_: V.Type) -> Int { 1024 / (V.count * MemoryLayout<V.Scalar>.size) }

/// Each scalar converted, a piece of every row at a time, then as `transpose`.
private func convert<V: Lanes>(
  _ call: PackCall, _ register: Int, _ rows: UnsafeMutablePointer<UnsafePointer<V.Scalar>?>,
  into out: UnsafeMutablePointer<V.Scalar>, as _: V.Type
) {
  let most = convertedScalars(V.self)
  withUnsafeTemporaryAllocation(of: V.Scalar.self, capacity: V.count * most) { piece in
    guard let piece = piece.baseAddress else { return }
    for lane in 0..<V.count { (rows + lane).initialize(to: UnsafePointer(piece + lane * most)) }
    for start in stride(from: 0, to: call.elements, by: most) {
      let length = min(most, call.elements - start)
      for lane in 0..<V.count {
        convertRow(
          call, item(call, register, lane: lane, as: V.self), first: start, count: length,
          into: piece + lane * most)
      }
      rowsToLanes(rows, length, into: out + start * V.count, as: V.self)
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
      for lane in 0..<valid { (rows + lane).initialize(to: destination + (item + lane) * elements) }
      lanesToRows(UnsafePointer(input), elements, into: rows, valid: valid, as: V.self)
      item += V.count
    }
  }
}
