/// A range of bytes of a source file, or no place at all (`Span.none`). Travels from the YAML tree into the IR.
package struct Span: Hashable, Sendable {
  /// The file; nil for `none`.
  package let file: SourceFile?
  /// The first byte.
  package let lower: UInt32
  /// The byte after the last.
  package let upper: UInt32

  /// The span of a thing that stands in no file.
  package static let none = Span()

  private init() {
    file = nil
    lower = 0
    upper = 0
  }

  /// A span of bytes of `file`, clamped to its content.
  package init(_ file: SourceFile, _ range: Range<Int>) {
    self.file = file
    let lower = min(max(range.lowerBound, 0), file.bytes.count)
    self.lower = UInt32(clamping: lower)
    upper = UInt32(clamping: min(max(range.upperBound, lower), file.bytes.count))
  }

  /// Whether it points nowhere.
  package var isNone: Bool { file == nil }

  /// The bytes as a range.
  package var range: Range<Int> { Int(lower)..<Int(upper) }

  /// The text it covers; empty for `none`.
  package var text: String { file.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? "" }

  /// Where it starts, both from 1, columns in code points; nil for `none`.
  package var lineAndColumn: (line: Int, column: Int)? { file?.lineAndColumn(at: Int(lower)) }

  /// Where it ends (one past the last code point), both from 1; nil for `none`.
  package var endLineAndColumn: (line: Int, column: Int)? { file?.lineAndColumn(at: Int(upper)) }

  /// The smallest span that holds both; `self` if the other is in another file or nowhere.
  package func union(_ other: Span) -> Span {
    guard let file else { return other }
    guard other.file === file else { return self }
    return Span(file, Int(min(lower, other.lower))..<Int(max(upper, other.upper)))
  }

  /// Bytes `range` of this span, counted from its start and clamped to it.
  package func sub(_ range: Range<Int>) -> Span {
    guard let file else { return self }
    let start = min(Int(lower) + max(range.lowerBound, 0), Int(upper))
    return Span(file, start..<max(start, min(Int(lower) + range.upperBound, Int(upper))))
  }
}

extension Span: CustomStringConvertible {
  /// `path:line:column`, or `-` for `none`.
  package var description: String {
    guard let file, let (line, column) = lineAndColumn else { return "-" }
    return "\(file.name):\(line):\(column)"
  }
}
