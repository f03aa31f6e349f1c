extension YAMLScalar {
  /// Resolves a plain scalar by the YAML 1.2 core schema (yaml.org/spec/1.2.2, section 10.3.2).
  package init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    case ".nan", ".NaN", ".NAN": self = .float(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .float(-.infinity)
    default: self = Self.number(text) ?? .string(text)
    }
  }

  private static func number(_ text: String) -> YAMLScalar? {
    let bytes = Array(text.utf8)
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
      return radixNumber(text.dropFirst(2), radix: radix)
    }
    var rest = bytes[...]
    func digits() -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    func skip(_ characters: String) -> Bool {
      guard let first = rest.first, characters.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = skip("+-")
    let whole = digits()
    if whole > 0, rest.isEmpty { return Int(text).map { .int($0) } ?? Double(text).map { .float($0) } }
    if skip(".") {
      if digits() == 0, whole == 0 { return nil }
    } else if whole == 0 {
      return nil
    }
    if skip("eE") {
      _ = skip("+-")
      if digits() == 0 { return nil }
    }
    return rest.isEmpty ? Double(text).map { .float($0) } : nil
  }

  private static func radixNumber(_ digits: Substring, radix: Int) -> YAMLScalar? {
    var value = 0.0
    for character in digits {
      guard character.isASCII, let digit = character.hexDigitValue, digit < radix else { return nil }
      value = value * Double(radix) + Double(digit)
    }
    if digits.isEmpty { return nil }
    return Int(digits, radix: radix).map { .int($0) } ?? .float(value)
  }
}
