import GeocIR

private let metricNames = [
  "metric": "affine-invariant, log-Euclidean, Log-Cholesky or Bures–Wasserstein"
]

/// Distance of two matrices.
enum SPDDistanceOp: Op {
  static let name = "spd_distance"
  static let doc = OpDoc(
    family: "spd", summary: "Geodesic distance of two matrices.",
    formula:
      "airm ‖log A^{−1/2}BA^{−1/2}‖ · log_euclidean ‖log A − log B‖ · log_cholesky ‖φ(A) − φ(B)‖ · bures_wasserstein",
    backward: "airm by generalised eigenvectors, bures_wasserstein I − T and I − T⁻¹, over 2d; 0 at d = 0",
    source: "pyriemann", parameters: metricNames, example: "- spd_distance: { metric: airm }\n    from: [a, b]",
    invariances: ["airm: d(g a gᵀ, g b gᵀ) = d(a, b) for g in GL(n)"])
  static let signature: Signature = """
    (a: SPD(n), b: SPD(n)) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm} -> R
    """

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (x, y) = (c.inputs[0], c.inputs[1])
    let square: Value
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let d = try b.sub(
        try b.spectral(SpectralFunction([.log]), x), try b.spectral(SpectralFunction([.log]), y))
      square = try b.sumLast(try b.mul(d, d), 2)
    case "log_cholesky":
      let d = try b.sub(try LogCholesky.coordinates(&b, x), try LogCholesky.coordinates(&b, y))
      square = try b.sumLast(try b.mul(d, d), 2)
    case "bures_wasserstein":
      let w = try b.eigvals(try b.congruence(try b.cholesky(x), y))
      let traces = try b.add(try b.trace(x), try b.trace(y))
      square = try b.map("x0 - 2 * x1", [traces, try b.sumLast(try b.map("sqrt(max(x0, 0))", [w]), 1)])
    default:
      let w = try b.eigvals(try reduced(&b, x, y).matrix)
      square = try b.sumLast(try b.map("log(x0) * log(x0)", [w]), 1)
    }
    // Zero distance has the gradient zero.
    return [try b.map("select(less(0, x0), sqrt(max(x0, 1e-300)), 0)", [square])]
  }

  /// L and L⁻¹ B L⁻ᵀ for A = L Lᵀ.
  private static func reduced(_ b: inout Builder, _ x: Value, _ y: Value) throws -> (factor: Value, matrix: Value) {
    let l = try b.cholesky(x)
    return (l, try b.sym(try b.trsolve(l, try b.trsolve(l, y), isLeft: false, transpose: true)))
  }

  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let (x, y, d) = (c.inputs[0], c.inputs[1], c.results[0])
    let n = c.inputShape(0).last ?? 1
    // ∂d = ∂(d²)/(2d), 0 at d = 0; the eigenvalues of equal matrices are 1 up to rounding only.
    let zero = c.attributes.name("metric", "airm") == "airm" ? Double(4 * n) * 0x1p-52 : 0
    let raw = try b.map("select(less(\(zero), x1), x0 / (2 * max(x1, 1e-300)), 0)", [dy, d])
    let weight = try b.reshape(raw, b.shape(raw) + [1, 1])
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let log = SpectralFunction([.log])
      let difference = try b.map("2 * (x0 - x1) * x2", [try b.spectral(log, x), try b.spectral(log, y), weight])
      let dx = try b.one("spectral_grad", [x, difference], ["f": .spectral(log)])
      let dz = try b.one("spectral_grad", [y, try b.negate(difference)], ["f": .spectral(log)])
      return [dx, dz]
    case "bures_wasserstein":
      let f = try b.cholesky(x)
      let inner = try b.congruence(f, y)
      let root = try b.matrixPower(inner, 0.5)
      let t = try b.sym(try b.trsolve(f, try b.trsolve(f, root, transpose: true), isLeft: false))
      let inverse = try b.congruence(f, try b.matrixPower(inner, -0.5), transpose: true)
      let one = try b.identity(n)
      return [
        try b.map("(x0 - x1) * x2", [one, t, weight]), try b.map("(x0 - x1) * x2", [one, inverse, weight]),
      ]
    case "log_cholesky": return nil
    default:
      let r = try reduced(&b, x, y)
      let pair = try b.eigh(r.matrix)
      let v = try b.trsolve(r.factor, pair.u, transpose: true)
      let dB = try b.congruence(v, try b.diagonalMatrix(try b.map("2 * log(x0) / x0", [pair.w])), transpose: true)
      let dA = try b.congruence(v, try b.diagonalMatrix(try b.map("-2 * log(x0)", [pair.w])), transpose: true)
      return [try b.mul(dA, weight), try b.mul(dB, weight)]
    }
  }
}

