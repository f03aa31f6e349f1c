import GeocIR

/// A norm in front of every nonlinearity, and weights that go back to the norm they started with.
///
/// A norm makes the function independent of the length of the weight in front of it; growth of that length is then a
/// decay of its effective learning rate, which the projection takes away.
enum NormalizeAndProject: ModelRewrite {
  static let name = "normalize_and_project"
  static let doc = OpDoc(
    family: "pass",
    summary: """
      Puts a norm in front of every nonlinearity between layers, and lets weights whose length no longer counts keep \
      the length they started with.
      """,
    formula: """
      h = act(σ ⊙ N(W x) + b); after every k-th step W ← ρ W/‖W‖ with ρ = ‖W‖ before the first; joint: (σ, b) ← \
      √d (σ, b)/‖(σ, b)‖; decay: σ ← (1−κ)σ + κ, b ← (1−κ)b
      """,
    source: "Lyle et al., NeurIPS 2024",
    parameters: [
      "norm": "layer normalisation, or division by the root mean square, which has no offset",
      "affine": "whether the norms have a scale σ and an offset b",
      "project_every": "k, in steps; 0 never projects",
      "scale_offset": """
      with each projection, σ and b are pulled to 1 and 0 (decay), brought to the length √d together (joint), or left \
      alone
      """, "decay_rate": "κ of decay", "project_output": "whether the weight of the output layer is projected too",
      "norm_eps": "ε of the norms",
    ], example: "passes:\n  - normalize_and_project: { scale_offset: decay, decay_rate: 0.01 }")
  static let signature: Signature = """
    () {norm: layer|rms = layer, affine: bool = true, project_every: int = 1 in 0..., \
    scale_offset: decay|joint|none = decay, decay_rate: real = 0.01 in 0...1, project_output: bool = false, \
    norm_eps: real = 1e-05 in 0...} ->
    """

  static func run(_ model: inout RewrittenModel, _ attributes: Attributes, _ registry: OpRegistry) throws {
    let survey = Survey(model.forward, registry)
    var insertion = try Insertion(survey, attributes, &model)
    model.forward = try insertion.function(&model)
    guard !survey.targets.isEmpty || !survey.norms.isEmpty else { return }
    let treatment: Projection.Treatment =
      switch attributes.name("scale_offset") {
      case "joint": .joint
      case "none": .none
      default: .decay(rate: attributes.real("decay_rate"))
      }
    model.projections.append(
      Projection(
        rewrite: name, weights: survey.weights { !$0 }, outputs: survey.weights { $0 },
        projectsOutputs: attributes.bool("project_output"), norms: try survey.written() + insertion.norms,
        every: attributes.int("project_every", 1), treatment: treatment))
  }
}

/// The nonlinearities of a function and what feeds them.
private struct Survey {
  let function: Function
  let registry: OpRegistry
  private let producers: [Int]
  /// Nodes that read each value, and those values that are results.
  private let readers: [[Int]]
  private let results: Set<Value>
  /// Whether a layer with a weight comes behind a value.
  private var leadsOn: [Bool]
  /// Values that want a norm, in order, with the nonlinearities that read them.
  private(set) var targets: [(value: Value, readers: Set<Int>)] = []
  /// Norms that stand in front of a nonlinearity already.
  private(set) var norms: [Node] = []

  init(_ function: Function, _ registry: OpRegistry) {
    self.function = function
    self.registry = registry
    producers = function.producers()
    var readers = [[Int]](repeating: [], count: function.types.count)
    for (k, node) in function.nodes.enumerated() { for value in node.inputs { readers[value.index].append(k) } }
    self.readers = readers
    results = Set(function.results.map(\.value))
    var places: [Value: Int] = [:]
    var seen: Set<Node> = []
    leadsOn = [Bool](repeating: false, count: function.types.count)
    for node in function.nodes.reversed() {
      guard has(node, .affine) || node.results.contains(where: { leadsOn[$0.index] }) else { continue }
      for value in node.inputs { leadsOn[value.index] = true }
    }
    for (k, node) in function.nodes.enumerated() where has(node, .activation) {
      guard let x = node.inputs.first, let y = node.results.first, leadsOn[y.index], function.type(x).isBatched,
        let maker = maker(x), !has(maker, .activation)
      else { continue }
      if has(maker, .normalization) {
        if seen.insert(maker).inserted { norms.append(maker) }
      } else if let at = places[x] {
        targets[at].readers.insert(k)
      } else {
        places[x] = targets.count
        targets.append((x, [k]))
      }
    }
  }

