import GeocIR

/// Gradient of ⟨g, Df(x)[v]⟩ with respect to x: the second derivative of a function of a symmetric matrix.
enum SpectralSecondOp: Op {
  static let name = "spectral_second"
  static let doc = OpDoc(
    family: "core", summary: "Second derivative of a function of a symmetric matrix, along v and g.",
    formula: "U (N + Nᵀ) Uᵀ, N_ij = Σ_k f[λi, λk, λj] (UᵀvU)_ik (UᵀgU)_kj", source: "Daleckii–Krein, second order")
  static let signature: Signature = "(x: T[*], v: T[*], g: T[*]) {f: text} -> R[*]"
  static let traits: OpTraits = [.primitive]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(0), isBatched: call.isBatched)] }

  /// Whether the function has a smooth second derivative that is written here.
  static func supports(_ f: SpectralFunction) -> Bool {
    f.primitives.allSatisfy {
      switch $0 {
      case .max, .abs: false
      case .log, .exp, .pow, .affine: true
      }
    }
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    guard let f = c.attributes.spectral("f") else { throw InternalError("spectral_second without a function") }
    let s = try SquareShape.split(c.inputShape(0), name)
    let pair = try b.eigh(c.inputs[0])
    let v = try b.congruence(pair.u, try b.sym(c.inputs[1]))
    let g = try b.congruence(pair.u, try b.sym(c.inputs[2]))
    let differences = try SecondDifferences(&b, pair.w, leading: s.leading, n: s.n).applying(f, &b)
    let left = try b.reshape(v, s.leading + [s.n, s.n, 1])
    let right = try b.reshape(g, s.leading + [1, s.n, s.n])
    let product = try b.map("x0 * x1 * x2", [differences, left, right])
    let n = try b.reduce(product, "sum", axes: [s.leading.count + 1])
    return [try b.congruence(pair.u, try b.scale(try b.sym(n), 2), transpose: true)]
  }
}

/// Divided differences of a composition at all triples of eigenvalues, built up one primitive at a time:
/// `(g∘f)[a,b,c] = g[fa,fb,fc] f[a,b] f[a,c] + g[fb,fc] f[a,b,c]`.
private struct SecondDifferences {
  /// Images of the eigenvalues along three axes.
  private var a, b, c: Value
  /// First differences; nil for 1.
  private var ab, bc, ac: Value?
  /// Second differences; nil for 0.
  private var abc: Value?
  private let shape: [Int]

  init(_ builder: inout Builder, _ w: Value, leading: [Int], n: Int) throws {
    a = try builder.reshape(w, leading + [n, 1, 1])
    b = try builder.reshape(w, leading + [1, n, 1])
    c = try builder.reshape(w, leading + [1, 1, n])
    shape = leading + [n, n, n]
  }

  /// The second differences of `f`. A power is exp(θ log λ), so that its argument must be positive.
  func applying(_ f: SpectralFunction, _ builder: inout Builder) throws -> Value {
    var state = self
    for primitive in f.primitives {
      switch primitive {
      case .exp: try state.applyExponential(&builder)
      case .log: try state.applyLogarithm(&builder)
      case .affine(let scale, let shift): try state.applyAffine(scale, shift, &builder)
      case .pow(let exponent):
        try state.applyLogarithm(&builder)
        try state.applyAffine(exponent, 0, &builder)
        try state.applyExponential(&builder)
      case .max, .abs: throw InternalError("\(primitive) has no second derivative")
      }
    }
    return try state.abc ?? builder.fill(state.shape, 0)
  }

  private mutating func applyAffine(_ scale: Double, _ shift: Double, _ builder: inout Builder) throws {
    let f = ScalarExpression.binary(.add, .binary(.multiply, .constant(scale), .input(0)), .constant(shift))
    (a, b, c) = (try builder.map(f, [a]), try builder.map(f, [b]), try builder.map(f, [c]))
    func scaled(_ x: Value?) throws -> Value { try x.map { try builder.scale($0, scale) } ?? builder.fill([], scale) }
    (ab, bc, ac) = (try scaled(ab), try scaled(bc), try scaled(ac))
    abc = try abc.map { try builder.scale($0, scale) }
  }

