import GeocIR

/// Approximate polar factor by a quintic iteration of products.
enum NewtonSchulzOp: Op {
  static let name = "newton_schulz"
  static let doc = OpDoc(
    family: "dense",
    summary:
      "Pushes the singular values of matrices towards 1 by products alone; not to 1, but into about [0.68, 1.13].",
    formula: "X = x/(‖x‖ + ε); steps times X ← a X + (b A + c A²) X with A = X Xᵀ; transposed where m > n",
    backward: "through the iteration", source: "Jordan et al. 2024, Muon",
    parameters: [
      "steps": "iterations", "coefficients": "a, b and c; a singular value σ becomes aσ + bσ³ + cσ⁵",
      "eps": "ε, added to the norm",
    ], example: "- newton_schulz: { steps: 5 }",
    invariances: ["newton_schulz(u x vᵀ) = u newton_schulz(x) vᵀ for u, v orthogonal"])
  static let signature: Signature = """
    (x: R[m, n]) {steps: int = 5 in 1..., coefficients: [real] = [3.4445, -4.775, 2.0315], eps: real = 1e-07 in 0...} \
    -> R[m, n]
    """

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let count = call.attributes.reals("coefficients").count
    guard count == 3 else {
      throw TypeProblem(
        .parameter, "newton_schulz takes 3 coefficients, found \(count)", parameter: "coefficients")
    }
    return try call.inferred(signature).results
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let factors = c.attributes.reals("coefficients")
    guard factors.count == 3 else { throw InternalError("newton_schulz without its coefficients") }
    let isTall = c.inputShape(0).suffix(2).first ?? 1 > c.inputShape(0).last ?? 1
    let x = isTall ? try b.transpose(c.inputs[0]) : c.inputs[0]
    let square = try b.sumLast(try b.mul(x, x), 2, keep: true)
    // The bound keeps the gradient of the root finite at a zero matrix.
    var y = try b.map("x0 / (sqrt(max(x1, 1e-37)) + \(c.attributes.real("eps", 1e-7)))", [x, square])
    for _ in 0..<c.attributes.int("steps", 5) {
      // Both products are symmetric.
      let a = try b.syrk(y)
      let mix = try b.map("\(factors[1]) * x0 + \(factors[2]) * x1", [a, try b.syrk(a)])
      y = try b.map("\(factors[0]) * x0 + x1", [y, try b.matmul(mix, y)])
    }
    return [isTall ? try b.transpose(y) : y]
  }
}
