import GeocIR

/// Support vector machine with a Gaussian kernel.
enum SvmRbfOp: Op {
  static let name = "svm_rbf"
  static let doc = OpDoc(
    family: "classifier",
    summary: "Votes of a support vector machine with a Gaussian kernel, one against one, fitted to the training rows.",
    formula: "Σ_j dual_jp exp(−γ‖x − s_j‖²) + intercept_p for each pair p of classes; the positive side gets a vote",
    backward: "that of the decisions; votes have none", source: "LIBSVM, scikit-learn SVC",
    parameters: [
      "C": "weight of margin violations",
      "gamma": "γ of the kernel; without it 1/(n var), n the number of features and var the variance of all of them",
      "capacity": "largest number of support vectors; their tensors have this length, with zeros behind",
    ],
    example: "- svm_rbf: { target: gesture, C: 1 }")
  static let signature: Signature = """
    (x: R[n], target: Label(k); state support: R[capacity, n] = zeros, dual: R[capacity, k*(k-1)/2] = zeros, \
    intercept: R[k*(k-1)/2] = zeros, width: R = ones) \
    {C: real = 1 in (0..., gamma: real? in (0..., capacity: int = 2048 in 2...} \
    -> (votes: R[k], decisions: R[k*(k-1)/2])
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try Classifier.check(call)
    return try call.inferred(signature).results
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let states = try ["support", "dual", "intercept", "width"].map { try c.value($0) }
    let fixed = try states.map { try b.detached($0) }
    let (support, dual, intercept, gamma) = (fixed[0], fixed[1], fixed[2], fixed[3])
    let x = c.inputs[0]
    let column = try b.reshape(x, b.shape(x) + [1])
    let products = try b.matmul(support, column)
    let own = try b.reshape(try b.sumLast(try b.mul(x, x), 1), [1, 1])
    let others = try b.sumLast(try b.mul(support, support), 1, keep: true)
    let kernel = try b.map("exp(-x3 * max(x0 + x1 - 2 * x2, 0))", [own, others, products, gamma])
    let sums = try b.reshape(try b.matmul(dual, kernel, ta: true), b.shape(intercept))
    let decisions = try b.add(sums, intercept)
    return [
      try votes(&b, decisions, classes: c.resultTypes.first?.field.first ?? c.inputTypes[1].space.sizes[0]), decisions,
    ] + states
  }

  /// A vote for one class of each pair, in the order (0,1), (0,2), …, (1,2), ….
  private static func votes(_ b: inout Builder, _ decisions: Value, classes: Int) throws -> Value {
    var counts = [Value?](repeating: nil, count: classes)
    var pair = 0
    for first in 0..<classes {
      for second in (first + 1)..<max(classes, first + 1) {
        let decision = try b.one(
          "slice", [decisions], ["axis": .int(0), "start": .int(pair), "count": .int(1)])
        for (k, expression) in [(first, "select(less(0, x0), 1, 0)"), (second, "select(less(0, x0), 0, 1)")] {
          let vote = try b.map(expression, [decision])
          counts[k] = try counts[k].map { try b.add($0, vote) } ?? vote
        }
        pair += 1
      }
    }
    return try b.one("concat", counts.compactMap { $0 }, ["axis": .int(0)])
  }

  static func fit(_ c: OpContext) throws -> FitRule? {
    var parameters = ["C": c.attributes.real("C", 1), "capacity": Double(c.attributes.int("capacity", 2048))]
    if c.attributes["gamma"] != nil { parameters["gamma"] = c.attributes.real("gamma") }
    return FitRule(target: "target", method: .solver(name: name, parameters: parameters))
  }
}
