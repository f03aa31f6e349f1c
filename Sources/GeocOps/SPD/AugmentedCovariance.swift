import GeocIR

/// Covariance of a series and its delays.
enum AugmentedCovarianceOp: Op {
  static let name = "augmented_covariance"
  static let doc = OpDoc(
    family: "spd", summary: "Covariance of a series stacked with its own delays, with eps·I added.",
    formula: "cov of a_t = (x_t, x_{t+τ}, …, x_{t+(q−1)τ}) for t < T − qτ; order 1 is the covariance of all T samples",
    backward: "x̄_u = 2k Σ_p Σ_r sym(ȳ)_pr (x_{u+(r−p)τ} − ā_r) over the windows p that hold sample u",
    source: "augmented covariance matrix (Carrara & Papadopoulo 2023, arXiv 2302.04508), MOABB AugmentedDataset",
    parameters: [
      "order": "how many delayed copies, the series itself among them; the embedding dimension",
      "lag": "samples between two copies", "estimator": "which estimator", "eps": "added to the diagonal",
    ],
    example: "- augmented_covariance: { order: 3, lag: 4 }",
    invariances: ["augmented_covariance(x + c) = augmented_covariance(x) for a constant c of each channel"])
  static let signature: Signature = """
    (x: R[c, t]) {order: int = 1 in 1..., lag: int = 1 in 1..., estimator: cov|scm|oas|ledoit_wolf = cov, \
    eps: real = 0 in 0...} -> SPD(order*c)
    """
  static let traits: OpTraits = [.converter]

  /// Samples of each window: all of them for order 1, T − qτ otherwise. Nil where the product is no number.
  static func window(_ samples: Int, _ attributes: Attributes) -> Int? {
    let (order, lag) = (attributes.int("order", 1), attributes.int("lag", 1))
    let (span, overflow) = order.multipliedReportingOverflow(by: lag)
    return order == 1 ? samples : overflow ? nil : samples - span
  }

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let order = call.attributes.int("order", 1)
    if let input = call.inputs.first, input.isReal, let samples = call.shape(0).last, call.shape(0).count >= 2 {
      let length = window(samples, call.attributes)
      guard let length, length >= 2 else {
        let left = length.map { "leaves \(max(0, $0))" } ?? "leaves none"
        let largest = (samples - 2) / order
        throw TypeProblem(
          .parameter,
          "\(name) of order \(order) and lag \(call.attributes.int("lag", 1)) \(left) of the \(samples) samples, "
            + "it needs 2",
          operand: 0, parameter: largest >= 1 ? "lag" : "order",
          help: order == 1
            ? "a covariance needs a longer series"
            : largest >= 1 ? "the largest lag for order \(order) is \(largest)" : "lower the order")
      }
    }
    var type = try call.inferred(signature).results[0]
    let eps = call.attributes.real("eps")
    if eps > 0 { type.space["min"] = .real(eps) }
    return [type]
  }

  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let shape = c.inputShape(0)
    let (order, lag) = (c.attributes.int("order", 1), c.attributes.int("lag", 1))
    guard let samples = shape.last, let length = window(samples, c.attributes) else {
      throw InternalError("'\(name)' has no window")
    }
    let isUnbiased = c.attributes.name("estimator") == "cov"
    let s = try b.one(
      "lag_covariance", [c.inputs[0]],
      [
        "order": .int(order), "lag": .int(lag), "length": .int(length),
        "alpha": .real(1 / Double(isUnbiased ? length - 1 : length)),
      ])
    return [
      try CovarianceEstimator.result(&b, s, samples: length, c.attributes) { b in
        var column: Value?
        for p in 0..<order {
          let window = try LagCovarianceOp.window(&b, c.inputs[0], start: p * lag, length: length)
          let own = try b.reduce(try b.mul(window, window), "sum", axes: [shape.count - 2])
          column = try column.map { try b.add($0, own) } ?? own
        }
        guard let column else { throw InternalError("'\(name)' has no window") }
        return try b.sumLast(try b.mul(column, column), 1)
      }
    ]
  }
}

