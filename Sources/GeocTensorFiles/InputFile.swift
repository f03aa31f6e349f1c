import Glibc

/// A regular file open for reading at any position.
///
/// Reads go through `pread`, so that a file that shrinks while it is read gives an error instead of a signal.
final class InputFile: Sendable {
  let path: String
  let size: Int
  private let descriptor: Int32

  /// Opens the file; throws `missingFile` or `unreadable`.
  init(path: String) throws(TensorFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR {
        throw TensorFileError(.missingFile, file: path, "the file does not exist")
      }
      throw TensorFileError(.unreadable, file: path, "cannot open the file: \(systemMessage(code))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw TensorFileError(.unreadable, file: path, "is not a regular file")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads exactly `count` bytes; throws `truncated` when the file ends before, without allocating.
  func read(at offset: Int, count: Int) throws(TensorFileError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw TensorFileError(
        .truncated, file: path, "the file ends at byte \(size), but \(count) bytes are needed from byte \(offset) on")
    }
    var failure: TensorFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(TensorFileError) {
        try read(
          at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        initialized = count
      } catch {
        failure = error
        initialized = 0
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills `buffer` from `offset` on; throws `truncated` or `unreadable`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
    guard let base = buffer.baseAddress else { return }
    var filled = 0
    while filled < buffer.count {
      let got = pread(descriptor, base + filled, buffer.count - filled, off_t(offset + filled))
      if got > 0 {
        filled += got
      } else if got == 0 {
        throw TensorFileError(.truncated, file: path, "the file ends at byte \(offset + filled) while it is read")
      } else if errno != EINTR {
        throw TensorFileError(.unreadable, file: path, "cannot read the file: \(systemMessage(errno))")
      }
    }
  }
}

/// The text of an `errno` value.
func systemMessage(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}
