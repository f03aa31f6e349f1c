import GeocIR

/// Builds the function that computes initial values.
enum Initialization {
  /// A function without inputs whose results are `param.<name>`, `state.<name>` and `<slot name>`.
  static func function(
    _ forward: Function, slots: [Parameter], _ step: Function?, _ registry: OpRegistry
  ) throws -> Function {
    var b = Builder(name: "initialize", stage: .layers, registry: registry)
    var stream = 0
    func add(_ p: Parameter, _ type: GeoType, _ name: String) throws {
      b.origin = Origin(pass: "initialize", path: p.name)
      let parts = p.initial.split(separator: "(", maxSplits: 1)
      let initializer = parts.first.map(String.init) ?? "zeros"
      let argument = parts.count > 1 ? String(parts[1].dropLast()) : ""
      guard let declaration = registry.initializers[initializer] else {
        throw InternalError("unknown initialiser '\(initializer)' of '\(p.name)'")
      }
      b.result(name, try declaration.build(&b, type: type, argument: argument, stream: stream))
      stream += 1
    }
    for p in forward.parameters where p.kind == .param { try add(p, forward.type(p.value), "param.\(p.name)") }
    for p in forward.parameters where p.kind == .state { try add(p, forward.type(p.value), "state.\(p.name)") }
    if let step { for p in slots { try add(p, step.type(p.value), p.name) } }
    return b.function
  }
}
