import GeocIR
import GeocSpec

/// A function as the text form of ONNX, which Netron and `onnx.parser` read.
///
/// Ops that ONNX has are written in its standard domain, all others in the domain `geoc`, with the types of their results
/// as an attribute, since ONNX knows arrays only. Every value has its element type and sizes; the batch is `B`.
/// Weights and statistics are inputs of the graph: before a training they have no values. Nodes have no labels, and
/// identifiers are letters, digits and `_`, since Netron reads no others.
struct ONNXRenderer {
  /// Domain of ops that ONNX does not have.
  static let domain = "geoc"
  /// Words that begin a type.
  private static let types: Set<String> = [
    "undefined", "float", "double", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16",
    "uint32", "uint64", "complex64", "complex128", "bfloat16", "seq", "map", "optional", "sparse_tensor", "inf",
    "infinity", "nan",
  ]

  private let function: Function
  private let model: Model
  private let registry: OpRegistry
  private let scalar: String
  private let names: [String]
  private let table: Names

  /// A renderer of a function of a model.
  init(_ function: Function, _ model: Model, _ registry: OpRegistry) {
    (self.function, self.model, self.registry) = (function, model, registry)
    scalar = model.module.dtype == .f64 ? "double" : "float"
    var table = Names()
    // A value without a name is called like the result that it is.
    let results = Dictionary(
      function.results.map { ($0.value.index, $0.name) }, uniquingKeysWith: { first, _ in first })
    names = function.names.enumerated().map { table.unique($1.isEmpty ? results[$0] ?? "v\($0)" : $1) }
    self.table = table
  }

  /// The text. Throws what `OpRegistry.context` throws.
  func text() throws -> String {
    // A result that is an input, or stands there twice, gets a name of its own.
    var table = table
    var outputs: [(name: String, value: Value)] = []
    var copies = ""
    let inputs = Set(function.parameters.map(\.value))
    var given = Set<Value>()
    for result in function.results {
      if inputs.contains(result.value) || !given.insert(result.value).inserted {
        let name = table.unique(result.name)
        copies += "  \(name) = Identity (\(names[result.value.index]))\n"
        outputs.append((name, result.value))
      } else {
        outputs.append((names[result.value.index], result.value))
      }
    }
    var body = ""
    for node in function.nodes { body += try line(node) }
    let infos = function.nodes.flatMap(\.results).filter { !given.contains($0) }.map { info(names[$0.index], $0) }
    return """
      <
        ir_version: 9,
        opset_import: ["" : 20, "\(Self.domain)" : 1],
        producer_name: "geoc",
        producer_version: "\(Geoc.version)",
        doc_string: "\(Self.quoted(model.spec.description))"
      >
      \(Names.plain(model.module.name)) \
      (\(function.parameters.map { info(names[$0.value.index], $0.value) }.joined(separator: ", ")))
        => (\(outputs.map { info($0.name, $0.value) }.joined(separator: ", ")))
        <\(infos.joined(separator: ", "))>
      {
      \(body)\(copies)}

      """
  }

  /// Type and name of a value.
  private func info(_ name: String, _ value: Value) -> String {
    let type = function.type(value)
    let isIndex = registry.spaces[type.space.name]?.isIndex == true && function.stage == .layers
    let sizes = (type.isBatched ? ["B"] : []) + registry.spaces.shape(type).map(String.init)
    return "\(isIndex ? "int64" : scalar)\(sizes.isEmpty ? "" : "[\(sizes.joined(separator: ", "))]") \(name)"
  }

  private func line(_ node: Node) throws -> String {
    let form = try registry[node.op].flatMap { try $0.onnx(registry.context(node, in: function)) }
    let results = node.results.map { names[$0.index] }.joined(separator: ", ")
    let inputs = node.inputs.map { names[$0.index] }.joined(separator: ", ")
    var attributes = (form?.attributes ?? node.attributes).all.compactMap { attribute($0.name, $0.value) }
    if form == nil {
      let types = node.results.map { "\"\(Self.quoted(function.type($0).shown.description))\"" }
      attributes.append("types = [\(types.joined(separator: ", "))]")
      if !node.origin.path.isEmpty { attributes.append("node = \"\(Self.quoted(node.origin.path))\"") }
    }
    let op = form?.op ?? "\(Self.domain).\(Names.plain(node.op))"
    let list = attributes.isEmpty ? "" : " <\(attributes.joined(separator: ", "))>"
    return "  \(results) = \(op)\(list) (\(inputs))\n"
  }

  /// `name = value`; nil for an empty list, which has no type.
  private func attribute(_ name: String, _ value: Attribute) -> String? {
    let key = Self.types.contains(name) ? name + "_" : Names.plain(name)
    switch value {
    case .int(let x): return "\(key) = \(x)"
    case .bool(let flag): return "\(key) = \(flag ? 1 : 0)"
    case .real(let x): return "\(key) = \(Self.real(x))"
    case .ints(let list): return list.isEmpty ? nil : "\(key) = [\(list.map(String.init).joined(separator: ", "))]"
    case .reals(let list): return list.isEmpty ? nil : "\(key) = [\(list.map(Self.real).joined(separator: ", "))]"
    case .text(let text): return "\(key) = \"\(Self.quoted(text))\""
    default: return "\(key) = \"\(Self.quoted(value.description))\""
    }
  }

  /// A number with a point or an exponent, so that it is read as one.
  private static func real(_ x: Double) -> String { x.isFinite ? String(x) : "\"\(x)\"" }

  /// Text that may stand between quotation marks: neither reader knows all escapes.
  private static func quoted(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "'" : $0.value < 0x20 ? " " : $0 }))
  }

  /// Identifiers, each once.
  private struct Names {
    private var taken: Set<String> = []

    /// An identifier like `name` that was not given before.
    mutating func unique(_ name: String) -> String {
      let stem = Self.plain(name)
      var candidate = ONNXRenderer.types.contains(stem) ? stem + "_" : stem
      var k = 2
      while !taken.insert(candidate).inserted {
        candidate = "\(stem)_\(k)"
        k += 1
      }
      return candidate
    }

    /// Letters, digits and `_`, a letter first.
    static func plain(_ name: String) -> String {
      let text = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      return text.first?.isLetter == true ? text : "v" + text
    }
  }
}
