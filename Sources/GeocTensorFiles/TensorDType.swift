/// Element type of a tensor in a file.
package enum TensorDType: String, Sendable, CaseIterable {
  case f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, bool

  /// Bytes of one element.
  package var byteWidth: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Whether the elements are floating-point numbers.
  package var isFloatingPoint: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16: true
    default: false
    }
  }
}

/// A Swift number that is stored in a tensor as it is.
package protocol TensorScalar: Sendable {
  /// The element type with the same bytes.
  static var tensorDType: TensorDType { get }
}

extension Double: TensorScalar {
  package static var tensorDType: TensorDType { .f64 }
}
extension Float: TensorScalar {
  package static var tensorDType: TensorDType { .f32 }
}
extension Float16: TensorScalar {
  package static var tensorDType: TensorDType { .f16 }
}
extension Int64: TensorScalar {
  package static var tensorDType: TensorDType { .i64 }
}
extension Int32: TensorScalar {
  package static var tensorDType: TensorDType { .i32 }
}
extension Int16: TensorScalar {
  package static var tensorDType: TensorDType { .i16 }
}
extension Int8: TensorScalar {
  package static var tensorDType: TensorDType { .i8 }
}
extension UInt64: TensorScalar {
  package static var tensorDType: TensorDType { .u64 }
}
extension UInt32: TensorScalar {
  package static var tensorDType: TensorDType { .u32 }
}
extension UInt16: TensorScalar {
  package static var tensorDType: TensorDType { .u16 }
}
extension UInt8: TensorScalar {
  package static var tensorDType: TensorDType { .u8 }
}
