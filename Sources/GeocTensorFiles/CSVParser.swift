/// Splits comma-separated text into records, with the quotes of RFC 4180 and lines that end in LF or CR LF.
struct CSVParser {
  /// One cell, without its quotes.
  struct Cell {
    var text: String
    var isQuoted: Bool
    var line: Int
  }

  private let path: String
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    // A byte order mark is no part of the first cell.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The cells of the next record, or nil at the end; throws `badQuoting` or `badHeader` (text that is not UTF-8).
  ///
  /// Empty lines at the end of the text are no records.
  mutating func next() throws(TensorFileError) -> [Cell]? {
    if bytes[position...].allSatisfy({ $0 == 0x0A || $0 == 0x0D }) { return nil }
    var cells: [Cell] = []
    repeat { cells.append(try cell()) } while accept(0x2C)
    if !acceptLineEnd() && position < bytes.count {
      throw error(.badQuoting, "text follows the closing quote of cell \(cells.count)")
    }
    return cells
  }

  private func error(_ kind: TensorFileError.Kind, _ message: String) -> TensorFileError {
    TensorFileError(kind, file: path, line: line, message)
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func acceptLineEnd() -> Bool {
    if position + 1 < bytes.count, bytes[position] == 0x0D, bytes[position + 1] == 0x0A { position += 1 }
    guard accept(0x0A) else { return false }
    line += 1
    return true
  }

  private mutating func cell() throws(TensorFileError) -> Cell {
    if accept(0x22) { return try quotedCell() }
    let start = position
    while position < bytes.count, bytes[position] != 0x2C, bytes[position] != 0x0A {
      if bytes[position] == 0x22 {
        throw error(.badQuoting, "a quote inside a cell; quote the whole cell and double the quotes in it")
      }
      if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { break }
      position += 1
    }
    return Cell(text: try text(bytes[start..<position]), isQuoted: false, line: line)
  }

  private mutating func quotedCell() throws(TensorFileError) -> Cell {
    let startLine = line
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0x22 && !accept(0x22) {
        return Cell(text: try text(content[...]), isQuoted: true, line: startLine)
      }
      if byte == 0x0A { line += 1 }
      content.append(byte)
    }
    line = startLine
    throw error(.badQuoting, "a quote that is never closed")
  }

  private func text(_ content: ArraySlice<UInt8>) throws(TensorFileError) -> String {
    guard let text = String(validating: content, as: UTF8.self) else { throw error(.badHeader, "is not UTF-8 text") }
    return text
  }
}
