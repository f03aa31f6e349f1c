/// An npy file: one array, named after the file.
package struct NPYFile: TensorContainer {
  package let path: String
  private let file: InputFile

  /// Opens the file and checks its header; throws a `TensorFileError`.
  package init(_ path: String) throws(TensorFileError) {
    try self.init(InputFile(path: path))
  }

  init(_ file: InputFile) throws(TensorFileError) {
    self.path = file.path
    self.file = file
    _ = try info(fileStem(path))
  }

  package var names: [String] { [fileStem(path)] }

  package func info(_ name: String) throws(TensorFileError) -> TensorInfo {
    guard name == fileStem(path) else { throw missing(name) }
    do throws(TensorFileError) {
      return try NPYHeader(from: stream).info
    } catch {
      throw error.located(file: path, array: name)
    }
  }

  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    guard name == fileStem(path) else { throw missing(name) }
    do throws(TensorFileError) {
      return try Tensor(npy: stream)
    } catch {
      throw error.located(file: path, array: name)
    }
  }

  private var stream: FileStream { FileStream(file, offset: 0, count: file.size) }

  /// Writes one array as npy version 1; throws `notRepresentable` or `writeFailed`.
  package static func write(_ tensor: Tensor, to path: String) throws(TensorFileError) {
    let header: [UInt8]
    do throws(TensorFileError) {
      header = try NPYHeader.encoded(tensor.info)
    } catch {
      throw error.located(file: path)
    }
    try AtomicFile.write(to: path) { sink throws(TensorFileError) in
      try sink.write(header)
      try sink.write(tensor.bytes)
    }
  }
}

extension Tensor {
  /// Reads a whole npy array, which must fill the stream exactly.
  init(npy stream: any ByteStream) throws(TensorFileError) {
    let header = try NPYHeader(from: stream)
    let needed = header.info.byteCount
    guard needed <= stream.remaining else {
      throw TensorFileError(
        .truncated,
        "shape \(header.info.shape) of \(header.info.dtype) takes \(needed) bytes, but only "
          + "\(stream.remaining) follow the header")
    }
    guard needed == stream.remaining else {
      throw TensorFileError(.badHeader, "\(stream.remaining - needed) bytes follow the end of the array")
    }
    try header.info.requireMemory()
    var bytes = try stream.read(needed)
    try stream.finish()
    let width = header.info.dtype.byteWidth
    if header.isBigEndian { bytes.swapByteOrder(width: width) }
    if header.isColumnMajor { bytes = bytes.rowMajor(fromColumnMajor: header.info.shape, width: width) }
    try self.init(info: header.info, bytes: bytes)
  }
}
