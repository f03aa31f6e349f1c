import GeocDiagnostics
import GeocIR
import GeocYAML

/// Turns a spec into the function `forward`: names, blocks, defaults and types.
struct Elaborator {
  let spec: Spec
  let registry: OpRegistry
  var problems: Problems
  var builder: Builder
  let types: TypeReader
  let blocks: [String: BlockEntry]
  /// Nodes in order, for messages and lints.
  var nodes: [ElaboratedNode] = []
  /// What made each value.
  var makers: [Value: Maker] = [:]
  /// New states by full name.
  var newStates: [(name: String, value: Value)] = []
  /// The model's inputs.
  var inputs: [(name: Located<String>, value: Value)] = []
  /// Whether something was refused, so that whole-model checks would only repeat it.
  var isBroken = false
  var isInLoss = false
  /// Entries elaborated so far, and whether there were too many.
  var entryCount = 0
  var isTooLarge = false
  static let maximumEntries = 100_000
  static let maximumDepth = 64
  /// Blocks that are called.
  var calledBlocks: Set<String> = []
  /// Parameters of blocks that are read, as `block.parameter`.
  var readParameters: Set<String> = []
  /// Curvatures of inputs that are learned, by where they start.
  private var learnedCurvatures: [Double: String] = [:]
  /// Random nodes so far.
  var randomCount = 0

