import GeocIR

/// A mixture of two losses.
enum MixOp: Op {
  static let name = "mix"
  static let doc = OpDoc(
    family: "loss", summary: "A mixture of two losses, with a weight that may change from epoch to epoch.",
    formula: "(1 − w) a + w b",
    parameters: ["weight": "w, a number or a schedule over epochs"],
    example: "mix: { first: angle, second: distance, weight: { linear: { from: 0, to: 1, start: 0, end: 200 } } }")
  static let signature: Signature = "(first: R, second: R; hyper epoch: R) {weight: schedule in 0...1} -> R"
  static let traits: OpTraits = [.loss]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let results = try call.inferred(signature).results
    guard call.inputs.allSatisfy({ $0.isReal && $0.field.isEmpty }) else {
      throw TypeProblem(
        .mismatch, "mix expects losses, found \(call.inputs.map(\.shown.description).joined(separator: " and "))",
        operand: 0)
    }
    return results
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let weight = try EpochSchedule(c.attributes, "weight").value(&b, epoch: try c.value("epoch"))
    return [try b.map("(1 - x2) * x0 + x2 * x1", [c.inputs[0], c.inputs[1], weight])]
  }
}

/// A number that may change from epoch to epoch: `[value]`, or `[from, to, start, end]`.
///
/// It is `from` up to epoch `start`, `to` from epoch `end` on, and linear in between; epochs count from 1, so that with
/// `start: 0` the first epoch is one step on the way.
struct EpochSchedule {
  let numbers: [Double]

  /// The schedule in a parameter of kind `schedule`.
  init(_ attributes: Attributes, _ name: String) { numbers = attributes.reals(name) }

  /// Its value in an epoch, as a value of the function.
  func value(_ b: inout Builder, epoch: Value) throws -> Value {
    guard numbers.count == 4 else { return try b.fill([], numbers.first ?? 0) }
    let (from, to, start, end) = (numbers[0], numbers[1], numbers[2], numbers[3])
    return try b.map("\(from) + (\(to) - \(from)) * min(1, max(0, (x0 - \(start)) / \(end - start)))", [epoch])
  }
}
