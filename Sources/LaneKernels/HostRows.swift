import GeocKernelABI

extension PackCall {
  /// Element `first` of an item's row.
  @inline(always) func address(_ item: Int, _ first: Int) -> UnsafeRawPointer {
    source + (rows[item] * elements + first) * scalar.size
  }

  /// Whether rows are of these scalars already.
  @inline(always) func holds<Scalar>(_: Scalar.Type) -> Bool {
    switch scalar {
    case .f32: Scalar.self == Float.self
    case .f64: Scalar.self == Double.self
    default: false
    }
  }
}

/// Elements `first ..< first + count` of an item's row, converted.
@inline(never)
func convertRow<Scalar: BinaryFloatingPoint>(
  _ call: PackCall, _ item: Int, first: Int, count: Int, into target: UnsafeMutablePointer<Scalar>
) {
  let row = call.address(item, first)
  switch call.scalar {
  case .u8: convert(row, from: UInt8.self, count, target) { Scalar($0) }
  case .bool: convert(row, from: UInt8.self, count, target) { $0 == 0 ? 0 : 1 }
  case .i8: convert(row, from: Int8.self, count, target) { Scalar($0) }
  case .i16: convert(row, from: Int16.self, count, target) { Scalar($0) }
  case .i32: convert(row, from: Int32.self, count, target) { Scalar($0) }
  case .i64: convert(row, from: Int64.self, count, target) { Scalar($0) }
  case .f32: convert(row, from: Float.self, count, target) { Scalar($0) }
  case .f64: convert(row, from: Double.self, count, target) { Scalar($0) }
  }
}

@inline(always)
private func convert<Source, Scalar>(
  _ row: UnsafeRawPointer, from _: Source.Type, _ count: Int, _ target: UnsafeMutablePointer<Scalar>,
  _ value: (Source) -> Scalar
) {
  let row = row.assumingMemoryBound(to: Source.self)
  for e in 0..<count { (target + e).initialize(to: value(row[e])) }
}
