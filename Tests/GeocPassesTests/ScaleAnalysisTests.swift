import Foundation
import GeocIR
import GeocOps
import GeocPasses
import Testing

/// Which weights are proved scale-invariant: per channel, as a whole, or not.
@Suite struct ScaleAnalysisTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var graph: String
    /// Weight → what is proved.
    var proved: [String: ScaleInvariance]
    var loss = "cross_entropy: { logits: logits, target: y }"
  }

  private static let head = "  - linear: { out: 3 }\n    as: logits\n"

  static let cases: [Case] = [
    Case(
      testDescription: "batch norm, per channel",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - batch_norm\n  - relu\n" + head,
      proved: ["h.weight": .channel, "logits.weight": .unproved, "batch_norm_1.weight": .unproved]),
    Case(
      testDescription: "layer norm, as a whole",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - layer_norm\n" + head, proved: ["h.weight": .layer]),
    Case(
      testDescription: "bias before the norm",
      graph: "  - linear: { out: 4 }\n    as: h\n  - layer_norm\n" + head,
      proved: ["h.weight": .unproved, "h.bias": .unproved]),
    Case(
      testDescription: "bias behind the norm",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - rms_norm: { affine: false }\n    as: n\n"
        + "  - parameter: { type: \"R[4]\" }\n    as: b\n  - add:\n    from: [n, b]\n" + head,
      proved: ["h.weight": .layer, "b.weight": .unproved]),
    Case(
      testDescription: "a weight shared by a normed and a bare path",
      graph: "  - parameter: { type: \"R[4]\" }\n    as: w\n  - mul:\n    from: [x, w]\n    as: m\n"
        + "  - layer_norm: { affine: false }\n    as: n\n  - add:\n    from: [n, m]\n" + head,
      proved: ["w.weight": .unproved]),
    Case(
      testDescription: "a weight shared by two normed paths",
      graph: "  - parameter: { type: \"R[4]\" }\n    as: w\n  - mul:\n    from: [x, w]\n    as: m\n"
        + "  - layer_norm: { affine: false }\n    as: n\n  - rms_norm: { affine: false }\n    from: m\n    as: r\n"
        + "  - add:\n    from: [n, r]\n" + head,
      proved: ["w.weight": .layer]),
    Case(
      testDescription: "residual around the norm",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - layer_norm: {}\n    as: n\n"
        + "  - add:\n    from: [n, x]\n"
        + head, proved: ["h.weight": .layer]),
    Case(
      testDescription: "residual of the input before the norm",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - add:\n    from: [h, x]\n  - layer_norm\n" + head,
      proved: ["h.weight": .unproved]),
    Case(
      testDescription: "norm over the wrong axis",
      graph: "  - conv2d: { out: 2, kernel: 2, bias: false }\n    from: image\n    as: h\n"
        + "  - permute: { order: [1, 2, 0] }\n  - batch_norm\n  - flatten\n" + head,
      proved: ["h.weight": .layer]),
    Case(
      testDescription: "convolution and the right axis",
      graph: "  - conv2d: { out: 2, kernel: 2, bias: false }\n    from: image\n    as: h\n"
        + "  - batch_norm\n  - relu\n  - flatten\n" + head,
      proved: ["h.weight": .channel]),
    Case(
      testDescription: "relu in between",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - relu\n  - batch_norm\n" + head,
      proved: ["h.weight": .channel]),
    Case(
      testDescription: "tanh in between",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - tanh\n  - batch_norm\n" + head,
      proved: ["h.weight": .unproved]),
    Case(
      testDescription: "scale parameter before the norm",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - parameter: { type: \"R[4]\" }\n    as: s\n"
        + "  - mul:\n    from: [h, s]\n  - batch_norm\n" + head,
      proved: ["h.weight": .channel, "s.weight": .layer]),
    Case(
      testDescription: "two paths that meet before the norm",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - linear: { out: 4, bias: false }\n    from: x\n"
        + "    as: k\n  - add:\n    from: [h, k]\n  - batch_norm\n" + head,
      proved: ["h.weight": .unproved, "k.weight": .unproved]),
    Case(
      testDescription: "dropout in between",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - dropout\n  - batch_norm\n" + head,
      proved: ["h.weight": .channel]),
    Case(
      testDescription: "alpha dropout in between",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - alpha_dropout: { p: 0.1 }\n  - batch_norm\n" + head,
      proved: ["h.weight": .unproved]),
    Case(
      testDescription: "weight decay in the loss",
      graph: "  - parameter: { type: \"R[4]\" }\n    as: w\n  - mul:\n    from: [x, w]\n  - rms_norm\n" + head,
      proved: ["w.weight": .unproved],
      loss: "\n  - cross_entropy: { logits: logits, target: y }\n  - inner: { a: w, b: w }\n    weight: 0.01"),
    Case(
      testDescription: "a constant too large to guard a root",
      graph: "  - linear: { out: 4, bias: false }\n    as: h\n  - layer_norm: { eps: 0.5 }\n" + head,
      proved: ["h.weight": .unproved]),
    Case(
      testDescription: "a norm held back from the gradient",
      graph: "  - parameter: { type: \"R[4]\" }\n    as: w\n  - mul:\n    from: [x, w]\n  - stop_gradient\n"
        + "  - rms_norm\n" + head, proved: ["w.weight": .unproved]),
  ]

  private static func proofs(_ item: Case) throws -> [String: ScaleProof] {
    let network = Network.text(
      "scale",
      "inputs: { x: \"R[4]\", image: \"R[3, 4, 4]\", y: Label(3) }\ngraph:\n\(item.graph)loss: "
        + (item.loss.hasPrefix("\n") ? item.loss : "{ \(item.loss) }") + "\n")
    return try ScaleAnalysis.proofs(try network.forward(), registry: Catalogue.registry)
  }

  @Test(arguments: cases) func proves(_ item: Case) throws {
    let found = try Self.proofs(item)
    for (name, wanted) in item.proved {
      let proof = try #require(found[name])
      #expect(proof.invariance == wanted, "\(name): \(proof)")
      #expect(proof.obstacle.isEmpty == (wanted != .unproved))
    }
  }

  @Test func namesTheConstantItLeavesOutAndTheObstacle() throws {
    #expect(try Self.proofs(Self.cases[0])["h.weight"]?.guards == [1e-5])
    #expect(try Self.proofs(Self.cases[11])["h.weight"]?.obstacle == "tanh_1")
  }

  /// Nets whose convolutions are followed by batch norm; those of the shortcuts have a bias.
  static let normed: Set = [
    "digits-adamp.yaml", "digits-auon.yaml", "digits-gcr.yaml", "digits-resnet.yaml", "networks/resnet20.yaml",
  ]

  static let examples: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples").standardized
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path())) ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("blocks/") && !$0.hasPrefix("runs/") }.sorted()
  }()

  /// Matrices that 'normalize_and_project' gave a layer norm.
  static let projected: Set = ["h1.weight", "h2.weight", "h3.weight"]

  /// Every parameter of every example that is trained: a convolution without bias in front of batch norm is proved per
  /// channel, a matrix in front of layer norm as a whole, and nothing else is. Scales and shifts of norms, biases, heads and
  /// whatever passes a map of the ball change the loss.
  @Test(arguments: examples) func examplesAreProvedRight(_ name: String) throws {
    let forward = try Network.example(name).forward()
    guard forward.result("loss") != nil else { return }
    let proofs = try ScaleAnalysis.proofs(forward, registry: Catalogue.registry)
    let real = forward.parameters.filter { $0.kind == .param && forward.type($0.value).isReal }.map(\.name)
    #expect(Set(proofs.keys) == Set(real))
    var count = 0
    for (parameter, proof) in proofs {
      let isConvolution = parameter.hasPrefix("conv2d_") || parameter.contains("/conv")
      let isNormed = Self.normed.contains(name) && isConvolution && parameter.hasSuffix(".weight")
      let isProjected = name == "digits-nap-continual.yaml" && Self.projected.contains(parameter)
      let wanted: ScaleInvariance = isNormed ? .channel : isProjected ? .layer : .unproved
      #expect(proof.invariance == wanted, "\(parameter): \(proof)")
      if isNormed { count += 1 }
    }
    #expect(count > 0 || !Self.normed.contains(name))
  }
}
