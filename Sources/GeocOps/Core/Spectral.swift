import GeocIR

/// U f(Λ) Uᵀ of a symmetric matrix.
enum SpectralOp: Op {
  static let name = "spectral"
  static let doc = OpDoc(
    family: "core", summary: "A function of a symmetric matrix through its eigenvalues.", formula: "y = U f(Λ) Uᵀ",
    backward: "x̄ = U (K ∘ (Uᵀ sym(ȳ) U)) Uᵀ, K_ij = f[λi, λj]", source: "Daleckii–Krein")
  static let signature: Signature = "(x: T[*]) {f: text} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard let f = call.attributes.spectral("f") else { throw InternalError("spectral without a function") }
    _ = try SquareShape.split(call.shape(0), name)
    let type = call.inputs[0]
    guard type.space.name == "SPD" || type.space.name == "Sym" else {
      return [type.isReal ? type : .real(call.shape(0), isBatched: type.isBatched)]
    }
    var domain = type.space.name == "SPD" ? Interval.positive : Interval.all
    if case .real(let bound)? = type.space["min"] { domain = Interval(bound, .infinity) }
    return [
      GeoType(
        SpectralType.space(f.range(of: domain), n: type.space.sizes[0]), field: type.field, isBatched: type.isBatched)
    ]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let pair = try b.eigh(c.inputs[0])
    return [try b.one("spectral_rebuild", [pair.w, pair.u], ["f": try function(c)])]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("spectral_grad", [c.inputs[0], dy], ["f": try function(c)])]
  }
  static func function(_ c: OpContext) throws -> Attribute {
    guard let f = c.attributes["f"] else { throw InternalError("spectral without a function") }
    return f
  }
}

/// The space of a matrix by the range of its eigenvalues.
enum SpectralType {
  /// `SPD(n, min=ε)`, `SPD(n)` or `Sym(n)`.
  static func space(_ range: Interval, n: Int) -> Space {
    if range.lower > 0 { return Space("SPD", [n], ["min": .real(range.lower)]) }
    return range.isPositive ? Space("SPD", [n]) : Space("Sym", [n])
  }
}

/// Gradient of `spectral`.
enum SpectralGradOp: Op {
  static let name = "spectral_grad"
  static let doc = OpDoc(
    family: "core", summary: "Gradient of a function of a symmetric matrix.",
    backward: "the same map of the cotangent for dy, spectral_second for x (not for max and abs)")
  static let signature: Signature = "(x: T[*], dy: T[*]) {f: text} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(0), isBatched: call.isBatched)] }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let pair = try b.eigh(c.inputs[0])
    return [try b.one("spectral_rebuild_vjp", [pair.w, pair.u, c.inputs[1]], ["f": try SpectralOp.function(c)])]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let f = c.attributes.spectral("f"), SpectralSecondOp.supports(f) else { return nil }
    guard let g = cotangents[0] else { return [nil, nil] }
    let attributes: Attributes = ["f": try SpectralOp.function(c)]
    return [
      try b.one("spectral_second", [c.inputs[0], c.inputs[1], g], attributes),
      try b.one("spectral_grad", [c.inputs[0], g], attributes),
    ]
  }
}

/// A kernel op on eigenpairs.
protocol EigenpairOp: Op {}

extension EigenpairOp {
  static var isPublic: Bool { false }
  /// `[F, n]` from the eigenvectors, input `at`.
  static func sizes(_ c: OpContext, at: Int = 1) throws -> [Int] {
    let s = try SquareShape.split(c.inputShape(at), name)
    return [s.leading.reduce(1, *), s.n]
  }
  static func encoded(_ c: OpContext) throws -> [Double] {
    guard let f = c.attributes.spectral("f") else { throw InternalError("\(name) without a function") }
    return f.encoded
  }
}

enum SpectralRebuildOp: EigenpairOp {
  static let name = "spectral_rebuild"
  static let doc = OpDoc(family: "core", summary: "U f(w) Uᵀ from eigenpairs.")
  static let signature: Signature = "(w: T[*], u: T[*]) {f: text} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("spectral", sizes: try sizes(c), reals: try encoded(c))
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(1).reduce(1, *) * ((c.inputShape(1).last ?? 0) + 1) }
}

enum SpectralRebuildVJPOp: EigenpairOp {
  static let name = "spectral_rebuild_vjp"
  static let doc = OpDoc(family: "core", summary: "U (K ∘ (Uᵀ sym(dy) U)) Uᵀ with the divided differences of f.")
  static let signature: Signature = "(w: T[*], u: T[*], dy: T[*]) {f: text} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("spectral_vjp", sizes: try sizes(c), reals: try encoded(c))
  }
  static func flops(_ c: OpContext) -> Int { 6 * c.inputShape(1).reduce(1, *) * (c.inputShape(1).last ?? 0) }
}

