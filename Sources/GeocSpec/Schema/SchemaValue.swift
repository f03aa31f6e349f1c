import GeocIR

/// JSON with its keys in the order in which they were written.
indirect enum SchemaValue: Sendable {
  case text(String)
  case number(Double)
  case flag(Bool)
  case list([SchemaValue])
  case object([(String, SchemaValue)])

  /// A list of texts.
  static func texts(_ texts: [String]) -> SchemaValue { .list(texts.map { .text($0) }) }

  /// A reference to a definition of the schema.
  static func reference(_ name: String) -> SchemaValue { .object([("$ref", .text("#/$defs/\(name)"))]) }

  /// A value of a type, with what it means.
  static func described(_ type: String?, _ meaning: String) -> SchemaValue {
    .object((type.map { [("type", .text($0))] } ?? []) + [("description", .text(meaning))])
  }

  /// The value of an attribute.
  init(_ attribute: Attribute) {
    switch attribute {
    case .int(let x): self = .number(Double(x))
    case .real(let x): self = .number(x)
    case .bool(let x): self = .flag(x)
    case .name(let x), .text(let x): self = .text(x)
    case .ints(let x): self = .list(x.map { .number(Double($0)) })
    case .reals(let x): self = .list(x.map { .number($0) })
    case .type(let x): self = .text(x.description)
    case .spectral(let x): self = .text("\(x)")
    case .expression(let x): self = .text("\(x)")
    case .row(let x): self = .text("\(x)")
    case .radial(let x): self = .text("\(x)")
    }
  }

  /// The same object with one more field.
  func adding(_ key: String, _ value: SchemaValue) -> SchemaValue {
    guard case .object(let fields) = self else { return self }
    return .object(fields + [(key, value)])
  }

  /// The same object with what it means.
  func describedBy(_ meaning: String) -> SchemaValue { adding("description", .text(meaning)) }

  /// Formatted text; short lists and objects on one line.
  func text(_ indent: String = "") -> String {
    let flat = oneLine
    if flat.utf8.count + indent.utf8.count <= 100 { return flat }
    let inner = indent + "  "
    switch self {
    case .list(let items):
      return "[\n" + items.map { inner + $0.text(inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let fields):
      let lines = fields.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    default:
      return flat
    }
  }

  private var oneLine: String {
    switch self {
    case .text(let x): Self.quoted(x)
    case .number(let x): x.isFinite ? NumberText.text(x) : "null"
    case .flag(let x): x ? "true" : "false"
    case .list(let items): "[" + items.map(\.oneLine).joined(separator: ", ") + "]"
    case .object(let fields):
      fields.isEmpty
        ? "{}" : "{ " + fields.map { "\(Self.quoted($0.0)): \($0.1.oneLine)" }.joined(separator: ", ") + " }"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
