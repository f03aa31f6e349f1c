import GeocIR

/// Multinomial logistic regression.
enum LogisticRegressionOp: Op {
  static let name = "logistic_regression"
  static let doc = OpDoc(
    family: "classifier", summary: "Logits of a multinomial logistic regression, fitted to the training rows.",
    formula: "W x + b with the W and b that minimise C Σ_i cross_entropy(W x_i + b, y_i) + ½‖W‖²",
    backward: "x̄ = Wᵀ ȳ, W and b constant", source: "scikit-learn LogisticRegression",
    parameters: [
      "C": "weight of the data against that of the penalty", "iterations": "largest number of steps to the minimum",
    ],
    example: "- logistic_regression: { target: gesture, C: 0.1 }")
  static let signature: Signature = """
    (x: R[n], target: Label(k); state weight: R[k, n] = zeros, bias: R[k] = zeros) \
    {C: real = 1 in (0..., iterations: int = 10000 in 1...} -> R[k]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try Classifier.check(call)
    return try call.inferred(signature).results
  }

  private static func logits(_ b: inout Builder, _ x: Value, _ weight: Value, _ bias: Value) throws -> Value {
    let y = try b.matmul(weight, try b.reshape(x, b.shape(x) + [1]))
    return try b.add(try b.reshape(y, b.shape(bias)), bias)
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (weight, bias) = (try c.value("weight"), try c.value("bias"))
    return [try logits(&b, c.inputs[0], try b.detached(weight), try b.detached(bias)), weight, bias]
  }

  static func fit(_ c: OpContext) throws -> FitRule? {
    FitRule(
      target: "target",
      method: .minimum(limit: c.attributes.int("iterations", 10_000)) { b, f in
        let weight = try f.value("weight")
        let z = try logits(&b, try f.input("x"), weight, try f.value("bias"))
        let loss = try b.batchSum(try b.one("cross_entropy", [z, try f.input("target")]))
        let penalty = try b.sumAll(try b.mul(weight, weight))
        return try b.map("\(f.attributes.real("C", 1)) * x0 + 0.5 * x1", [loss, penalty])
      })
  }
}

/// What fitted classifiers have in common.
enum Classifier {
  /// Refuses features that are no vector, and fewer than two classes.
  static func check(_ call: TypeCall) throws {
    if let x = call.inputs.first, x.isReal, x.field.count != 1 {
      throw TypeProblem(
        .mismatch, "\(call.op) expects R[n], found \(x.shown)", operand: 0, help: "insert 'flatten'")
    }
    if call.inputs.count == 2, call.inputs[1].space.name == "Label", call.inputs[1].space.sizes.first == 1 {
      throw TypeProblem(.relation, "\(call.op) needs at least 2 classes, found 1", operand: 1)
    }
  }
}
