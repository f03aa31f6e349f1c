/// Prints modules and functions in one canonical text that `IRParser` reads back to an equal value.
package enum IRPrinter {
  /// The whole module.
  package static func print(_ module: Module) -> String {
    var text = TextBuffer()
    text += printHeader(module)
    for function in module.functions {
      text += "\n"
      text += print(function)
    }
    return text.text
  }

  /// What stands in front of the functions of a module.
  package static func printHeader(_ module: Module) -> String {
    "geoc.ir 1  model \(module.name)  dtype \(module.dtype.rawValue)\n"
  }

  /// One function.
  package static func print(_ f: Function) -> String { printName(f) + printBehindName(f) }

  /// The text of a function up to its name.
  package static func printName(_ f: Function) -> String { "func @\(f.name)" }

  /// The text of a function behind its name, which functions that differ in their names only share.
  package static func printBehindName(_ f: Function) -> String {
    let f = f.numbered()
    var text = TextBuffer(capacity: 100 * f.nodes.count)
    text += " \(f.stage.rawValue) ("
    for (k, p) in f.parameters.enumerated() {
      text += k > 0 ? ",\n    %" : "\n    %"
      write(p.value, f, to: &text)
      text += ": "
      text += p.kind.rawValue
      text += " "
      f.type(p.value).write(to: &text)
      if p.name != f.names[p.value.index] { text += " named \(TextQuoting.quote(p.name))" }
      if !p.initial.isEmpty { text += " = \(TextQuoting.quote(p.initial))" }
    }
    text += ") -> ("
    for (k, result) in f.results.enumerated() {
      text += k > 0 ? ",\n    " : "\n    "
      TextQuoting.write(result.name, to: &text)
      text += ": %"
      write(result.value, f, to: &text)
    }
    text += ") {\n"
    for node in f.nodes {
      text += "  "
      write(node, f, to: &text)
      text += "\n"
    }
    text += "}\n"
    return text.text
  }

  /// One node of a function.
  package static func print(_ node: Node, _ f: Function) -> String {
    var text = TextBuffer()
    write(node, f, to: &text)
    return text.text
  }

  private static func write(_ node: Node, _ f: Function, to text: inout TextBuffer) {
    write(node.results, f, to: &text)
    if !node.results.isEmpty { text += " = " }
    text += node.op
    text += "("
    write(node.inputs, f, to: &text)
    text += ")"
    node.attributes.write(to: &text)
    text += " : "
    for (k, value) in node.results.enumerated() {
      if k > 0 { text += ", " }
      f.type(value).write(to: &text)
    }
    let origin = node.origin
    if origin.line > 0 {
      text += "  !"
      text += origin.line
      text += ":"
      text += origin.column
    }
    if !origin.path.isEmpty {
      text += " at "
      TextQuoting.write(origin.path, to: &text)
    }
    if !origin.pass.isEmpty {
      text += " by "
      text += origin.pass
    }
  }

  private static func write(_ values: [Value], _ f: Function, to text: inout TextBuffer) {
    for (k, value) in values.enumerated() {
      text += k > 0 ? ", %" : "%"
      write(value, f, to: &text)
    }
  }

  private static func write(_ value: Value, _ f: Function, to text: inout TextBuffer) {
    let name = f.names[value.index]
    if name.isEmpty { text += value.index } else { text += name }
  }
}