enum SpectralMapOp: EigenpairOp {
  static let name = "spectral_map"
  static let doc = OpDoc(family: "core", summary: "f of eigenvalues.")
  static let signature: Signature = "(w: T[*]) {f: text} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(0), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("spectral_map", sizes: [c.inputShape(0).reduce(1, *)], reals: try encoded(c))
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(0).reduce(1, *) }
}

/// U w^p Uᵀ with the exponent as a value.
enum SpectralPowerOp: EigenpairOp {
  static let name = "spectral_power"
  static let doc = OpDoc(
    family: "core", summary: "U w^p Uᵀ; gradients of the matrix behind (w, u) and of p by their own ops.")
  static let signature: Signature = "(w: T[*], u: T[*], p: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { KernelRequest("spectral_power", sizes: try sizes(c)) }
  static func flops(_ c: OpContext) -> Int { c.inputShape(1).reduce(1, *) * (c.inputShape(1).last ?? 0) }
}

enum SpectralPowerVJPOp: EigenpairOp {
  static let name = "spectral_power_vjp"
  static let doc = OpDoc(family: "core", summary: "Gradient of x^p with respect to x = U w Uᵀ.")
  static let signature: Signature = "(w: T[*], u: T[*], p: T[*], dy: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("spectral_power_vjp", sizes: try sizes(c))
  }
  static func flops(_ c: OpContext) -> Int { 6 * c.inputShape(1).reduce(1, *) * (c.inputShape(1).last ?? 0) }
}

enum SpectralPowerDpOp: EigenpairOp {
  static let name = "spectral_power_dp"
  static let doc = OpDoc(family: "core", summary: "⟨dy, U (w^p log w) Uᵀ⟩, summed over the matrices of an item.")
  static let signature: Signature = "(w: T[*], u: T[*], p: T[*], dy: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real([], isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("spectral_power_dp", sizes: try sizes(c))
  }
  static func flops(_ c: OpContext) -> Int { 2 * c.inputShape(1).reduce(1, *) * (c.inputShape(1).last ?? 0) }
}

/// x^p of an SPD matrix with the exponent as a value.
enum PowerByOp: Op {
  static let name = "power_by"
  static let doc = OpDoc(
    family: "core", summary: "x^p with the exponent p as a value.", backward: "p̄ = ⟨ȳ, y log x⟩, x̄ as a spectral map")
  static let signature: Signature = "(x: T[*], p: T[*]) -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(0), isBatched: call.isBatched)] }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let pair = try b.eigh(c.inputs[0])
    return [try b.one("spectral_power", [pair.w, pair.u, c.inputs[1]])]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil, nil] }
    let pair = try b.eigh(c.inputs[0])
    let p = c.inputs[1]
    let dp = try b.one("spectral_power_dp", [pair.w, pair.u, p, dy])
    return [try b.one("spectral_power_vjp", [pair.w, pair.u, p, dy]), try b.reshape(dp, c.inputShape(1))]
  }
}

/// |x| behind a Cholesky guard.
enum GuardedAbsOp: Op {
  static let name = "guarded_abs"
  static let doc = OpDoc(
    family: "core", summary: "Spectral absolute value; x itself, bit for bit, where its Cholesky factor exists.",
    source: "GBWBN brief, steps 5 and 6")
  static let signature: Signature = "(x: T[*]) -> (y: R[*], w: R[*], u: R[*], folded: R[*])"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(0), name)
    let real = GeoType.real(call.shape(0), isBatched: call.isBatched)
    return [real, .real(s.leading + [s.n], isBatched: call.isBatched), real, .real([], isBatched: call.isBatched)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("guarded_abs_vjp", [c.results[1], c.results[2], dy])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("guarded_abs", sizes: [s.leading.reduce(1, *), s.n])
  }
  static func flops(_ c: OpContext) -> Int { CholeskyOp.flops(c) }
}

enum GuardedAbsVJPOp: EigenpairOp {
  static let name = "guarded_abs_vjp"
  static let doc = OpDoc(family: "core", summary: "Gradient of the guarded absolute value.")
  static let signature: Signature = "(w: T[*], u: T[*], dy: T[*]) -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { KernelRequest("guarded_abs_vjp", sizes: try sizes(c)) }
  static func flops(_ c: OpContext) -> Int { c.inputShape(1).reduce(1, *) }
}