  func has(_ node: Node, _ trait: OpTraits) -> Bool { registry[node.op]?.traits.contains(trait) == true }

  func maker(_ value: Value) -> Node? {
    producers[value.index] < 0 ? nil : function.nodes[producers[value.index]]
  }

  /// Name of an operand of a node that is a parameter.
  func parameter(_ name: String, of node: Node) throws -> String? {
    let context = try registry.context(node, in: function)
    guard context.has(name) else { return nil }
    let value = try context.value(name)
    return function.parameters.first { $0.value == value && $0.kind == .param }?.name
  }

  /// Weights of the layers with nothing but the output behind them, or of all others.
  func weights(_ isWanted: (_ isOutput: Bool) -> Bool) -> [String] {
    function.nodes.compactMap { node in
      guard has(node, .affine), let y = node.results.first, isWanted(!leadsOn[y.index]) else { return nil }
      return try? parameter("weight", of: node)
    }
  }

  /// Scales and offsets of the norms that stand there already.
  func written() throws -> [Projection.Norm] {
    try norms.compactMap { node in
      try parameter("weight", of: node).map {
        Projection.Norm(scale: $0, offset: try parameter("bias", of: node))
      }
    }
  }

  /// Whether only the nonlinearities of a target read it, so that the norm hides a bias in front of it.
  func isHidden(_ target: (value: Value, readers: Set<Int>)) -> Bool {
    !results.contains(target.value) && readers[target.value.index].allSatisfy(target.readers.contains)
  }

  /// Whether features run along the first axis of a value: so says the layer that it comes from.
  func isChannelsFirst(_ value: Value) -> Bool {
    let rank = registry.spaces.shape(function.type(value)).count
    var current = value
    while rank > 1, let node = maker(current), registry.spaces.shape(function.type(current)).count == rank {
      if has(node, .affine) || has(node, .normalization) { return has(node, .channelsFirst) }
      guard let next = node.inputs.first else { return false }
      current = next
    }
    return false
  }
}

/// The function with the norms in it.
private struct Insertion {
  let survey: Survey
  let op: any Op.Type
  let attributes: Attributes
  var builder: Builder
  var map = ValueMap()
  /// Biases in front of a norm.
  var dead: Set<Value> = []
  /// Weights of the norms, by target.
  var weights: [Value: [Value]] = [:]
  /// The norms that are put in.
  var norms: [Projection.Norm] = []

  /// Adds the parameters. Throws `InternalError`.
  init(_ survey: Survey, _ options: Attributes, _ model: inout RewrittenModel) throws {
    self.survey = survey
    let f = survey.function
    let name = options.name("norm") == "rms" ? "rms_norm" : "layer_norm"
    guard let op = survey.registry[name] else { throw InternalError("there is no op '\(name)'") }
    self.op = op
    attributes = Attributes(["eps": .real(options.real("norm_eps")), "affine": .bool(options.bool("affine"))])
    builder = Builder(name: f.name, stage: f.stage, registry: survey.registry)
    /// Target by the parameter behind which those of its norm stand.
    var places: [Value: (value: Value, readers: Set<Int>)] = [:]
    var others: [(value: Value, readers: Set<Int>)] = []
    for target in survey.targets {
      guard let maker = survey.maker(target.value), survey.has(maker, .affine) else {
        others.append(target)
        continue
      }
      let context = try survey.registry.context(maker, in: f)
      places[try context.value("weight")] = target
      if context.has("bias"), survey.isHidden(target) { dead.insert(try context.value("bias")) }
    }
    let known = Set(survey.norms)
    for (k, node) in f.nodes.enumerated() where known.contains(node) {
      guard let x = node.inputs.first, let maker = survey.maker(x), survey.has(maker, .affine),
        survey.isHidden((x, [k]))
      else { continue }
      let context = try survey.registry.context(maker, in: f)
      if context.has("bias") { dead.insert(try context.value("bias")) }
    }
    for p in f.parameters where !dead.contains(p.value) {
      map[p.value] = builder.parameter(p.name, f.type(p.value), p.kind, initial: p.initial)
      if let target = places[p.value] { try addWeights(target.value) }
    }
    for target in others { try addWeights(target.value) }
  }

