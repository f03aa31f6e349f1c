import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import GeocTensorFiles
import Testing

/// A chain of spectral layers, what fusion must leave of it, and matrices to try it on.
struct FusionRule: Sendable, CustomTestStringConvertible {
  /// Type of the input.
  var type: String
  /// Layers in IR text.
  var layers: [String]
  /// Functions of the `spectral` nodes that are left.
  var left: [String]
  /// Eigenvalues to try.
  var eigenvalues: [Double]

  var testDescription: String { "\(type) \(layers.joined(separator: " "))" }
}

@Suite struct FusionRuleTests {
  static let positive = [0.2, 0.7, 1.5, 4]
  static let signed = [-2, -0.3, 0.4, 3]
  static let rules: [FusionRule] = [
    // Inverse pairs: exp∘log needs positive eigenvalues, log∘exp holds for all.
    FusionRule(type: "SPD(4)", layers: ["logeig", "expeig"], left: [], eigenvalues: positive),
    FusionRule(type: "Sym(4)", layers: ["expeig", "logeig"], left: [], eigenvalues: signed),
    FusionRule(
      type: "SPD(4)", layers: ["logeig", "expeig", "logeig"], left: ["log"], eigenvalues: positive),
    // √(x²): x where eigenvalues are positive, |x| where they are not.
    FusionRule(type: "SPD(4)", layers: ["power 2", "sqrteig"], left: [], eigenvalues: positive),
    FusionRule(type: "Sym(4)", layers: ["raw pow(2)", "raw pow(0.5)"], left: ["abs"], eigenvalues: signed),
    FusionRule(
      type: "Sym(4)", layers: ["raw pow(2)", "raw pow(2)"], left: ["pow(2.0) |> pow(2.0)"], eigenvalues: signed),
    // Power laws.
    FusionRule(type: "SPD(4)", layers: ["power 0.5", "power 3"], left: ["pow(1.5)"], eigenvalues: positive),
    FusionRule(type: "SPD(4)", layers: ["sqrteig", "invsqrteig"], left: ["pow(-0.25)"], eigenvalues: positive),
    FusionRule(type: "SPD(4)", layers: ["power 1"], left: [], eigenvalues: positive),
    FusionRule(type: "SPD(4)", layers: ["power -1", "power -1"], left: [], eigenvalues: positive),
    FusionRule(
      type: "SPD(4)", layers: ["power 0.5", "logeig"], left: ["log |> affine(0.5, 0.0)"], eigenvalues: positive),
    FusionRule(type: "Sym(4)", layers: ["abseig", "abseig"], left: ["abs"], eigenvalues: signed),
    FusionRule(type: "SPD(4)", layers: ["abseig"], left: [], eigenvalues: positive),
    // ReEig below, at and above the bound of the type.
    FusionRule(type: "SPD(4, min=0.1)", layers: ["reeig 0.05"], left: [], eigenvalues: positive),
    FusionRule(type: "SPD(4, min=0.1)", layers: ["reeig 0.1"], left: [], eigenvalues: positive),
    FusionRule(type: "SPD(4, min=0.1)", layers: ["reeig 0.5"], left: ["max(0.5)"], eigenvalues: positive),
    FusionRule(type: "SPD(4)", layers: ["reeig 0.5"], left: ["max(0.5)"], eigenvalues: positive),
    FusionRule(type: "Sym(4)", layers: ["reeig 0.5"], left: ["max(0.5)"], eigenvalues: signed),
    FusionRule(type: "Sym(4)", layers: ["reeig 0.5", "reeig 0.3"], left: ["max(0.5)"], eigenvalues: signed),
    FusionRule(type: "Sym(4)", layers: ["reeig 0.3", "reeig 0.5"], left: ["max(0.5)"], eigenvalues: signed),
    FusionRule(
      type: "Sym(4)", layers: ["reeig 0.3", "sqrteig", "logeig"], left: ["max(0.3) |> log |> affine(0.5, 0.0)"],
      eigenvalues: signed),
    // A clamp after a power stays where it is: its bound is not that of the matrix in front.
    FusionRule(
      type: "SPD(4)", layers: ["sqrteig", "reeig 0.8"], left: ["pow(0.5) |> max(0.8)"], eigenvalues: positive),
  ]

  private static func function(_ rule: FusionRule) throws -> Function {
    let registry = Catalogue.registry
    var b = Builder(name: "forward", stage: .layers, registry: registry)
    let type = try TypeReader(spaces: registry.spaces).type(rule.type)
    var value = b.parameter("x", type.batched(), .input)
    for layer in rule.layers {
      let words = layer.split(separator: " ").map(String.init)
      switch (words[0], words.dropFirst().first) {
      case ("raw", let f?): value = try b.spectral(try SpectralFunction.parse(f), value)
      case ("power", let theta?): value = try b.one("power", [value], ["theta": .real(try #require(Double(theta)))])
      case ("reeig", let eps?): value = try b.one("reeig", [value], ["eps": .real(try #require(Double(eps)))])
      default: value = try b.one(words[0], [value])
      }
    }
    b.result("y", value)
    return b.function
  }

  @Test(arguments: rules)
  func leavesWhatItMust(rule: FusionRule) throws {
    var report = PassReport()
    let fused = try FuseMaps.run(try Self.function(rule), PassOptions(registry: Catalogue.registry), &report)
    let maps = fused.nodes.filter { $0.op == "spectral" }.compactMap { $0.attributes.spectral("f")?.description }
    #expect(maps == rule.left)
    #expect(fused.nodes.allSatisfy { $0.op == "spectral" || $0.op == "as_type" })
    #expect(
      fused.result("y").map(fused.type) == (try Self.function(rule)).result("y").map((try Self.function(rule)).type))
  }

  @Test(arguments: rules)
  func keepsValuesAndGradients(rule: FusionRule) throws {
    let f = try Self.function(rule)
    var random = RandomPoints(seed: 3)
    let frames = try random.tensor(GeoType(Space("Stiefel", [4, 4]), isBatched: true), batch: 3).doubles()
    let values = (0..<48).map { k -> Double in
      let (item, i, j) = (k / 16 * 16, k % 16 / 4, k % 4)
      return (0..<4).reduce(0) { $0 + frames[item + 4 * i + $1] * rule.eigenvalues[$1] * frames[item + 4 * j + $1] }
    }
    let x = try Tensor(values, shape: [3, 4, 4])
    let cotangent = try random.tensor(GeoType(Space("Sym", [4]), isBatched: true), batch: 3)
    func run(_ disabled: Set<String>) throws -> [String: Tensor] {
      let outcome = try Pipeline.compile(
        f, for: .gradient(mode: "eval", ofLoss: false), optimizer: nil,
        options: PassOptions(registry: Catalogue.registry, disabled: disabled))
      return try Interpreter.run(
        outcome.function, inputs: ["x": x, "cotangent.y": cotangent], registry: Catalogue.registry)
    }
    let differences = Results.differences(
      try run([]), try run([FuseMaps.name, GuardClamps.name]), tolerance: 1e-11)
    #expect(differences == [])
  }
}