  init(spec: Spec, registry: OpRegistry, problems: Problems) {
    self.spec = spec
    self.registry = registry
    self.problems = problems
    builder = Builder(name: "forward", stage: .layers, registry: registry)
    types = TypeReader(dims: spec.sizes, spaces: registry.spaces)
    blocks = Dictionary(spec.blocks.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What elaboration found.
  struct Outcome {
    var function: Function
    /// Outputs, in order.
    var outputs: [FunctionResult]
    var metrics: [MetricDescription]
    /// First and second input of the first loss, by name.
    var lossInputs: (prediction: String, target: String)?
  }

  /// The whole model. What is refused is reported and left out.
  mutating func run() throws -> Outcome? {
    checkBlockNames()
    var scope = Scope()
    scope.aliases = Set(spec.graph.compactMap { $0.alias?.value })
    elaborateInputs(&scope)
    try walk(spec.graph, &scope)
    let outputs = outputs(of: scope)
    for output in outputs { builder.result(output.name, output.value) }
    isInLoss = true
    let lossInputs = try elaborateLosses(&scope)
    isInLoss = false
    let metrics = elaborateMetrics(scope, lossInputs)
    try elaborateSeparation()
    for state in newStates { builder.result("state.\(state.name)", state.value) }
    if isBroken { return nil }
    return Outcome(
      function: try builder.ordered(), outputs: outputs, metrics: metrics, lossInputs: lossInputs
    )
  }

  private mutating func checkBlockNames() {
    for block in spec.blocks where registry[block.name.value]?.isPublic == true {
      isBroken = true
      problems.report(
        .spec.duplicateName, "'\(block.name.value)' is the name of an op and cannot name a block", at: block.name.span)
    }
  }

  private mutating func elaborateInputs(_ scope: inout Scope) {
    for (name, text) in spec.inputs {
      if let other = scope.places[name.value] {
        isBroken = true
        problems.report(
          .spec.duplicateName, "the input '\(name.value)' is declared twice", at: name.span,
          labels: [(other, "first here")])
        continue
      }
      guard let type = problems.type(text, types).flatMap({ placed($0, text.span, scope) }) else {
        isBroken = true
        scope.bind(name.value, .poisoned, at: name.span)
        if scope.previous == nil { scope.previous = .poisoned }
        continue
      }
      let value = builder.parameter(name.value, learned(type.batched(), of: name.value), .input)
      makers[value] = .input(name: name.value, type: text.span)
      checkSize(value, at: text.span)
      inputs.append((name, value))
      scope.bind(name.value, .value(value), at: name.span)
      if scope.previous == nil { scope.previous = .value(value) }
    }
  }

  /// The type of an input, a tangent vector at the value of an input above. Nil, reported, where there is none.
  private mutating func placed(_ type: GeoType, _ span: Span, _ scope: Scope) -> GeoType? {
    guard let argument = type.space["at"] else { return type }
    guard case .name(let name) = argument, let point = inputs.first(where: { $0.name.value == name })?.value else {
      problems.report(
        .types.argument, "the base point 'at=\(argument)' is no input above this one", at: span,
        help: "declare the point first: a tangent vector stands at the value of an input")
      return nil
    }
    let found = builder.type(point).space
    guard let wanted = type.space.inner, found.name == wanted.name, found.sizes == wanted.sizes else {
      problems.report(
        .types.argument, "tangent vectors of \(type.space.inner ?? found) do not stand at \(builder.type(point).shown)",
        at: span, labels: [makerLabel(point)].compactMap { $0 })
      return nil
    }
    var copy = type
    copy.space[""] = .type(GeoType(found))
    copy.space["at"] = .at(builder.base(point))
    return copy
  }

  /// The type with the arguments that are not written. Of a ball of learned curvature: inputs that write the same
  /// `c=learn(x)` share one parameter, `<input>.c` of the first.
  private mutating func learned(_ type: GeoType, of input: String) -> GeoType {
    if type.space["at"] == nil, let inner = type.space.inner {
      var copy = type
      copy.space[""] = .type(learned(GeoType(inner), of: input))
      return copy
    }
    var type = type
    for (name, value) in registry.spaces[type.space.name]?.argumentDefaults ?? [:] where type.space[name] == nil {
      type.space[name] = value
    }
    guard case .learn(let start)? = type.space["c"] else { return type }
    let name = learnedCurvatures[start] ?? "\(input).c"
    if learnedCurvatures[start] == nil {
      learnedCurvatures[start] = name
      _ = builder.parameter(name, GeoType(Space("Positive")), .param, initial: "constant(\(start))")
    }
    type.space["c"] = .value(name)
    return type
  }

  private mutating func outputs(of scope: Scope) -> [FunctionResult] {
    guard let names = spec.outputs else {
      guard case .value(let value)? = scope.previous else { return [] }
      return [FunctionResult(name: scope.lastName, value: value)]
    }
    var results: [FunctionResult] = []
    for name in names {
      if results.contains(where: { $0.name == name.value }) {
        problems.report(.spec.duplicateName, "the output '\(name.value)' is listed twice", at: name.span)
        isBroken = true
      } else if let value = lookUp(name, scope)?.value {
        results.append(FunctionResult(name: name.value, value: value))
      }
    }
    return results
  }

  /// The value of a name; nil when there is none, which has been reported.
  mutating func lookUp(_ name: Located<String>, _ scope: Scope) -> Binding? {
    if let binding = scope.bindings[name.value] { return binding }
    // A weight of a node above: `logits.weight`.
    if let weight = builder.function.parameter(scope.prefix + name.value), weight.kind == .param {
      return .value(weight.value)
    }
    isBroken = true
    let isLater = scope.aliases.contains(name.value)
    problems.report(
      .spec.unknownName, "there is no value '\(name.value)' here", at: name.span,
      meant: isLater ? nil : suggestion(for: name.value, among: scope.bindings.keys.sorted()),
      help: isLater ? "'\(name.value)' comes later: a node reads only nodes above it" : nil)
    return nil
  }

  /// Elaborates a graph.
  mutating func walk(_ graph: [NodeEntry], _ scope: inout Scope) throws {
    for entry in graph { _ = try elaborate(substituted(entry, scope), &scope) }
  }

  /// Elaborates one entry, as often as it is repeated, and binds its names; the results of the last one.
  mutating func elaborate(_ entry: NodeEntry, _ scope: inout Scope) throws -> [Binding] {
    var times = 1
    if let node = entry.times {
      if let count = repeatCount(node) { times = count } else { isBroken = true }
    }
    var results: [Binding] = []
    for k in 1...times where !isTooLarge {
      entryCount += 1
      if entryCount > Self.maximumEntries { reportTooLarge("more than \(Self.maximumEntries) nodes", entry.op.span) }
      let number = scope.defaultName(entry.op.value)
      let name = entry.alias.map { times == 1 ? $0.value : "\($0.value)_\(k)" } ?? number
      let place = entry.alias?.span ?? entry.op.span
      if let other = scope.places[name] {
        isBroken = true
        let isInput = inputs.contains { $0.name.value == name }
        problems.report(
          .spec.duplicateName, "the name '\(name)' is given twice", at: place,
          labels: [(other, isInput ? "an input" : "first given here")], help: "give this node another name with 'as'")
      }
      results = try instance(entry, name: name, replacing: k == 1 ? nil : results.first, &scope)
      scope.bind(name, results.first ?? .poisoned, at: place)
      for (suffix, binding) in zip(resultNames(entry.op.value), results) where !suffix.isEmpty {
        scope.bind("\(name).\(suffix)", binding, at: place)
      }
      scope.previous = results.first ?? .poisoned
      scope.lastName = name
    }
    if times > 1, let alias = entry.alias, scope.places[alias.value] == nil {
      scope.bind(alias.value, results.first ?? .poisoned, at: alias.span)
    }
    return results
  }

  /// Ends elaboration: a model of this size is a mistake, and the rest would take for ever.
  mutating func reportTooLarge(_ what: String, _ span: Span) {
    isTooLarge = true
    isBroken = true
    problems.report(.spec.tooLargeModel, "the model has \(what)", at: span, help: "look at 'repeat' in nested blocks")
  }

  private mutating func repeatCount(_ node: YAMLNode) -> Int? {
    let named = node.text.flatMap { types.dims[$0] }
    guard let count = named ?? problems.integer(node, "'repeat'")?.value else { return nil }
    if (1...1000).contains(count) { return count }
    problems.report(.spec.badRepeat, "'repeat' must be at least 1 and at most 1000, found \(count)", at: node)
    return nil
  }

  /// Names of results beyond the one that has the node's own name.
  private func resultNames(_ op: String) -> [String] {
    if let block = blocks[op] {
      let names = block.outputs?.map(\.value) ?? []
      return names.count > 1 ? names : []
    }
    let results = registry[op]?.signature.results ?? []
    return results.count > 1 ? results.map(\.name) : []
  }

  private mutating func instance(
    _ entry: NodeEntry, name: String, replacing first: Binding?, _ scope: inout Scope
  ) throws -> [Binding] {
    let results: [Binding]
    if let block = blocks[entry.op.value] {
      results = try blockInstance(block, entry, name: name, replacing: first, scope)
    } else if let op = registry[entry.op.value], op.isPublic {
      results = try opNode(op, entry, name: name, replacing: first, scope)
    } else {
      isBroken = true
      let known = registry.ordered.filter { $0.isPublic }.map { $0.name } + blocks.keys.sorted()
      let near = suggestion(for: entry.op.value, among: known)
      problems.report(
        .spec.unknownOp, "there is no op or block '\(entry.op.value)'", at: entry.op.span,
        meant: near, help: "'geoc ops' lists all ops")
      results = []
    }
    if results.isEmpty { isBroken = true }
    return results
  }

  /// The data inputs of a node: named ones, `from`, or the previous node. Nil when one cannot be had.
  mutating func operands(
    _ entry: NodeEntry, names: [(name: String, isVariadic: Bool, isOptional: Bool)], named: [ArgumentEntry],
    replacing first: Binding?,
    isSilent: Bool = false, _ scope: Scope
  ) -> [Binding]? {
    var bindings: [Binding] = []
    if !named.isEmpty {
      if entry.from != nil, let argument = named.first {
        problems.report(
          .spec.wrongKind, "inputs are given by name or by 'from', not both", at: argument.name.span)
        return nil
      }
      for (k, wanted) in names.enumerated() {
        if let argument = named.first(where: { $0.name.value == wanted.name }) {
          guard let list = problems.names(argument.value, "'\(wanted.name)' of \(entry.op.value)") else { return nil }
          if list.count != 1, !wanted.isVariadic {
            problems.report(
              .spec.wrongKind, "'\(wanted.name)' of \(entry.op.value) is one value, found \(list.count)",
              at: argument.value.span)
            return nil
          }
          for name in list {
            guard let binding = lookUp(name, scope) else { return nil }
            bindings.append(binding)
          }
        } else if wanted.isOptional {
          // Those behind it may be left out too.
          if let later = names[k...].first(where: { name in named.contains { $0.name.value == name.name } }) {
            problems.report(
              .types.inputCount, "\(entry.op.value) needs the input '\(wanted.name)' beside '\(later.name)'",
              at: entry.op.span)
            return nil
          }
          break
        } else if k == 0, let previous = scope.previous {
          bindings.append(previous)
        } else if isSilent {
          return nil
        } else {
          problems.report(
            .types.inputCount, "\(entry.op.value) needs the input '\(wanted.name)'", at: entry.op.span,
            help: "add '\(wanted.name): NAME' to its parameters")
          return nil
        }
      }
    } else if let from = entry.from {
      for name in from {
        guard let binding = lookUp(name, scope) else { return nil }
        bindings.append(binding)
      }
    } else if !names.isEmpty, let previous = scope.previous {
      bindings = [previous]
    }
    if let first, !bindings.isEmpty { bindings[0] = first }
    return bindings
  }
}
