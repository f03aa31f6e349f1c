import GeocIR

/// Keeps a model from depending on which array stands for a point: a subspace is stored as one of its bases, and only ops
/// that take the space by name are the same for all of them.
enum QuotientReading {
  /// Throws `TypeProblem` where `op` takes any array and would read the one that is stored for a point of a quotient.
  static func check(_ op: any Op.Type, _ call: TypeCall) throws {
    let operands = op.signature.inputs
    if op.traits.contains(.alias) && op.signature.results.first?.pattern == operands.first?.pattern { return }
    for (k, type) in call.inputs.enumerated() {
      guard call.spaces[type.space.name]?.isQuotient == true, let last = operands.last else { continue }
      guard (k < operands.count ? operands[k] : last).pattern.space == "T" else { continue }
      throw TypeProblem(
        .mismatch, "\(call.op) would read the basis that is stored for \(type.shown)", operand: k,
        help: "use what is the same for every basis, such as 'projector', or say 'basis' where you mean this one")
    }
  }
}
