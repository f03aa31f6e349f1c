/// The value of an attribute of a node, or of a parameter of an op.
package enum Attribute: Hashable, Sendable {
  case int(Int)
  case real(Double)
  case bool(Bool)
  case name(String)
  case text(String)
  case ints([Int])
  case reals([Double])
  case type(GeoType)
  case spectral(SpectralFunction)
  case expression(ScalarExpression)
  case row(RowProgram)
  case radial(RadialFunction)
}

/// The attributes of a node, sorted by name.
package struct Attributes: Hashable, Sendable {
  private var entries: [Entry] = []
  /// A number that equal attributes share. Names are left out: those of one op are the same.
  private(set) var digest = 0

  private struct Entry: Hashable, Sendable {
    var name: String
    var value: Attribute
  }

  /// No attributes.
  package init() {}

  /// Attributes by name.
  package init(_ values: [String: Attribute]) {
    entries = values.sorted { $0.key < $1.key }.map { Entry(name: $0.key, value: $0.value) }
    digest = Digest(of: entries.lazy.map(\.value)).value
  }

  /// An attribute; setting nil removes it.
  package subscript(name: String) -> Attribute? {
    get {
      for k in entries.indices where entries[k].name == name { return entries[k].value }
      return nil
    }
    set {
      set(name, newValue)
      digest = Digest(of: entries.lazy.map(\.value)).value
    }
  }

  private mutating func set(_ name: String, _ value: Attribute?) {
    let at = entries.firstIndex { $0.name >= name } ?? entries.count
    let isKnown = at < entries.count && entries[at].name == name
    switch (isKnown, value) {
    case (true, let value?): entries[at].value = value
    case (true, nil): entries.remove(at: at)
    case (false, let value?): entries.insert(Entry(name: name, value: value), at: at)
    case (false, nil): break
    }
  }

  package static func == (a: Attributes, b: Attributes) -> Bool { a.digest == b.digest && a.entries == b.entries }

  /// All of them, sorted by name.
  package var all: [(name: String, value: Attribute)] { entries.map { ($0.name, $0.value) } }

  /// Whether there are none.
  package var isEmpty: Bool { entries.isEmpty }

  /// An integer, `fallback` where it is missing.
  package func int(_ name: String, _ fallback: Int = 0) -> Int {
    switch self[name] {
    case .int(let x)?: x
    case .real(let x)?: Int(exactly: x) ?? fallback
    default: fallback
    }
  }

  /// A number, `fallback` where it is missing.
  package func real(_ name: String, _ fallback: Double = 0) -> Double {
    switch self[name] {
    case .real(let x)?: x
    case .int(let x)?: Double(x)
    default: fallback
    }
  }

  /// A flag, `fallback` where it is missing.
  package func bool(_ name: String, _ fallback: Bool = false) -> Bool {
    if case .bool(let x)? = self[name] { x } else { fallback }
  }

  /// A name, `fallback` where it is missing.
  package func name(_ name: String, _ fallback: String = "") -> String {
    switch self[name] {
    case .name(let x)?, .text(let x)?: x
    default: fallback
    }
  }

  /// A list of integers, empty where it is missing.
  package func ints(_ name: String) -> [Int] {
    switch self[name] {
    case .ints(let x)?: x
    case .int(let x)?: [x]
    default: []
    }
  }

  /// A list of numbers, empty where it is missing.
  package func reals(_ name: String) -> [Double] {
    switch self[name] {
    case .reals(let x)?: x
    case .ints(let x)?: x.map(Double.init)
    case .real(let x)?: [x]
    case .int(let x)?: [Double(x)]
    default: []
    }
  }

  /// A type, nil where it is missing.
  package func type(_ name: String) -> GeoType? {
    if case .type(let x)? = self[name] { x } else { nil }
  }

  /// A spectral function, nil where it is missing.
  package func spectral(_ name: String) -> SpectralFunction? {
    if case .spectral(let x)? = self[name] { x } else { nil }
  }

  /// A scalar expression, nil where it is missing.
  package func expression(_ name: String) -> ScalarExpression? {
    if case .expression(let x)? = self[name] { x } else { nil }
  }

  /// A row program, nil where it is missing.
  package func row(_ name: String) -> RowProgram? {
    if case .row(let x)? = self[name] { x } else { nil }
  }

  /// A radial map, nil where it is missing.
  package func radial(_ name: String) -> RadialFunction? {
    if case .radial(let x)? = self[name] { x } else { nil }
  }
}

extension Attributes: ExpressibleByDictionaryLiteral {
  /// Attributes by name; of two with one name the last.
  package init(dictionaryLiteral elements: (String, Attribute)...) {
    entries.reserveCapacity(elements.count)
    for (name, value) in elements { set(name, value) }
    digest = Digest(of: entries.lazy.map(\.value)).value
  }
}

extension Attribute: CustomStringConvertible {
  /// Canonical text in IR.
  package var description: String {
    switch self {
    case .int(let x): return String(x)
    case .real(let x): return String(x)
    case .bool(let x): return String(x)
    case .name(let x): return x
    case .text(let x): return TextQuoting.quote(x)
    case .ints(let x): return "[\(x.map(String.init).joined(separator: ", "))]"
    case .reals(let x): return "[\(x.map { String($0) }.joined(separator: ", "))]"
    case .type(let x): return "<\(x)>"
    case .spectral(let x): return "spectral<\(x)>"
    case .expression(let x): return "expr<\(x)>"
    case .row(let x): return "row<\(x)>"
    case .radial(let x): return "radial<\(x)>"
    }
  }
}

extension Attribute {
  /// Appends the canonical text.
  func write(to text: inout TextBuffer) {
    switch self {
    case .int(let x): text += x
    case .name(let x): text += x
    case .text(let x): TextQuoting.write(x, to: &text)
    case .ints(let list):
      text += "["
      for (k, x) in list.enumerated() {
        if k > 0 { text += ", " }
        text += x
      }
      text += "]"
    case .expression(let x):
      text += "expr<"
      x.write(to: &text)
      text += ">"
    default: text += description
    }
  }
}

extension Attributes {
  /// Appends the canonical text of all of them: `{out = 6, bias = true}`, nothing for none.
  func write(to text: inout TextBuffer) {
    if entries.isEmpty { return }
    text += " {"
    for (k, entry) in entries.enumerated() {
      if k > 0 { text += ", " }
      text += entry.name
      text += " = "
      entry.value.write(to: &text)
    }
    text += "}"
  }
}

/// Quoted texts as `TextScanner.quoted` reads them.
package enum TextQuoting {
  /// `text` in double quotes.
  package static func quote(_ text: String) -> String {
    var out = TextBuffer()
    write(text, to: &out)
    return out.text
  }

  /// Appends `text` in double quotes.
  static func write(_ text: String, to out: inout TextBuffer) {
    out += "\""
    if text.utf8.allSatisfy({ $0 != 0x22 && $0 != 0x5C && $0 != 0x0A }) {
      out += text
    } else {
      for c in text {
        switch c {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        default: out += String(c)
        }
      }
    }
    out += "\""
  }
}
