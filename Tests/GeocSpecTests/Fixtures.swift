import GeocDiagnostics
import GeocIR

@testable import GeocSpec

/// A small registry whose ops have signatures only: what elaboration depends on, and nothing that changes with the
/// catalogue of real ops.
enum Fixture {
  static let registry = OpRegistry(
    ops: [
      Cast.self, Covariance.self, BiMap.self, ReEig.self, LogEig.self, ExpEig.self, Vech.self, BatchNorm.self,
      Linear.self,
      Relu.self, Softmax.self, Add.self, Dropout.self, Parameter.self, Split.self, ExpMap0.self, LogMap0.self,
      BallLayer.self,
      CrossEntropy.self, SquaredError.self, BatchSum.self, BatchSize.self, MapCore.self,
    ],
    spaces: [
      Real.self, Label.self, PositiveDefinite.self, Symmetric.self, Frames.self, Ball.self,
    ],
    optimizers: [Descent.self], initializers: [], rewrites: [Project.self])

  static func doc(_ summary: String, effect: String = "") -> OpDoc {
    OpDoc(family: "test", summary: summary, effect: effect)
  }

  // MARK: Rewrites

  enum Project: ModelRewrite {
    static let name = "normalize_and_project"
    static let doc = Fixture.doc("Asks for a projection.")
    static let signature: Signature =
      "() {norm: layer|rms = layer, project_every: int = 1 in 0..., decay_rate: real = 0.01, norm_eps: real = 0} ->"
    static func run(_ model: inout RewrittenModel, _ attributes: Attributes, _ registry: OpRegistry) throws {
      model.projections.append(
        Projection(rewrite: name, weights: [], every: attributes.int("project_every", 1)))
    }
  }

  // MARK: Ops

