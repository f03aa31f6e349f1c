import GeocIR

/// Minimum distance to mean.
enum MDMOp: Op {
  static let name = "mdm"
  static let doc = OpDoc(
    family: "spd",
    summary: "Scores of classes by the distance to their means, which are fitted to the training rows.",
    formula: "−d(x, M_k)²: the largest score is the nearest mean, softmax of the scores its probability",
    backward: "airm Σ 2 log λ/λ · v vᵀ with generalised eigenvectors, M_k constant", source: "pyriemann MDM",
    parameters: [
      "metric": "affine-invariant, log-Euclidean, Log-Cholesky or Bures–Wasserstein, for means and distances",
      "tol": "norm of the gradient at which a mean is found", "iterations": "largest number of steps to the means",
    ],
    example: "- mdm: { target: gesture }",
    invariances: ["airm: mdm(g x gᵀ) = mdm(x) for g in GL(n), the means fitted to g x gᵀ"])
  static let signature: Signature = """
    (x: SPD(n), target: Label(k); state means: SPD(n)[k] = identity) \
    {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm, tol: real = 1e-08 in (0..., \
    iterations: int = 500 in 1...} -> R[k]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    if let x = call.inputs.first, x.space.name == "SPD", !x.field.isEmpty {
      throw TypeProblem(.mismatch, "mdm takes one matrix for each sample, found \(x.shown)", operand: 0)
    }
    return try call.inferred(signature).results
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let state = try c.value("means")
    let means = try b.detached(state)
    let (x, n) = (c.inputs[0], c.inputShape(0).last ?? 1)
    let log = SpectralFunction([.log])
    let square: Value
    switch c.attributes.name("metric", "airm") {
    case "log_euclidean":
      let difference = try b.sub(try b.spectral(log, x), try b.spectral(log, means))
      square = try b.sumLast(try b.mul(difference, difference), 2)
    case "log_cholesky":
      let difference = try b.sub(try LogCholesky.coordinates(&b, x), try LogCholesky.coordinates(&b, means))
      square = try b.sumLast(try b.mul(difference, difference), 2)
    case "bures_wasserstein":
      let w = try b.eigvals(try b.congruence(try b.cholesky(means), x))
      let roots = try b.sumLast(try b.map("sqrt(max(x0, 0))", [w]), 1)
      square = try b.map("max(x0 + x1 - 2 * x2, 0)", [try b.trace(x), try b.trace(means), roots])
    default:
      // L⁻ᵀ depends on the means only and is computed once.
      let whitening = try b.trsolve(try b.cholesky(means), try b.identity(n), transpose: true)
      let w = try b.eigvals(try b.congruence(whitening, x))
      square = try b.sumLast(try b.map("log(x0) * log(x0)", [w]), 1)
    }
    return [try b.negate(square), state]
  }

  static func fit(_ c: OpContext) throws -> FitRule? {
    let classes = try c.shape("means")[0]
    return GroupMean.rule(
      "means", metric: c.attributes.name("metric", "airm"), shape: [classes], target: "target", adapts: false,
      tol: c.attributes.real("tol", 1e-8), limit: c.attributes.int("iterations", 500)
    ) { b, f in try .byLabel(&b, try f.input("target"), classes) }
  }
}
