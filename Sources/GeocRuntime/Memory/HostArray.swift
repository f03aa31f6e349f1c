import GeocDiagnostics
import GeocKernelABI
import GeocTensorFiles
import Glibc

/// Rows of data outside of the lanes: a column of a data set, or a batched result. Row-major, fixed in memory.
///
/// Shared between workers, which read, or write disjoint rows.
package final class HostArray: @unchecked Sendable {
  /// Type of its scalars.
  package let scalar: RowScalar
  /// Rows.
  package let rowCount: Int
  /// Shape of one row.
  package let rowShape: [Int]
  /// Scalars in one row.
  package let elements: Int
  let memory: AlignedMemory

  /// Zeroed rows. Throws E0408.
  package init(scalar: RowScalar, rowCount: Int, rowShape: [Int]) throws(GeocError) {
    self.scalar = scalar
    self.rowCount = rowCount
    self.rowShape = rowShape
    elements = rowShape.reduce(1, *)
    memory = try AlignedMemory(byteCount: .product(rowCount, elements, scalar.size))
  }

  /// A copy of `tensor`, whose leading axis counts rows. Throws E0507 for a tensor without axes, E0408.
  package convenience init(_ tensor: Tensor) throws(GeocError) {
    guard let rowCount = tensor.shape.first else {
      throw GeocError(Diagnostic(.data.shape, "an array of samples needs a leading axis"))
    }
    let rowShape = Array(tensor.shape.dropFirst())
    if let scalar = RowScalar(tensor.dtype) {
      try self.init(scalar: scalar, rowCount: rowCount, rowShape: rowShape)
      tensor.withUnsafeBytes { bytes in
        if let source = bytes.baseAddress { memcpy(memory.base, source, bytes.count) }
      }
    } else {
      try self.init(scalar: .f64, rowCount: rowCount, rowShape: rowShape)
      tensor.doubles().withUnsafeBytes { bytes in
        if let source = bytes.baseAddress { memcpy(memory.base, source, bytes.count) }
      }
    }
  }

  /// The first `count` rows as a tensor of shape `[count] + rowShape`. Throws what `Tensor` throws.
  package func tensor(rows count: Int) throws(TensorFileError) -> Tensor {
    let info = try TensorInfo(dtype: scalar.tensorDType, shape: [min(count, rowCount)] + rowShape)
    return try Tensor(info: info, bytes: [UInt8](UnsafeRawBufferPointer(start: memory.base, count: info.byteCount)))
  }

  /// Row `row` as doubles, as many as fit.
  func copy(row: Int, into values: inout [Double]) {
    for e in 0..<min(elements, values.count) { values[e] = value(row: row, element: e) }
  }

  /// Number `element` of row `row`, as a double; NaN outside of the array.
  package func value(row: Int, element: Int = 0) -> Double {
    guard row >= 0, row < rowCount, element >= 0, element < elements else { return .nan }
    let at = memory.base + (row * elements + element) * scalar.size
    return switch scalar {
    case .u8: Double(at.load(as: UInt8.self))
    case .i8: Double(at.load(as: Int8.self))
    case .i16: Double(at.load(as: Int16.self))
    case .i32: Double(at.load(as: Int32.self))
    case .i64: Double(at.load(as: Int64.self))
    case .f32: Double(at.load(as: Float.self))
    case .f64: at.load(as: Double.self)
    case .bool: at.load(as: UInt8.self) == 0 ? 0 : 1
    }
  }
}

extension RowScalar {
  /// The scalar of a tensor's elements, nil for types that are converted to doubles first.
  init?(_ dtype: TensorDType) {
    switch dtype {
    case .u8: self = .u8
    case .i8: self = .i8
    case .i16: self = .i16
    case .i32: self = .i32
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .bool: self = .bool
    case .f16, .bf16, .u16, .u32, .u64: return nil
    }
  }

  /// Whether scalars can be NaN or infinite.
  var isFloatingPoint: Bool { self == .f32 || self == .f64 }

  /// The element type of a tensor with the same bytes.
  var tensorDType: TensorDType {
    switch self {
    case .u8: .u8
    case .i8: .i8
    case .i16: .i16
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .bool: .bool
    }
  }
}