/// max(x, ε) behind a Cholesky guard.
enum GuardedMaxOp: Op {
  static let name = "guarded_max"
  static let doc = OpDoc(
    family: "core", summary: "ReEig; x itself, bit for bit, where the Cholesky factor of x − εI exists.",
    source: "SPD layer set, section 1 (iv)")
  static let signature: Signature = "(x: T[*]) {eps: real} -> (y: R[*], w: R[*], u: R[*])"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(0), name)
    let real = GeoType.real(call.shape(0), isBatched: call.isBatched)
    return [real, .real(s.leading + [s.n], isBatched: call.isBatched), real]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.one("guarded_max_vjp", [c.results[1], c.results[2], dy], ["eps": .real(c.attributes.real("eps"))])]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    let s = try SquareShape.split(c.inputShape(0), name)
    return KernelRequest("guarded_max", sizes: [s.leading.reduce(1, *), s.n], reals: [c.attributes.real("eps")])
  }
  static func flops(_ c: OpContext) -> Int { CholeskyOp.flops(c) }
}

enum GuardedMaxVJPOp: EigenpairOp {
  static let name = "guarded_max_vjp"
  static let doc = OpDoc(family: "core", summary: "Gradient of the guarded ReEig.")
  static let signature: Signature = "(w: T[*], u: T[*], dy: T[*]) {eps: real} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(1), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest("guarded_max_vjp", sizes: try sizes(c), reals: [c.attributes.real("eps")])
  }
  static func flops(_ c: OpContext) -> Int { c.inputShape(1).reduce(1, *) }
}

/// E[(EᵀUE) ∘ (c(a_i + a_j))^p]Eᵀ for the eigenpairs (a, E) of a base point.
enum PairKernelOp: EigenpairOp {
  static let name = "pair_kernel"
  static let doc = OpDoc(
    family: "core", summary: "A tangent vector weighted by sums of eigenvalues of its base point.",
    formula: "E[(EᵀUE) ∘ (c(a_i + a_j))^p]Eᵀ", backward: "Ū = the same of the cotangent; Ā gap-free by pair_kernel_vjp",
    source: "SPD layer set, section 5")
  static let signature: Signature = "(w: T[*], u: T[*], v: T[*]) {c: real, p: real} -> R[*]"

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(1), name)
    let v = try SquareShape.split(call.shape(2), name)
    let leading = try MatrixShape.leading([s.leading, v.leading], name)
    return [.real(leading + [s.n, s.n], isBatched: call.isBatched)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { try request("pair_kernel", c) }
  static func request(_ kernel: String, _ c: OpContext) throws -> KernelRequest {
    let s = try SquareShape.split(c.inputShape(1), name)
    let v = try SquareShape.split(c.inputShape(2), name)
    let common = try MatrixShape.leading([s.leading, v.leading], name)
    return KernelRequest(
      kernel, sizes: try MatrixShape.fields([s.leading, v.leading], in: common) + [s.n],
      reals: [c.attributes.real("c"), c.attributes.real("p")])
  }
  static func flops(_ c: OpContext) -> Int { 8 * c.resultShape(0).reduce(1, *) * (c.resultShape(0).last ?? 0) }
}

enum PairKernelVJPOp: EigenpairOp {
  static let name = "pair_kernel_vjp"
  static let doc = OpDoc(
    family: "core", summary: "Gradient of pair_kernel with respect to the base point, without eigenvalue gaps.")
  static let signature: Signature = "(w: T[*], u: T[*], v: T[*], dy: T[*]) {c: real, p: real} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] { try PairKernelOp.infer(call) }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { try PairKernelOp.request("pair_kernel_vjp", c) }
  static func flops(_ c: OpContext) -> Int { 10 * c.resultShape(0).reduce(1, *) * (c.resultShape(0).last ?? 0) }
}

/// The batch's part in the gradient of `pair_kernel` for an unbatched base point, in the eigenbasis of that.
enum PairContractionOp: EigenpairOp {
  static let name = "pair_contraction"
  static let doc = OpDoc(
    family: "core",
    summary: "Gradient of (c(a_i + a_j))^p ∘ v with respect to the matrix whose eigenvalues are a, in its eigenbasis.",
    formula: "y_ik = Σ_j Δ_ikj (g_ij v_kj + g_kj v_ij), Δ_ikj = c h[c(a_i + a_j), c(a_k + a_j)], h = x^p",
    source: "SPD layer set, section 5")
  static let signature: Signature = "(w: T[*], v: T[*], g: T[*]) {c: real, p: real} -> R[*]"
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(1), name)
    guard call.shape(0) == [s.n], call.shape(1) == call.shape(2), !call.inputs[0].isBatched else {
      throw TypeProblem(.disagreement, "\(name) takes eigenvalues [n] and two arrays of symmetric matrices [n, n]")
    }
    return [.real(call.shape(1), isBatched: call.isBatched)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "pair_contraction", sizes: try sizes(c), reals: [c.attributes.real("c"), c.attributes.real("p")])
  }
  static func flops(_ c: OpContext) -> Int { 3 * c.resultShape(0).reduce(1, *) * (c.resultShape(0).last ?? 0) }
}

