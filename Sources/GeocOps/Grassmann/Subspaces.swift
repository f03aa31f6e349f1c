import GeocIR

/// The matrix that projects onto a subspace.
enum ProjectorOp: Op {
  static let name = "projector"
  static let doc = OpDoc(
    family: "grassmann", summary: "The orthogonal projection onto a subspace, which is the same for every basis.",
    formula: "P = w wᵀ", backward: "w̄ = 2 sym(P̄) w", example: "- projector",
    invariances: ["projector(w q) = projector(w) for q in O(p)"], effect: "the result is a matrix")
  static let signature: Signature = "(w: Grassmann(n, p)) -> Sym(n)"
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? { [try b.syrk(c.inputs[0])] }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}

/// The stored basis of a subspace.
enum BasisOp: Op {
  static let name = "basis"
  static let doc = OpDoc(
    family: "grassmann",
    summary: "The basis that happens to stand for a subspace, as plain numbers; another basis gives another result.",
    formula: "w", backward: "w̄ = ȳ", example: "- basis", effect: "the result depends on the stored basis")
  static let signature: Signature = "(w: Grassmann(n, p)) -> R[n, p]"
  static let traits: OpTraits = [.representative]
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.one("as_type", [c.inputs[0]], ["type": .type(c.resultTypes[0].batched(false))])]
  }
  static func recovery(of input: Int, _ c: OpContext) -> Recovery { .exact }
}
