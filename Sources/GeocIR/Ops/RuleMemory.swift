import Synchronization

/// What type rules and lowerings said. Both see nothing of a node but its op, attributes and types, so that one answer holds
/// for all nodes that are equal in these; a registry keeps it. Refusals are not kept.
final class RuleMemory: Sendable {
  private struct Key: Hashable {
    var op: ObjectIdentifier
    var attributes: Attributes
    var inputs: [GeoType]
    var results: [GeoType]
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
    if let known = types.withLock({ $0[key] }) { return known }
    let found = try rule()
    guard found.allSatisfy({ $0.base == nil }) else { return found }
    types.withLock { Self.note(found, key, &$0) }
    return found
  }

  func weights(_ op: any Op.Type, _ call: TypeCall) throws -> [TypedOperand] {
    guard call.inputs.allSatisfy({ $0.base == nil }) else { return try op.weights(call) }
    let key = Key(op: ObjectIdentifier(op), attributes: call.attributes, inputs: call.inputs, results: [])
    if let known = weights.withLock({ $0[key] }) { return known }
    let found = try op.weights(call)
    guard found.allSatisfy({ $0.type.base == nil }) else { return found }
    weights.withLock { Self.note(found, key, &$0) }
    return found
  }

  func lowering(_ op: any Op.Type, _ c: OpContext, _ rule: () throws -> Lowering) throws -> Lowering {
    let key = Key(op: ObjectIdentifier(op), attributes: c.attributes, inputs: c.inputTypes, results: c.resultTypes)
    if let known = lowerings.withLock({ $0[key] }) { return known }
    let found = try rule()
    lowerings.withLock { Self.note(found, key, &$0) }
    return found
  }

  private static func note<Answer>(_ answer: Answer, _ key: Key, _ table: inout [Key: Answer]) {
    if table.count >= capacity { table.removeAll() }
    table[key] = answer
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

  /// How a node is executed. Throws what its op throws.
  package func lowering(_ op: any Op.Type, _ context: OpContext) throws -> Lowering {
    try memory.lowering(op, context) {
      guard let request = try op.kernel(context) else { return Lowering(request: nil, flops: 0) }
      return Lowering(request: request, flops: op.flops(context))
    }
  }
}