  enum Cast: Op {
    static let name = "cast"
    static let doc = Fixture.doc("Affine map.")
    static let signature: Signature = "(x: R[*]) {scale: real = 1, shift: real = 0} -> R[*]"
  }
  enum Covariance: Op {
    static let name = "covariance"
    static let doc = OpDoc(
      family: "test", summary: "Covariance of the rows.", parameters: ["estimator": "how it is estimated"])
    static let signature: Signature = """
      (x: R[n, t]) {estimator: scm|cov|oas = cov, eps: real = 0 in 0...} -> SPD(n)
      """
  }
  enum BiMap: Op {
    static let name = "bimap"
    static let doc = Fixture.doc("Congruence.")
    static let signature: Signature = """
      (x: SPD(n); weight weight: Stiefel(n, out) = orthogonal) {out: int in 1...} -> SPD(out) where out <= n
      """
  }
  enum ReEig: Op {
    static let name = "reeig"
    static let doc = Fixture.doc("Rectified eigenvalues.")
    static let signature: Signature = "(x: SPD(n)) {eps: real = 1e-5 in (0...} -> SPD(n)"
  }
  enum LogEig: Op {
    static let name = "logeig"
    static let doc = Fixture.doc("Logarithm.", effect: "the logarithm leaves the manifold")
    static let signature: Signature = "(x: SPD(n)) -> Sym(n)"
    static let traits: OpTraits = [.converter]
  }
  enum ExpEig: Op {
    static let name = "expeig"
    static let doc = Fixture.doc("Exponential.")
    static let signature: Signature = "(x: Sym(n)) -> SPD(n)"
    static let traits: OpTraits = [.converter]
    // SPD is a subset of Sym; an exponential of a matrix that is positive already is no conversion.
    static func infer(_ call: TypeCall) throws -> [GeoType] {
      guard call.inputs.first?.space.name == "Sym" else {
        throw TypeProblem(.mismatch, "expeig expects Sym(n)", operand: 0, expected: signature.inputs[0].pattern)
      }
      return try call.inferred(signature).results
    }
  }
  enum Vech: Op {
    static let name = "vech"
    static let doc = Fixture.doc("Upper triangle.")
    static let signature: Signature = "(x: Sym(n)) -> R[n*(n+1)/2]"
    static let traits: OpTraits = [.converter]
  }
  enum BatchNorm: Op {
    static let name = "bwbn"
    static let doc = Fixture.doc("Batch normalisation.")
    static let signature: Signature = """
      (x: SPD(n); weight bias: SPD(n) = identity, scale: R = constant(theta) if learn_scale; \
      state running_mean: SPD(n) = identity, running_var: R = ones) \
      {theta: real = 1, learn_scale: bool = true, metric: identity|learn = identity} -> SPD(n)
      """
    static let traits: OpTraits = [.mode, .seesBatch]
  }
  enum Linear: Op {
    static let name = "linear"
    static let doc = Fixture.doc("Affine map.")
    static let signature: Signature = """
      (x: R[n]; weight weight: R[out, n] = uniform_fan_in, bias: R[out] = uniform_fan_in(n) if bias) \
      {out: int in 1..., bias: bool = true} -> R[out]
      """
  }
  enum Relu: Op {
    static let name = "relu"
    static let doc = Fixture.doc("max(0, x).")
    static let signature: Signature = "(x: R[*]) -> R[*]"
    static let traits: OpTraits = [.elementwise]
  }
  enum Softmax: Op {
    static let name = "softmax"
    static let doc = Fixture.doc("Softmax.")
    static let signature: Signature = "(x: R[k]) -> R[k]"
  }
  enum Add: Op {
    static let name = "add"
    static let doc = Fixture.doc("Sum.")
    static let signature: Signature = "(x: R[*], y: R[*]) -> R[*]"
  }
  enum Dropout: Op {
    static let name = "dropout"
    static let doc = Fixture.doc("Random zeros.")
    static let signature: Signature = "(x: R[*]) {p: real = 0.5 in 0...1), stream: int = 0} -> R[*]"
    static let traits: OpTraits = [.mode, .random]
  }
  enum Parameter: Op {
    static let name = "parameter"
    static let doc = Fixture.doc("A learned value.")
    static let signature: Signature =
      "(; weight weight: R[*] = random_point) {type: type, init: text = \"random_point\"} -> R[*]"
    static func infer(_ call: TypeCall) throws -> [GeoType] { call.attributes.type("type").map { [$0] } ?? [] }
    static func weights(_ call: TypeCall) throws -> [TypedOperand] {
      try infer(call).map {
        TypedOperand(name: "weight", role: .weight, initial: call.attributes.name("init"), type: $0)
      }
    }
  }
  enum Split: Op {
    static let name = "halves"
    static let doc = Fixture.doc("Two halves.")
    static let signature: Signature = "(x: R[n]) -> (first: R[n/2], second: R[n/2])"
  }
  enum ExpMap0: Op {
    static let name = "expmap0"
    static let doc = Fixture.doc("Into the ball.")
    static let signature: Signature =
      "(x: R[n]; weight c: R = constant(c) if learn_c) {c: real = 1 in (0..., learn_c: bool = false} -> Ball(n, c=c)"
  }
  enum LogMap0: Op {
    static let name = "logmap0"
    static let doc = Fixture.doc("Out of the ball.")
    static let signature: Signature = "(x: Ball(n, c=c)) -> R[n]"
    static let traits: OpTraits = [.converter]
  }
  enum BallLayer: Op {
    static let name = "unit_ball_layer"
    static let doc = Fixture.doc("A layer at curvature 1.")
    static let signature: Signature = "(x: Ball(n, c=1)) -> Ball(n, c=1)"
  }
  enum CrossEntropy: Op {
    static let name = "cross_entropy"
    static let doc = Fixture.doc("Cross-entropy.")
    static let signature: Signature = "(logits: R[k], target: Label(k)) -> R"
    static let traits: OpTraits = [.loss]
  }
  enum SquaredError: Op {
    static let name = "mse"
    static let doc = Fixture.doc("Squared error.")
    static let signature: Signature = "(prediction: R[*], target: R[*]) -> R"
    static let traits: OpTraits = [.loss]
  }
  enum BatchSum: Op {
    static let name = "batch_sum"
    static let doc = Fixture.doc("Sum over the batch.")
    static let signature: Signature = "(x: R[*]) -> R[*]"
    static let isPublic = false
    static func infer(_ call: TypeCall) throws -> [GeoType] { [call.inputs[0].batched(false)] }
  }
  enum BatchSize: Op {
    static let name = "batch_size"
    static let doc = Fixture.doc("Size of the batch.")
    static let signature: Signature = "() -> R"
    static let isPublic = false
  }
  enum MapCore: Op {
    static let name = "map"
    static let doc = Fixture.doc("Elementwise.")
    static let signature: Signature = "(x...: R[*]) {expr: text} -> R[*]"
    static let isPublic = false
  }