/// Scatter of the delayed windows of a series.
enum LagCovarianceOp: Op {
  static let name = "lag_covariance"
  static let doc = OpDoc(
    family: "core", summary: "Scatter of delayed windows of a series, without the stacked series.",
    formula:
      "alpha Σ_t (a_t − ā)(a_t − ā)ᵀ, a_t = (x_t, x_{t+τ}, …), S_{p+1,r+1} from S_pr by its first and next τ terms",
    backward: "blocks of one r − p are added, then multiplied with the shifted series")
  static let signature: Signature = "(x: T[*]) {order: int, lag: int, length: int, alpha: real = 1} -> R[*]"
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    let s = try MatrixShape.split(call.shape(0), name, 0)
    let (order, lag) = (call.attributes.int("order"), call.attributes.int("lag"))
    guard order >= 1, lag >= 1, call.attributes.int("length") >= 1,
      (order - 1) * lag + call.attributes.int("length") <= s.columns
    else { throw TypeProblem(.parameter, "lag_covariance has windows beyond \(s.columns) samples", operand: 0) }
    return [.real(s.leading + [order * s.rows, order * s.rows], isBatched: call.isBatched)]
  }

  /// One window of the series without its mean.
  static func window(_ b: inout Builder, _ x: Value, start: Int, length: Int) throws -> Value {
    let window = try b.one(
      "slice", [x], ["axis": .int(b.shape(x).count - 1), "start": .int(start), "count": .int(length)])
    return try b.sub(window, try b.scale(try b.sumLast(window, 1, keep: true), 1 / Double(length)))
  }

  static func definition(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (order, lag) = (c.attributes.int("order"), c.attributes.int("lag"))
    let windows = try (0..<order).map {
      try window(&b, c.inputs[0], start: $0 * lag, length: c.attributes.int("length"))
    }
    let stacked =
      order == 1 ? windows[0] : try b.one("concat", windows, ["axis": .int(c.inputShape(0).count - 2)])
    return [try b.syrk(stacked, alpha: c.attributes.real("alpha", 1))]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    return [try b.node("lag_covariance_vjp", [c.inputs[0], dy], c.attributes)[0]]
  }

  /// Sizes and reals of both kernels.
  static func request(_ kernel: String, _ c: OpContext) throws -> KernelRequest {
    let s = try MatrixShape.split(c.inputShape(0), name, 0)
    return KernelRequest(
      kernel,
      sizes: [
        s.leading.reduce(1, *), s.rows, s.columns, c.attributes.int("order"), c.attributes.int("lag"),
        c.attributes.int("length"),
      ], reals: [c.attributes.real("alpha", 1)])
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { try request(name, c) }
  static func flops(_ c: OpContext) -> Int {
    let shape = c.inputShape(0)
    let (order, length, lag) = (c.attributes.int("order"), c.attributes.int("length"), c.attributes.int("lag"))
    let block = 2 * shape.reduce(1, *) / max(shape.last ?? 1, 1) * (shape.dropLast().last ?? 1)
    return block * (order * length + order * (order - 1) * min(lag, length))
  }
}

/// Backward of `lag_covariance`.
enum LagCovarianceVJPOp: Op {
  static let name = "lag_covariance_vjp"
  static let doc = OpDoc(family: "core", summary: "Gradient of a series from that of the scatter of its windows.")
  static let signature: Signature = "(x: T[*], dy: T[*]) {order: int, lag: int, length: int, alpha: real = 1} -> R[*]"
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] { [.real(call.shape(0), isBatched: call.isBatched)] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { try LagCovarianceOp.request(name, c) }
  static func flops(_ c: OpContext) -> Int {
    2 * c.inputShape(0).reduce(1, *) * (c.inputShape(0).dropLast().last ?? 1) * (2 * c.attributes.int("order") - 1)
  }
}
