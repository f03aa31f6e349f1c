import GeocDiagnostics
import GeocIR
import GeocYAML
import Testing

@testable import GeocSpec

/// Names, blocks, defaults: what the IR of a spec looks like.
struct ElaborationTests {
  static let emg = """
    geoc: 1
    model: emg-spd-bwbn
    dtype: f64
    inputs:
      series: R[8, 200]
      gesture: Label(5)
    graph:
      - cast: { scale: 0.0078125, shift: -1.0 }
      - covariance: { estimator: scm, eps: 1.0e-4 }
      - bimap: { out: 6 }
      - reeig: { eps: 1.0e-4 }
      - bwbn: { theta: 0.5 }
      - logeig
      - vech
      - linear: { out: 5 }
        as: logits
    loss:
      cross_entropy: { logits: logits, target: gesture }
    metrics: [accuracy]
    """

  func model(_ text: String, overrides: [String] = []) throws -> Model {
    let result = try Fixture.compile(text, overrides: overrides)
    #expect(result.messages == "")
    return try #require(result.model)
  }

  func forward(_ text: String) throws -> Function { try #require(try model(text).module["forward"]) }

  @Test func firstModel() throws {
    let model = try model(Self.emg)
    let f = try #require(model.module["forward"])
    #expect(
      IRPrinter.print(model.module) == """
        geoc.ir 1  model emg-spd-bwbn  dtype f64

        func @forward layers (
            %series: input [B] R[8, 200],
            %gesture: input [B] Label(5),
            %bimap_1.weight: param Stiefel(8, 6) = "orthogonal",
            %bwbn_1.bias: param SPD(6) = "identity",
            %bwbn_1.scale: param R = "constant(0.5)",
            %logits.weight: param R[5, 21] = "uniform_fan_in",
            %logits.bias: param R[5] = "uniform_fan_in(21)",
            %bwbn_1.running_mean: state SPD(6) = "identity",
            %bwbn_1.running_var: state R = "ones") -> (
            "logits": %logits,
            "loss": %22,
            "state.bwbn_1.running_mean": %14,
            "state.bwbn_1.running_var": %15) {
          %cast_1 = cast(%series) {scale = 0.0078125, shift = -1.0} : [B] R[8, 200]  !8:5 at "cast_1"
          %covariance_1 = covariance(%cast_1) {eps = 0.0001, estimator = scm} : [B] SPD(8)  !9:5 at "covariance_1"
          %bimap_1 = bimap(%covariance_1, %bimap_1.weight) {out = 6} : [B] SPD(6)  !10:5 at "bimap_1"
          %reeig_1 = reeig(%bimap_1) {eps = 0.0001} : [B] SPD(6)  !11:5 at "reeig_1"
          %bwbn_1, %14, %15 = bwbn(%reeig_1, %bwbn_1.bias, %bwbn_1.scale, %bwbn_1.running_mean, %bwbn_1.running_var) \
        {learn_scale = true, metric = identity, theta = 0.5} : [B] SPD(6), SPD(6), R  !12:5 at "bwbn_1"
          %logeig_1 = logeig(%bwbn_1) : [B] Sym(6)  !13:5 at "logeig_1"
          %vech_1 = vech(%logeig_1) : [B] R[21]  !14:5 at "vech_1"
          %logits = linear(%vech_1, %logits.weight, %logits.bias) {bias = true, out = 5} : [B] R[5]  !15:5 at "logits"
          %cross_entropy_1 = cross_entropy(%logits, %gesture) : [B] R  !18:3 at "cross_entropy_1"
          %20 = batch_sum(%cross_entropy_1) : R  !18:3 at "loss"
          %21 = batch_size() : R  !18:3 at "loss"
          %22 = map(%20, %21) {expr = expr<x0 / x1>} : R  !18:3 at "loss"
        }

        """)
    #expect(Verifier.problems(f, Fixture.registry).isEmpty)
    #expect(
      try IRParser.module(IRPrinter.print(model.module), spaces: Fixture.registry.spaces)["forward"]?.names == f.names)
    #expect(model.run.metrics == [MetricDescription(name: "accuracy", prediction: "logits", target: "gesture")])
    #expect(model.outputs == ["logits"])
  }

  @Test func namesCountPerOp() throws {
    let f = try forward(
      Fixture.spec(
        """
        graph:
          - linear: { out: 4 }
          - relu
          - linear: { out: 4 }
            as: h
          - linear: { out: 2 }
          - relu
        """))
    #expect(f.nodes.map(\.origin.path) == ["linear_1", "relu_1", "h", "linear_3", "relu_2"])
    #expect(
      f.parameters.filter { $0.kind == .param }.map(\.name) == [
        "linear_1.weight", "linear_1.bias", "h.weight", "h.bias", "linear_3.weight", "linear_3.bias",
      ])
    #expect(f.results.map(\.name) == ["relu_2"])
  }

  @Test func blocksRepeatAndDollar() throws {
    let f = try forward(
      Fixture.spec(
        """
        dims: { W: 8 }
        blocks:
          residual:
            params: { width: null, drop: 0.25 }
            in: R[?]
            graph:
              - linear: { out: $width }
                as: h
              - dropout: { p: $drop }
              - add:
                from: [dropout_1, x]
        graph:
          - residual: { width: W }
            repeat: 2
          - residual: { width: 8, drop: 0.0 }
            as: last
        """))
    #expect(
      f.nodes.map(\.origin.path) == [
        "residual_1/h", "residual_1/dropout_1", "residual_1/add_1", "residual_2/h", "residual_2/dropout_1",
        "residual_2/add_1", "last/h", "last/dropout_1", "last/add_1",
      ])
    #expect(f.parameter("residual_2/h.weight") != nil)
    #expect(f.nodes.filter { $0.op == "dropout" }.map { $0.attributes.real("p") } == [0.25, 0.25, 0])
    #expect(f.nodes.filter { $0.op == "dropout" }.map { $0.attributes.int("stream") } == [1, 2, 3])
    let second = try #require(f.nodes.first { $0.origin.path == "residual_2/h" })
    let first = try #require(f.nodes.first { $0.origin.path == "residual_1/add_1" })
    #expect(second.inputs.first == first.results.first)
    let sum = try #require(f.nodes.first { $0.origin.path == "residual_2/add_1" })
    #expect(sum.inputs.last == first.results.first)
  }

  @Test func dollarInTypesAndTexts() throws {
    let result = try Fixture.compile(
      Fixture.spec(
        """
        blocks:
          frame:
            params: [n, p]
            in: R[$n]
            graph:
              - parameter: { type: "Stiefel($n, $p)" }
                as: w
        graph:
          - frame: { n: 8, p: 3 }
        outputs: [x, frame_1]
        """))
    let f = try #require(result.model?.module["forward"])
    let weight = try #require(f.parameter("frame_1/w.weight"))
    #expect(f.type(weight.value) == GeoType(Space("Stiefel", [8, 3])))
    #expect(weight.initial == "random_point")
  }

  @Test func blockWithSeveralResults() throws {
    let f = try forward(
      Fixture.spec(
        """
        blocks:
          fork:
            graph:
              - relu:
                as: a
              - cast:
                as: b
                from: x
            out: [a, b]
        graph:
          - fork
          - halves
          - add:
            from: [fork_1, fork_1.b]
          - add:
            from: [halves_1, halves_1.second]
        outputs: [add_1, add_2]
        """))
    #expect(f.results.map(\.name) == ["add_1", "add_2"])
    let sum = try #require(f.nodes.first { $0.origin.path == "add_1" })
    #expect(sum.inputs.map { f.names[$0.index] } == ["fork_1/a", "fork_1/b"])
    let halves = try #require(f.nodes.first { $0.origin.path == "add_2" })
    #expect(halves.inputs.map { f.names[$0.index] } == ["halves_1", "halves_1.second"])
  }

  @Test func blocksAtTheEnd() throws {
    let model = try model(
      Fixture.spec(
        """
        blocks:
          head:
            params: { classes: null, hidden: $classes }
            graph:
              - linear: { out: $hidden }
              - linear: { out: $classes }
        graph:
          - head: { classes: 3 }
            repeat: 2
        loss: { cross_entropy: { logits: head_2, target: y } }
        metrics: [accuracy]
        """, inputs: "{ x: \"R[8]\", y: Label(3) }"))
    #expect(model.outputs == ["head_2"])
    #expect(model.run.metrics.map(\.prediction) == ["head_2"])
    #expect(model.module["forward"]?.results.map(\.name) == ["head_2", "loss"])
  }

  @Test func misspeltWordsComeWithTheirMend() throws {
    var sink = DiagnosticSink()
    let text = Fixture.spec("graph:\n  - rellu\n  - linear: { outt: 3 }\n  - \"rellu\"")
    _ = try SpecCompiler.model(text: text, path: "s.yaml", registry: Fixture.registry, sink: &sink)
    #expect(sink.diagnostics.map { $0.edits.map(\.replacement) } == [["relu"], ["out"], []])
    #expect(sink.diagnostics.map { $0.edits.map(\.span.text) } == [["rellu"], ["outt"], []])
  }

  @Test func learnedParameters() throws {
    let f = try forward(Fixture.spec("graph:\n  - expmap0: { c: learn(0.25) }\n    as: e"))
    #expect(f.parameter("e.c")?.initial == "constant(0.25)")
    #expect(f.nodes.first?.attributes.real("c") == 0.25)
    let bad = try Fixture.compile(Fixture.spec("graph:\n  - expmap0: { c: learn(0) }"))
    #expect(bad.codes == ["E0107"])
  }

  @Test func inputsByName() throws {
    let f = try forward(
      Fixture.spec(
        """
        graph:
          - relu
            
          - add: { y: x }
        """.replacing("    \n", with: "")))
    #expect(f.nodes.last?.inputs.map { f.names[$0.index] } == ["relu_1", "x"])
  }

  @Test func weightedLosses() throws {
    let f = try forward(
      Fixture.spec(
        """
        graph:
          - linear: { out: 3 }
        loss:
          - cross_entropy: { logits: linear_1, target: y }
          - mse: { prediction: linear_1, target: t }
            weight: 0.1
        metrics: [accuracy, { mse: { target: t } }]
        """, inputs: "{ x: \"R[8]\", y: Label(3), t: \"R[3]\" }"))
    #expect(f.results.map(\.name) == ["linear_1", "loss", "loss.1", "loss.2"])
    for name in ["loss", "loss.1", "loss.2"] { #expect(f.result(name).map(f.type) == .real()) }
    let total = try #require(f.nodes.last)
    #expect(total.inputs.first == f.result("loss.1"))
    #expect(f.nodes.contains { $0.attributes.expression("expr") == .constant(0.1) * .input(0) })
  }

  @Test func optimizerAndRun() throws {
    let model = try model(
      Fixture.spec(
        """
        graph:
          - covariance: { eps: 0.1 }
          - bimap: { out: 3 }
          - logeig
          - vech
          - linear: { out: 4 }
          - relu
          - linear: { out: 3 }
        loss: { cross_entropy: { logits: linear_2, target: y } }
        data:
          file: d.npz
          bind: { y: label }
          where: { session: 0, run: [1, 2] }
          split: { group: subject, test: 0.5, seed: 3 }
          standardize: [x]
        train:
          optimizer: { sgd: { lr: 0.1 } }
          groups:
            - { space: Stiefel, lr: 0.01 }
            - { match: "linear_*.bias", momentum: 0.5 }
          schedule: { warmup: { steps: 10, then: { cosine: { floor: 0.1 } } } }
          clip: 1.0
          epochs: 7
          batch: whole
          drop_last: true
          seed: 5
          checkpoint_every: 2
          early_stop: 4
        claims: { max_memory: 512 MB, scale_invariant: [bimap_1.weight] }
        passes: [{ normalize_and_project: { norm: rms, project_every: 4 } }]
        """, inputs: "{ x: \"R[4, 20]\", y: Label(3) }"))
    let data = try #require(model.run.data)
    #expect(data.bind == ["x": "x", "y": "label"])
    #expect(data.filters.map(\.values) == [[0], [1, 2]])
    #expect(data.split == .group(array: "subject", test: 0.5, validation: 0, seed: 3))
    #expect(data.standardize == ["x"])
    let training = try #require(model.run.training)
    #expect(training.learningRate == 0.1)
    #expect(training.schedule == .warmUp(steps: 10, start: 0, then: .cosine(floor: 0.1)))
    #expect(training.epochs == 7)
    #expect(training.batch == nil)
    #expect(training.dropsLast)
    #expect(training.seed == 5)
    #expect(training.checkpointEvery == 2)
    #expect(training.earlyStop == 4)
    let optimizer = try #require(model.optimizer)
    #expect(optimizer.clip == 1)
    #expect(optimizer.attributes(for: "bimap_1.weight").real("lr") == 0.01)
    #expect(optimizer.attributes(for: "linear_1.bias").real("momentum") == 0.5)
    #expect(optimizer.attributes(for: "linear_1.weight").real("lr") == 0.1)
    #expect(
      model.claims.map(\.property) == [
        .maxMemory(bytes: 512_000_000), .scaleInvariant(parameters: ["bimap_1.weight"]),
      ])
    let request = try #require(model.passes.first)
    #expect(request.attributes.name("norm") == "rms" && request.attributes.int("project_every") == 4)
    #expect(request.attributes.real("decay_rate") == 0.01)
    #expect(model.optimizer?.projections.map(\.every) == [4])
  }

  @Test func groupsByPattern() throws {
    let model = try model(
      Fixture.spec(
        """
        graph:
          - linear: { out: 3 }
        loss: { cross_entropy: { logits: linear_1, target: y } }
        data: { file: d.npz, bind: { y: label } }
        train:
          optimizer: { sgd: { lr: 0.1 } }
          groups:
            "*.bias": { lr: 0.01, momentum: 0.5 }
          epochs: 1
        """, inputs: "{ x: \"R[4]\", y: Label(3) }"))
    let optimizer = try #require(model.optimizer)
    #expect(optimizer.attributes(for: "linear_1.bias").real("lr") == 0.01)
    #expect(optimizer.attributes(for: "linear_1.bias").real("momentum") == 0.5)
    #expect(optimizer.attributes(for: "linear_1.weight").real("lr") == 0.1)
  }

  @Test func groupsWithASchedule() throws {
    func spec(_ schedule: String) -> String {
      Fixture.spec(
        """
        graph:
          - linear: { out: 3 }
        loss: { cross_entropy: { logits: linear_1, target: y } }
        data: { file: d.npz, bind: { y: label } }
        train:
          optimizer: { sgd: { lr: 0.1 } }
          groups:
            - { match: "*.weight", lr: 0.2 }
            - { match: "*.bias", optimizer: { sgd: { lr: 0.01 } }, schedule: \(schedule) }
          schedule: { cosine: { floor: 0.1 } }
          epochs: 1
        """, inputs: "{ x: \"R[4]\", y: Label(3) }")
    }
    let model = try model(spec("{ step: { every: 3, gamma: 0.5 } }"))
    let optimizer = try #require(model.optimizer)
    let rate = try #require(optimizer.ownRate(for: "linear_1.bias"))
    #expect(optimizer.ownRate(for: "linear_1.weight") == nil)
    let training = try #require(model.run.training)
    #expect(training.schedule == .cosine(floor: 0.1))
    #expect(
      training.ownRates == [.init(name: rate, learningRate: 0.01, schedule: .step(every: 3, gamma: 0.5))])
    #expect(try Fixture.compile(spec("falling")).codes == ["E0125"])
  }

  @Test func overrides() throws {
    let result = try Fixture.compile(Self.emg, overrides: ["dtype=f32", "graph.2.bimap.out=4"])
    let model = try #require(result.model)
    #expect(model.module.dtype == .f32)
    #expect(model.module["forward"]?.parameter("logits.bias")?.initial == "uniform_fan_in(10)")
    let bad = try Fixture.compile(Self.emg, overrides: ["graph.2.bimap.out=40"])
    #expect(bad.model == nil)
    #expect(bad.codes == ["E0206"])
  }

  @Test func renderedSpecIsTheSameModel() throws {
    for text in [Self.emg, Self.everything] {
      let first = try model(text)
      let rendered = first.spec.rendered(Fixture.registry)
      let second = try model(rendered)
      #expect(withoutPlaces(first.module) == withoutPlaces(second.module))
      #expect(first.run == second.run)
      #expect(first.optimizer == second.optimizer)
      #expect(second.spec.rendered(Fixture.registry) == rendered)
      #expect(rendered.contains("bias: true"))
    }
  }

  static let everything = """
    geoc: 1
    model: all
    description: "quotes \\" and: colons"
    dims: { K: 3 }
    inputs: { x: "R[8]", y: Label(K), t: "R[K]" }
    blocks:
      wide:
        params: { width: null, bias: true }
        in: { h: "R[?]" }
        graph:
          - linear: { out: $width, bias: $bias }
            as: inner
          - relu
        out: relu_1
    graph:
      - wide: { width: 8 }
        repeat: 2
      - linear: { out: K }
        as: logits
        from: wide_2
    outputs: [logits]
    loss:
      - cross_entropy: { logits: logits, target: y }
      - mse: { prediction: logits, target: t }
        weight: 0.5
    metrics: [accuracy, { mse: { prediction: logits, target: t } }]
    claims: [invertible, { max_memory: 1 GB }]
    passes: [{ normalize_and_project: { norm_eps: 1.0e-3 } }]
    data: { file: d.csv, split: { test: 0.2 } }
    train: { optimizer: { sgd: { lr: 0.1 } }, steps: 10 }
    """

  /// The same module as if it came from no file.
  private func withoutPlaces(_ module: Module) -> Module {
    var copy = module
    for k in copy.functions.indices {
      for n in copy.functions[k].nodes.indices {
        copy.functions[k].nodes[n].origin = Origin(path: copy.functions[k].nodes[n].origin.path)
      }
    }
    return copy
  }
}
