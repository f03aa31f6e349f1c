import GeocDiagnostics
import GeocIR
import GeocYAML

extension Elaborator {
  /// Reports why an op refuses its inputs, with both places and what would mend it.
  mutating func report(
    _ problem: TypeProblem, _ op: any Op.Type, _ entry: NodeEntry, _ call: TypeCall, _ data: [Value], _ scope: Scope
  ) {
    var labels: [(Span, String)] = []
    var label = ""
    var place = entry.op.span
    let code: DiagnosticCode
    switch problem.kind {
    case .mismatch:
      code = Self.code(problem, call)
      if let expected = problem.expected { label = need(expected) }
    case .inputCount: code = .types.inputCount
    case .disagreement: code = .types.size
    case .curvature: code = .types.curvature
    case .basePoint: code = .types.basePoint
    case .relation: code = .types.constraint
    case .parameter: code = .spec.parameterOutOfRange
    }
    if let operand = problem.operand, operand < data.count, let made = makerLabel(data[operand]) { labels.append(made) }
    if problem.kind == .disagreement || problem.kind == .curvature, let first = data.first, problem.operand != 0,
      let made = makerLabel(first)
    {
      labels.append(made)
    }
    if let name = problem.parameter, let argument = entry.arguments.first(where: { $0.name.value == name }) {
      place = argument.value.span
    }
    var help = problem.help
    if problem.kind == .basePoint, let operand = problem.operand, operand < data.count {
      let own = builder.type(data[operand]).base?.value
      let wanted = problem.base?.value
      labels += [own, wanted].compactMap { $0 }.compactMap(makerLabel)
      help = transport(data[operand], from: own, to: wanted, scope)
    }
    var edits: [Edit] = []
    if problem.kind == .mismatch, problem.expected != nil, let operand = problem.operand {
      let mend = mend(op, call, operand, data, scope)
      help = mend?.help ?? help
      edits = insertion(of: mend?.insert ?? [], before: entry)
    }
    labels += scope.calls.map { ($0.span, "in this '\($0.block)'") }
    problems.report(code, problem.message, at: place, label: label, labels: labels, help: help, edits: edits)
  }

  /// The code of a mismatch: curvature, base point and field have their own where the space itself is right.
  private static func code(_ problem: TypeProblem, _ call: TypeCall) -> DiagnosticCode {
    guard let operand = problem.operand, operand < call.inputs.count, let expected = problem.expected,
      expected.space == call.inputs[operand].space.name
    else { return .types.mismatch }
    let found = call.inputs[operand].space
    if expected.sizes.count == found.sizes.count, expected.sizes.allSatisfy({ !$0.variables.isEmpty }) {
      if expected.arguments["at"] != nil { return .types.basePoint }
      if expected.arguments["c"] != nil { return .types.curvature }
    }
    return .types.mismatch
  }

  /// How a tangent vector gets to the point where it is wanted; nil points are the origin.
  private func transport(_ vector: Value, from own: Value?, to wanted: Value?, _ scope: Scope) -> String? {
    guard let space = builder.type(vector).space.inner, let ops = registry.spaces[space.name]?.tangentOps else {
      return nil
    }
    func name(_ value: Value) -> String { scope.name(of: value) ?? builder.function.base(value).label }
    switch (own, wanted) {
    case (let own?, let wanted?):
      let inputs = zip(registry[ops.transport]?.signature.inputs ?? [], [own, wanted, vector])
      let arguments = inputs.map { "\($0.name): \(name($1))" }.joined(separator: ", ")
      return "insert '\(ops.transport): { \(arguments) }' to carry it there"
    case (let own?, nil):
      return "follow it from its own point: '\(ops.exponential)' from [\(name(own)), \(name(vector))]"
    default: return "give it its place: a Tangent(T, at=x) stands at the input x"
    }
  }

  /// Where a value comes from.
  func makerLabel(_ value: Value) -> (Span, String)? {
    let type = builder.type(value).shown
    switch makers[value] {
    case .input(let name, let span)?: return (span, "the input '\(name)' is \(Self.article(type.description))")
    case .node(let index)?:
      let node = nodes[index]
      let effect = registry[node.op]?.doc.effect ?? ""
      return (node.span, "this makes \(Self.article(type.description))" + (effect.isEmpty ? "" : ": \(effect)"))
    case nil: return nil
    }
  }

  /// `type` with its article as it is read aloud.
  static func article(_ type: String) -> String {
    let spelled = ["SPD", "SO", "SE", "SL", "R", "Irreps"]
    let name = String(type.prefix { $0.isLetter })
    return (spelled.contains(name) ? "an " : "a ") + type
  }

  private func need(_ pattern: TypePattern) -> String {
    var own = pattern
    own.seesBatch = false
    if !own.isArray { own.takesWholeField = false }
    if registry.spaces[pattern.space]?.isIndex == true { return "needs a class index \(own)" }
    switch pattern.space {
    case "R": return "needs an array \(own)"
    case "T": return "needs a value with these axes: \(own)"
    default: return "needs a point of \(own)"
    }
  }

