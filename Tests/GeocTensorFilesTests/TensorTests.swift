import GeocTensorFiles
import Testing

@Suite struct TensorTests {
  @Test func shapeMustMatchTheValues() throws {
    #expect(throws: TensorFileError.self) { try Tensor([1.0, 2.0], shape: [3]) }
    #expect(try Tensor([1.0, 2.0]).shape == [2])
    #expect(try Tensor([1.0], shape: []).count == 1)
  }

  @Test(arguments: [[Int.max, 2], [1 << 32, 1 << 32], [Int.max], [-1], [0, -1]])
  func impossibleShapes(shape: [Int]) {
    #expect { try TensorInfo(dtype: .f64, shape: shape) } throws: {
      ($0 as? TensorFileError)?.kind == .implausibleSize
    }
  }

  @Test func anEmptyExtentMakesAnyShapeEmpty() throws {
    #expect(try TensorInfo(dtype: .f64, shape: [Int.max, Int.max, 0]).byteCount == 0)
  }

  @Test func conversions() throws {
    let bytes: [UInt8] = [0xC0, 0x3F, 0x49, 0xC0]
    let brain = try Tensor(info: TensorInfo(dtype: .bf16, shape: [2]), bytes: bytes)
    #expect(brain.doubles() == [1.5, -3.140625])
    #expect(brain.floats() == [1.5, -3.140625])
    let half = try Tensor([Float16(0.5), -65504])
    #expect(half.doubles() == [0.5, -65504])
    #expect(half.floats() == [0.5, -65504])
    #expect(half.scalars(as: Float16.self) == [0.5, -65504])
    #expect(half.scalars(as: Double.self) == nil)
    #expect(try Tensor([Int8(-1), 5]).doubles() == [-1, 5])
    #expect(try Tensor([UInt64.max]).doubles() == [0x1p64])
    #expect(try Tensor([Int16(-7)]).floats() == [-7])
    let flags = try Tensor(info: TensorInfo(dtype: .bool, shape: [3]), bytes: [0, 1, 2])
    #expect(try flags.int64s() == [0, 1, 1])
    #expect(flags.doubles() == [0, 1, 1])
    #expect(try Tensor([3.0, -4.0]).int64s() == [3, -4])
    #expect(try Tensor([UInt32.max]).int64s() == [4_294_967_295])
  }

  @Test(arguments: [0.5, .nan, .infinity, 0x1p63])
  func lossyIntegers(value: Double) throws {
    let tensor = try Tensor([1, value])
    #expect { try tensor.int64s() } throws: {
      guard let error = $0 as? TensorFileError else { return false }
      return error.kind == .lossyConversion && error.message.contains("element 1")
    }
  }

  @Test func unsignedBeyondSigned() throws {
    let tensor = try Tensor([UInt64.max])
    #expect(throws: TensorFileError.self) { try tensor.int64s() }
  }
}
