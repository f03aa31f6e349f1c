import Glibc

/// Element type and shape of a tensor, known without reading its elements.
package struct TensorInfo: Equatable, Sendable {
  /// Element type.
  package let dtype: TensorDType
  /// Extents, outermost first; empty for a single number.
  package let shape: [Int]
  /// Number of elements.
  package let count: Int

  /// Checks that the extents are not negative and that the size in bytes fits an `Int`.
  ///
  /// Throws `implausibleSize`.
  package init(dtype: TensorDType, shape: [Int]) throws(TensorFileError) {
    var count = shape.contains(0) ? 0 : 1
    var overflow = false
    for extent in shape {
      if extent < 0 { throw TensorFileError(.implausibleSize, "shape \(shape) has a negative extent") }
      let product = count.multipliedReportingOverflow(by: extent)
      count = product.partialValue
      overflow = overflow || product.overflow
    }
    if overflow || count.multipliedReportingOverflow(by: dtype.byteWidth).overflow {
      throw TensorFileError(.implausibleSize, "shape \(shape) has more elements than memory can hold")
    }
    self.dtype = dtype
    self.shape = shape
    self.count = count
  }

  /// Size of the elements in bytes.
  package var byteCount: Int { count * dtype.byteWidth }

  /// Throws `implausibleSize` when the elements take more bytes than the machine has memory.
  ///
  /// An allocation that fails ends the process, and a small compressed or sparse file can ask for any size.
  func requireMemory() throws(TensorFileError) {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
    guard memory.overflow || memory.partialValue <= 0 || byteCount <= memory.partialValue else {
      throw TensorFileError(
        .implausibleSize,
        "shape \(shape) of \(dtype) takes \(byteCount) bytes, more than the memory of this machine")
    }
  }
}

/// A dense array: row-major, little-endian, without gaps.
package struct Tensor: Equatable, Sendable {
  /// Element type, shape and number of elements.
  package let info: TensorInfo
  /// The elements as they are stored in a file.
  package let bytes: [UInt8]

  /// Element type.
  package var dtype: TensorDType { info.dtype }
  /// Extents, outermost first; empty for a single number.
  package var shape: [Int] { info.shape }
  /// Number of elements.
  package var count: Int { info.count }

  /// A tensor over stored bytes; throws `shapeMismatch` unless `bytes` has exactly the size of `info`.
  package init(info: TensorInfo, bytes: [UInt8]) throws(TensorFileError) {
    guard bytes.count == info.byteCount else {
      throw TensorFileError(
        .shapeMismatch,
        "shape \(info.shape) of \(info.dtype) takes \(info.byteCount) bytes, but \(bytes.count) are given")
    }
    self.info = info
    self.bytes = bytes
  }

  /// A tensor of `values` in row-major order, one-dimensional when no shape is given.
  ///
  /// Throws `shapeMismatch` unless the extents multiply to the number of values.
  package init<Scalar: TensorScalar>(_ values: [Scalar], shape: [Int]? = nil) throws(TensorFileError) {
    let info = try TensorInfo(dtype: Scalar.tensorDType, shape: shape ?? [values.count])
    guard info.count == values.count else {
      throw TensorFileError(
        .shapeMismatch, "shape \(info.shape) has \(info.count) elements, but \(values.count) values are given")
    }
    self.info = info
    self.bytes = values.withUnsafeBytes { [UInt8]($0) }
  }

  /// The stored bytes, for a reader that converts by itself; not aligned to more than one byte.
  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes(body)
  }
}
