import GeocIR

/// Linear systems with a matrix of low rank over the batch.
enum SolveRowsOp: Op {
  static let name = "solve_rows"
  static let doc = OpDoc(
    family: "core",
    summary: """
      Solves with a diagonal and the weighted outer products of rows of all samples, by the Gram matrix of the rows: for n \
      samples of r rows one Cholesky decomposition of order n r, whatever the length of the rows. Weights may be \
      negative, as long as the matrix is positive definite; the diagonal must be positive.
      """,
    formula: """
      (C + RᵀWR)⁻¹ b = C⁻¹ (b − Rᵀ (W⁻¹ + R C⁻¹ Rᵀ)⁻¹ R C⁻¹ b), C = diag(diagonal), W = diag(weights)
      """, source: "Woodbury's formula")
  static let signature: Signature = "(rows: T[*], weights: T[*], diagonal: T[*], b: T[*]) -> R[*]"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 4, call.inputs[0].isBatched, call.inputs[1].isBatched, !call.inputs[2].isBatched,
      !call.inputs[3].isBatched, call.shape(0).count == 2, call.shape(1) == [call.shape(0)[0]],
      call.shape(2) == [call.shape(0)[1]], call.shape(3) == call.shape(2)
    else {
      throw TypeProblem(.mismatch, "solve_rows takes rows and weights per sample, a diagonal and a right-hand side")
    }
    return [.real(call.shape(3))]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("solve_rows", sizes: c.inputShape(0), wholeBatch: [0, 1], gathersBatch: true)
  }
  /// For as many rows as columns, the most that it is worth it.
  static func flops(_ c: OpContext) -> Int {
    let d = c.inputShape(0)[1]
    return d * d * d + d * d * d / 3
  }
}

extension Builder {
  /// (diag(diagonal) + Σ RᵀWR)⁻¹ x over all samples.
  mutating func solveRows(_ rows: Value, _ weights: Value, _ diagonal: Value, _ x: Value) throws -> Value {
    try one("solve_rows", [rows, weights, diagonal, x])
  }
}
