/// An npz file: a zip file of npy members, stored or deflated. Each array is read when it is asked for.
package struct NPZFile: TensorContainer {
  package let path: String
  package let names: [String]
  private let file: InputFile
  private let entries: [String: ZipEntry]

  /// Deflate cannot shrink data by more than this factor.
  private static let deflateLimit = 1032

  /// Opens the file and reads its directory; throws a `TensorFileError`.
  package init(_ path: String) throws(TensorFileError) {
    try self.init(InputFile(path: path))
  }

  init(_ file: InputFile) throws(TensorFileError) {
    let members = try ZipDirectory.entries(of: file)
    var names: [String] = []
    var entries: [String: ZipEntry] = [:]
    for member in members where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(4))
      names.append(name)
      entries[name] = member
    }
    if names.isEmpty && !members.isEmpty {
      throw TensorFileError(.unknownFormat, file: file.path, "is a zip file without any .npy member, not an npz file")
    }
    self.path = file.path
    self.file = file
    self.names = names
    self.entries = entries
  }

  package func info(_ name: String) throws(TensorFileError) -> TensorInfo {
    guard let entry = entries[name] else { throw missing(name) }
    do throws(TensorFileError) {
      return try NPYHeader(from: stream(entry)).info
    } catch {
      throw error.located(file: path, array: name)
    }
  }

  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    guard let entry = entries[name] else { throw missing(name) }
    do throws(TensorFileError) {
      return try Tensor(npy: ChecksumStream(stream(entry), expected: entry.checksum))
    } catch {
      throw error.located(file: path, array: name)
    }
  }

  private func stream(_ entry: ZipEntry) throws(TensorFileError) -> any ByteStream {
    // Bit 0 marks encryption, bit 6 strong encryption, bit 13 an encrypted directory.
    if entry.flags & 0x2041 != 0 {
      throw TensorFileError(.encrypted, "the zip member is encrypted", help: "save the file without a password")
    }
    let offset = try ZipDirectory.dataOffset(of: entry, in: file)
    switch entry.method {
    case 0:
      guard entry.size == entry.compressedSize else {
        throw TensorFileError(
          .badHeader, "the zip directory gives two sizes for a stored member: \(entry.compressedSize) and \(entry.size)"
        )
      }
      return FileStream(file, offset: offset, count: entry.size)
    case 8:
      guard entry.size / Self.deflateLimit <= entry.compressedSize else {
        throw TensorFileError(
          .implausibleSize, "\(entry.compressedSize) compressed bytes cannot hold the \(entry.size) bytes declared")
      }
      return try InflateStream(file, offset: offset, compressedCount: entry.compressedSize, count: entry.size)
    default:
      throw TensorFileError(
        .unsupportedCompression,
        "the zip member is compressed with method \(entry.method); stored and deflate are read",
        help: "save the file with numpy.savez or numpy.savez_compressed")
    }
  }

  /// Writes arrays as stored members, with the same bytes for the same arrays.
  ///
  /// Throws `duplicateArray`, `notRepresentable` or `writeFailed`.
  package static func write(_ arrays: [(name: String, tensor: Tensor)], to path: String) throws(TensorFileError) {
    try write(arrays, to: path, zip64Threshold: UInt64(UInt32.max))
  }

  static func write(
    _ arrays: [(name: String, tensor: Tensor)], to path: String, zip64Threshold: UInt64
  ) throws(TensorFileError) {
    try requireDistinctNames(arrays, path: path)
    try AtomicFile.write(to: path) { sink throws(TensorFileError) in
      var writer = ZipWriter(path: path, zip64Threshold: zip64Threshold)
      for (name, tensor) in arrays {
        do throws(TensorFileError) {
          try writer.add(name + ".npy", [NPYHeader.encoded(tensor.info), tensor.bytes], to: sink)
        } catch {
          throw error.located(file: path, array: name)
        }
      }
      try writer.finish(to: sink)
    }
  }
}

/// Throws `duplicateArray` when a name occurs twice.
func requireDistinctNames(_ arrays: [(name: String, tensor: Tensor)], path: String) throws(TensorFileError) {
  var seen: Set<String> = []
  for (name, _) in arrays where !seen.insert(name).inserted {
    throw TensorFileError(.duplicateArray, file: path, array: name, "is given twice")
  }
}
