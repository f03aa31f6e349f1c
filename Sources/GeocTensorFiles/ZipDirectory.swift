/// A member of a zip file, as the central directory describes it.
struct ZipEntry: Sendable {
  var name: String
  var flags: UInt16
  var method: UInt16
  var checksum: UInt32
  var compressedSize: Int
  var size: Int
  var headerOffset: Int
}

/// The central directory of a zip file (APPNOTE 6.3), with its zip64 extension.
enum ZipDirectory {
  private static let endSize = 22
  private static let end64Size = 56
  private static let locatorSize = 20
  private static let entrySize = 46
  private static let localSize = 30

  /// All members in directory order; throws `badHeader`, `truncated` or `duplicateArray`.
  static func entries(of file: InputFile) throws(TensorFileError) -> [ZipEntry] {
    let range = try directoryRange(of: file)
    let bytes = try file.read(at: range.offset, count: range.size)
    var entries: [ZipEntry] = []
    var seen: Set<String> = []
    var position = 0
    while position < bytes.count {
      let (entry, length) = try self.entry(bytes[position...], in: file)
      guard seen.insert(entry.name).inserted else {
        throw TensorFileError(
          .duplicateArray, file: file.path, array: entry.name, "two members of the zip file have this name")
      }
      entries.append(entry)
      position += length
    }
    guard entries.count == range.count else {
      throw bad(file, "announces \(range.count) members, but lists \(entries.count)")
    }
    return entries
  }

  /// Where the data of a member starts, after checking its local header against the directory.
  static func dataOffset(of entry: ZipEntry, in file: InputFile) throws(TensorFileError) -> Int {
    let header = try file.read(at: entry.headerOffset, count: localSize)
    guard header.littleEndian(at: 0, as: UInt32.self) == 0x0403_4B50,
      let nameLength = header.littleEndian(at: 26, as: UInt16.self),
      let extraLength = header.littleEndian(at: 28, as: UInt16.self),
      try file.read(at: entry.headerOffset + localSize, count: Int(nameLength)) == Array(entry.name.utf8)
    else { throw bad(file, "does not lead to the member '\(entry.name)'") }
    let offset = entry.headerOffset + localSize + Int(nameLength) + Int(extraLength)
    guard offset <= file.size, entry.compressedSize <= file.size - offset else {
      throw TensorFileError(
        .truncated, file: file.path, array: entry.name,
        "\(entry.compressedSize) bytes are declared, but the file ends at byte \(file.size)")
    }
    return offset
  }

  private static func bad(_ file: InputFile, _ what: String) -> TensorFileError {
    TensorFileError(.badHeader, file: file.path, "the zip directory \(what)")
  }

  private static func directoryRange(
    of file: InputFile
  ) throws(TensorFileError) -> (offset: Int, size: Int, count: Int) {
    let tailStart = max(0, file.size - endSize - Int(UInt16.max))
    let tail = try file.read(at: tailStart, count: file.size - tailStart)
    guard let position = endPosition(in: tail) else {
      let start = try file.read(at: 0, count: min(2, file.size))
      guard start == [0x50, 0x4B] else { throw TensorFileError(.badHeader, file: file.path, "is not a zip file") }
      throw TensorFileError(
        .truncated, file: file.path, "the zip directory at the end of the file is missing; the file was cut off")
    }
    guard let disk = tail.littleEndian(at: position + 4, as: UInt32.self),
      let countHere = tail.littleEndian(at: position + 8, as: UInt16.self),
      let count = tail.littleEndian(at: position + 10, as: UInt16.self),
      let size = tail.littleEndian(at: position + 12, as: UInt32.self),
      let offset = tail.littleEndian(at: position + 16, as: UInt32.self)
    else { throw bad(file, "is cut off") }
    let end = tailStart + position
    if end >= locatorSize {
      let locator = try file.read(at: end - locatorSize, count: locatorSize)
      if locator.littleEndian(at: 0, as: UInt32.self) == 0x0706_4B50 { return try range64(of: file, locator) }
    }
    guard disk == 0, countHere == count else { throw bad(file, "spans several files") }
    guard Int(offset) + Int(size) == end else { throw bad(file, "is not where its end record says") }
    return (Int(offset), Int(size), Int(count))
  }

