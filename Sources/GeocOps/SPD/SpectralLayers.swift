import GeocIR

/// A layer that applies a function to eigenvalues.
protocol SpectralLayer: Op {
  /// The function.
  static func function(_ attributes: Attributes) -> SpectralFunction
}

extension SpectralLayer {
  static var traits: OpTraits { [.converter] }
  static func spectral(_ attributes: Attributes) -> SpectralFunction? { function(attributes) }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    [try b.spectral(function(c.attributes), c.inputs[0])]
  }
}

private let spectralBackward = "x̄ = U (K ∘ (Uᵀ sym(ȳ) U)) Uᵀ with the exact divided differences K of the function"

enum ReEigOp: SpectralLayer {
  static let name = "reeig"
  static let doc = OpDoc(
    family: "spd", summary: "Raises eigenvalues below eps to eps.", formula: "U max(Λ, ε) Uᵀ",
    backward: spectralBackward,
    source: "SPDNet", parameters: ["eps": "smallest eigenvalue of the result"], example: "- reeig: { eps: 1.0e-4 }",
    invariances: ["reeig(g x gᵀ) = g reeig(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: Sym(n)) {eps: real = 1e-05 in (0...} -> SPD(n, min=eps)"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    var type = try call.inferred(signature).results[0]
    if case .real(let known)? = call.inputs[0].space["min"] {
      type.space["min"] = .real(max(known, call.attributes.real("eps")))
    }
    return [type]
  }
  static func function(_ attributes: Attributes) -> SpectralFunction {
    SpectralFunction([.max(attributes.real("eps", 1e-5))])
  }
}

enum LogEigOp: SpectralLayer {
  static let name = "logeig"
  static let doc = OpDoc(
    family: "spd", summary: "Matrix logarithm: to the tangent space at I.", formula: "U log(Λ) Uᵀ",
    backward: spectralBackward, source: "SPDNet", example: "- logeig",
    invariances: ["logeig(g x gᵀ) = g logeig(x) gᵀ for g in O(n)"], effect: "the logarithm leaves the manifold")
  static let signature: Signature = "(x: SPD(n)) -> Sym(n)"
  static func function(_ attributes: Attributes) -> SpectralFunction { SpectralFunction([.log]) }
}

enum ExpEigOp: SpectralLayer {
  static let name = "expeig"
  static let doc = OpDoc(
    family: "spd", summary: "Matrix exponential of a symmetric matrix.", formula: "U exp(Λ) Uᵀ",
    backward: spectralBackward, example: "- expeig", invariances: ["expeig(g x gᵀ) = g expeig(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: Sym(n) at origin) -> SPD(n)"
  static func function(_ attributes: Attributes) -> SpectralFunction { SpectralFunction([.exp]) }
}

enum SqrtEigOp: SpectralLayer {
  static let name = "sqrteig"
  static let doc = OpDoc(
    family: "spd", summary: "Square root.", formula: "U Λ^{1/2} Uᵀ", backward: spectralBackward, example: "- sqrteig",
    invariances: ["sqrteig(g x gᵀ) = g sqrteig(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: SPD(n)) -> SPD(n)"
  static func function(_ attributes: Attributes) -> SpectralFunction { SpectralFunction([.pow(0.5)]) }
}

enum InvSqrtEigOp: SpectralLayer {
  static let name = "invsqrteig"
  static let doc = OpDoc(
    family: "spd", summary: "Inverse square root.", formula: "U Λ^{−1/2} Uᵀ", backward: spectralBackward,
    example: "- invsqrteig", invariances: ["invsqrteig(g x gᵀ) = g invsqrteig(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: SPD(n)) -> SPD(n)"
  static func function(_ attributes: Attributes) -> SpectralFunction { SpectralFunction([.pow(-0.5)]) }
}

enum PowerOp: SpectralLayer {
  static let name = "power"
  static let doc = OpDoc(
    family: "spd", summary: "Matrix power.", formula: "U Λ^θ Uᵀ", backward: spectralBackward,
    parameters: ["theta": "the exponent θ"], example: "- power: { theta: 0.5 }",
    invariances: ["power(g x gᵀ) = g power(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: SPD(n)) {theta: real} -> SPD(n)"
  static func function(_ attributes: Attributes) -> SpectralFunction {
    SpectralFunction([.pow(attributes.real("theta", 1))])
  }
}

enum AbsEigOp: SpectralLayer {
  static let name = "abseig"
  static let doc = OpDoc(
    family: "spd", summary: "Absolute eigenvalues; zero stays zero, so that the result is symmetric only.",
    formula: "U |Λ| Uᵀ", backward: spectralBackward, example: "- abseig",
    invariances: ["abseig(g x gᵀ) = g abseig(x) gᵀ for g in O(n)"])
  static let signature: Signature = "(x: Sym(n)) -> Sym(n)"
  static let traits: OpTraits = []
  static func function(_ attributes: Attributes) -> SpectralFunction { SpectralFunction([.abs]) }
}
