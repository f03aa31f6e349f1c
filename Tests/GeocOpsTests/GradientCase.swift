import GeocIR
import GeocOps
import GeocPasses
import Testing

/// A function of arrays whose gradient can be compared with finite differences.
struct GradientCase: CustomTestStringConvertible, Sendable {
  var name: String
  /// Types of the arguments, as text; `Lower(n)` is a lower triangular matrix with a large diagonal.
  var arguments: [String]
  var build: @Sendable (inout Builder, [Value]) throws -> Value

  init(_ name: String, _ arguments: [String], _ build: @escaping @Sendable (inout Builder, [Value]) throws -> Value) {
    self.name = name
    self.arguments = arguments
    self.build = build
  }

  var testDescription: String { name }

  /// Parameters of the function: name and type.
  func parameters() throws -> [(name: String, type: GeoType)] {
    try arguments.enumerated().map { k, text in
      guard text.contains("Lower") else { return ("x\(k)", try TypeRules.type(text)) }
      let square = try TypeRules.type(text.replacing("Lower", with: "Sym"))
      return ("lower\(k)", .real(Catalogue.registry.spaces.shape(square), isBatched: square.isBatched))
    }
  }

  /// Value `y` and gradients `grad.<name>` of ⟨cotangent.y, y⟩.
  func function(usesManualBackward: Bool = true) throws -> Function {
    var b = Builder(name: "forward", stage: .layers, registry: Catalogue.registry)
    let values = try parameters().map { b.parameter($0.name, $0.type, $0.type.isBatched ? .input : .param) }
    b.result("y", try build(&b, values))
    let options = PassOptions(registry: Catalogue.registry, usesManualBackward: usesManualBackward)
    return try Pipeline.compile(
      b.function, for: .gradient(mode: "train", ofLoss: false), optimizer: nil, options: options
    ).function
  }

  private static func op(_ name: String, _ attributes: [String: Attribute] = [:])
    -> @Sendable (inout Builder, [Value]) throws -> Value
  {
    { b, x in
      var all = Attributes(attributes)
      for p in Catalogue.registry[name]?.signature.parameters ?? [] where all[p.name] == nil {
        all[p.name] = p.defaultValue
      }
      return try b.node(name, x, all)[0]
    }
  }

