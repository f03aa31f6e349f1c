import GeocIR
import GeocOps
import Testing

/// Types read from their text, and the types that an op gives for them.
enum TypeRules {
  /// `SPD(6)[3]`, `[B] R[8, 200]`.
  static func type(_ text: String) throws -> GeoType { try TypeReader(spaces: Catalogue.registry.spaces).type(text) }

  static func call(_ op: String, _ inputs: [String], _ given: [String: Attribute]) throws -> (any Op.Type, TypeCall) {
    let declaration = try #require(Catalogue.registry[op])
    var attributes = Attributes(given)
    for p in declaration.signature.parameters where attributes[p.name] == nil { attributes[p.name] = p.defaultValue }
    let call = TypeCall(
      op: op, attributes: attributes, inputs: try inputs.map(type), spaces: Catalogue.registry.spaces)
    return (declaration, call)
  }

  /// The result types of `op`, as text.
  static func results(_ op: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]) throws -> [String] {
    let (declaration, call) = try call(op, inputs, attributes)
    return try declaration.infer(call).map(\.description)
  }

  /// Weights and states of `op`, as text.
  static func weights(_ op: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]) throws -> [String] {
    let (declaration, call) = try call(op, inputs, attributes)
    return try declaration.weights(call).map { "\($0.role.rawValue) \($0.name): \($0.type) = \($0.initial)" }
  }

  /// The sentence with which `op` refuses its inputs.
  static func problem(_ op: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]) throws -> String {
    let (declaration, call) = try call(op, inputs, attributes)
    do {
      return "accepted: \(try declaration.infer(call))"
    } catch let problem as TypeProblem {
      return problem.message
    }
  }
}