  /// What would make the node well typed: an exchange with the node before it, or conversions in between.
  private func mend(
    _ op: any Op.Type, _ call: TypeCall, _ operand: Int, _ data: [Value], _ scope: Scope
  ) -> (help: String, insert: [String])? {
    let found = call.inputs[operand]
    var insert: [String] = []
    var sentences: [String] = []
    var earlier: GeoType?
    if case .node(let index)? = makers[data[operand]] {
      let maker = nodes[index]
      if maker.inputs.count == 1 { earlier = builder.type(maker.inputs[0]) }
      if let earlier, call.inputs.count == 1, maker.prefix == scope.prefix, let other = registry[maker.op],
        let moved = accepted(op, call.attributes, [earlier]),
        accepted(other, maker.attributes, [moved]) != nil,
        (try? TypeCall(op: op.name, attributes: call.attributes, inputs: [earlier], spaces: registry.spaces)
          .inferred(op.signature).mapped.isEmpty) == true
      {
        sentences.append("move '\(op.name)' before '\(maker.op)'")
      }
    }
    func mends(_ type: GeoType) -> Bool {
      var inputs = call.inputs
      inputs[operand] = type
      return accepted(op, call.attributes, inputs) != nil
    }
    if let path = conversion(from: found, preferring: earlier, where: mends) {
      let names = path.ops.map { "'\($0)'" }.joined(separator: ", then ")
      insert = sentences.isEmpty ? path.ops : []
      let isReturn = path.result.shown == earlier?.shown
      sentences.append("insert \(names) to \(isReturn ? "return to" : "get") \(path.result.shown)")
    }
    return sentences.isEmpty ? nil : (sentences.joined(separator: ", or "), insert)
  }

  /// Lines with `ops` in front of a node that stands on a line of its own and reads the node before it.
  private func insertion(of ops: [String], before entry: NodeEntry) -> [Edit] {
    guard !ops.isEmpty, entry.from == nil, let file = entry.op.span.file, let place = entry.op.span.lineAndColumn
    else { return [] }
    let line = file.lineRange(place.line)
    let before = String(decoding: file.bytes[line.lowerBound..<entry.op.span.range.lowerBound], as: UTF8.self)
    guard before.hasSuffix("- "), before.dropLast(2).allSatisfy({ $0 == " " }) else { return [] }
    return [Edit(file.span(line.lowerBound..<line.lowerBound), ops.map { "\(before)\($0)\n" }.joined())]
  }

  /// First result type of an op, nil where it refuses.
  private func accepted(_ op: any Op.Type, _ attributes: Attributes, _ inputs: [GeoType]) -> GeoType? {
    try? op.infer(TypeCall(op: op.name, attributes: attributes, inputs: inputs, spaces: registry.spaces)).first
  }

  /// One or two converters, or one other op without required parameters, that lead from a type to an accepted one.
  private func conversion(
    from found: GeoType, preferring wanted: GeoType?, where mends: (GeoType) -> Bool
  ) -> (ops: [String], result: GeoType)? {
    func steps(_ candidates: [any Op.Type], from type: GeoType) -> [(name: String, result: GeoType)] {
      candidates.compactMap { candidate in
        guard let attributes = Self.defaults(candidate.signature) else { return nil }
        return accepted(candidate, attributes, [type]).flatMap { $0 == type ? nil : (candidate.name, $0) }
      }
    }
    let simple = registry.ordered.filter {
      let signature = $0.signature
      let defaults = Self.defaults(signature) ?? Attributes()
      return $0.isPublic && signature.inputs.count == 1 && !signature.operands[0].isVariadic
        && signature.operands.count { $0.role == .input || Signature.exists($0, defaults) } == 1
        && $0.traits.isDisjoint(with: [.loss, .random, .mode])
    }
    let converters = simple.filter { $0.traits.contains(.converter) }
    let direct = steps(converters, from: found)
    let good = direct.filter { mends($0.result) }
    if let best = best(good, wanted) { return ([best.name], best.result) }
    let others = steps(simple, from: found).filter { $0.result.space.name != found.space.name && mends($0.result) }
    if let best = others.count == 1 ? others.first : others.first(where: { $0.result == wanted }) {
      return ([best.name], best.result)
    }
    for first in direct {
      if let second = steps(converters, from: first.result).first(where: { $0.result != found && mends($0.result) }) {
        return ([first.name, second.name], second.result)
      }
    }
    return nil
  }

  /// The conversion to name: to the wanted sizes, with the fewest assumptions about the result.
  private func best(
    _ steps: [(name: String, result: GeoType)], _ wanted: GeoType?
  ) -> (name: String, result: GeoType)? {
    func rank(_ type: GeoType) -> Int {
      let isReturn = type.shown == wanted?.shown
      return (isReturn ? 0 : 10) + type.space.arguments.count
    }
    return steps.enumerated().min { (rank($0.element.result), $0.offset) < (rank($1.element.result), $1.offset) }?
      .element
  }

  /// The parameters of an op that needs none; nil where it does.
  private static func defaults(_ signature: Signature) -> Attributes? {
    var attributes = Attributes()
    for parameter in signature.parameters {
      if let value = parameter.defaultValue {
        attributes[parameter.name] = value
      } else if !parameter.isOptional {
        return nil
      }
    }
    return attributes
  }
}
