/// What the header of an npy array says: a Python dictionary with exactly `descr`, `fortran_order` and `shape`.
struct NPYHeader {
  var info: TensorInfo
  var isColumnMajor: Bool
  var isBigEndian: Bool

  /// Reads magic, version and header; the stream then stands at the first element.
  init(from stream: any ByteStream) throws(TensorFileError) {
    let start = try stream.read(8)
    guard Array(start[..<6]) == NPYHeader.magic else {
      throw TensorFileError(.badHeader, "is not an npy array: the first bytes are not \\x93NUMPY")
    }
    let version = (start[6], start[7])
    let length: Int
    switch version {
    case (1, 0): length = Int(try stream.read(2).littleEndian(at: 0, as: UInt16.self) ?? 0)
    case (2, 0), (3, 0): length = Int(try stream.read(4).littleEndian(at: 0, as: UInt32.self) ?? 0)
    default:
      throw TensorFileError(.badHeader, "npy version \(version.0).\(version.1) is not known (1.0, 2.0 and 3.0 are)")
    }
    guard length <= NPYHeader.lengthLimit else {
      throw TensorFileError(
        .badHeader, "the npy header is \(length) bytes long; at most \(NPYHeader.lengthLimit) are read")
    }
    let fields = try NPYHeaderScanner(try stream.read(length)).fields()
    let type = try NPYHeader.elementType(fields.descr)
    self.info = try TensorInfo(dtype: type.dtype, shape: fields.shape)
    self.isColumnMajor = fields.fortranOrder
    self.isBigEndian = type.isBigEndian
  }

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  private static let lengthLimit = 1 << 20

  private static func elementType(
    _ descr: NPYHeaderScanner.Descr
  ) throws(TensorFileError) -> (dtype: TensorDType, isBigEndian: Bool) {
    guard case .simple(let text) = descr else {
      throw TensorFileError(
        .unsupportedDType, "structured element types are not read", help: "save each field as an array of its own")
    }
    var code = Substring(text)
    var isBigEndian = false
    if let order = code.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      code = code.dropFirst()
    }
    if code == "O" {
      throw TensorFileError(
        .pickledObject, "holds pickled Python objects, and files that need numpy's allow_pickle are not read",
        help: "save the array with a numeric dtype")
    }
    let types: [Substring: TensorDType] = [
      "f8": .f64, "f4": .f32, "f2": .f16, "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8,
      "u8": .u64, "u4": .u32, "u2": .u16, "u1": .u8, "b1": .bool,
    ]
    guard let dtype = types[code] else {
      throw TensorFileError(
        .unsupportedDType, "has element type '\(text)', which is not a real number, integer or boolean type",
        help: "convert it, for example with array.astype('<f8')")
    }
    return (dtype, isBigEndian)
  }

  /// A version 1 header as numpy writes it, so long that the elements start at a multiple of 64 bytes.
  ///
  /// Throws `notRepresentable` for bfloat16, which npy has no name for.
  static func encoded(_ info: TensorInfo) throws(TensorFileError) -> [UInt8] {
    let codes: [TensorDType: String] = [
      .f64: "<f8", .f32: "<f4", .f16: "<f2", .i64: "<i8", .i32: "<i4", .i16: "<i2", .i8: "|i1",
      .u64: "<u8", .u32: "<u4", .u16: "<u2", .u8: "|u1", .bool: "|b1",
    ]
    guard let code = codes[info.dtype] else {
      throw TensorFileError(.notRepresentable, "npy cannot hold \(info.dtype)", help: "write safetensors instead")
    }
    let extents = info.shape.map(String.init).joined(separator: ", ") + (info.shape.count == 1 ? "," : "")
    var text = "{'descr': '\(code)', 'fortran_order': False, 'shape': (\(extents)), }"
    let used = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
    guard let length = UInt16(exactly: text.utf8.count) else {
      throw TensorFileError(.notRepresentable, "the shape has too many dimensions for npy")
    }
    var bytes = magic + [1, 0]
    bytes.append(littleEndian: length)
    return bytes + Array(text.utf8)
  }
}
