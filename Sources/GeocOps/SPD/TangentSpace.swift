import GeocIR

/// Matrices as tangent vectors at a mean.
enum TangentSpaceOp: Op {
  static let name = "tangent_space"
  static let doc = OpDoc(
    family: "spd", summary: "Matrices as vectors in the tangent space at their mean, fitted to the training rows.",
    formula: "vech_√2(log(M^{−1/2} x M^{−1/2})), not mapped back by M^{1/2}",
    backward: "that of the logarithm, M constant",
    source: "pyriemann TangentSpace",
    parameters: [
      "reference":
        "fitted: mean M of the training rows; per_group: a mean for each group, of the rows that the model is used on, "
        + "without their labels; identity: M = I",
      "tol": "norm of the gradient at which the mean is found", "iterations": "largest number of steps to the mean",
    ],
    example: "- tangent_space: { reference: fitted }",
    invariances: ["the norm of tangent_space(g x gᵀ) for g in GL(n), the mean fitted to g x gᵀ"])
  static let signature: Signature = """
    (x: SPD(n), group?: Label(g); state reference: SPD(n) = identity if reference == fitted, \
    references: SPD(n)[g] = identity if reference == per_group) \
    {reference: fitted|per_group|identity = fitted, tol: real = 1e-08 in (0..., iterations: int = 500 in 1...} \
    -> R[n*(n+1)/2]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try check(call)
    return try call.inferred(signature).results
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] {
    try check(call)
    return try call.inferred(signature).weights
  }
  private static func check(_ call: TypeCall) throws {
    let isPerGroup = call.attributes.name("reference", "fitted") == "per_group"
    if isPerGroup, call.inputs.count == 1 {
      throw TypeProblem(
        .inputCount, "tangent_space with 'reference: per_group' needs the input 'group'", parameter: "reference",
        help: "add 'group: NAME' to its parameters, an input Label(G)")
    }
    if !isPerGroup, call.inputs.count == 2 {
      throw TypeProblem(
        .inputCount, "tangent_space reads 'group' only with 'reference: per_group'", parameter: "reference")
    }
    if let x = call.inputs.first, !x.field.isEmpty, x.space.name == "SPD", isPerGroup || call.isBatched {
      throw TypeProblem(.mismatch, "tangent_space takes one matrix for each sample, found \(x.shown)", operand: 0)
    }
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    var x = c.inputs[0]
    var states: [Value] = []
    if c.has("reference") || c.has("references") {
      let state = try c.value(c.has("reference") ? "reference" : "references")
      states = [state]
      let table = try b.detached(try b.matrixPower(state, -0.5))
      x = try b.congruence(try grouping(&b, c.has("group") ? try c.value("group") : nil, c).entry(&b, table), x)
    }
    return [try b.one("vech", [try b.spectral(SpectralFunction([.log]), x)])] + states
  }

  private static func grouping(_ b: inout Builder, _ label: Value?, _ c: OpContext) throws -> Grouping {
    guard let label else { return .whole() }
    return try .byLabel(&b, label, try groupCount(c))
  }
  private static func groupCount(_ c: OpContext) throws -> Int { try c.shape("references")[0] }

  static func fit(_ c: OpContext) throws -> FitRule? {
    let (tol, limit) = (c.attributes.real("tol", 1e-8), c.attributes.int("iterations", 500))
    switch c.attributes.name("reference", "fitted") {
    case "identity": return nil
    case "per_group":
      let count = try groupCount(c)
      return GroupMean.rule(
        "references", metric: "airm", shape: [count], target: nil, adapts: true, tol: tol, limit: limit
      ) { b, f in try .byLabel(&b, try f.input("group"), count) }
    default:
      return GroupMean.rule(
        "reference", metric: "airm", shape: [], target: nil, adapts: false, tol: tol, limit: limit
      ) { _, _ in .whole() }
    }
  }
}