  private func label(_ value: Value) -> String {
    let own = survey.function.names[value.index]
    return own.isEmpty ? survey.maker(value)?.op ?? "value" : own
  }

  private mutating func addWeights(_ value: Value) throws {
    let call = TypeCall(op: op.name, attributes: attributes, inputs: [rows(value)], spaces: survey.registry.spaces)
    let tensors = try op.weights(call)
    weights[value] = tensors.map {
      builder.parameter("\(label(value)).norm.\($0.name)", $0.type, .param, initial: $0.initial)
    }
    guard tensors.contains(where: { $0.name == "weight" }) else { return }
    let hasOffset = tensors.contains { $0.name == "bias" }
    norms.append(
      .init(scale: "\(label(value)).norm.weight", offset: hasOffset ? "\(label(value)).norm.bias" : nil))
  }

  /// The type of a value with its features along the last axis.
  private func rows(_ value: Value) -> GeoType {
    let type = survey.function.type(value)
    guard survey.isChannelsFirst(value), let first = type.field.first else { return type }
    return .real(Array(type.field.dropFirst()) + [first], isBatched: type.isBatched)
  }

  /// The finished function. Throws `InternalError`.
  mutating func function(_ model: inout RewrittenModel) throws -> Function {
    let f = survey.function
    var normed: [Value: Value] = [:]
    var reads: [Int: Value] = [:]
    for target in survey.targets { for k in target.readers { reads[k] = target.value } }
    let targets = Set(survey.targets.map(\.value))
    for (k, node) in f.nodes.enumerated() {
      let target = reads[k]
      let plain = target.flatMap { map[$0] }
      if let target { map[target] = normed[target] }
      var copy = node
      if node.inputs.contains(where: dead.contains) {
        copy.inputs.removeAll(where: dead.contains)
        copy.attributes["bias"] = .bool(false)
        model.note(NormalizeAndProject.name, "removed the bias of '\(label(node.results[0]))'", at: node.origin)
      }
      try builder.copy(copy, from: f, &map)
      if let target { map[target] = plain }
      for value in node.results where targets.contains(value) {
        guard let plain = map[value] else { continue }
        normed[value] = try norm(plain, of: value, node.origin, &model)
      }
    }
    try builder.copyResults(of: f, map)
    return try builder.ordered()
  }

  private mutating func norm(
    _ value: Value, of old: Value, _ place: Origin, _ model: inout RewrittenModel
  ) throws -> Value {
    let name = label(old) + ".norm"
    builder.origin = place.by(NormalizeAndProject.name)
    builder.origin.path = name
    let type = survey.function.type(old)
    let width = rows(old).field.last ?? 1
    model.note(NormalizeAndProject.name, "put \(op.name) behind '\(label(old))'", at: place)
    if width == 1 {
      let left = op.name == "rms_norm" ? "only the sign of one number" : "0, whatever the number"
      model.warnings.append(
        .init(
          "norm-of-one", "the norm behind '\(label(old))' has one feature and gives \(left)",
          help: "give the layer more features, or leave the pass out", at: place))
    }
    func apply(_ x: Value) throws -> Value {
      guard let y = try builder.node(op.name, [x] + (weights[old] ?? []), attributes, name: name).first else {
        throw InternalError("'\(op.name)' has no result")
      }
      return y
    }
    guard survey.isChannelsFirst(old) else { return try apply(value) }
    let rank = type.field.count
    let last = try builder.one("permute", [value], ["order": .ints(Array(1..<rank) + [0])])
    return try builder.one("permute", [try apply(last)], ["order": .ints([rank - 1] + Array(0..<(rank - 1)))])
  }
}
