import GeocDiagnostics
import GeocIR
import GeocYAML

/// A spec with everything resolved: what the passes start from.
package struct Model: Sendable {
  /// The spec it was made from.
  package var spec: Spec
  /// One function, `forward`, at the stage of layers. Parameters: inputs (batched), weights, states, in this order.
  /// Results: the outputs by name, `loss` (and `loss.1`, `loss.2`… of several terms), `state.<node>.<name>`.
  package var module: Module
  /// Names of the results that are outputs, in order.
  package var outputs: [String]
  /// Data, training, metrics.
  package var run: RunDescription
  /// How parameters are updated; nil without `train`.
  package var optimizer: OptimizerDescription?
  /// Properties to prove or test.
  package var claims: [ClaimDescription]
  /// Rewrites asked for; `module` is what they made of the model.
  package var passes: [PassRequest]
  /// Settings to choose from; nil without `sweep`.
  package var sweep: SweepDescription?
  /// What the rewrites did.
  package var rewrites: [RewrittenModel.Note]
}

/// Compiles spec files to models.
package enum SpecCompiler {
  /// The model of the file at `path`. All problems go to `sink`; nil when there are errors.
  ///
  /// `overrides` are `path=value` settings such as `train.epochs=5`, applied to the document before it is read.
  /// Throws `InternalError` for a mistake of the compiler itself.
  package static func model(
    path: String, registry: OpRegistry, overrides: [String] = [], sink: inout DiagnosticSink
  ) throws -> Model? {
    let before = sink.errorCount
    var problems = Problems(sink)
    defer { sink = problems.sink }
    guard let root = problems.load(path) else { return nil }
    return try model(root, path: path, registry: registry, overrides: overrides, before, &problems)
  }

  /// The model of a text that stands for the file at `path`. See `model(path:registry:overrides:sink:)`.
  package static func model(
    text: String, path: String, registry: OpRegistry, overrides: [String] = [], sink: inout DiagnosticSink
  ) throws -> Model? {
    let before = sink.errorCount
    var problems = Problems(sink)
    defer { sink = problems.sink }
    guard let root = problems.parse(text, path: path) else { return nil }
    return try model(root, path: path, registry: registry, overrides: overrides, before, &problems)
  }

  private static func model(
    _ document: YAMLNode, path: String, registry: OpRegistry, overrides: [String], _ before: Int,
    _ problems: inout Problems
  ) throws -> Model? {
    if let file = document.span.file { problems.sink.report(AllowComments(file).problems) }
    guard let root = problems.applying(overrides, to: document) else { return nil }
    return try model(root, path: path, registry: registry, before, &problems, isSetting: false)
  }

  /// The model of a document. `isSetting` leaves its sweep out, which has been read.
  private static func model(
    _ root: YAMLNode, path: String, registry: OpRegistry, _ before: Int, _ problems: inout Problems, isSetting: Bool
  ) throws -> Model? {
    var reader = SpecReader(problems: problems)
    let read = reader.spec(root, path: path)
    problems = reader.problems
    guard let spec = read else { return nil }

    var elaborator = Elaborator(spec: spec, registry: registry, problems: problems)
    let outcome = try elaborator.run()
    problems = elaborator.problems
    var passReader = PassReader(registry: registry, types: elaborator.types, problems: problems)
    let passes = passReader.requests(spec.passes)
    let rewritten = try outcome.map { try passReader.applied(passes, to: $0.function) }
    problems = passReader.problems
    let weights =
      rewritten?.forward.parameters.filter { $0.kind == .param }
      .map { (name: $0.name, type: rewritten?.forward.type($0.value) ?? .real()) } ?? []

    var runReader = RunReader(spec: spec, registry: registry, weights: weights, problems: problems)
    let data = runReader.data()
    let training = runReader.training()
    var sweepReader = SweepReader(spec: spec, data: data, problems: runReader.problems)
    let sweep = isSetting ? nil : sweepReader.sweep()
    var requests = RequestReader(registry: registry, weights: weights, problems: sweepReader.problems)
    let claims = requests.claims(spec.claims)
    problems = requests.problems
    guard let outcome, let rewritten, problems.errorCount == before else { return nil }

    if let sweep {
      try check(sweep.0, sweep.places, root, path: path, registry: registry, &problems)
      guard problems.errorCount == before else { return nil }
    }

    let linted = LintedModel(
      spec: spec, registry: registry, nodes: elaborator.nodes, makers: elaborator.makers,
      function: elaborator.builder.function, inputs: elaborator.inputs,
      calledBlocks: elaborator.calledBlocks, readParameters: elaborator.readParameters,
      data: data, training: training?.0, optimizer: training?.1)
    for lint in Lints.all { lint.check(linted, &problems) }
    var module = Module(name: spec.name.value, dtype: DType(rawValue: spec.dtype) ?? .f32)
    module.functions = [rewritten.forward]
    var optimizer = training?.1
    optimizer?.projections = rewritten.projections
    return Model(
      spec: spec, module: module, outputs: outcome.outputs.map(\.name),
      run: RunDescription(data: data, training: training?.0, metrics: outcome.metrics), optimizer: optimizer,
      claims: claims, passes: passes, sweep: sweep?.0, rewrites: rewritten.changes)
  }

  /// Refuses values of a sweep with which, the others being as written, the spec is wrong.
  private static func check(
    _ sweep: SweepDescription, _ places: [[Span]], _ root: YAMLNode, path: String, registry: OpRegistry,
    _ problems: inout Problems
  ) throws {
    for (axis, spans) in zip(sweep.axes, places) {
      for (value, span) in zip(axis.values, spans) {
        var own = Problems(DiagnosticSink())
        if let changed = own.applying(["\(axis.path)=\(value)"], to: root),
          try model(changed, path: path, registry: registry, 0, &own, isSetting: true) != nil
        {
          continue
        }
        guard let first = own.sink.diagnostics.first(where: { $0.severity == .error }) else { continue }
        problems.report(
          .spec.badSweep, "'\(axis.path)' cannot be \(value): \(first.message)", at: span,
          help: first.help.first)
      }
    }
  }
}