  // MARK: Spaces and optimizer

  enum Real: SpaceDeclaration {
    static let name = "R"
    static let summary = "Real numbers."
    static let sizeNames: [String] = []
    static func coreShape(_ space: Space) -> [Int] { [] }
  }
  enum Label: SpaceDeclaration {
    static let name = "Label"
    static let summary = "Class index."
    static let sizeNames = ["K"]
    static let isIndex = true
    static func coreShape(_ space: Space) -> [Int] { [] }
  }
  enum PositiveDefinite: SpaceDeclaration {
    static let name = "SPD"
    static let summary = "Positive definite matrices."
    static let sizeNames = ["n"]
    static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
    static func superset(_ space: Space) -> Space? { Space("Sym", space.sizes) }
  }
  enum Symmetric: SpaceDeclaration {
    static let name = "Sym"
    static let summary = "Symmetric matrices."
    static let sizeNames = ["n"]
    static func coreShape(_ space: Space) -> [Int] { [space.sizes[0], space.sizes[0]] }
  }
  enum Frames: SpaceDeclaration {
    static let name = "Stiefel"
    static let summary = "Orthonormal frames."
    static let sizeNames = ["n", "p"]
    static let isCompact = true
    static func coreShape(_ space: Space) -> [Int] { space.sizes }
    static func problem(_ space: Space) -> String? {
      space.sizes[1] > space.sizes[0] ? "Stiefel(n, p) needs p <= n" : nil
    }
  }
  enum Ball: SpaceDeclaration {
    static let name = "Ball"
    static let summary = "Poincaré ball."
    static let sizeNames = ["n"]
    static let argumentNames = ["c"]
    static func coreShape(_ space: Space) -> [Int] { space.sizes }
  }
  enum Descent: OptimizerRule {
    static let name = "sgd"
    static let doc = Fixture.doc("Gradient descent.")
    static let signature: Signature =
      "() {lr: real in (0..., momentum: real = 0 in 0...1), weight_decay: real = 0 in 0...} ->"
    static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [Slot] { [] }
    static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
      (u.parameter, [])
    }
  }

  // MARK: Compiling

  /// The model of a text, and what was said about it.
  static func compile(
    _ text: String, overrides: [String] = [], path: String = "spec.yaml", registry: OpRegistry = Fixture.registry
  ) throws -> (model: Model?, messages: String, codes: [String]) {
    var sink = DiagnosticSink()
    let model = try SpecCompiler.model(
      text: text, path: path, registry: registry, overrides: overrides, sink: &sink)
    let all = sink.diagnostics
    return (model, HumanRenderer().render(all), all.map(\.code.id))
  }

  /// A spec with a header, one input `x: R[8]` and what is given.
  static func spec(_ rest: String, inputs: String = "{ x: \"R[8]\" }") -> String {
    "geoc: 1\nmodel: m\ninputs: \(inputs)\n\(rest)\n"
  }
}