  /// The end record is the last one whose comment reaches exactly to the end of the file.
  private static func endPosition(in tail: [UInt8]) -> Int? {
    guard tail.count >= endSize else { return nil }
    for position in stride(from: tail.count - endSize, through: 0, by: -1)
    where tail.littleEndian(at: position, as: UInt32.self) == 0x0605_4B50 {
      if let comment = tail.littleEndian(at: position + 20, as: UInt16.self),
        position + endSize + Int(comment) == tail.count
      {
        return position
      }
    }
    return nil
  }

  private static func range64(
    of file: InputFile, _ locator: [UInt8]
  ) throws(TensorFileError) -> (offset: Int, size: Int, count: Int) {
    guard let position = locator.littleEndian(at: 8, as: UInt64.self).flatMap({ Int(exactly: $0) }) else {
      throw bad(file, "has a zip64 locator out of range")
    }
    let record = try file.read(at: position, count: end64Size)
    guard record.littleEndian(at: 0, as: UInt32.self) == 0x0606_4B50,
      let count = record.littleEndian(at: 32, as: UInt64.self).flatMap({ Int(exactly: $0) }),
      let size = record.littleEndian(at: 40, as: UInt64.self).flatMap({ Int(exactly: $0) }),
      let offset = record.littleEndian(at: 48, as: UInt64.self).flatMap({ Int(exactly: $0) }),
      offset <= position, size == position - offset
    else { throw bad(file, "has a damaged zip64 end record") }
    return (offset, size, count)
  }

  private static func entry(
    _ bytes: ArraySlice<UInt8>, in file: InputFile
  ) throws(TensorFileError) -> (entry: ZipEntry, length: Int) {
    guard bytes.littleEndian(at: 0, as: UInt32.self) == 0x0201_4B50,
      let flags = bytes.littleEndian(at: 8, as: UInt16.self),
      let method = bytes.littleEndian(at: 10, as: UInt16.self),
      let checksum = bytes.littleEndian(at: 16, as: UInt32.self),
      let compressed32 = bytes.littleEndian(at: 20, as: UInt32.self),
      let size32 = bytes.littleEndian(at: 24, as: UInt32.self),
      let nameLength = bytes.littleEndian(at: 28, as: UInt16.self),
      let extraLength = bytes.littleEndian(at: 30, as: UInt16.self),
      let commentLength = bytes.littleEndian(at: 32, as: UInt16.self),
      let offset32 = bytes.littleEndian(at: 42, as: UInt32.self)
    else { throw bad(file, "has a damaged member record") }
    let length = entrySize + Int(nameLength) + Int(extraLength) + Int(commentLength)
    guard length <= bytes.count else { throw bad(file, "is cut off") }
    let nameStart = bytes.startIndex + entrySize
    let extraStart = nameStart + Int(nameLength)
    guard let name = String(validating: bytes[nameStart..<extraStart], as: UTF8.self) else {
      throw bad(file, "has a member name that is not UTF-8")
    }
    var wide = Zip64Fields(bytes[extraStart..<extraStart + Int(extraLength)])
    guard let size = wide.resolve(size32), let compressed = wide.resolve(compressed32),
      let offset = wide.resolve(offset32)
    else { throw bad(file, "has no valid zip64 sizes for the member '\(name)'") }
    let entry = ZipEntry(
      name: name, flags: flags, method: method, checksum: checksum, compressedSize: compressed, size: size,
      headerOffset: offset)
    return (entry, length)
  }
}

/// The 64-bit fields of a zip64 extra record: present only for the 32-bit fields that are saturated, in their order.
private struct Zip64Fields {
  private var fields: ArraySlice<UInt8> = []

  init(_ extra: ArraySlice<UInt8>) {
    var rest = extra
    while let tag = rest.littleEndian(at: 0, as: UInt16.self), let size = rest.littleEndian(at: 2, as: UInt16.self) {
      let body = rest.dropFirst(4).prefix(Int(size))
      if tag == 1 {
        fields = body
        return
      }
      rest = rest.dropFirst(4 + Int(size))
    }
  }

  mutating func resolve(_ narrow: UInt32) -> Int? {
    if narrow != UInt32.max { return Int(narrow) }
    guard let wide = fields.littleEndian(at: 0, as: UInt64.self) else { return nil }
    fields = fields.dropFirst(8)
    return Int(exactly: wide)
  }
}
