import Foundation

/// A text a diagnostic can point into: a spec, IR text, a command-line override. Immutable; compared by identity.
package final class SourceFile: Sendable {
  /// The path as the user wrote it, or a name such as `--set train.epochs=5`.
  package let name: String
  /// The content; not necessarily valid UTF-8.
  package let bytes: [UInt8]
  /// The byte offset at which each line starts; never empty.
  package let lineStarts: [Int]

  /// Makes a file from bytes; lines end at LF, CR LF or a lone CR.
  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (i, byte) in bytes.enumerated() {
      if byte == 0x0A || (byte == 0x0D && !(i + 1 < bytes.count && bytes[i + 1] == 0x0A)) { starts.append(i + 1) }
    }
    lineStarts = starts
  }

  /// Makes a file from text.
  package convenience init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The content as text; invalid bytes become U+FFFD.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The number of lines, at least 1.
  package var lineCount: Int { lineStarts.count }

  /// The span of the whole file.
  package var span: Span { Span(self, 0..<bytes.count) }

  /// A span of bytes `range`, clamped to the file.
  package func span(_ range: Range<Int>) -> Span { Span(self, range) }

  /// The line (from 1) that holds a byte offset; an offset beyond the end belongs to the last line.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The bytes of a line (from 1) without its line break; empty for a line that does not exist.
  package func lineRange(_ line: Int) -> Range<Int> {
    guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// Line and column, both from 1; the column counts Unicode code points (a byte-order mark is none).
  package func lineAndColumn(at offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(at: offset)
    var start = lineStarts[line - 1]
    if start == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = min(3, offset) }
    return (line, 1 + bytes[start..<offset].reduce(into: 0) { $0 += $1 & 0xC0 == 0x80 ? 0 : 1 })
  }

  /// Reads a file; throws `E0001` where it cannot be read and `code` where it has more than `limit` bytes.
  package static func load(
    path: String, limit: Int = .max, tooLarge code: DiagnosticCode = .file.tooLarge
  ) throws(GeocError) -> SourceFile {
    func fail(_ reason: String) -> GeocError {
      GeocError(Diagnostic(.file.unreadable, "cannot read '\(path)': \(reason)", item: path))
    }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw fail("no such file")
    }
    guard !isDirectory.boolValue else { throw fail("it is a directory") }
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      data = limit < .max ? try handle.read(upToCount: limit + 1) ?? Data() : try handle.readToEnd() ?? Data()
    } catch {
      throw fail("it cannot be opened")
    }
    guard data.count <= limit else {
      throw GeocError(Diagnostic(code, "'\(path)' is larger than \(limit) bytes", item: path))
    }
    return SourceFile(name: path, bytes: Array(data))
  }
}

extension SourceFile: Hashable {
  /// Identity.
  package static func == (a: SourceFile, b: SourceFile) -> Bool { a === b }

  /// Hashes the identity.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
