import GeocIR

/// What the two contrastive losses share.
private enum ContrastiveLoss {
  /// The points of a loss: one per sample, on the ball for distances.
  static func check(_ call: TypeCall, _ input: String) throws {
    guard let type = call.inputs.first else { return }
    let isDistance = call.attributes.name("similarity", "distance") == "distance"
    let fits = type.space.name == "Ball" || (!isDistance && type.isReal)
    guard fits, call.shape(0).count == 1, type.isBatched else {
      throw TypeProblem(
        .mismatch,
        "\(call.op) with similarity: \(isDistance ? "distance" : "angle") expects "
          + "Ball(n, c)\(isDistance ? "" : " or R[n]"), found \(type.shown)",
        operand: 0, help: isDistance && type.isReal ? "add '- expmap0' in front, or use 'similarity: angle'" : nil)
    }
  }

  /// The loss of each row.
  static func loss(
    _ b: inout Builder, _ c: OpContext, positives: String, key: Value, weight: Value
  ) throws -> Value {
    let similarity = c.attributes.name("similarity", "distance")
    let x = c.inputs[0]
    let square = try b.sumLast(try b.mul(x, x), 1, keep: true)
    var attributes = Attributes([
      "similarity": .name(similarity), "positives": .name(positives),
      "temperature": .real(c.attributes.real("temperature", 1)), "views": .int(c.attributes.int("views", 2)),
    ])
    let zero = try b.fill([], 0)
    if similarity == "angle" {
      // Norms are clamped at 1e-12.
      let unit = try b.map("x0 * rsqrt(max(x1, 1e-24))", [x, square])
      return try b.node("contrast", [unit, zero, key, weight, zero], attributes)[0]
    }
    attributes["similarity"] = .name("distance")
    let curvature = try Curvature(&b, c, input: 0).value(&b)
    return try b.node("contrast", [x, try b.reshape(square, []), key, weight, curvature], attributes)[0]
  }
}

/// Contrast between the views of the samples of a batch.
enum SelfContrastiveOp: Op {
  static let name = "self_contrastive"
  static let doc = OpDoc(
    family: "loss", summary: "Pulls the views of a sample together and pushes all other rows of the batch apart.",
    formula: "−log e^{S_ip/T} / Σ_{j≠i} e^{S_ij/T}, p the other view of the same sample, mean over all rows; "
      + "S = −d(x_i, x_j) or cos(x_i, x_j)",
    backward: "S̄ = (P − onehot(p)) ȳ/T, P = softmax over j ≠ i; distances in Gram form",
    source:
      "HypCD (CVPR 2025), with the constants of hyptorch: 1e-5 added to the Möbius denominator, artanh up to 1−1e-5",
    parameters: [
      "temperature": "T", "similarity": "`distance` of the ball, negated, or `angle`: the cosine",
      "views": "views of a sample; view 1 of all samples comes first in the batch, then view 2, and so on",
    ],
    example: "self_contrastive: { x: point, temperature: 1, similarity: distance }",
    invariances: ["self_contrastive(g x) = self_contrastive(x) for g in O(n)"])
  static let signature: Signature = """
    (x: [B] T[*]; weight c: Positive = ones if learn_c) {temperature: real = 1 in (0..., views: int = 2 in 2..., similarity: distance|angle = distance} -> R
    """
  static let traits: OpTraits = [.loss, .seesBatch]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    _ = try call.inferred(signature)
    try ContrastiveLoss.check(call, "x")
    return [.real([], isBatched: true)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func readsDirections(_ attributes: Attributes) -> Bool { attributes.name("similarity") == "angle" }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let (zero, one) = (try b.fill([], 0), try b.fill([], 1))
    return [try ContrastiveLoss.loss(&b, c, positives: "view", key: zero, weight: one)]
  }
}

/// Contrast between the classes of the labelled rows of a batch.
enum SupervisedContrastiveOp: Op {
  static let name = "supervised_contrastive"
  static let doc = OpDoc(
    family: "loss", summary: "Pulls rows of one class together and pushes those of other classes apart.",
    formula:
      "−1/|P_i| Σ_{p ∈ P_i} log e^{S_ip/T} / Σ_{j≠i} e^{S_ij/T}, P_i the other rows of the same label, mean over "
      + "the labelled rows; the others take no part. A row that is alone with its label gives 0",
    backward: "S̄ = (P − [j ∈ P_i]/|P_i|) ȳ/T, P = softmax over j ≠ i; distances in Gram form",
    source:
      "HypCD (CVPR 2025), with the constants of hyptorch: 1e-5 added to the Möbius denominator, artanh up to 1−1e-5",
    parameters: [
      "temperature": "T", "similarity": "`distance` of the ball, negated, or `angle`: the cosine",
      "views": "views of a sample; view 1 of all samples comes first in the batch, then view 2, and so on",
    ],
    example: "supervised_contrastive: { x: point, label: digit, labelled: labelled, temperature: 0.07 }",
    invariances: ["supervised_contrastive(g x) = supervised_contrastive(x) for g in O(n)"])
  static let signature: Signature = """
    (x: [B] T[*], label: Label(k), labelled?: R; weight c: Positive = ones if learn_c) \
    {temperature: real = 0.07 in (0..., views: int = 2 in 1..., similarity: distance|angle = distance} -> R
    """
  static let traits: OpTraits = [.loss, .seesBatch]

  static func infer(_ call: TypeCall) throws -> [GeoType] {
    try LabelledRows.check(call, signature, mask: 2)
    try ContrastiveLoss.check(call, "x")
    return [.real([], isBatched: true)]
  }
  static func weights(_ call: TypeCall) throws -> [TypedOperand] { BallCurvature.weights(call) }
  static func readsDirections(_ attributes: Attributes) -> Bool { attributes.name("similarity") == "angle" }
  static func body(_ b: inout Builder, _ c: OpContext) throws -> [Value]? {
    let weight = try b.labelledShare(c.has("labelled") ? try c.value("labelled") : nil)
    return [try ContrastiveLoss.loss(&b, c, positives: "label", key: c.inputs[1], weight: weight)]
  }
}

/// The optional input that says which rows of a batch are labelled.
enum LabelledRows {
  /// Applies `signature`, where input `mask` may also be a class of two: 0 unlabelled, 1 labelled.
  static func check(_ call: TypeCall, _ signature: Signature, mask: Int) throws {
    var inputs = call.inputs
    if inputs.count > mask, inputs[mask].space == Space("Label", [2]), inputs[mask].field.isEmpty {
      inputs[mask] = .real([], isBatched: inputs[mask].isBatched)
    }
    if inputs.count > mask, !inputs[mask].isReal || !inputs[mask].field.isEmpty || !inputs[mask].isBatched {
      throw TypeProblem(
        .mismatch, "\(call.op) expects Label(2) or R for 'labelled', found \(inputs[mask].shown)", operand: mask)
    }
    _ = try TypeCall(op: call.op, attributes: call.attributes, inputs: inputs, spaces: call.spaces).inferred(signature)
  }
}
