/// How a line of source looks in a terminal: one entry per column, and the column of every byte.
struct DisplayLine {
  /// What is printed, tabs as four spaces and control characters as U+FFFD.
  private(set) var columns: [String] = []
  /// Whether text before or after was left out.
  private(set) var isCutLeft = false
  private(set) var isCutRight = false
  private var offsets: [(byte: Int, column: Int)] = []

  /// The line around `focus` (a byte of it); a line of megabytes is cut before it is decoded.
  init(_ file: SourceFile, line: Int, focus: Int) {
    var range = file.lineRange(line)
    if range.lowerBound == 0, file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      range = min(3, range.upperBound)..<range.upperBound
    }
    func boundary(_ index: Int) -> Int {
      var index = index
      while index > range.lowerBound, index < range.upperBound, file.bytes[index] & 0xC0 == 0x80 { index -= 1 }
      return index
    }
    let start = boundary(max(range.lowerBound, focus - 1000))
    let end = boundary(min(range.upperBound, max(start, focus) + 1000))
    isCutLeft = start > range.lowerBound
    isCutRight = end < range.upperBound
    var index = start
    while index < end {
      let (scalar, length) = UTF8Scanning.decode(file.bytes, at: index)
      offsets.append((index, columns.count))
      append(scalar)
      index += length
    }
    offsets.append((max(index, start), columns.count))
  }

  private mutating func append(_ scalar: Unicode.Scalar?) {
    guard let scalar, scalar != "\t" else {
      columns += scalar == nil ? ["\u{FFFD}"] : [" ", " ", " ", " "]
      return
    }
    if DisplayWidth.isUnsafe(scalar) {
      columns.append("\u{FFFD}")
      return
    }
    switch DisplayWidth.of(scalar) {
    case 0:
      if columns.isEmpty {
        columns.append(String(scalar))
      } else {
        columns[columns.count - 1].unicodeScalars.append(scalar)
      }
    case 2: columns += [String(scalar), ""]
    default: columns.append(String(scalar))
    }
  }

  /// The column (from 0) at which a byte of the line is shown; bytes outside are clamped to the ends.
  func column(ofByte byte: Int) -> Int {
    var low = 0
    var high = offsets.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle].byte <= byte { low = middle } else { high = middle }
    }
    return offsets[low].column
  }
}

/// Terminal widths of code points.
enum DisplayWidth {
  /// 0 for marks that combine with the one before, 2 for East Asian wide and emoji, else 1.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// Control characters and the marks that reorder text: printing them could forge what a reader sees.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// The text with unsafe characters (line feeds excepted) replaced by U+FFFD.
  static func safe(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(scalar != "\n" && isUnsafe(scalar) ? "\u{FFFD}" : scalar) }
    return String(result)
  }
}
