/// Prints modules and functions in one canonical text that `IRParser` reads back to an equal value.
package enum IRPrinter {
  /// The whole module.
  package static func print(_ module: Module) -> String {
    var text = "geoc.ir 1  model \(module.name)  dtype \(module.dtype.rawValue)\n"
    for function in module.functions { text += "\n" + print(function) }
    return text
  }

  /// One function.
  package static func print(_ f: Function) -> String {
    let f = f.numbered()
    var text = "func @\(f.name) \(f.stage.rawValue) ("
    let parameters = f.parameters.map { p in
      var line = "\n    %\(label(p.value, f)): \(p.kind.rawValue) \(f.type(p.value))"
      if p.name != f.names[p.value.index] { line += " named \(TextQuoting.quote(p.name))" }
      if !p.initial.isEmpty { line += " = \(TextQuoting.quote(p.initial))" }
      return line
    }
    text += parameters.joined(separator: ",")
    text += ") -> ("
    text += f.results.map { "\n    \(TextQuoting.quote($0.name)): %\(label($0.value, f))" }.joined(separator: ",")
    text += ") {\n"
    for node in f.nodes { text += "  " + print(node, f) + "\n" }
    return text + "}\n"
  }

  /// One node of a function.
  package static func print(_ node: Node, _ f: Function) -> String {
    var line = node.results.map { "%\(label($0, f))" }.joined(separator: ", ")
    if !node.results.isEmpty { line += " = " }
    line += "\(node.op)(\(node.inputs.map { "%\(label($0, f))" }.joined(separator: ", ")))"
    if !node.attributes.isEmpty {
      line += " {\(node.attributes.all.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))}"
    }
    line += " : " + node.results.map { f.type($0).description }.joined(separator: ", ")
    let origin = node.origin
    if origin.line > 0 { line += "  !\(origin.line):\(origin.column)" }
    if !origin.path.isEmpty { line += " at \(TextQuoting.quote(origin.path))" }
    if !origin.pass.isEmpty { line += " by \(origin.pass)" }
    return line
  }

  private static func label(_ value: Value, _ f: Function) -> String {
    let name = f.names[value.index]
    return name.isEmpty ? String(value.index) : name
  }
}
