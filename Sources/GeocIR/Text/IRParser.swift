/// Reads the text that `IRPrinter` writes. The grammar is `grammar/ir.ebnf`.
///
/// Reading checks syntax and names only; `Verifier` checks that the result is a valid program.
package struct IRParser {
  private var s: TextScanner
  private let reader: TypeReader

  /// Reads a module. Throws `TextError` with a byte offset.
  package static func module(_ text: String, spaces: SpaceTable) throws(TextError) -> Module {
    var parser = IRParser(s: TextScanner(text), reader: TypeReader(spaces: spaces))
    return try parser.module()
  }

  private init(s: TextScanner, reader: TypeReader) {
    self.s = s
    self.reader = reader
  }

  private mutating func module() throws(TextError) -> Module {
    try s.expect("geoc.ir")
    guard try s.integer() == 1 else { throw TextError("unknown version of the IR text", at: s.offset) }
    try s.expect("model")
    let name = try s.identifier("a model name", allowing: "-")
    try s.expect("dtype")
    guard let dtype = DType(rawValue: try s.identifier("a dtype")) else {
      throw TextError("expected f32 or f64", at: s.offset)
    }
    var module = Module(name: name, dtype: dtype)
    while !s.isAtEnd() {
      let function = try function()
      guard module[function.name] == nil else {
        throw TextError("function '\(function.name)' is defined twice", at: s.offset)
      }
      module.functions.append(function)
    }
    return module
  }

  /// Values by label while a function is read.
  private struct Scope {
    var byLabel: [String: Value] = [:]
  }

  private mutating func function() throws(TextError) -> Function {
    try s.expect("func")
    try s.expect("@")
    let name = try s.identifier("a function name", allowing: "-.")
    guard let stage = Stage(rawValue: try s.identifier("a stage")) else {
      throw TextError("expected layers or core", at: s.offset)
    }
    var f = Function(name: name, stage: stage)
    var scope = Scope()
    try s.expect("(")
    while !s.take(")") {
      if s.take(",") { continue }
      let label = try label()
      try s.expect(":")
      guard let kind = ParameterKind(rawValue: try s.identifier("a kind of parameter")) else {
        throw TextError("unknown kind of parameter", at: s.offset)
      }
      let value = try define(label, try reader.type(&s), &f, &scope)
      var parameter = Parameter(value: value, name: f.names[value.index], kind: kind)
      if s.take("named") { parameter.name = try s.quoted() }
      if s.take("=") { parameter.initial = try s.quoted() }
      f.parameters.append(parameter)
    }
    try s.expect("->")
    try s.expect("(")
    var results: [(name: String, label: String, offset: Int)] = []
    while !s.take(")") {
      if s.take(",") { continue }
      let name = try s.quoted()
      try s.expect(":")
      results.append((name, try label(), s.offset))
    }
    try s.expect("{")
    while !s.take("}") { try node(&f, &scope) }
    for result in results {
      guard let value = scope.byLabel[result.label] else {
        throw TextError("unknown value '%\(result.label)'", at: result.offset)
      }
      f.results.append(FunctionResult(name: result.name, value: value))
    }
    return f
  }

  private mutating func label() throws(TextError) -> String {
    try s.expect("%")
    return try s.identifier("a value", allowing: "./-")
  }

  private func define(
    _ label: String, _ type: GeoType, _ f: inout Function, _ scope: inout Scope
  ) throws(TextError) -> Value {
    guard scope.byLabel[label] == nil else { throw TextError("value '%\(label)' is defined twice", at: s.offset) }
    var type = type
    if case .value(let name)? = type.space["at"] {
      guard let point = scope.byLabel[name] else { throw TextError("unknown value '%\(name)'", at: s.offset) }
      type.space["at"] = .at(f.base(point))
    }
    let value = Value(f.types.count)
    f.types.append(type)
    let isNumber = label.utf8.allSatisfy { (0x30...0x39).contains($0) }
    f.names.append(isNumber ? "" : label)
    scope.byLabel[label] = value
    return value
  }

  private mutating func node(_ f: inout Function, _ scope: inout Scope) throws(TextError) {
    var labels: [String] = []
    if s.isNext("%") {
      repeat { labels.append(try label()) } while s.take(",")
      try s.expect("=")
    }
    let op = try s.identifier("an op")
    var inputs: [Value] = []
    try s.expect("(")
    while !s.take(")") {
      if s.take(",") { continue }
      let label = try label()
      guard let value = scope.byLabel[label] else { throw TextError("unknown value '%\(label)'", at: s.offset) }
      inputs.append(value)
    }
    var attributes = Attributes()
    if s.take("{") {
      while !s.take("}") {
        if s.take(",") { continue }
        let key = try s.identifier("an attribute")
        try s.expect("=")
        attributes[key] = try attribute()
      }
    }
    try s.expect(":")
    var results: [Value] = []
    for (k, label) in labels.enumerated() {
      if k > 0 { try s.expect(",") }
      results.append(try define(label, try reader.type(&s), &f, &scope))
    }
    f.nodes.append(
      Node(op: op, inputs: inputs, attributes: attributes, results: results, origin: try origin()))
  }

  private mutating func origin() throws(TextError) -> Origin {
    var (line, column) = (0, 0)
    if s.take("!") {
      line = try s.integer()
      try s.expect(":")
      column = try s.integer()
    }
    let path = s.take("at") ? try s.quoted() : ""
    let pass = s.take("by") ? try s.identifier("a pass", allowing: "-") : ""
    return Origin(line: line, column: column, pass: pass, path: path)
  }

  private mutating func attribute() throws(TextError) -> Attribute {
    guard let c = s.peek() else { throw TextError("expected a value", at: s.offset) }
    if c == 0x22 { return .text(try s.quoted()) }
    if s.take("[") {
      var texts: [String] = []
      while !s.take("]") {
        if s.take(",") { continue }
        texts.append(s.numberText())
        if texts.last?.isEmpty == true { throw TextError("expected a number", at: s.offset) }
      }
      let ints = texts.compactMap(Int.init)
      if ints.count == texts.count { return .ints(ints) }
      let reals = texts.compactMap(Double.init)
      guard reals.count == texts.count else { throw TextError("expected numbers", at: s.offset) }
      return .reals(reals)
    }
    if s.take("<") {
      let type = try reader.type(&s)
      try s.expect(">")
      return .type(type)
    }
    if s.take("spectral<") {
      let start = s.offset
      let text = try bracketed()
      do { return .spectral(try SpectralFunction.parse(text)) } catch { throw TextError("\(error)", at: start) }
    }
    if s.take("expr<") {
      let start = s.offset
      let text = try bracketed()
      do { return .expression(try ScalarExpression.parse(text)) } catch { throw TextError("\(error)", at: start) }
    }
    if s.take("row<") {
      let start = s.offset
      let text = try bracketed()
      do { return .row(try RowProgram.parse(text)) } catch { throw TextError("\(error)", at: start) }
    }
    if s.take("radial<") {
      let start = s.offset
      let text = try bracketed()
      do { return .radial(try RadialFunction.parse(text)) } catch { throw TextError("\(error)", at: start) }
    }
    if (0x30...0x39).contains(c) || c == 0x2D || c == 0x2B || s.isNext("inf") || s.isNext("nan") {
      let start = s.offset
      let text = s.numberText()
      if let x = Int(text) { return .int(x) }
      guard let x = Double(text) else { throw TextError("expected a number", at: start) }
      return .real(x)
    }
    let word = try s.identifier("a value", allowing: "-")
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: return .name(word)
    }
  }

  /// Text up to the closing `>`; `|>` between two functions does not close.
  private mutating func bracketed() throws(TextError) -> String {
    let start = s.offset
    var end = start
    while end < s.bytes.count, s.bytes[end] != 0x0A {
      if s.bytes[end] == 0x3E, end == start || s.bytes[end - 1] != 0x7C { break }
      end += 1
    }
    guard end < s.bytes.count, s.bytes[end] == 0x3E else { throw TextError("expected '>'", at: start) }
    s.seek(to: end + 1)
    return String(decoding: s.bytes[start..<end], as: UTF8.self)
  }
}
