import Foundation
import GeocIR
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import GeocOps

/// SELU, alpha dropout and the map of moments against their golden vectors, number by number.
@Suite struct SelfNormalizingTests {
  private func close(_ found: [Double], _ oracle: Oracle, _ name: String) throws {
    let wanted = try oracle.tensor(name).doubles()
    #expect(found.count == wanted.count, "\(name)")
    for (k, (x, y)) in zip(found, wanted).enumerated() {
      #expect(abs(x - y) <= oracle.absolute + oracle.relative * abs(y), "\(name)[\(k)]: \(x), expected \(y)")
    }
  }

  private func gradient(_ f: Function) throws -> Function {
    try Pipeline.compile(
      f, for: .gradient(mode: "train", ofLoss: false), optimizer: nil,
      options: PassOptions(registry: Catalogue.registry)
    ).function
  }

  @Test(arguments: [("selu", DType.f64), ("selu_f32", .f32)])
  func selu(_ file: String, _ dtype: DType) throws {
    let oracle = try Oracle("snn/\(file)")
    var m = LayerModel()
    m.builder.result("y", try m.layer("selu", [m.input("x", .real([]))]))
    let found = try Interpreter.run(
      try gradient(m.builder.function),
      inputs: ["x": try oracle.tensor("in.x"), "cotangent.y": try oracle.tensor("cot.y")],
      registry: Catalogue.registry, dtype: dtype)
    try close(try #require(found["y"]).doubles(), oracle, "out.y")
    try close(try #require(found["grad.x"]).doubles(), oracle, "grad.x")
  }

  @Test(arguments: ["fixedpoint", "p05", "p50"])
  func alphaDropout(_ file: String) throws {
    let oracle = try Oracle("snn/alpha_dropout_\(file)")
    let attributes = Attributes([
      "p": .real(oracle.real("p")), "mean": .real(oracle.real("mean")), "variance": .real(oracle.real("var", 1)),
    ])
    let width = try oracle.shape("in.x")[1]
    var b = Builder(name: "forward", stage: .layers, registry: Catalogue.registry)
    let x = b.parameter("x", .real([width], isBatched: true), .input)
    let kept = b.parameter("keep", .real([width], isBatched: true), .input)
    b.result("y", try AlphaDropoutOp.dropped(&b, x, kept: kept, attributes))
    let f = try gradient(b.function)
    func run(_ x: Tensor, _ kept: Tensor) throws -> [String: Tensor] {
      try Interpreter.run(
        f, inputs: ["x": x, "keep": kept, "cotangent.y": try oracle.tensor("cot.y")], registry: Catalogue.registry)
    }
    let found = try run(try oracle.tensor("in.x"), try oracle.tensor("in.keep"))
    try close(try #require(found["y"]).doubles(), oracle, "out.y")
    try close(try #require(found["grad.x"]).doubles(), oracle, "grad.x")
    // With nothing dropped the map is a x + b.
    let shape = try oracle.shape("in.x")
    func constant(_ value: Double) throws -> Tensor {
      try Tensor([Double](repeating: value, count: shape.reduce(1, *)), shape: shape)
    }
    let atZero = try #require(try run(try constant(0), try constant(1))["y"]).doubles()[0]
    let atOne = try #require(try run(try constant(1), try constant(1))["y"]).doubles()[0]
    try close([atZero], oracle, "out.b")
    try close([atOne - atZero], oracle, "out.a")
  }

  /// The op draws its own mask: a share of p is at the saturation value, mean and variance stay.
  @Test func alphaDropoutKeepsMoments() throws {
    var m = LayerModel()
    m.builder.result("y", try m.layer("alpha_dropout", [m.input("x", .real([1000]))], ["p": .real(0.2)]))
    let x = (0..<20_000).map { k in
      let u = (Double(k) + 0.5) / 20_000
      return sin(Double(k) * 12.9898) + 1.2247448713915889 * (2 * u - 1)
    }
    let found = try Interpreter.run(
      try gradient(m.builder.function),
      inputs: ["x": try Tensor(x, shape: [20, 1000]), "cotangent.y": try Tensor(x, shape: [20, 1000])],
      registry: Catalogue.registry)
    let y = try #require(found["y"]).doubles()
    // What is dropped has one value; what is kept has values of its own.
    let share = Double(try #require(Dictionary(grouping: y) { $0 }.values.map(\.count).max())) / 20_000
    let mean = y.reduce(0, +) / 20_000
    let variance = y.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
    #expect(abs(share - 0.2) < 0.01)
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.05)
  }

  @Test(arguments: ["mlp16", "mlp16_batch1"])
  func deepNetwork(_ file: String) throws {
    let oracle = try Oracle("snn/\(file)")
    let (depth, width) = (Int(oracle.real("depth")), Int(oracle.real("width")))
    let weights = try oracle.tensor("param.weights").doubles()
    var m = LayerModel()
    var x = m.input("x", .real([width]))
    var inputs = ["x": try oracle.tensor("in.x"), "cotangent.h\(depth)": try oracle.tensor("cot.h")]
    let rows = try oracle.shape("in.x")[0]
    for k in 1...depth {
      x = try m.layer("linear", [x], ["out": .int(width), "bias": .bool(false)], name: "linear_\(k)")
      x = try m.layer("selu", [x], name: "selu_\(k)")
      m.builder.result("h\(k)", x)
      let count = width * width
      inputs["linear_\(k).weight"] = try Tensor(
        Array(weights[((k - 1) * count)..<(k * count)]), shape: [width, width])
      if k < depth {
        inputs["cotangent.h\(k)"] = try Tensor([Double](repeating: 0, count: rows * width), shape: [rows, width])
      }
    }
    let found = try Interpreter.run(
      try gradient(m.builder.function), inputs: inputs, registry: Catalogue.registry)
    try close(try #require(found["h\(depth)"]).doubles(), oracle, "out.h")
    try close(try #require(found["grad.x"]).doubles(), oracle, "grad.x")
    var moments: [Double] = []
    for k in 1...depth {
      let h = try #require(found["h\(k)"]).doubles()
      let mean = h.reduce(0, +) / Double(h.count)
      moments += [mean, h.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(h.count)]
    }
    try close(moments, oracle, "out.layer_mean_var")
  }

  @Test func momentMap() throws {
    let oracle = try Oracle("snn/moment_map")
    func column(_ name: String) throws -> [Double] { try oracle.tensor("in.\(name)").doubles() }
    let (mean, variance) = (try column("mean"), try column("var"))
    let (omega, tau) = (try column("omega"), try column("tau"))
    let found = mean.indices.map {
      SELUConstants.standard.moments(mean: mean[$0] * omega[$0], variance: variance[$0] * tau[$0])
    }
    try close(found.map(\.mean), oracle, "out.mean")
    try close(found.map(\.variance), oracle, "out.var")
    let start = try column("iter_start")
    var point = (mean: start[0], variance: start[1])
    var iterates: [Double] = []
    for _ in 0..<30 {
      point = SELUConstants.standard.moments(
        mean: point.mean * oracle.real("omega_iter"), variance: point.variance * oracle.real("tau_iter"))
      iterates += [point.mean, point.variance]
    }
    try close(iterates, oracle, "out.iterates")
  }

  @Test func fixedPointConstants() throws {
    let oracle = try Oracle("snn/fixed_point_constants")
    let variance = try oracle.tensor("in.var").doubles()
    let found = try zip(try oracle.tensor("in.mean").doubles(), variance).map {
      try #require(SELUConstants(mean: $0, variance: $1), "no constants for \($0), \($1)")
    }
    try close(found.map(\.alpha), oracle, "out.alpha")
    try close(found.map(\.scale), oracle, "out.scale")
  }

  @Test func unreachableFixedPointsAreRefused() throws {
    #expect(
      try TypeRules.problem("selu", ["R[3]"], ["mean": .real(5), "variance": .real(0.1)])
        == "selu has no constants with a fixed point at mean 5.0 and variance 0.1")
  }
}
