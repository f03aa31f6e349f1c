extension RandomAccessCollection where Element == UInt8, Index == Int {
  /// The little-endian integer that starts `offset` bytes after the first one; nil when it would pass the end.
  func littleEndian<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type = Value.self) -> Value? {
    let width = MemoryLayout<Value>.size
    guard offset >= 0, offset <= count - width else { return nil }
    var value: Value = 0
    for index in stride(from: startIndex + offset + width - 1, through: startIndex + offset, by: -1) {
      value = (width == 1 ? 0 : value << 8) | Value(truncatingIfNeeded: self[index])
    }
    return value
  }
}

extension [UInt8] {
  /// Appends an integer, least significant byte first.
  mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Reverses the bytes of each element of `width` bytes.
  mutating func swapByteOrder(width: Int) {
    guard width > 1 else { return }
    for start in Swift.stride(from: 0, to: count - count % width, by: width) {
      for offset in 0..<width / 2 { swapAt(start + offset, start + width - 1 - offset) }
    }
  }

  /// The elements of a column-major array of this shape, in row-major order.
  func rowMajor(fromColumnMajor shape: [Int], width: Int) -> [UInt8] {
    guard shape.count > 1, !isEmpty else { return self }
    var strides: [Int] = []
    var stride = width
    for extent in shape {
      strides.append(stride)
      stride *= extent
    }
    var position = [Int](repeating: 0, count: shape.count)
    var source = 0
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for target in Swift.stride(from: 0, to: count, by: width) {
        for offset in 0..<width { buffer.initializeElement(at: target + offset, to: self[source + offset]) }
        var axis = shape.count - 1
        while axis >= 0 {
          position[axis] += 1
          source += strides[axis]
          if position[axis] < shape[axis] { break }
          source -= strides[axis] * shape[axis]
          position[axis] = 0
          axis -= 1
        }
      }
      initialized = count
    }
  }
}
