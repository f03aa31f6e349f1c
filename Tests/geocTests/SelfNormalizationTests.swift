import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// What `compile` and `check` say of mean and variance from layer to layer.
@Suite struct SelfNormalizationTests {
  /// A network on an input of 64 features that is standardised.
  static func network(_ layers: String, data: String = "standardize: [x]") -> String {
    """
    geoc: 1
    model: net
    inputs: { x: "R[64]", y: Label(3) }
    graph:
    \(layers.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      - linear: { out: 3 }
        as: logits
    loss: { cross_entropy: { logits: logits, target: y } }
    data: { file: d.npz, split: { test: 0.5 }, \(data) }
    train: { optimizer: { sgd: { lr: 0.01 } }, epochs: 1 }

    """
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var layers: String
    /// Part of the verdict.
    var verdict: String
    /// The line that `check` warns of; nil for none.
    var line: Int?
  }

  private static let hidden = "- linear: { out: 64, init: lecun_normal }\n- selu\n"

  static let cases: [Case] = [
    Case(testDescription: "selu", layers: hidden + hidden + hidden, verdict: "self-normalising\n"),
    Case(
      testDescription: "alpha dropout", layers: hidden + "- alpha_dropout: { p: 0.05 }\n" + hidden,
      verdict: "self-normalising\n"),
    Case(
      testDescription: "weights for relu", layers: hidden + "- linear: { out: 64, init: he_normal }\n- selu\n",
      verdict: "not self-normalising: 'linear_2' (line 7): its weights start with fan-in × variance 2, not 1", line: 7),
    Case(
      testDescription: "weights of PyTorch", layers: "- linear: { out: 64 }\n- selu\n",
      verdict: "'linear_1' (line 5): its weights start with fan-in × variance 0.333, not 1 (init: uniform_fan_in)",
      line: 5),
    Case(
      testDescription: "ordinary dropout", layers: hidden + "- dropout: { p: 0.05 }\n" + hidden,
      verdict: "'dropout_1' (line 7): dropout divides the mean of squares by 0.95; use 'alpha_dropout'", line: 7),
    Case(
      testDescription: "ordinary dropout in front of the head", layers: hidden + "- dropout: { p: 0.05 }\n",
      verdict: "'dropout_1' (line 7)", line: 7),
    Case(
      testDescription: "a norm in between", layers: hidden + "- batch_norm\n" + hidden,
      verdict: "'batch_norm_1' (line 7): it normalises", line: 7),
    Case(
      testDescription: "relu in between",
      layers: hidden + "- linear: { out: 64, init: lecun_normal }\n- relu\n" + hidden,
      verdict: "'relu_1' (line 8): relu has no fixed point", line: 8),
    Case(
      testDescription: "a residual sum",
      layers: hidden + "- linear: { out: 64, init: lecun_normal }\n  as: h\n- add:\n  from: [h, selu_1]\n- selu\n",
      verdict: "'add_1' (line 9): the variances of what it adds add up", line: 9),
    Case(
      testDescription: "a scale that is too large", layers: "- scale: { by: 3 }\n" + hidden,
      verdict: "'selu_1' (line 7): it reads mean 0 and variance 9, too far from 0 and 1", line: 7),
    Case(
      testDescription: "no layer with a fixed point", layers: "- linear: { out: 64 }\n- relu\n",
      verdict: "not self-normalising: 'relu_1' (line 6): relu has no fixed point of mean and variance"),
  ]

