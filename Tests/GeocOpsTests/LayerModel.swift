import GeocIR
import GeocOps

/// A model put together layer by layer, as elaboration does it from a spec.
struct LayerModel {
  var builder = Builder(name: "forward", stage: .layers, registry: Catalogue.registry)
  /// Parameter of a compiled function → tensor of the oracle.
  var bindings: [String: String] = [:]
  /// Result of a compiled function → tensor of the oracle.
  var expectations: [String: String] = [:]

  /// A batched input.
  mutating func input(_ name: String, _ type: GeoType, tensor: String? = nil, gradient: String? = nil) -> Value {
    bindings[name] = tensor ?? "in.\(name)"
    expectations["grad.\(name)"] = gradient ?? "grad.\(name)"
    return builder.parameter(name, type.batched(), .input)
  }

  /// A layer with its weights and states; `tensors` names those of the oracle by operand.
  mutating func layer(
    _ op: String, _ inputs: [Value], _ attributes: [String: Attribute] = [:], tensors: [String: String] = [:],
    gradients: [String: String] = [:], name: String? = nil
  ) throws -> Value {
    guard let declaration = Catalogue.registry[op] else { throw InternalError("unknown op '\(op)'") }
    var all = Attributes()
    for p in declaration.signature.parameters { all[p.name] = attributes[p.name] ?? p.defaultValue }
    let name = name ?? op
    let call = TypeCall(
      op: op, attributes: all, inputs: inputs.map(builder.type), spaces: Catalogue.registry.spaces)
    let weights = try declaration.weights(call)
    let operands = weights.map { w in
      let full = "\(name).\(w.name)"
      let tensor = tensors[w.name] ?? w.name
      bindings[full] = w.role == .state ? "state.\(tensor)" : "param.\(tensor)"
      if w.role == .state {
        expectations["state.\(full)"] = "out.\(tensor)"
      } else {
        expectations["grad.\(full)"] = gradients[w.name] ?? "grad.\(tensor)"
      }
      return builder.parameter(full, w.type, w.role == .state ? .state : .param, initial: w.initial)
    }
    let results = try builder.node(op, inputs + operands, all, name: name)
    let states = weights.filter { $0.role == .state }
    for (state, value) in zip(states, results.suffix(states.count)) {
      builder.result("state.\(name).\(state.name)", value)
    }
    return results[0]
  }

  /// An output, with the tensors of its value and its cotangent.
  mutating func output(_ name: String, _ value: Value, tensor: String? = nil, cotangent: String? = nil) {
    expectations[name] = tensor ?? "out.\(name)"
    bindings["cotangent.\(name)"] = cotangent ?? "cot.\(name)"
    builder.result(name, value)
  }

  /// The loss: mean over the batch.
  mutating func loss(_ value: Value) throws {
    expectations["loss"] = "out.loss"
    builder.result("loss", try builder.batchMean(value))
  }
}

extension GeoType {
  static func spd(_ n: Int, field: [Int] = []) -> GeoType { GeoType(Space("SPD", [n]), field: field) }
  static func sym(_ n: Int, field: [Int] = []) -> GeoType { GeoType(Space("Sym", [n]), field: field) }
}