/// `pair_kernel` as a function of the base point itself.
enum PairMapOp: Op {
  static let name = "pair_map"
  static let doc = OpDoc(
    family: "core", summary: "pair_kernel of a base point given as a matrix.", backward: "both arguments, gap-free")
  static let signature: Signature = "(a: T[*], v: T[*]) {c: real, p: real} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try SquareShape.split(call.shape(0), name)
    let v = try SquareShape.split(call.shape(1), name)
    return [.real(try MatrixShape.leading([s.leading, v.leading], name) + [s.n, s.n], isBatched: call.isBatched)]
  }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let pair = try b.eigh(c.inputs[0])
    if hasOneBase(c) { return [try weighted(&b, c, pair.w, pair.u, try b.congruence(pair.u, try b.sym(c.inputs[1])))] }
    return [try b.node("pair_kernel", [pair.w, pair.u, c.inputs[1]], c.attributes)[0]]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let raw = cotangents[0] else { return [nil, nil] }
    let dy = try b.sym(raw)
    let pair = try b.eigh(c.inputs[0])
    if hasOneBase(c) {
      let v = try b.congruence(pair.u, try b.sym(c.inputs[1]))
      let g = try b.congruence(pair.u, dy)
      let own = try b.node("pair_contraction", [pair.w, v, g], c.attributes)[0]
      let da = try b.congruence(pair.u, own, transpose: true)
      let dv = try weighted(&b, c, pair.w, pair.u, g)
      return [try b.summedInside(da, c.inputShape(0)), dv]
    }
    let da = try b.node("pair_kernel_vjp", [pair.w, pair.u, c.inputs[1], dy], c.attributes)[0]
    let dv = try b.node("pair_kernel", [pair.w, pair.u, dy], c.attributes)[0]
    return [try b.summedInside(da, c.inputShape(0)), try b.summedInside(dv, c.inputShape(1))]
  }

  /// Whether every tangent vector of a batch has the same base point, whose eigenbasis passes can then take to what stands
  /// around.
  static func hasOneBase(_ c: OpContext) -> Bool {
    !c.inputTypes[0].isBatched && c.inputTypes[1].isBatched && c.inputShape(0).count == 2
  }

  /// E (v ∘ (c(a_i + a_j))^p) Eᵀ.
  private static func weighted(
    _ b: inout Builder, _ c: OpContext, _ w: Value, _ u: Value, _ v: Value
  ) throws -> Value {
    try b.congruence(u, try b.mul(v, try weight(&b, c, w)), transpose: true)
  }

  /// (c(a_i + a_j))^p
  static func weight(_ b: inout Builder, _ c: OpContext, _ w: Value) throws -> Value {
    let (factor, p) = (c.attributes.real("c"), c.attributes.real("p"))
    let sum = "\(factor) * (x0 + x1)"
    let power =
      switch p {
      case 0.5: "sqrt(\(sum))"
      case -0.5: "rsqrt(\(sum))"
      case -1: "reciprocal(\(sum))"
      default: "pow(\(sum), \(p))"
      }
    return try b.map(power, [w, try b.reshape(w, [b.shape(w).last ?? 1, 1])])
  }
}

extension Builder {
  /// U f(Λ) Uᵀ.
  package mutating func spectral(_ f: SpectralFunction, _ x: Value) throws -> Value {
    try one("spectral", [x], ["f": .spectral(f)])
  }
  /// x^θ of a symmetric positive definite matrix.
  package mutating func matrixPower(_ x: Value, _ theta: Double) throws -> Value {
    try spectral(SpectralFunction([.pow(theta)]), x)
  }
  /// E[(EᵀVE) ∘ (c(a_i + a_j))^p]Eᵀ at the base point `a`.
  package mutating func pairMap(_ a: Value, _ v: Value, c: Double, p: Double) throws -> Value {
    try one("pair_map", [a, v], ["c": .real(c), "p": .real(p)])
  }
  /// (I + L) a (I + L) for L = `pairMap` of v.
  package mutating func pairExp(_ a: Value, _ v: Value, c: Double, p: Double) throws -> Value {
    try one("pair_exp", [a, v], ["c": .real(c), "p": .real(p)])
  }
}