  /// Every differentiable core op, and layers without golden vectors.
  static let all: [GradientCase] =
    [
      GradientCase("map", ["[B] R[2, 3]", "R[3]", "[B] R[2, 1]"]) { b, x in try b.map("x0 * exp(x1) + x2 * x2 * x0", x)
      },
      GradientCase("map of few", ["[B] R[2, 3]", "R[3]"]) { b, x in try b.map("x0 + 2 * x1", x) },
      GradientCase("broadcast", ["[B] R[1, 3]"], op("broadcast", ["shape": .ints([2, 4, 3])])),
      GradientCase("spread", ["R[3]", "[B] R[2, 3]"], op("spread")),
      GradientCase("sum", ["[B] R[2, 3, 4]"], op("reduce", ["kind": .name("sum"), "axes": .ints([0, 1])])),
      GradientCase("max", ["[B] R[2, 5]"], op("reduce", ["kind": .name("max"), "axes": .ints([1])])),
      GradientCase("min", ["R[2, 5]"], op("reduce", ["kind": .name("min"), "axes": .ints([1]), "keep": .bool(true)])),
      GradientCase("batch mean", ["[B] R[3, 2]"]) { b, x in try b.batchMean(try b.mul(x[0], x[0]), leading: 1) },
      GradientCase("reshape", ["[B] R[2, 6]"], op("reshape", ["shape": .ints([3, 4])])),
      GradientCase("permute", ["[B] R[2, 3, 4]"], op("permute", ["order": .ints([2, 0, 1])])),
      GradientCase("slice", ["[B] R[5, 2]"], op("slice", ["axis": .int(0), "start": .int(1), "count": .int(3)])),
      GradientCase("pad", ["[B] R[2, 3]"], op("pad", ["axis": .int(1), "before": .int(1), "after": .int(2)])),
      GradientCase("concat", ["[B] R[2, 3]", "R[4, 3]"], op("concat", ["axis": .int(0)])),
      GradientCase("transpose", ["[B] R[2, 3, 4]"], op("transpose")),
      GradientCase("diagonal", ["[B] R[2, 3, 3]"], op("diagonal")),
      GradientCase("diagonal_matrix", ["[B] R[2, 3]"], op("diagonal_matrix")),
      GradientCase("vech", ["[B] Sym(4)[2]"], op("vech")), GradientCase("unvech", ["[B] R[2, 10]"], op("unvech")),
      GradientCase("matmul", ["[B] R[2, 1, 3, 4]", "R[5, 4, 2]"], op("matmul")),
      GradientCase("matmul ta", ["[B] R[4, 3]", "R[4, 2]"], op("matmul", ["ta": .bool(true)])),
      GradientCase("matmul tb", ["R[3, 4]", "[B] R[2, 4]"], op("matmul", ["tb": .bool(true)])),
      GradientCase(
        "matmul ta tb", ["[B] R[4, 3]", "[B] R[2, 4]"], op("matmul", ["ta": .bool(true), "tb": .bool(true)])),
      GradientCase("congruence", ["R[2, 1, 5, 3]", "[B] Sym(5)[4]"], op("congruence")),
      GradientCase("congruence transposed", ["[B] R[5, 3]", "Sym(3)"], op("congruence", ["transpose": .bool(true)])),
      GradientCase("syrk", ["[B] R[2, 3, 6]"], op("syrk", ["alpha": .real(0.7)])),
      GradientCase("scatter_matrix", ["[B] R[2, 3, 6]"], op("scatter_matrix", ["alpha": .real(0.7)])),
      GradientCase("sym", ["[B] R[3, 3]"], op("sym")),
      GradientCase("eigvals", ["[B] SPD(4)[2]"]) { b, x in
        // A symmetric function of the eigenvalues, whose order is not fixed.
        try b.sumLast(try b.map("x0 * log(x0)", [try b.eigvals(x[0])]), 1)
      },
      GradientCase("cholesky", ["[B] SPD(4)[2]"], op("cholesky")),
      GradientCase("trsolve", ["[B] Lower(4)", "[B] R[4, 2]"], op("trsolve")),
      GradientCase("trsolve transposed", ["Lower(4)", "[B] R[3, 4, 2]"], op("trsolve", ["transpose": .bool(true)])),
      GradientCase("trsolve right", ["[B] Lower(4)", "R[2, 4]"], op("trsolve", ["side": .name("right")])),
      GradientCase(
        "trsolve right transposed", ["[B] Lower(4)[2]", "[B] R[2, 3, 4]"],
        op("trsolve", ["side": .name("right"), "transpose": .bool(true)])),
      GradientCase("qr", ["R[2, 5, 3]"], op("qr")), GradientCase("svd_polar", ["R[2, 5, 3]"], op("svd_polar")),
      GradientCase("svd_polar wide", ["R[2, 4]"], op("svd_polar")),
      GradientCase("svd_polar square", ["R[3, 3]"], op("svd_polar")),
      GradientCase("solve", ["R[3, 3]", "R[3, 2]"], op("solve")), GradientCase("expm", ["R[2, 3, 3]"], op("expm")),
      GradientCase("det", ["R[2, 3, 3]"], op("det")), GradientCase("power_by", ["[B] SPD(3)[2]", "R"], op("power_by")),
      GradientCase("guarded_abs", ["[B] Sym(4)[2]"], op("guarded_abs")),
      GradientCase("guarded_max", ["[B] SPD(4)[2]"], op("guarded_max", ["eps": .real(1.2)])),
      GradientCase("pair_map", ["SPD(4)", "[B] Sym(4)[2]"], op("pair_map", ["c": .real(0.5), "p": .real(-0.5)])),
      GradientCase("pair_map root", ["[B] SPD(4)", "Sym(4)"], op("pair_map", ["c": .real(2), "p": .real(0.5)])),
      GradientCase("pair_exp", ["SPD(4)", "[B] Sym(4)[2]"], op("pair_exp", ["c": .real(2), "p": .real(-0.5)])),
      GradientCase("pair_exp batch", ["[B] SPD(4)", "[B] Sym(4)"], op("pair_exp", ["c": .real(1), "p": .real(-1)])),
      GradientCase("pair_map inverse", ["[B] SPD(4)", "[B] Sym(4)"], op("pair_map", ["c": .real(1), "p": .real(-1)])),
      GradientCase(
        "spectral_grad log", ["[B] SPD(4)[2]", "[B] Sym(4)[2]"],
        op("spectral_grad", ["f": .spectral(SpectralFunction([.log]))])),
      GradientCase(
        "spectral_grad power", ["[B] SPD(4)", "[B] Sym(4)"],
        op("spectral_grad", ["f": .spectral(SpectralFunction([.pow(-0.7), .affine(scale: 2, shift: 1), .exp]))])),
      GradientCase("abseig", ["[B] Sym(4)[2]"], op("abseig")),
      GradientCase("softmax", ["[B] R[2, 4]"], op("softmax")),
      GradientCase("log_softmax", ["[B] R[2, 4]"], op("log_softmax")),
      GradientCase("solve_spd", ["R[3, 3]", "R[3, 2]"]) { b, x in
        try b.solveSPD(try b.add(try b.syrk(x[0]), try b.identity(3)), x[1])
      },
      GradientCase("cross_entropy", ["[B] R[4]"]) { b, x in
        let label = try b.one("as_type", [try b.fill([], 2)], ["type": .type(GeoType(Space("Label", [4])))])
        return try b.one("cross_entropy", [x[0], label])
      },
      GradientCase("cross_entropy of rows", ["[B] R[3, 4]"]) { b, x in
        let ramp = try b.one("ramp", [], ["count": .int(3)])
        let labels = try b.one("as_type", [ramp], ["type": .type(GeoType(Space("Label", [4]), field: [3]))])
        return try b.one("cross_entropy", [x[0], labels])
      },
      GradientCase("oas", ["[B] R[2, 3, 12]"], op("covariance", ["estimator": .name("oas"), "eps": .real(0.1)])),
      GradientCase("ledoit_wolf", ["[B] R[3, 12]"], op("covariance", ["estimator": .name("ledoit_wolf")])),
      GradientCase("shrinkage", ["[B] R[3, 12]"], op("covariance", ["estimator": .name("shrinkage")])),
    ]
    + ["airm", "log_euclidean", "log_cholesky", "bures_wasserstein"].flatMap { metric in
      [
        GradientCase(
          "spd_expmap \(metric)", ["[B] SPD(3)[2]", "[B] Sym(3)[2]"], op("spd_expmap", ["metric": .name(metric)])),
        GradientCase("spd_logmap \(metric)", ["SPD(3)", "[B] SPD(3)"], op("spd_logmap", ["metric": .name(metric)])),
        GradientCase(
          "spd_geodesic \(metric)", ["[B] SPD(3)", "SPD(3)"],
          op("spd_geodesic", ["metric": .name(metric), "t": .real(0.3)])),
        GradientCase(
          "spd_distance \(metric)", ["[B] SPD(3)[2]", "[B] SPD(3)[2]"], op("spd_distance", ["metric": .name(metric)])),
        GradientCase(
          "frechet_mean \(metric)", ["[B] SPD(3)[2]"],
          op("frechet_mean", ["metric": .name(metric), "iterations": .int(2)])),
        GradientCase(
          "spd_transport \(metric)", ["SPD(3)", "[B] SPD(3)", "[B] Sym(3)"],
          op("spd_transport", ["metric": .name(metric)])),
      ]
    }
}
