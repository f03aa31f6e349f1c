/// A safetensors file: named arrays and free text entries.
package struct SafetensorsFile: TensorContainer {
  package let path: String
  package let names: [String]
  package let metadata: [String: String]
  private let file: InputFile
  private let entries: [String: SafetensorsHeader.Entry]
  private let dataStart: Int

  /// Opens the file and checks its whole header; throws a `TensorFileError`.
  package init(_ path: String) throws(TensorFileError) {
    try self.init(InputFile(path: path))
  }

  init(_ file: InputFile) throws(TensorFileError) {
    self.path = file.path
    self.file = file
    do throws(TensorFileError) {
      guard file.size >= 8 else {
        throw TensorFileError(.truncated, "\(file.size) bytes are too few for a safetensors file")
      }
      let length: UInt64 = try file.read(at: 0, count: 8).littleEndian(at: 0) ?? 0
      guard length <= UInt64(SafetensorsHeader.lengthLimit) else {
        throw TensorFileError(
          .badHeader, "the header would be \(length) bytes long; this is not a safetensors file, or it is damaged")
      }
      guard Int(length) <= file.size - 8 else {
        throw TensorFileError(
          .truncated, "the header takes \(length) bytes, but only \(file.size - 8) follow its length")
      }
      dataStart = 8 + Int(length)
      let json = try file.read(at: 8, count: Int(length))
      let header = try SafetensorsHeader(json: json, dataSize: file.size - dataStart)
      metadata = header.metadata
      entries = header.entries
      names = header.entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw error.located(file: file.path)
    }
  }

  package func info(_ name: String) throws(TensorFileError) -> TensorInfo {
    try located(name).info
  }

  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    let (info, entry) = try located(name)
    do throws(TensorFileError) {
      try info.requireMemory()
    } catch {
      throw error.located(file: path, array: name)
    }
    return try Tensor(info: info, bytes: file.read(at: dataStart + entry.offsets[0], count: info.byteCount))
  }

  private func located(
    _ name: String
  ) throws(TensorFileError) -> (info: TensorInfo, entry: SafetensorsHeader.Entry) {
    guard let entry = entries[name] else { throw missing(name) }
    guard let dtype = SafetensorsHeader.dtypes[entry.dtype] else {
      throw TensorFileError(
        .unsupportedDType, file: path, array: name,
        "has element type '\(entry.dtype)', which is not a real number, integer or boolean type that is read")
    }
    return (try TensorInfo(dtype: dtype, shape: entry.shape), entry)
  }

  /// Writes arrays and metadata. See `write(_:encoded:to:)`.
  package static func write(
    _ arrays: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws(TensorFileError) {
    try write(arrays, encoded: metadata.mapValues(EncodedText.init), to: path)
  }

  /// Writes arrays and metadata, with the same bytes for the same content in any order.
  ///
  /// Wider types come first, so that every array is aligned to its element; arrays of one width are sorted by name.
  /// `isDurable` is that of `AtomicFile`. Throws `duplicateArray`, `notRepresentable` or `writeFailed`.
  package static func write(
    _ arrays: [(name: String, tensor: Tensor)], encoded metadata: [String: EncodedText], to path: String,
    isDurable: Bool = true
  ) throws(TensorFileError) {
    try requireDistinctNames(arrays, path: path)
    let codes = Dictionary(uniqueKeysWithValues: SafetensorsHeader.dtypes.map { ($0.value, $0.key) })
    let ordered = arrays.sorted {
      $0.tensor.dtype.byteWidth == $1.tensor.dtype.byteWidth
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        : $0.tensor.dtype.byteWidth > $1.tensor.dtype.byteWidth
    }
    var entries: [String: SafetensorsHeader.Entry] = [:]
    var offset = 0
    for (name, tensor) in ordered {
      guard name != "__metadata__", let code = codes[tensor.dtype] else {
        throw TensorFileError(.notRepresentable, file: path, array: name, "this name is reserved in safetensors files")
      }
      let end = offset + tensor.bytes.count
      entries[name] = .init(dtype: code, shape: tensor.shape, offsets: [offset, end])
      offset = end
    }
    let header: [UInt8]
    do throws(TensorFileError) {
      header = try SafetensorsHeader.encoded(entries, metadata: metadata)
    } catch {
      throw error.located(file: path)
    }
    try AtomicFile.write(to: path, isDurable: isDurable) { sink throws(TensorFileError) in
      var length: [UInt8] = []
      length.append(littleEndian: UInt64(header.count))
      try sink.write(length)
      try sink.write(header)
      for (_, tensor) in ordered { try sink.write(tensor.bytes) }
    }
  }
}
