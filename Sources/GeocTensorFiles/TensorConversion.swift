extension Tensor {
  /// The elements as they are, or nil when the element type is another one.
  package func scalars<Scalar: TensorScalar>(as type: Scalar.Type) -> [Scalar]? {
    dtype == Scalar.tensorDType ? stored(as: type) : nil
  }

  /// The elements rounded to the nearest double; exact for all types but 64-bit integers beyond 2⁵³.
  package func doubles() -> [Double] {
    switch dtype {
    case .f64: stored(as: Double.self)
    case .f32: converted(from: Float.self) { Double($0) }
    case .f16: converted(from: UInt16.self) { Double(Float16(bitPattern: $0)) }
    case .bf16: converted(from: UInt16.self) { Double(Float(brainBits: $0)) }
    case .i64: converted(from: Int64.self) { Double($0) }
    case .i32: converted(from: Int32.self) { Double($0) }
    case .i16: converted(from: Int16.self) { Double($0) }
    case .i8: converted(from: Int8.self) { Double($0) }
    case .u64: converted(from: UInt64.self) { Double($0) }
    case .u32: converted(from: UInt32.self) { Double($0) }
    case .u16: converted(from: UInt16.self) { Double($0) }
    case .u8: converted(from: UInt8.self) { Double($0) }
    case .bool: converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements rounded to the nearest float.
  package func floats() -> [Float] {
    switch dtype {
    case .f64: converted(from: Double.self) { Float($0) }
    case .f32: stored(as: Float.self)
    case .f16: converted(from: UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bf16: converted(from: UInt16.self) { Float(brainBits: $0) }
    case .i64: converted(from: Int64.self) { Float($0) }
    case .i32: converted(from: Int32.self) { Float($0) }
    case .i16: converted(from: Int16.self) { Float($0) }
    case .i8: converted(from: Int8.self) { Float($0) }
    case .u64: converted(from: UInt64.self) { Float($0) }
    case .u32: converted(from: UInt32.self) { Float($0) }
    case .u16: converted(from: UInt16.self) { Float($0) }
    case .u8: converted(from: UInt8.self) { Float($0) }
    case .bool: converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements as integers; throws `lossyConversion` at the first one that is not a 64-bit integer.
  package func int64s() throws(TensorFileError) -> [Int64] {
    switch dtype {
    case .f64, .f32, .f16, .bf16: try exactIntegers(doubles()) { Int64(exactly: $0) }
    case .i64: stored(as: Int64.self)
    case .i32: converted(from: Int32.self) { Int64($0) }
    case .i16: converted(from: Int16.self) { Int64($0) }
    case .i8: converted(from: Int8.self) { Int64($0) }
    case .u64: try exactIntegers(stored(as: UInt64.self)) { Int64(exactly: $0) }
    case .u32: converted(from: UInt32.self) { Int64($0) }
    case .u16: converted(from: UInt16.self) { Int64($0) }
    case .u8: converted(from: UInt8.self) { Int64($0) }
    case .bool: converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  private func exactIntegers<Value>(
    _ values: [Value], _ convert: (Value) -> Int64?
  ) throws(TensorFileError) -> [Int64] {
    var integers: [Int64] = []
    integers.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let integer = convert(value) else {
        throw TensorFileError(.lossyConversion, "element \(index) is \(value), which is not a 64-bit integer")
      }
      integers.append(integer)
    }
    return integers
  }

  private func stored<Stored>(as type: Stored.Type) -> [Stored] {
    [Stored](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      initialized = count
    }
  }

  private func converted<Stored: BitwiseCopyable, Value>(
    from type: Stored.Type, _ convert: (Stored) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { source in
        for index in 0..<count {
          let value = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
          buffer.initializeElement(at: index, to: convert(value))
        }
      }
      initialized = count
    }
  }
}

extension Float {
  /// The value of a bfloat16: the upper half of a float.
  fileprivate init(brainBits: UInt16) {
    self.init(bitPattern: UInt32(brainBits) << 16)
  }
}
