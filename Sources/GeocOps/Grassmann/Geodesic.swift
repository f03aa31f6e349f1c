import GeocIR

/// One step along a geodesic of subspaces.
enum GrassmannGeodesicOp: SingleMatrixOp {
  static let name = "grassmann_geodesic"
  static let doc = OpDoc(
    family: "core",
    summary: """
      The subspace reached from x along −rate times the horizontal part h of e, from the Gram matrix of h alone; with a \
      step, the basis is made orthonormal anew in the first step and every K-th behind it.
      """,
    formula: "h = e − x xᵀe; M = rate² hᵀh; y = x cos√M − rate h (sin√M/√M)",
    source: "Edelman, Arias, Smith 1998, without their singular value decomposition",
    parameters: ["every": "K"])
  static let signature: Signature = "(x: T[*], e: T[*], rate: R, step?: R) {every: int = 1 in 1...} -> R[*]"
  static let traits: OpTraits = [.inPlace]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try requireUnbatched(call)
    _ = try MatrixShape.split(call.shape(0), name, 0)
    guard call.inputs.count > 2, call.shape(0) == call.shape(1) else {
      throw TypeProblem(.disagreement, "\(name) takes a point and a vector of its shape", operand: 1)
    }
    return [.real(call.shape(0))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "grassmann_geodesic", sizes: fieldSizes(c.inputShape(0)) + [c.attributes.int("every", 1)])
  }
  static func flops(_ c: OpContext) -> Int {
    let (size, k) = (c.inputShape(0).reduce(1, *), c.inputShape(0).last ?? 0)
    return 10 * size * k + 12 * size / max(1, c.inputShape(0).suffix(2).first ?? 1) * k * k
  }
}