  @Test(arguments: cases) func verdict(_ item: Case) {
    let report = Run("compile", "-", "--report", input: Self.network(item.layers))
    #expect(report.status == .success, "\(report.errors)")
    #expect(report.output.contains(item.verdict), "\(report.output)")
    let check = Run("check", "-", "--format", "github", input: Self.network(item.layers))
    let lines = check.output.split(separator: "\n").filter { $0.contains("W0033") }
    #expect(lines.count == (item.line == nil ? 0 : 1), "\(check.output)")
    if let line = item.line { #expect(lines.first?.contains("line=\(line),") == true, "\(check.output)") }
  }

  @Test func inputsThatAreNotStandardised() {
    let spec = Self.network(Self.hidden, data: "bind: { x: x }")
    let report = Run("compile", "-", "--report", input: spec)
    #expect(report.output.contains("self-normalising, if 'x' has mean 0 and variance 1: no 'standardize' says so"))
    let check = Run("check", "-", input: spec)
    #expect(check.errors.contains("self-normalising layers read 'x', which is not standardised"))
    #expect(check.errors.contains("add 'standardize: [x]' to 'data'"))
  }

  /// Name → mean and variance, as `--emit json` gives them.
  private func expected(_ spec: String) throws -> [String: (mean: Double, variance: Double)] {
    struct Row: Decodable {
      var name: String
      var mean: Double?
      var variance: Double?
    }
    struct Page: Decodable { var moments: [Row] }
    let run = Run("compile", "-", "--emit", "json", "--function", "predict", input: spec)
    let page = try JSONDecoder().decode(Page.self, from: Data(run.output.utf8))
    var found: [String: (mean: Double, variance: Double)] = [:]
    for row in page.moments {
      if let mean = row.mean, let variance = row.variance { found[row.name] = (mean, variance) }
    }
    return found
  }

  /// The map of moments, with z ~ N(mean ω, variance τ) made from a standard normal input by scale and shift.
  @Test func momentMap() throws {
    let case_ = try OptimizerCase(try SafetensorsFile(OptimizerOracleTests.folder("snn") + "/moment_map.safetensors"))
    func column(_ name: String) throws -> [Double] { try case_.oracle.tensor(name).doubles() }
    let (mean, variance) = (try column("in.mean"), try column("in.var"))
    let (omega, tau) = (try column("in.omega"), try column("in.tau"))
    var points = mean.indices.map { (mean[$0] * omega[$0], variance[$0] * tau[$0]) }
    // Each iterate from the one before, at ω = 0 and τ = 1.
    let iterates = try column("out.iterates")
    var last = try column("in.iter_start")[1]
    for k in 0..<30 {
      points.append((0, last))
      last = iterates[2 * k + 1]
    }
    let nodes = points.enumerated().map { k, point in
      "  - cast: { scale: \(point.1.squareRoot()), shift: \(point.0) }\n    from: x\n    as: z\(k)\n"
        + "  - selu: {}\n    as: y\(k)\n"
    }
    let found = try expected(
      "geoc: 1\nmodel: map\ndtype: f64\ninputs: { x: \"R[2]\" }\ngraph:\n\(nodes.joined())outputs: ["
        + points.indices.map { "y\($0)" }.joined(separator: ", ") + "]\n")
    let wantedMean = try column("out.mean") + (0..<30).map { iterates[2 * $0] }
    let wantedVariance = try column("out.var") + (0..<30).map { iterates[2 * $0 + 1] }
    #expect(found.count == 2 * points.count)
    for k in points.indices {
      let y = try #require(found["y\(k)"])
      #expect(abs(y.mean - wantedMean[k]) <= case_.absolute + case_.relative * abs(wantedMean[k]), "\(k)")
      #expect(abs(y.variance - wantedVariance[k]) <= case_.absolute + case_.relative * wantedVariance[k], "\(k)")
    }
  }

  /// What the rules expect is what a wide network measures.
  @Test(arguments: [
    "- linear: { out: 512, init: he_normal }\n  as: a\n- relu: {}\n  as: b",
    "- linear: { out: 512 }\n  as: a\n- tanh: {}\n  as: b",
    "- linear: { out: 512, init: lecun_normal }\n  as: a\n- gelu: {}\n  as: b",
    "- linear: { out: 512, init: lecun_normal }\n  as: a\n- alpha_dropout: { p: 0.3 }\n  as: b",
    "- linear: { out: 512, init: lecun_normal }\n  as: a\n- dropout: { p: 0.3 }\n  as: b",
    "- linear: { out: 512, init: lecun_normal }\n  as: a\n- cast: { scale: 2, shift: 1 }\n- rms_norm: {}\n  as: b",
    "- reshape: { shape: [1, 8, 8] }\n- conv2d: { out: 512, kernel: 3, padding: 1, init: lecun_normal }\n  as: a\n"
      + "- selu: {}\n- flatten: {}\n  as: b",
    "- linear: { out: 512, init: lecun_normal }\n  as: h\n- linear: { out: 512, init: he_normal }\n  as: a\n- add:\n"
      + "  from: [h, a]\n  as: b",
  ]) func rulesAgreeWithMeasurement(_ layers: String) throws {
    let text = Self.network(layers)
    let rules = try expected(text)
    let report = Run("compile", "-", "--report", input: text).output.split(separator: "\n")
    for name in ["a", "b"] {
      let wanted = try #require(rules[name])
      let line = try #require(report.last { $0.split(separator: " ").first == Substring(name) && $0.contains("mean") })
      let words = line.split(separator: " ").map(String.init)
      let mean = try #require(words.firstIndex(of: "mean").flatMap { Double(words[$0 + 1]) })
      let variance = try #require(words.firstIndex(of: "variance").flatMap { Double(words[$0 + 1]) })
      // 64 samples of 64 features; the length of a sample alone varies by 18 %.
      #expect(abs(mean - wanted.mean) < 0.06, "\(name): \(line)")
      #expect(abs(variance - wanted.variance) < 0.12 * wanted.variance, "\(name): \(line)")
    }
  }

  /// α and λ of a fixed point are solved for while compiling: the slope at 1 and the lower limit show them.
  @Test func constantsOfAFixedPoint() throws {
    let case_ = try OptimizerCase(
      try SafetensorsFile(OptimizerOracleTests.folder("snn") + "/fixed_point_constants.safetensors"))
    let (mean, variance) = (try case_.oracle.tensor("in.mean").doubles(), try case_.oracle.tensor("in.var").doubles())
    let nodes = mean.indices.map {
      "  - selu: { mean: \(mean[$0]), variance: \(variance[$0]) }\n    from: x\n    as: y\($0)\n"
    }
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    try work.write(
      "net.yaml",
      text: "geoc: 1\nmodel: net\ndtype: f64\ninputs: { x: \"R[2]\" }\ngraph:\n\(nodes.joined())outputs: ["
        + mean.indices.map { "y\($0)" }.joined(separator: ", ") + "]\n")
    try TensorArchive.write(work.path("x.safetensors"), [("x", try Tensor([1, -60], shape: [1, 2]))])
    let ended = try work.run(
      "run", "net.yaml", "--task", "predict", "--input", "x=x.safetensors", "--output", "out.safetensors")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try SafetensorsFile(work.path("out.safetensors"))
    let values = try mean.indices.map { try found.tensor("y\($0)").doubles() }
    try case_.compare(try Tensor(values.map { $0[0] }), "out.scale")
    try case_.compare(try Tensor(values.map { -$0[1] / $0[0] }), "out.alpha")
  }

  /// Mean and variance of every layer of sixteen, through `geoc run`.
  @Test func sixteenLayers() throws {
    let case_ = try OptimizerCase(try SafetensorsFile(OptimizerOracleTests.folder("snn") + "/mlp16.safetensors"))
    let (x, weights) = (try case_.oracle.tensor("in.x"), try case_.oracle.tensor("param.weights"))
    let (depth, width) = (weights.shape[0], weights.shape[1])
    let work = try RunWorkspace(spec: "")
    defer { work.remove() }
    let nodes = (1...depth).map {
      "  - linear: { out: \(width), bias: false, init: lecun_normal }\n    as: w\($0)\n  - selu: {}\n    as: h\($0)\n"
    }
    try work.write(
      "net.yaml",
      text: "geoc: 1\nmodel: net\ndtype: f64\ninputs: { x: \"R[\(width)]\" }\ngraph:\n\(nodes.joined())outputs: ["
        + (1...depth).map { "h\($0)" }.joined(separator: ", ") + "]\n")
    try TensorArchive.write(work.path("x.safetensors"), [("x", x)])
    let all = weights.doubles()
    try TensorArchive.write(
      work.path("w.safetensors"),
      try (1...depth).map { k in
        let part = all[((k - 1) * width * width)..<(k * width * width)]
        return ("w\(k).weight", try Tensor(Array(part), shape: [width, width]))
      })
    let ended = try work.run(
      "run", "net.yaml", "--task", "predict", "--weights", "w.safetensors", "--input", "x=x.safetensors", "--output",
      "out.safetensors")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try SafetensorsFile(work.path("out.safetensors"))
    var moments: [Double] = []
    for k in 1...depth {
      let h = try found.tensor("h\(k)").doubles()
      let mean = h.reduce(0, +) / Double(h.count)
      moments += [mean, h.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(h.count)]
    }
    try case_.compare(try Tensor(moments), "out.layer_mean_var")
    try case_.compare(try found.tensor("h\(depth)"), "out.h")
  }
}
