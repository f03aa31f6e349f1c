import Synchronization

/// What type rules, lowerings, bodies and backwards said. They see nothing of a node but its op, attributes and types, so
/// that one answer holds for all nodes that are equal in these; a registry keeps it. Refusals are not kept.
final class RuleMemory: Sendable {
  private let types = Mutex(Answers<[GeoType]>())
  private let weights = Mutex(Answers<[TypedOperand]>())
  private let lowerings = Mutex(Answers<Lowering>())
  private let templates = Mutex(Answers<Template>())

  func types(
    _ op: any Op.Type, _ attributes: Attributes, _ inputs: some Collection<GeoType>,
    _ rule: ([GeoType]) throws -> [GeoType]
  ) throws -> [GeoType] {
    // A base point is a value of its function: what is said of it holds there only.
    guard inputs.allSatisfy({ $0.base == nil }) else { return try rule(Array(inputs)) }
    return try ask(types, op, attributes, inputs, rule) { $0.allSatisfy { $0.base == nil } }
  }

  func weights(_ op: any Op.Type, _ call: TypeCall) throws -> [TypedOperand] {
    guard call.inputs.allSatisfy({ $0.base == nil }) else { return try op.weights(call) }
    return try ask(weights, op, call.attributes, call.inputs) { _ in
      try op.weights(call)
    } holds: {
      $0.allSatisfy { $0.type.base == nil }
    }
  }

  /// `types` are those of the inputs, then those of the results.
  func lowering(
    _ op: any Op.Type, _ attributes: Attributes, _ types: some Collection<GeoType>, _ rule: () throws -> Lowering
  ) throws -> Lowering {
    try ask(lowerings, op, attributes, types) { _ in try rule() }
  }

  /// `types` are all that the op can see, `part` is what of it is asked for. The answer holds for values that differ from
  /// each other.
  func template(
    _ op: any Op.Type, _ part: Template.Part, _ attributes: Attributes, _ types: [GeoType],
    _ rule: () throws -> Template
  ) throws -> Template {
    try ask(templates, op, attributes, types, part: part) { _ in try rule() }
  }

  /// What `rule` says of a node whose types it is given, asked once where the answer `holds` for all equal nodes.
  private func ask<Answer: Sendable>(
    _ table: borrowing Mutex<Answers<Answer>>, _ op: any Op.Type, _ attributes: Attributes,
    _ types: some Collection<GeoType>, part: Template.Part? = nil, _ rule: ([GeoType]) throws -> Answer,
    holds: (Answer) -> Bool = { _ in true }
  ) throws -> Answer {
    let digest = Question.digest(op, attributes, types, part)
    if let known = table.withLock({ $0.answer(digest, op, attributes, types, part) }) { return known }
    let question = Question(op, attributes, Array(types), part)
    let found = try rule(question.types)
    if holds(found) { table.withLock { $0.add(found, to: question, digest) } }
    return found
  }
}

/// What a rule sees of a node.
private struct Question: Sendable {
  let op: ObjectIdentifier
  let attributes: Attributes
  let types: [GeoType]
  let part: Template.Part?

  init(_ op: any Op.Type, _ attributes: Attributes, _ types: [GeoType], _ part: Template.Part? = nil) {
    self.op = ObjectIdentifier(op)
    self.attributes = attributes
    self.types = types
    self.part = part
  }

  static func digest(
    _ op: any Op.Type, _ attributes: Attributes, _ types: some Collection<GeoType>, _ part: Template.Part? = nil
  ) -> Int {
    var digest = Digest(attributes.digest)
    digest.add(Int(bitPattern: ObjectIdentifier(op)))
    for type in types { digest.add(type.digest) }
    if case .backward(let isGiven)? = part { for flag in isGiven { digest.add(flag ? 1 : 2) } }
    return digest.value
  }
}

/// Answers of one rule, by digests of the questions: a look-up copies nothing of the node.
private struct Answers<Answer: Sendable>: Sendable {
  /// More answers than any model has different nodes are forgotten.
  private static var capacity: Int { 1 << 16 }
  private var byDigest: [Int: [(question: Question, answer: Answer)]] = [:]

  func answer(
    _ digest: Int, _ op: any Op.Type, _ attributes: Attributes, _ types: some Collection<GeoType>,
    _ part: Template.Part? = nil
  ) -> Answer? {
    guard let known = byDigest[digest] else { return nil }
    for (question, answer) in known
    where question.op == ObjectIdentifier(op) && question.part == part && question.attributes == attributes
      && question.types.elementsEqual(types)
    {
      return answer
    }
    return nil
  }

  mutating func add(_ answer: Answer, to question: Question, _ digest: Int) {
    if byDigest.count >= Self.capacity { byDigest.removeAll() }
    byDigest[digest, default: []].append((question, answer))
  }
}

/// How a node of a core op is executed.
package final class Lowering: Sendable {
  /// Its kernel; nil for a layer op or an alias.
  package let request: KernelRequest?
  /// Floating-point operations for one item.
  package let flops: Int

  init(request: KernelRequest?, flops: Int) {
    self.request = request
    self.flops = flops
  }
}

extension OpRegistry {
  /// The result types that the rule of `op` gives for the data inputs of a node; `values` are these inputs. Throws
  /// `TypeProblem`.
  package func types(
    _ op: any Op.Type, _ attributes: Attributes, _ inputs: some Collection<GeoType>, values: () -> [BasePoint]
  ) throws -> [GeoType] {
    try memory.types(op, attributes, inputs) {
      try op.infer(TypeCall(op: op.name, attributes: attributes, inputs: $0, values: values(), spaces: spaces))
    }
  }

  /// Weights and states that `op` has for a call. Throws `TypeProblem`.
  package func weights(_ op: any Op.Type, _ call: TypeCall) throws -> [TypedOperand] { try memory.weights(op, call) }

  /// How a node of `function` is executed. Throws what its op throws.
  package func lowering(_ op: any Op.Type, of node: Node, in function: Function) throws -> Lowering {
    let types = function.typesSeen(by: node)
    return try memory.lowering(op, node.attributes, types) {
      let context = try context(node, in: function)
      guard let request = try op.kernel(context) else { return Lowering(request: nil, flops: 0) }
      return Lowering(request: request, flops: op.flops(context))
    }
  }
}