  private mutating func applyExponential(_ builder: inout Builder) throws {
    let second = try Self.secondOfExponential(&builder, a, b, c)
    let first = (
      ab: try Self.firstOfExponential(&builder, a, b), bc: try Self.firstOfExponential(&builder, b, c),
      ac: try Self.firstOfExponential(&builder, a, c)
    )
    try compose(first, second, &builder)
    (a, b, c) = (try builder.map("exp(x0)", [a]), try builder.map("exp(x0)", [b]), try builder.map("exp(x0)", [c]))
  }

  /// The logarithm is the inverse of the exponential: its differences follow from those at the logarithms.
  private mutating func applyLogarithm(_ builder: inout Builder) throws {
    (a, b, c) = (try builder.map("log(x0)", [a]), try builder.map("log(x0)", [b]), try builder.map("log(x0)", [c]))
    let (eab, ebc, eac) = (
      try Self.firstOfExponential(&builder, a, b), try Self.firstOfExponential(&builder, b, c),
      try Self.firstOfExponential(&builder, a, c)
    )
    let third = try Self.secondOfExponential(&builder, a, b, c)
    let second = try builder.map("-x0 / (x1 * x2 * x3)", [third, eab, ebc, eac])
    let first = (
      ab: try builder.map("1 / x0", [eab]), bc: try builder.map("1 / x0", [ebc]), ac: try builder.map("1 / x0", [eac])
    )
    try compose(first, second, &builder)
  }

  private mutating func compose(
    _ first: (ab: Value, bc: Value, ac: Value), _ second: Value, _ builder: inout Builder
  ) throws {
    var sum = second
    if let ab, let ac { sum = try builder.map("x0 * x1 * x2", [second, ab, ac]) }
    if let abc { sum = try builder.map("x0 + x1 * x2", [sum, first.bc, abc]) }
    abc = sum
    ab = try ab.map { try builder.mul($0, first.ab) } ?? first.ab
    bc = try bc.map { try builder.mul($0, first.bc) } ?? first.bc
    ac = try ac.map { try builder.mul($0, first.ac) } ?? first.ac
  }

  /// exp[x, y] = e^hi (1 − e^{−gap}) / gap.
  private static func firstOfExponential(_ builder: inout Builder, _ x: Value, _ y: Value) throws -> Value {
    let gap = try builder.map("abs(x0 - x1)", [x, y])
    return try builder.map("exp(max(x0, x1)) * select(less(0, x2), -expm1(-x2) / x2, 1)", [x, y, gap])
  }

  /// exp[x, y, z] = e^mid r[p, q] with r(t) = (e^t − 1)/t, p = lo − mid, q = hi − mid. The quotient of differences of r
  /// is exact to rounding for gaps from ½; for smaller ones r is its Taylor polynomial of degree 15, whose divided
  /// difference has no quotient.
  private static func secondOfExponential(_ builder: inout Builder, _ x: Value, _ y: Value, _ z: Value) throws -> Value
  {
    let lo = try builder.map("min(min(x0, x1), x2)", [x, y, z])
    let hi = try builder.map("max(max(x0, x1), x2)", [x, y, z])
    let mid = try builder.map("max(min(x0, x1), min(max(x0, x1), x2))", [x, y, z])
    let (p, q) = (try builder.sub(lo, mid), try builder.sub(hi, mid))
    let (rp, rq) = (
      try builder.map("select(less(x0, 0), expm1(x0) / x0, 1)", [p]),
      try builder.map("select(less(0, x0), expm1(x0) / x0, 1)", [q])
    )
    let far = try builder.map("(x1 - x0) / max(x3 - x2, 0.5)", [rp, rq, p, q])
    // Horner's scheme for r(q) and r[p, q] together.
    var coefficients = [1.0]
    for k in 1...15 { coefficients.append(coefficients[k - 1] / Double(k + 1)) }
    var value = try builder.fill([], coefficients[15])
    var difference = try builder.fill([], 0)
    for k in (0..<15).reversed() {
      difference = try builder.map("x0 * x1 + x2", [difference, p, value])
      value = try builder.map("x0 * x1 + \(coefficients[k])", [value, q])
    }
    return try builder.map("exp(x0) * select(less(x2 - x1, 0.5), x3, x4)", [mid, p, q, difference, far])
  }
}
