import Glibc

/// Writes a file so that its path holds either the old content or the complete new one, never a part.
package enum AtomicFile {
  /// How bytes reach a descriptor: like `write(2)`, the number written or −1 with `errno` set.
  package typealias WriteFunction = (Int32, UnsafeRawPointer, Int) -> Int

  /// Where a writer closure puts its bytes, in order.
  package final class Sink {
    private let path: String
    private let descriptor: Int32
    private let systemWrite: WriteFunction
    /// Bytes written so far.
    package private(set) var count = 0

    fileprivate init(path: String, descriptor: Int32, systemWrite: @escaping WriteFunction) {
      self.path = path
      self.descriptor = descriptor
      self.systemWrite = systemWrite
    }

    /// Appends bytes; throws `writeFailed`.
    package func write(_ bytes: [UInt8]) throws(TensorFileError) {
      var written = 0
      while written < bytes.count {
        // The error number is read at once: any call in between may overwrite it.
        let (result, code) = bytes.withUnsafeBytes { buffer -> (Int, Int32) in
          guard let base = buffer.baseAddress else { return (0, 0) }
          let result = systemWrite(descriptor, base + written, buffer.count - written)
          return (result, errno)
        }
        if result > 0 {
          written += result
        } else if result == 0 {
          throw TensorFileError(.writeFailed, file: path, "cannot write the file: no byte was accepted")
        } else if code != EINTR {
          throw TensorFileError(.writeFailed, file: path, "cannot write the file: \(systemMessage(code))")
        }
      }
      count += written
    }

    /// Appends text as UTF-8; throws `writeFailed`.
    package func write(_ text: String) throws(TensorFileError) {
      try write([UInt8](text.utf8))
    }
  }

  /// Replaces the content of `path` by `bytes`; throws `writeFailed`.
  package static func write(to path: String, bytes: [UInt8]) throws(TensorFileError) {
    try write(to: path) { sink throws(TensorFileError) in try sink.write(bytes) }
  }

  /// Replaces the content of `path` by what `body` writes.
  ///
  /// The bytes go to a new file in the same directory, are flushed to the disk, and the file is renamed. When anything
  /// fails, that file is removed and the old content stays. A symbolic link is followed; an existing file keeps its
  /// permissions. What `isDurable` is false for is not flushed: if the machine itself fails soon after, the path may hold a
  /// part, which whoever reads it has to notice. Throws `writeFailed`, or what `body` throws.
  package static func write(
    to path: String, isDurable: Bool = true, systemWrite: @escaping WriteFunction = { Glibc.write($0, $1, $2) },
    body: (Sink) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    let (target, mode) = try resolve(path)
    let (temporary, descriptor) = try createTemporary(beside: target, for: path)
    var isOpen = true
    do throws(TensorFileError) {
      try body(Sink(path: path, descriptor: descriptor, systemWrite: systemWrite))
      if let mode, fchmod(descriptor, mode) != 0 { throw failure(path, "cannot set the permissions") }
      if isDurable, fsync(descriptor) != 0 { throw failure(path, "cannot write the file") }
      isOpen = false
      if close(descriptor) != 0 { throw failure(path, "cannot write the file") }
      if rename(temporary, target) != 0 { throw failure(path, "cannot replace the file") }
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
    if isDurable { flushDirectory(of: target) }
  }

  private static func failure(_ path: String, _ what: String) -> TensorFileError {
    TensorFileError(.writeFailed, file: path, "\(what): \(systemMessage(errno))")
  }

  /// The path behind symbolic links, and the permissions of the file that is there now.
  private static func resolve(_ path: String) throws(TensorFileError) -> (target: String, mode: mode_t?) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw TensorFileError(.writeFailed, file: path, "is not a valid path")
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return (path, nil) }
      throw failure(path, "cannot write the file")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TensorFileError(.writeFailed, file: path, "exists and is not a regular file")
    }
    guard let resolved = realpath(path, nil) else { throw failure(path, "cannot write the file") }
    defer { free(resolved) }
    return (String(cString: resolved), status.st_mode & 0o7777)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "./" }
    return String(path[...slash])
  }

  /// A new, empty file whose name does not depend on the length of the target's name.
  private static func createTemporary(
    beside target: String, for path: String
  ) throws(TensorFileError) -> (path: String, descriptor: Int32) {
    for _ in 0..<64 {
      let name = directory(of: target) + ".geoc-" + String(UInt64.random(in: 0...UInt64.max), radix: 36) + ".tmp"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (name, descriptor) }
      if errno != EEXIST { throw failure(path, "cannot create a file in \(directory(of: target))") }
    }
    throw failure(path, "cannot create a file in \(directory(of: target))")
  }

  /// Makes the rename durable. Some file systems cannot flush a directory, and the file is complete by now: no error.
  private static func flushDirectory(of target: String) {
    let descriptor = open(directory(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
