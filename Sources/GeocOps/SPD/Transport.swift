import GeocIR

/// Tangent vectors carried from one matrix to another.
enum SPDTransportOp: Op {
  static let name = "spd_transport"
  static let doc = OpDoc(
    family: "spd", summary: "A tangent vector at a carried to b along the geodesic.",
    formula: """
      airm E v Eᵀ, E = A^{1/2}(A^{−1/2}BA^{−1/2})^{1/2}A^{−1/2} · log_euclidean Dexp(Dlog_A v) at log B · \
      log_cholesky strict(W), W_ii K_ii/L_ii · bures_wasserstein v_ij √((b_i + b_j)/(a_i + a_j)) in the common eigenbasis
      """,
    source: "pyriemann",
    parameters: [
      "metric": """
      affine-invariant, log-Euclidean, Log-Cholesky or Bures–Wasserstein; the last is the parallel transport where a and b \
      commute, and a vector transport elsewhere
      """
    ], example: "- spd_transport: { metric: airm }\n    from: [a, b, v]")
  static let signature: Signature = """
    (a: SPD(n), b: SPD(n), v: Sym(n) at a) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm} -> Sym(n)
    """
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var type = try call.inferred(signature).results[0]
    if call.inputs[2].isTangent { type.space = call.tangent(Space(SPDSpace.name, type.space.sizes), at: 1, "b") }
    return [type]
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (x, y) = (c.inputs[0], c.inputs[1])
    let v = try b.sym(c.inputs[2])
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let log = SpectralFunction([.log])
      let flat = try b.one("spectral_grad", [x, v], ["f": .spectral(log)])
      return [try b.one("spectral_grad", [try b.spectral(log, y), flat], ["f": .spectral(SpectralFunction([.exp]))])]
    case "log_cholesky": return [try LogCholesky.transport(&b, x, y, v)]
    case "bures_wasserstein":
      return [try b.pairMap(y, try b.pairMap(x, v, c: 1, p: -0.5), c: 1, p: 0.5)]
    default:
      let (root, inverse) = try SPDSpace.roots(&b, x)
      let half = try b.matrixPower(try b.congruence(inverse, y), 0.5)
      let inner = try b.congruence(half, try b.congruence(inverse, v))
      return [try b.congruence(root, inner)]
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.inputNames[input] == "v" ? .exact : .unproved("its points move")
  }
}
