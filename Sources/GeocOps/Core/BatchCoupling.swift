import GeocIR

/// Contrastive losses of the rows of a batch.
enum ContrastOp: Op {
  static let name = "contrast"
  static let doc = OpDoc(
    family: "core",
    summary: "For each row: its loss, the logarithm of its normaliser and the number of its positives.",
    formula: "l_i = w_i (log Σ_{j≠i} e^{S_ij/T} − mean over positives p of S_ip/T), over rows j with w_j ≠ 0",
    backward: "S̄ = (P − [j ∈ P_i]/|P_i|) w ȳ/T, carried to points in Gram form",
    source: "HypCD (hyptorch)")
  static let signature: Signature = """
    (x: T[*], square: T[*], key: T[*], share: T[*], c: T[*]) \
    {similarity: distance|angle, positives: view|label, temperature: real, views: int} \
    -> (loss: R, normalizer: R, positives: R)
    """
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.first?.isBatched == true, call.shape(0).count == 1 else {
      throw TypeProblem(.mismatch, "contrast takes one point per sample")
    }
    return [GeoType](repeating: .real([], isBatched: true), count: 3)
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return c.inputs.map { _ in nil } }
    let parts = try b.node("contrast_vjp", c.inputs + [c.results[1], dy, c.results[2]], c.attributes)
    guard c.attributes.name("similarity") == "distance" else { return [parts[0], nil, nil, nil, nil] }
    return [parts[0], parts[1], nil, nil, parts[2]]
  }

  /// Sizes and reals of both kernels.
  static func request(_ kernel: String, _ c: OpContext, wholeBatch: [Int]) -> KernelRequest {
    let isDistance = c.attributes.name("similarity") == "distance"
    let isLabel = c.attributes.name("positives") == "label"
    return KernelRequest(
      kernel, sizes: [c.inputShape(0)[0], isDistance ? 1 : 0, isLabel ? 1 : 0, c.attributes.int("views", 1)],
      reals: [c.attributes.real("temperature", 1), Hyptorch.denominator, Hyptorch.artanhMargin],
      wholeBatch: wholeBatch)
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { request("contrast", c, wholeBatch: [0, 1, 2, 3]) }
  /// For a batch of 256.
  static func flops(_ c: OpContext) -> Int { 256 * (2 * c.inputShape(0).reduce(1, *) + 60) }
}

/// Backward of `contrast`.
enum ContrastVJPOp: Op {
  static let name = "contrast_vjp"
  static let doc = OpDoc(family: "core", summary: "Cotangents of points, of their squared norms and of the curvature.")
  static let signature: Signature = """
    (x: T[*], square: T[*], key: T[*], share: T[*], c: T[*], normalizer: T[*], dy: T[*], positives: T[*]) \
    {similarity: distance|angle, positives: view|label, temperature: real, views: int} -> (dx: R[*], dsquare: R, dc: R)
    """
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false
  static func infer(_ call: TypeCall) throws -> [GeoType] {
    [.real(call.shape(0), isBatched: true), .real([], isBatched: true), .real([], isBatched: true)]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    ContrastOp.request("contrast_vjp", c, wholeBatch: [0, 1, 2, 3, 5, 6])
  }
  static func flops(_ c: OpContext) -> Int { 256 * (4 * c.inputShape(0).reduce(1, *) + 160) }
}

/// Weights that turn a mean over the batch into one over its labelled rows.
enum LabelledShareOp: Op {
  static let name = "labelled_share"
  static let doc = OpDoc(
    family: "core", summary: "Weights of the rows whose mean over the batch is a mean over the labelled rows.",
    formula: "w_i = m_i N / Σ m")
  static let signature: Signature = "(mask: T[*]) -> R"
  static let traits: OpTraits = [.seesBatch]
  static let isPublic = false

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.first?.isBatched == true, call.shape(0).isEmpty else {
      throw TypeProblem(.mismatch, "labelled_share takes one number per sample")
    }
    return [.real([], isBatched: true)]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? { [nil] }
  static func kernel(_ c: OpContext) throws -> KernelRequest? { KernelRequest("labelled_share", wholeBatch: [0]) }
}

/// The row of the same sample in another view.
enum OtherViewOp: Op {
  static let name = "other_view"
  static let doc = OpDoc(
    family: "dense", summary: "The value of the same sample in another view.",
    formula: "y_i = x_{(i + k N/V) mod N} for a batch of N rows, V views one behind the other",
    backward: "x̄_i = ȳ_{(i − k N/V) mod N}",
    parameters: ["views": "views of a sample in the batch", "further": "how many views further on"],
    example: "- other_view")
  static let signature: Signature = "(x: [B] T[*]) {views: int = 2 in 2..., further: int = 1 in 1...} -> T[*]"
  static let traits: OpTraits = [.seesBatch]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    guard call.inputs.count == 1, call.isBatched else {
      throw TypeProblem(.mismatch, "other_view takes one value per sample", operand: 0)
    }
    return [call.inputs[0]]
  }
  static func vjp(_ b: inout Builder, _ c: OpContext, _ cotangents: [Value?]) throws -> [Value?]? {
    guard let dy = cotangents[0] else { return [nil] }
    let views = c.attributes.int("views", 2)
    let back = views - c.attributes.int("further", 1) % views
    // A cotangent that is the same for all rows is the same in every view.
    return [b.type(dy).isBatched ? try b.otherView(dy, views: views, further: back) : dy]
  }
  static func kernel(_ c: OpContext) throws -> KernelRequest? {
    KernelRequest(
      "other_view",
      sizes: [c.inputShape(0).reduce(1, *), c.attributes.int("views", 2), c.attributes.int("further", 1)],
      wholeBatch: [0])
  }
}

extension Builder {
  /// The rows of the same samples, `further` views on.
  mutating func otherView(_ x: Value, views: Int, further: Int) throws -> Value {
    try one("other_view", [x], ["views": .int(views), "further": .int(further)])
  }

  /// Weights of the labelled rows; 1 for all where there is no mask.
  mutating func labelledShare(_ mask: Value?) throws -> Value {
    if let mask { return try one("labelled_share", [mask]) }
    return try fill([], 1)
  }
}
