import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// One op on inputs of given types.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let op: String
  /// Types of the data inputs; those that are not batched are weights.
  let types: [String]
  let attributes: [String: Attribute]
  var mode = "train"
  /// Parameters whose derivative the op leaves out on purpose: statistics that are constants of its backward.
  var constant: Set<String> = []

  init(
    _ op: String, _ types: [String], _ attributes: [String: Attribute] = [:], mode: String = "train",
    constant: Set<String> = []
  ) {
    (self.op, self.types, self.attributes) = (op, types, attributes)
    (self.mode, self.constant) = (mode, constant)
  }

  var testDescription: String {
    let text = attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    return "\(op)(\(types.joined(separator: ", "))) \(text) \(mode)"
  }

  /// `y = op(x0, x1, …; weights)`.
  func forward() throws -> Function {
    let registry = Catalogue.registry
    let declaration = try #require(registry[op])
    var b = Builder(name: "forward", stage: .layers, registry: registry)
    var inputs: [Value] = []
    for (k, text) in types.enumerated() {
      let type = try TypeReader(spaces: registry.spaces).type(text)
      inputs.append(b.parameter("x\(k)", type, type.isBatched ? .input : .param))
    }
    var all = Attributes(attributes)
    for p in declaration.signature.parameters where all[p.name] == nil { all[p.name] = p.defaultValue }
    let call = TypeCall(op: op, attributes: all, inputs: inputs.map(b.type), spaces: registry.spaces)
    // The signature of a core op is no type rule: those have no weights.
    let hasWeights = declaration.signature.operands.contains { $0.role != .input }
    let weights = hasWeights ? try declaration.weights(call) : []
    let operands = weights.map { b.parameter($0.name, $0.type, $0.role == .state ? .state : .param) }
    let results = try b.node(op, inputs + operands, all)
    b.result("y", results[0])
    for (state, value) in zip(weights.filter { $0.role == .state }, results.dropFirst()) {
      b.result("state.\(state.name)", value)
    }
    return b.function
  }
}

/// A compiled gradient with random values of its parameters.
struct GradientProbe {
  let function: Function
  let forward: Function
  let batch: Int
  var inputs: [String: Tensor] = [:]

  init(_ test: GradientCase, batch: Int, usesManualBackward: Bool = true) throws {
    forward = try test.forward()
    self.batch = batch
    function = try Pipeline.compile(
      forward, for: .gradient(mode: test.mode, ofLoss: false), optimizer: nil,
      options: PassOptions(registry: Catalogue.registry, usesManualBackward: usesManualBackward)
    ).function
    var random = RandomPoints(seed: 11)
    for p in forward.parameters {
      let tensor = try random.tensor(forward.type(p.value), batch: batch)
      // Variances and scales of normalisations.
      let type = forward.type(p.value)
      let isPositive = type.isReal && (p.kind == .state || (p.kind == .param && type.field.isEmpty))
      inputs[p.name] =
        isPositive ? try Tensor(tensor.doubles().map { 1 + 0.5 * $0 }, shape: tensor.shape) : tensor
    }
    if let y = forward.result("y") {
      let type = forward.type(y)
      let shape = (type.isBatched ? [batch] : []) + Catalogue.registry.spaces.shape(type)
      inputs["cotangent.y"] = try Tensor(random.uniforms(shape.reduce(1, *)), shape: shape)
    }
  }

  func run(_ inputs: [String: Tensor], threads: Int = 1) throws -> [String: Tensor] {
    try Interpreter.run(
      function, inputs: inputs, registry: Catalogue.registry, batch: batch, threads: threads)
  }

  /// Parameters with a gradient.
  var wanted: [Parameter] { forward.parameters.filter { function.result("grad.\($0.name)") != nil } }
}
