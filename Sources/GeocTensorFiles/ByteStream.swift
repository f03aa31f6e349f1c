import CZlib

/// The bytes of a file or of a zip member, read once from front to back.
protocol ByteStream: AnyObject {
  /// Bytes left, as the container declares them.
  var remaining: Int { get }
  /// The next `count` bytes; throws `truncated` before allocating when fewer remain.
  func read(_ count: Int) throws(TensorFileError) -> [UInt8]
  /// Checks what only the end can tell (length of compressed data, checksum); call it with nothing remaining.
  func finish() throws(TensorFileError)
}

/// A range of a file as it is.
final class FileStream: ByteStream {
  private let file: InputFile
  private var offset: Int
  private(set) var remaining: Int

  init(_ file: InputFile, offset: Int, count: Int) {
    self.file = file
    self.offset = offset
    self.remaining = count
  }

  func read(_ count: Int) throws(TensorFileError) -> [UInt8] {
    guard count <= remaining else { throw tooShort(file.path, needed: count, remaining: remaining) }
    let bytes = try file.read(at: offset, count: count)
    offset += count
    remaining -= count
    return bytes
  }

  func finish() throws(TensorFileError) {}
}

/// A stream that checks the CRC-32 of all that passed when it is finished.
final class ChecksumStream: ByteStream {
  private let source: any ByteStream
  private let expected: UInt32
  private var actual: UInt32 = 0

  init(_ source: any ByteStream, expected: UInt32) {
    self.source = source
    self.expected = expected
  }

  var remaining: Int { source.remaining }

  func read(_ count: Int) throws(TensorFileError) -> [UInt8] {
    let bytes = try source.read(count)
    actual = crc32(bytes, startingWith: actual)
    return bytes
  }

  func finish() throws(TensorFileError) {
    try source.finish()
    guard actual == expected else {
      throw TensorFileError(
        .badChecksum, "the CRC-32 of the data does not match the zip directory; the file is damaged")
    }
  }
}

/// CRC-32 as zip uses it, continued from an earlier value.
func crc32(_ bytes: [UInt8], startingWith value: UInt32 = 0) -> UInt32 {
  bytes.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return value }
    return UInt32(truncatingIfNeeded: crc32_z(UInt(value), base, buffer.count))
  }
}

/// The error of a read beyond the declared end.
func tooShort(_ path: String, needed: Int, remaining: Int) -> TensorFileError {
  TensorFileError(.truncated, file: path, "\(needed) more bytes are needed, but only \(remaining) are left")
}
