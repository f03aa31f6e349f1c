/// Element types of data rows that can be packed into lanes. Raw values are stable: they are written into plans.
package enum RowScalar: Int32, Sendable, CaseIterable {
  case u8 = 0
  case i8 = 1
  case i16 = 2
  case i32 = 3
  case i64 = 4
  case f32 = 5
  case f64 = 6
  case bool = 7

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .u8, .i8, .bool: 1
    case .i16: 2
    case .i32, .f32: 4
    case .i64, .f64: 8
    }
  }
}

/// Everything `pack` needs to bring rows of a data set into lanes.
package struct PackCall {
  /// Row 0 of the data set; rows are contiguous, `elements` scalars each.
  package var source: UnsafeRawPointer
  /// The scalars of the source.
  package var scalar: RowScalar
  /// Which row each item comes from.
  package var rows: UnsafePointer<Int>
  /// Items to pack, at least 1.
  package var items: Int
  /// Scalars per row.
  package var elements: Int
  /// The first group, in registers `[register][element][lane]`, 64-byte aligned. Lanes beyond the last item repeat it.
  package var lanes: UnsafeMutableRawPointer
  /// Groups to fill.
  package var groups: Int

  /// All fields, in order.
  package init(
    source: UnsafeRawPointer, scalar: RowScalar, rows: UnsafePointer<Int>, items: Int, elements: Int,
    lanes: UnsafeMutableRawPointer, groups: Int
  ) {
    self.source = source
    self.scalar = scalar
    self.rows = rows
    self.items = items
    self.elements = elements
    self.lanes = lanes
    self.groups = groups
  }
}

/// Everything `unpack` needs to write lanes out as rows.
package struct UnpackCall {
  /// The first group, in registers `[register][element][lane]`, 64-byte aligned.
  package var lanes: UnsafeRawPointer
  /// Items to write.
  package var items: Int
  /// Scalars per item.
  package var elements: Int
  /// Row of the first item: `[item][element]`, same scalar type as the lanes.
  package var destination: UnsafeMutableRawPointer

  /// All fields, in order.
  package init(lanes: UnsafeRawPointer, items: Int, elements: Int, destination: UnsafeMutableRawPointer) {
    self.lanes = lanes
    self.items = items
    self.elements = elements
    self.destination = destination
  }
}

/// The borders between rows and lanes, in both scalar types.
package struct LaneTransfer: Sendable {
  /// Rows → lanes of 8 doubles.
  package var pack64: @Sendable (UnsafePointer<PackCall>) -> Void
  /// Rows → lanes of 16 floats.
  package var pack32: @Sendable (UnsafePointer<PackCall>) -> Void
  /// Lanes of 8 doubles → rows.
  package var unpack64: @Sendable (UnsafePointer<UnpackCall>) -> Void
  /// Lanes of 16 floats → rows.
  package var unpack32: @Sendable (UnsafePointer<UnpackCall>) -> Void
  /// Doubles in a register of the instruction set: a group is stored one register's items after the other.
  package var lanes64: Int
  /// Floats in a register.
  package var lanes32: Int

  /// All fields, in order.
  package init(
    pack64: @escaping @Sendable (UnsafePointer<PackCall>) -> Void,
    pack32: @escaping @Sendable (UnsafePointer<PackCall>) -> Void,
    unpack64: @escaping @Sendable (UnsafePointer<UnpackCall>) -> Void,
    unpack32: @escaping @Sendable (UnsafePointer<UnpackCall>) -> Void,
    lanes64: Int = LaneWidth.f64, lanes32: Int = LaneWidth.f32
  ) {
    self.pack64 = pack64
    self.pack32 = pack32
    self.unpack64 = unpack64
    self.unpack32 = unpack32
    self.lanes64 = lanes64
    self.lanes32 = lanes32
  }
}
