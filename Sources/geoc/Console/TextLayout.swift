/// Numbers for people.
enum Count {
  /// `12,480`.
  static func text(_ x: Int) -> String {
    var digits = Array(String(x.magnitude))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return (x < 0 ? "-" : "") + String(digits)
  }

  /// `1.4 MB`, in powers of 1000.
  static func bytes(_ x: Int) -> String {
    var value = Double(x)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 {
        let rounded = unit == "B" || value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
        return "\(rounded) \(unit)"
      }
      value /= 1000
    }
    return "\((value * 10).rounded() / 10) TB"
  }
}

extension String {
  /// Filled with spaces to at least `width` characters.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

  /// Without spaces at both ends.
  var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  /// Broken at spaces into lines of at most `width` characters where words allow.
  func wrapped(_ width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty && line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }
}