/// Exponential map at a moving base point.
enum SPDExpMapOp: Op {
  static let name = "spd_expmap"
  static let doc = OpDoc(
    family: "spd", summary: "The point reached from a base point along a tangent vector.",
    formula: "airm A^{1/2}exp(A^{−1/2}VA^{−1/2})A^{1/2} · bures_wasserstein (I+L)A(I+L), LA+AL = V",
    source: "pyriemann",
    parameters: metricNames, example: "- spd_expmap: { metric: airm }\n    from: [base, v]")
  static let signature: Signature = """
    (base: SPD(n), v: Sym(n) at base) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm} -> SPD(n)
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let a = c.inputs[0]
    let v = try b.sym(c.inputs[1])
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let log = SpectralFunction([.log])
      let moved = try b.add(
        try b.spectral(log, a), try b.one("spectral_grad", [a, v], ["f": .spectral(log)]))
      return [try b.spectral(SpectralFunction([.exp]), moved)]
    case "log_cholesky": return [try LogCholesky.exp(&b, a, v)]
    case "bures_wasserstein": return [try b.pairExp(a, v, c: 1, p: -1)]
    default: return [try AffineInvariant.exp(&b, a, v)]
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.inputNames[input] == "v" && c.attributes.name("metric") != "bures_wasserstein"
      ? .exact : .unproved(c.inputNames[input] == "v" ? "Bures–Wasserstein geodesics end" : "its base point moves")
  }
}

/// Logarithm at a moving base point.
enum SPDLogMapOp: Op {
  static let name = "spd_logmap"
  static let doc = OpDoc(
    family: "spd", summary: "The tangent vector at a base point that leads to a point.",
    formula: "airm A^{1/2}log(A^{−1/2}BA^{−1/2})A^{1/2} · bures_wasserstein TA + AT − 2A", source: "pyriemann",
    parameters: metricNames, example: "- spd_logmap: { metric: airm }\n    from: [base, x]")
  static let signature: Signature = """
    (base: SPD(n), x: SPD(n)) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm} \
    -> Tangent(SPD(n), at=base)
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (a, x) = (c.inputs[0], c.inputs[1])
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let log = SpectralFunction([.log])
      let base = try b.spectral(log, a)
      let difference = try b.sub(try b.spectral(log, x), base)
      return [try b.one("spectral_grad", [base, difference], ["f": .spectral(SpectralFunction([.exp]))])]
    case "log_cholesky": return [try LogCholesky.log(&b, a, x)]
    case "bures_wasserstein": return [try BuresWasserstein.log(&b, a, x)]
    default: return [try AffineInvariant.log(&b, a, x)]
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    c.inputNames[input] == "x" ? .exact : .unproved("its base point moves")
  }
}

/// Point on the geodesic of two matrices.
enum SPDGeodesicOp: Op {
  static let name = "spd_geodesic"
  static let doc = OpDoc(
    family: "spd", summary: "The point at time t on the geodesic from a to b.", source: "pyriemann",
    parameters: metricNames.merging(["t": "time, 0 at a and 1 at b"]) { x, _ in x },
    example: "- spd_geodesic: { metric: airm, t: 0.3 }\n    from: [a, b]")
  static let signature: Signature = """
    (a: SPD(n), b: SPD(n)) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm, t: real = 0.5 in 0...1} \
    -> SPD(n)
    """
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (x, y, t) = (c.inputs[0], c.inputs[1], c.attributes.real("t", 0.5))
    let mix = "\(1 - t) * x0 + \(t) * x1"
    switch c.attributes.name("metric") {
    case "log_euclidean":
      let log = SpectralFunction([.log])
      let mean = try b.map(mix, [try b.spectral(log, x), try b.spectral(log, y)])
      return [try b.spectral(SpectralFunction([.exp]), mean)]
    case "log_cholesky":
      let mean = try b.map(mix, [try LogCholesky.coordinates(&b, x), try LogCholesky.coordinates(&b, y)])
      return [try LogCholesky.point(&b, mean)]
    case "bures_wasserstein": return [try BuresWasserstein.geodesic(&b, x, y, t: t)]
    default: return [try AffineInvariant.geodesic(&b, x, y, t: t)]
    }
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery {
    let t = c.attributes.real("t", 0.5)
    return (c.inputNames[input] == "a" ? t < 1 : t > 0) ? .exact : .lost("it is not read at t = \(NumberText.text(t))")
  }
}

/// Mean of the batch.
enum FrechetMeanOp: Op {
  static let name = "frechet_mean"
  static let doc = OpDoc(
    family: "spd", summary: "Mean of the matrices of the batch, the same for every sample.",
    formula:
      "airm Karcher iteration with step control · log_euclidean exp(mean log) · log_cholesky mean of φ · "
      + "bures_wasserstein fixed point",
    source: "pyriemann",
    parameters: metricNames.merging([
      "iterations":
        "steps from the arithmetic mean (airm, bures_wasserstein), all of which the model has: the mean of all training "
        + "rows is better fitted, by 'tangent_space' or 'mdm'"
    ]) { x, _ in x },
    example: "- frechet_mean: { metric: airm }")
  static let signature: Signature = """
    (x: [B] SPD(n)[*]) {metric: airm|log_euclidean|log_cholesky|bures_wasserstein = airm, \
    iterations: int = 50 in 1...1000} -> SPD(n)
    """
  static let traits: OpTraits = [.seesBatch]
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try call.inferred(signature).results.map { $0.batched(false) }
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (metric, x) = (c.attributes.name("metric", "airm"), c.inputs[0])
    let rows = Grouping.whole(leading: c.inputShape(0).count - 2)
    var state = try GroupMean.start(&b, metric, x, rows)
    if metric == "airm" || metric == "bures_wasserstein" {
      for _ in 0..<c.attributes.int("iterations", 50) {
        state = try GroupMean.next(&b, metric, x, rows, state, tol: 0)
      }
    }
    return [state.mean]
  }
}
