import GeocDiagnostics

/// Reads the YAML of a spec into a source-located tree, within fixed limits.
package enum YAMLParser {
  /// The largest file that is read.
  package static let maximumBytes = 4 << 20
  /// The deepest nesting of collections, aliases included.
  package static let maximumDepth = 64
  /// The most nodes a tree may have when every alias is written out.
  package static let maximumNodes = 1_000_000
  /// How many times more nodes a tree may have when every alias is written out.
  package static let maximumExpansion = 100

  /// Reads a spec from disk, unparsed; throws `E0001` (unreadable) or `E0005` (larger than 4 MiB).
  package static func load(path: String) throws(GeocError) -> SourceFile {
    try SourceFile.load(path: path, limit: maximumBytes)
  }

  /// Parses a file; throws all its problems where it has any (codes E0002…E0015).
  package static func parse(_ file: SourceFile) throws(GeocError) -> YAMLNode {
    var sink = DiagnosticSink()
    let node = parse(file, into: &sink)
    try sink.throwIfErrors()
    guard let node else { throw GeocError(Diagnostic(.file.emptyDocument, "the file has no content", at: file.span)) }
    return node
  }

  /// Parses a file and reports its problems. A tree is returned in spite of errors that leave it usable (a second
  /// key of the same name is dropped, a tag ignored), so that later stages can report more; nil otherwise.
  package static func parse(_ file: SourceFile, into sink: inout DiagnosticSink) -> YAMLNode? {
    parse(file, from: 0, into: &sink)
  }

  /// Parses the bytes of `file` from `start` on; spans stay relative to the whole file.
  static func parse(_ file: SourceFile, from start: Int, into sink: inout DiagnosticSink) -> YAMLNode? {
    if let problem = invalidBytes(file) {
      sink.report(problem)
      return nil
    }
    var start = start
    if start == 0, file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    var builder = TreeBuilder(file: file, start: start)
    let node = builder.build()
    sink.report(builder.problems)
    if node == nil, builder.problems.isEmpty {
      sink.report(
        Diagnostic(
          .file.emptyDocument, "the file has no content", at: file.span(start..<start),
          help: ["start with 'geoc: 1' and 'model: NAME'"]))
    }
    return node
  }

  private static func invalidBytes(_ file: SourceFile) -> Diagnostic? {
    let bytes = file.bytes
    if bytes.count > maximumBytes {
      return Diagnostic(
        .file.tooLarge, "the file has \(bytes.count) bytes, more than \(maximumBytes)", at: file.span(0..<0),
        help: ["keep data in a data file and name it under 'data'"])
    }
    if let nul = bytes.firstIndex(of: 0) {
      return Diagnostic(.file.nulByte, "the file holds a NUL byte", at: file.span(nul..<nul + 1))
    }
    if let bad = UTF8Scanning.firstInvalid(in: bytes) {
      let value = String(bytes[bad], radix: 16, uppercase: true)
      return Diagnostic(
        .file.notUTF8, "the file is not UTF-8", at: file.span(bad..<bad + 1), label: "byte 0x\(value)",
        help: ["save it as UTF-8"])
    }
    for (i, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x7F || byte == 0xC2 {
      if byte == 0x09 || byte == 0x0A || byte == 0x0D { continue }
      var (value, length) = (UInt32(byte), 1)
      if byte == 0xC2 {
        guard i + 1 < bytes.count, bytes[i + 1] < 0xA0, bytes[i + 1] != 0x85 else { continue }
        (value, length) = (UInt32(bytes[i + 1]), 2)
      }
      let name = "U+" + String(repeating: "0", count: value < 16 ? 3 : 2) + String(value, radix: 16, uppercase: true)
      return Diagnostic(
        .file.controlCharacter, "the file holds the control character \(name)", at: file.span(i..<i + length))
    }
    return nil
  }
}
