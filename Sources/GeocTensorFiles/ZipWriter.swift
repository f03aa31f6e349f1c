/// Writes a zip file of stored members; the bytes depend on the members only.
struct ZipWriter {
  private let path: String
  /// From this value on a size or offset is written in 64 bits.
  private let zip64Threshold: UInt64
  private var directory: [UInt8] = []
  private var count = 0

  init(path: String, zip64Threshold: UInt64) {
    self.path = path
    self.zip64Threshold = zip64Threshold
  }

  /// Appends a member whose content is the concatenation of `parts`.
  mutating func add(_ name: String, _ parts: [[UInt8]], to sink: AtomicFile.Sink) throws(TensorFileError) {
    guard let nameLength = UInt16(exactly: name.utf8.count), !name.utf8.contains(0) else {
      throw TensorFileError(.notRepresentable, file: path, "the name cannot be stored in a zip file")
    }
    let offset = UInt64(sink.count)
    var checksum: UInt32 = 0
    var size: UInt64 = 0
    for part in parts {
      checksum = crc32(part, startingWith: checksum)
      size += UInt64(part.count)
    }
    let isWide = size >= zip64Threshold
    let isFar = offset >= zip64Threshold
    let size32 = isWide ? UInt32.max : UInt32(truncatingIfNeeded: size)

    var common: [UInt8] = []
    common.append(littleEndian: UInt16(isWide || isFar ? 45 : 20))
    // Bit 11 says that the name is UTF-8.
    common.append(littleEndian: UInt16(name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x0800))
    common.append(littleEndian: UInt16(0))
    // 1980-01-01 00:00, the earliest date of the format: a clock would make equal files differ.
    common.append(littleEndian: UInt16(0))
    common.append(littleEndian: UInt16(0x0021))
    common.append(littleEndian: checksum)
    common.append(littleEndian: size32)
    common.append(littleEndian: size32)
    common.append(littleEndian: nameLength)

    var local: [UInt8] = []
    local.append(littleEndian: UInt32(0x0403_4B50))
    local += common
    let localExtra = extra(isWide ? [size, size] : [])
    local.append(littleEndian: UInt16(localExtra.count))
    local += Array(name.utf8) + localExtra
    try sink.write(local)
    for part in parts { try sink.write(part) }

    let centralExtra = extra((isWide ? [size, size] : []) + (isFar ? [offset] : []))
    directory.append(littleEndian: UInt32(0x0201_4B50))
    // Made on Unix, so that the permissions below count.
    directory.append(littleEndian: UInt16(0x0300 | (isWide || isFar ? 45 : 20)))
    directory += common
    directory.append(littleEndian: UInt16(centralExtra.count))
    directory.append(littleEndian: UInt16(0))
    directory.append(littleEndian: UInt16(0))
    directory.append(littleEndian: UInt16(0))
    directory.append(littleEndian: UInt32(0o100644) << 16)
    directory.append(littleEndian: isFar ? UInt32.max : UInt32(truncatingIfNeeded: offset))
    directory += Array(name.utf8) + centralExtra
    count += 1
  }

  /// Appends the central directory.
  func finish(to sink: AtomicFile.Sink) throws(TensorFileError) {
    let offset = UInt64(sink.count)
    let size = UInt64(directory.count)
    var end: [UInt8] = []
    let isWide = offset >= zip64Threshold || size >= zip64Threshold || count >= Int(UInt16.max)
    if isWide {
      end.append(littleEndian: UInt32(0x0606_4B50))
      end.append(littleEndian: UInt64(44))
      end.append(littleEndian: UInt16(0x032D))
      end.append(littleEndian: UInt16(45))
      end.append(littleEndian: UInt64(0))
      end.append(littleEndian: UInt64(count))
      end.append(littleEndian: UInt64(count))
      end.append(littleEndian: size)
      end.append(littleEndian: offset)
      end.append(littleEndian: UInt32(0x0706_4B50))
      end.append(littleEndian: UInt32(0))
      end.append(littleEndian: offset + size)
      end.append(littleEndian: UInt32(1))
    }
    end.append(littleEndian: UInt32(0x0605_4B50))
    end.append(littleEndian: UInt32(0))
    end.append(littleEndian: isWide ? UInt16.max : UInt16(truncatingIfNeeded: count))
    end.append(littleEndian: isWide ? UInt16.max : UInt16(truncatingIfNeeded: count))
    end.append(littleEndian: isWide ? UInt32.max : UInt32(truncatingIfNeeded: size))
    end.append(littleEndian: isWide ? UInt32.max : UInt32(truncatingIfNeeded: offset))
    end.append(littleEndian: UInt16(0))
    try sink.write(directory + end)
  }

  private func extra(_ fields: [UInt64]) -> [UInt8] {
    guard !fields.isEmpty else { return [] }
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt16(1))
    bytes.append(littleEndian: UInt16(8 * fields.count))
    for field in fields { bytes.append(littleEndian: field) }
    return bytes
  }
}
