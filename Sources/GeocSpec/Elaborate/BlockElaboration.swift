import GeocDiagnostics
import GeocIR
import GeocYAML

extension Elaborator {
  /// An instance of a block: its parameters put in, its inputs checked, its graph elaborated under its own names.
  mutating func blockInstance(
    _ block: BlockEntry, _ entry: NodeEntry, name: String, replacing first: Binding?, _ scope: Scope
  ) throws -> [Binding] {
    if scope.calls.contains(where: { $0.block == block.name.value }) {
      problems.report(
        .spec.recursiveBlock, "the block '\(block.name.value)' contains itself", at: entry.op.span,
        labels: [(block.name.span, "defined here")])
      return []
    }
    calledBlocks.insert(block.name.value)
    if scope.calls.count >= Self.maximumDepth {
      reportTooLarge("blocks nested deeper than \(Self.maximumDepth)", entry.op.span)
      return []
    }
    let declared = block.inputs ?? [(Located("x", block.name.span), nil)]
    let isInput = { (argument: ArgumentEntry) in
      declared.contains { $0.name.value == argument.name.value }
        && !block.parameters.contains { $0.name.value == argument.name.value }
    }
    var inner = Scope()
    inner.block = block
    inner.prefix = scope.prefix + name + "/"
    inner.calls = scope.calls + [(block.name.value, entry.op.span)]
    inner.aliases = Set(block.graph.compactMap { $0.alias?.value })
    let hasParameters = setParameters(entry.arguments.filter { !isInput($0) }, of: block, entry, &inner)
    let bindings = operands(
      entry, names: declared.map { ($0.name.value, false, false) }, named: entry.arguments.filter(isInput),
      replacing: first,
      scope)
    guard hasParameters, let bindings else { return [] }
    guard bindings.count == declared.count else {
      let names = declared.map(\.name.value).joined(separator: ", ")
      problems.report(
        .types.inputCount,
        "\(block.name.value) takes \(declared.count == 1 ? "1 input" : "\(declared.count) inputs")"
          + ", found \(bindings.count)", at: entry.op.span, help: "name them: 'from: [\(names)]'")
      return []
    }
    var isGood = true
    let points = zip(declared, bindings).compactMap { input, binding in
      binding.value.map { (input.name.value, builder.base($0)) }
    }
    for (input, binding) in zip(declared, bindings) {
      if let value = binding.value, let text = input.type {
        isGood = check(value, substituted(text, inner), input.name.value, block, entry, points) && isGood
      }
      inner.bind(input.name.value, binding, at: input.name.span)
      if inner.previous == nil { inner.previous = binding }
    }
    guard isGood else { return [] }
    let before = problems.errorCount
    let wasBroken = isBroken
    isBroken = false
    try walk(block.graph, &inner)
    defer { isBroken = isBroken || wasBroken }
    var results: [Binding] = []
    if let outputs = block.outputs {
      for output in outputs {
        let output = substituted(output, inner)
        if let binding = lookUp(output, inner) { results.append(binding) }
      }
    } else if let last = inner.previous {
      results = [last]
    }
    if isBroken || problems.errorCount > before { return [] }
    return results
  }

  private mutating func setParameters(
    _ arguments: [ArgumentEntry], of block: BlockEntry, _ entry: NodeEntry, _ inner: inout Scope
  ) -> Bool {
    var isGood = true
    for argument in arguments where !block.parameters.contains(where: { $0.name.value == argument.name.value }) {
      let known = block.parameters.map(\.name.value)
      let near = suggestion(for: argument.name.value, among: known)
      problems.report(
        .spec.unknownParameter, "the block '\(block.name.value)' has no parameter '\(argument.name.value)'",
        at: argument.name.span, labels: [(block.name.span, "defined here")], meant: near)
      isGood = false
    }
    for parameter in block.parameters {
      if let argument = arguments.first(where: { $0.name.value == parameter.name.value }) {
        inner.environment[parameter.name.value] = argument.value
      } else if let value = parameter.defaultValue {
        // A default may be made of the parameters before it.
        inner.environment[parameter.name.value] = substituted(value, inner)
      } else {
        problems.report(
          .spec.missingParameter, "the block '\(block.name.value)' needs the parameter '\(parameter.name.value)'",
          at: entry.op.span, labels: [(parameter.name.span, "declared here without a default")])
        isGood = false
      }
    }
    return isGood
  }

  /// Whether `value` fits the declared type of a block's input; `?` fits any size.
  private mutating func check(
    _ value: Value, _ text: Located<String>, _ input: String, _ block: BlockEntry, _ entry: NodeEntry,
    _ points: [(name: String, value: BasePoint)]
  ) -> Bool {
    var open = ""
    var count = 0
    for character in text.value {
      if character == "?" {
        count += 1
        open += "size_\(count)"
      } else {
        open.append(character)
      }
    }
    let pattern: TypePattern
    do throws(TextError) {
      var scanner = TextScanner(open)
      pattern = try TypePattern.parse(&scanner)
      guard scanner.isAtEnd() else { throw TextError("unexpected text after the type", at: scanner.offset) }
    } catch {
      problems.report(.types.syntax, "'\(text.value)' is not a type: \(error.message)", at: text.span)
      return false
    }
    let sizes = (pattern.sizes + pattern.field).flatMap(\.variables)
    if let unknown = sizes.first(where: { types.dims[$0] == nil && !$0.hasPrefix("size_") }) {
      problems.report(
        .types.syntax, "unknown size '\(unknown)' in '\(text.value)'", at: text.span,
        help: "write '?' for a size that is inferred, or declare '\(unknown)' in 'dims'")
      return false
    }
    if pattern.space != "T", registry.spaces[pattern.space] == nil {
      problems.report(.types.syntax, "unknown space '\(pattern.space)'", at: text.span)
      return false
    }
    var candidate: GeoType? = builder.type(value).batched(false)
    while let type = candidate {
      var bindings = TypePattern.Bindings()
      bindings.sizes = types.dims
      for point in points { bindings.arguments[TypePattern.variable("at", point.name)] = .at(point.value) }
      if pattern.match(type, &bindings) == [] { return true }
      candidate = registry.spaces.superset(type)
    }
    let found = builder.type(value).shown
    problems.report(
      .types.mismatch, "\(block.name.value) expects \(text.value), found \(found)", at: entry.op.span,
      label: "'\(input)' must be \(text.value)",
      labels: [makerLabel(value), (text.span, "declared here")].compactMap { $0 })
    return false
  }
}
