import Synchronization

/// What type rules and lowerings said. Both see nothing of a node but its op, attributes and types, so that one answer holds
/// for all nodes that are equal in these; a registry keeps it. Refusals are not kept.
final class RuleMemory: Sendable {
  private struct Key: Hashable {
    var op: ObjectIdentifier
    var attributes: Attributes
    var inputs: [GeoType]
    var results: [GeoType]

    func hash(into hasher: inout Hasher) {
      var digest = Digest(attributes.digest)
      digest.add(Int(bitPattern: op))
      for type in inputs { digest.add(type.digest) }
      for type in results { digest.add(type.digest) }
      hasher.combine(digest.value)
    }
  }

  /// More answers than any model has different nodes are forgotten.
  private static let capacity = 1 << 16
  private let types = Mutex<[Key: [GeoType]]>([:])
  private let weights = Mutex<[Key: [TypedOperand]]>([:])
  private let lowerings = Mutex<[Key: Lowering]>([:])

  func types(
    _ op: any Op.Type, _ attributes: Attributes, _ inputs: [GeoType], _ rule: () throws -> [GeoType]
  ) throws -> [GeoType] {
    // A base point is a value of its function: what is said of it holds there only.
    guard inputs.allSatisfy({ $0.base == nil }) else { return try rule() }
    let key = Key(op: ObjectIdentifier(op), attributes: attributes, inputs: inputs, results: [])
    return try Self.answer(key, types, rule) { $0.allSatisfy { $0.base == nil } }
  }

  func weights(_ op: any Op.Type, _ call: TypeCall) throws -> [TypedOperand] {
    guard call.inputs.allSatisfy({ $0.base == nil }) else { return try op.weights(call) }
    let key = Key(op: ObjectIdentifier(op), attributes: call.attributes, inputs: call.inputs, results: [])
    return try Self.answer(key, weights, { try op.weights(call) }) { $0.allSatisfy { $0.type.base == nil } }
  }

  func lowering(
    _ op: any Op.Type, _ attributes: Attributes, _ inputs: [GeoType], _ results: [GeoType],
    _ rule: () throws -> Lowering
  ) throws -> Lowering {
    let key = Key(op: ObjectIdentifier(op), attributes: attributes, inputs: inputs, results: results)
    return try Self.answer(key, lowerings, rule) { _ in true }
  }

  /// What `rule` says, asked once where the answer holds for all equal nodes.
  private static func answer<Answer: Sendable>(
    _ key: Key, _ table: borrowing Mutex<[Key: Answer]>, _ rule: () throws -> Answer, holds: (Answer) -> Bool
  ) throws -> Answer {
    if let known = table.withLock({ $0[key] }) { return known }
    let found = try rule()
    if holds(found) {
      table.withLock {
        if $0.count >= capacity { $0.removeAll() }
        $0[key] = found
      }
    }
    return found
  }
}

/// How a node of a core op is executed.
package struct Lowering: Hashable, Sendable {
  /// Its kernel; nil for a layer op or an alias.
  package var request: KernelRequest?
  /// Floating-point operations for one item.
  package var flops: Int
}

extension OpRegistry {
  /// The result types that the rule of `op` gives for the data inputs of a node; `values` are these inputs. Throws
  /// `TypeProblem`.
  package func types(
    _ op: any Op.Type, _ attributes: Attributes, _ inputs: [GeoType], values: () -> [BasePoint]
  ) throws -> [GeoType] {
    try memory.types(op, attributes, inputs) {
      try op.infer(
        TypeCall(op: op.name, attributes: attributes, inputs: inputs, values: values(), spaces: spaces))
    }
  }

  /// Weights and states that `op` has for a call. Throws `TypeProblem`.
  package func weights(_ op: any Op.Type, _ call: TypeCall) throws -> [TypedOperand] { try memory.weights(op, call) }

  /// How a node of `function` is executed. Throws what its op throws.
  package func lowering(_ op: any Op.Type, of node: Node, in function: Function) throws -> Lowering {
    try memory.lowering(op, node.attributes, function.types(of: node.inputs), function.types(of: node.results)) {
      let context = try context(node, in: function)
      guard let request = try op.kernel(context) else { return Lowering(request: nil, flops: 0) }
      return Lowering(request: request, flops: op.flops(context))
    }
  }
}
