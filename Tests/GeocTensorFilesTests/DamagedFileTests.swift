import GeocTensorFiles
import Glibc
import Testing

@Suite struct DamagedFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var kind: TensorFileError.Kind
    var array: String?
    var says: String
    var testDescription: String { file }
  }

  static let cases: [Case] = [
    Case(file: "absent.npz", kind: .missingFile, says: "does not exist"),
    Case(file: ".", kind: .unreadable, says: "regular file"),
    Case(file: "object.npy", kind: .pickledObject, array: "object", says: "allow_pickle"),
    Case(file: "object.npz", kind: .pickledObject, array: "broken", says: "allow_pickle"),
    Case(file: "structured.npy", kind: .unsupportedDType, array: "structured", says: "structured"),
    Case(file: "complex.npy", kind: .unsupportedDType, array: "complex", says: "<c16"),
    Case(file: "text.npy", kind: .unsupportedDType, array: "text", says: "<U2"),
    Case(file: "truncated.npy", kind: .truncated, array: "truncated", says: "takes 48 bytes, but only 43"),
    Case(file: "truncated_header.npy", kind: .truncated, array: "truncated_header", says: "are left"),
    Case(file: "trailing.npy", kind: .badHeader, array: "trailing", says: "1 bytes follow"),
    Case(file: "bad_header_code.npy", kind: .badHeader, array: "bad_header_code", says: "extent"),
    Case(file: "bad_header_extra.npy", kind: .badHeader, array: "bad_header_extra", says: "unknown entry 'x'"),
    Case(file: "bad_header_missing.npy", kind: .badHeader, array: "bad_header_missing", says: "'fortran_order'"),
    Case(file: "bad_version.npy", kind: .badHeader, array: "bad_version", says: "version 9.0"),
    Case(file: "huge_shape.npy", kind: .implausibleSize, array: "huge_shape", says: "more elements"),
    Case(file: "large_shape.npy", kind: .truncated, array: "large_shape", says: "only 8 follow"),
    Case(file: "bad_crc.npz", kind: .badChecksum, array: "x", says: "CRC-32"),
    Case(file: "truncated.npz", kind: .truncated, says: "cut off"),
    Case(file: "bad_deflate.npz", kind: .corruptData, array: "z", says: "compressed data is damaged"),
    Case(file: "bad_crc_deflated.npz", kind: .badChecksum, array: "z", says: "CRC-32"),
    Case(file: "short_deflate.npz", kind: .corruptData, array: "z", says: "stops before its end mark"),
    Case(file: "long_deflate.npz", kind: .corruptData, array: "z", says: "bytes follow the end"),
    Case(file: "bomb.npz", kind: .implausibleSize, array: "z", says: "cannot hold the 4026531840"),
    Case(file: "too_long_declared.npz", kind: .badHeader, array: "z", says: "64 bytes follow"),
    Case(file: "too_short_declared.npz", kind: .truncated, array: "z", says: "takes 8000 bytes"),
    Case(file: "encrypted.npz", kind: .encrypted, array: "x", says: "encrypted"),
    Case(file: "bzip2.npz", kind: .unsupportedCompression, array: "x", says: "method 12"),
    Case(file: "duplicate.npz", kind: .duplicateArray, array: "x.npy", says: "two members"),
    Case(file: "foreign.npz", kind: .unknownFormat, says: ".npy member"),
    Case(file: "gap.safetensors", kind: .badHeader, array: "b", says: "ends at 8"),
    Case(file: "overlap.safetensors", kind: .badHeader, array: "b", says: "ends at 16"),
    Case(file: "unclaimed.safetensors", kind: .badHeader, says: "8 bytes of data belong to no array"),
    Case(file: "truncated.safetensors", kind: .truncated, array: "a", says: "23 bytes"),
    Case(file: "wrong_size.safetensors", kind: .badHeader, array: "a", says: "takes 12 bytes"),
    Case(file: "overflow.safetensors", kind: .implausibleSize, array: "a", says: "more elements"),
    Case(file: "duplicate.safetensors", kind: .duplicateArray, says: "same name"),
    Case(file: "bad_json.safetensors", kind: .badHeader, says: "JSON"),
    Case(file: "long_header.safetensors", kind: .badHeader, says: "1099511627776"),
    Case(file: "short.safetensors", kind: .truncated, says: "3 bytes"),
  ]

  @Test(arguments: cases)
  func oneClearError(expected: Case) throws {
    let error = try #require(failure(fixture(expected.file)))
    #expect(error.kind == expected.kind)
    #expect(error.array == expected.array)
    #expect(error.message.contains(expected.says), "\(error.message)")
    #expect(error.file == fixture(expected.file))
    #expect(error.description.hasPrefix(fixture(expected.file) + ": "))
  }

  /// Sparse files: they have the bytes they declare, but no machine has the memory.
  @Test func moreThanTheMemory() throws {
    let space = try Workspace()
    let elements = 1 << 40
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(elements),), }\n"
    let npy = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    let json = #"{"t":{"dtype":"U8","shape":[\#(elements)],"data_offsets":[0,\#(elements)]}}"#
    let safetensors = [UInt8(json.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(json.utf8)
    for (name, start) in [("t.npy", npy), ("t.safetensors", safetensors)] {
      try Workspace.put(start, at: space.path(name))
      try #require(truncate(space.path(name), start.count + elements) == 0)
      #expect(try TensorArchive.open(space.path(name)).info("t").count == elements)
      let error = try #require(failure(space.path(name)))
      #expect(error.kind == .implausibleSize && error.array == "t")
      #expect(error.message.contains("memory of this machine"))
    }
  }

  /// Cutting a good file anywhere gives an error of this module, never a crash or a wrong array.
  @Test(arguments: ["c_order.npy", "deflated.npz", "zip64.npz", "library.safetensors"])
  func everyPrefixIsRefused(name: String) throws {
    let space = try Workspace()
    let bytes = try Workspace.contents(of: fixture(name))
    for count in 0..<bytes.count {
      try Workspace.put(Array(bytes[..<count]), at: space.path(name))
      #expect(failure(space.path(name)) != nil, "cut at \(count)")
    }
  }

  /// A flipped bit never makes a file read as other numbers when a checksum covers it.
  @Test func everyFlippedBitOfAZipFile() throws {
    let space = try Workspace()
    let bytes = try Workspace.contents(of: fixture("zip64.npz"))
    let original = try readAll(fixture("zip64.npz"))["x"]
    for index in 0..<bytes.count {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      try Workspace.put(damaged, at: space.path("d.npz"))
      if let tensors = try? readAll(space.path("d.npz")) {
        #expect(tensors.values.allSatisfy { $0 == original }, "bit of byte \(index)")
      }
    }
  }
}
