import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocPasses
import GeocPlan
import GeocRuntime
import GeocTensorFiles

/// `geoc verify`: gradients against finite differences, constraints after steps, symmetries on group elements.
struct VerifyCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Test gradients, manifold constraints after training steps, and claimed symmetries.",
    discussion:
      """
      Everything runs in f64 on random samples; gradients in evaluation mode, where statistics are constants, against \
      finite differences; claims of invariance and equivariance on random elements of their groups.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec.", completion: .specs)
  var file: String
  @Option(help: "Samples in the batch.")
  var batch = 8
  @Option(help: "Training steps before constraints are measured.")
  var steps = 20
  @Option(help: "Seed of the samples and directions.")
  var seed = 0
  @OptionGroup var options: CompileOptions

  func validate() throws {
    if batch < 2 || batch > 4096 { throw ValidationError("--batch must be between 2 and 4096") }
    if steps < 0 { throw ValidationError("--steps must not be negative") }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    var sink = DiagnosticSink()
    guard let original = try options.compiler(file, console, &sink) else {
      console.report(sink)
      return CommandStatus(sink.diagnostics)
    }
    let compiler = original.inDoubles
    let symmetries = try SymmetryTest(compiler)
    guard compiler.hasLoss || !symmetries.claims.isEmpty else {
      throw GeocError(Diagnostic(.rewrite.notDifferentiable, "'verify' needs a 'loss' to differentiate", item: file))
    }
    var samples = SampleData(seed: UInt64(bitPattern: Int64(seed)))
    let columns = try samples.columns(compiler.forward(), count: batch)
    if compiler.hasLoss { try gradients(compiler, columns, &samples, &sink, console) }
    if compiler.model.optimizer != nil, !compiler.isSearch { try constraints(compiler, columns, &sink, console) }
    try symmetries.run(columns, rows: batch, seed: seed, &samples, &sink, console)
    console.report(sink)
    return CommandStatus(sink.diagnostics)
  }

  /// One directional derivative per parameter and real input, by central differences with Richardson's extrapolation.
  private func gradients(
    _ compiler: ModelCompiler, _ columns: [String: HostArray], _ samples: inout SampleData,
    _ sink: inout DiagnosticSink,
    _ console: Console
  ) throws {
    let session = Session(try compiler.plan([.initialize, .gradient(mode: "eval", ofLoss: true)]), threads: 1)
    try session.program().reset(seed: seed)
    let f = try session.executable("gradient_eval_loss")
    let rows = Array(0..<batch)
    // Special initial values (zeros, identities) may sit on kinks of the loss, where differences mean nothing.
    for p in try compiler.forward().parameters where p.kind == .param {
      guard try compiler.forward().type(p.value).isReal, let start = session.store.tensor(p.name) else { continue }
      let values = start.doubles().map { $0 + 0.05 * samples.normal() }
      try session.store.set(
        p.name, try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: start.shape) })
    }
    func loss(_ columns: [String: HostArray]) throws -> Double {
      try f.run(Batch(columns: columns, rows: rows))
      return f.number("loss")
    }
    for result in f.function.results where result.name.hasPrefix("grad.") {
      let name = String(result.name.dropFirst("grad.".count))
      guard let parameter = f.function.parameter(name) else { continue }
      _ = try loss(columns)
      guard let gradient = f.result(result.name)?.doubles() else { continue }
      let isInput = parameter.kind == .input
      let origin = isInput ? try columns[name]?.tensor(rows: batch) : session.store.tensor(name)
      guard let origin else { continue }
      let forward = try compiler.forward()
      let type = forward.parameter(name).map { forward.type($0.value) } ?? .real()
      let base = origin.doubles()
      func moved(_ direction: [Double], _ h: Double) throws -> Double {
        let tensor = try Tensor(zip(base, direction).map { $0 + h * $1 }, shape: origin.shape)
        if isInput {
          var copy = columns
          copy[name] = try HostArray(tensor)
          return try loss(copy)
        }
        try session.store.set(name, tensor)
        return try loss(columns)
      }
      var (found, expected, error) = (0.0, 0.0, Double.infinity)
      // Differences of two widths that disagree have a kink in between: another direction is tried.
      for _ in 0..<Self.directions {
        let direction = direction(type, count: isInput ? batch : 1, &samples)
        func slope(_ h: Double) throws -> Double { (try moved(direction, h) - moved(direction, -h)) / (2 * h) }
        let (coarse, fine) = (try slope(2e-4), try slope(1e-4))
        expected = (4 * fine - coarse) / 3
        found = zip(gradient, direction).map { $0 * $1 }.reduce(0, +)
        error = abs(found - expected) / max(1e-3, abs(expected))
        if error < 1e-5 || abs(coarse - fine) < 1e-5 * max(1e-3, abs(fine)) { break }
      }
      if !isInput { try session.store.set(name, origin) }
      let isRight = error < 1e-5
      console.print("\(isRight ? "ok  " : "FAIL")  gradient of \(name)  relative error \(ProgressLine.number(error))")
      if !isRight {
        sink.report(
          Diagnostic(
            .numeric.gradientMismatch,
            "the gradient of '\(name)' is \(found) along a direction, finite differences give \(expected)",
            item: file))
      }
    }
  }

  /// Directions tried where the loss has kinks.
  private static let directions = 12

  /// A random direction; symmetric where the space is one of symmetric matrices.
  private func direction(_ type: GeoType, count: Int, _ samples: inout SampleData) -> [Double] {
    let shape = Catalogue.registry.spaces.shape(type)
    let n = shape.last ?? 1
    var values = (0..<(count * shape.reduce(1, *))).map { _ in samples.normal() * 0.1 }
    guard type.space.name == "SPD" || type.space.name == "Sym" else { return values }
    for start in stride(from: 0, to: values.count, by: n * n) {
      for i in 0..<n {
        for j in 0..<i {
          let mean = (values[start + i * n + j] + values[start + j * n + i]) / 2
          values[start + i * n + j] = mean
          values[start + j * n + i] = mean
        }
      }
    }
    return values
  }

  /// Distance of every manifold parameter from its constraint after some steps.
  private func constraints(
    _ compiler: ModelCompiler, _ columns: [String: HostArray], _ sink: inout DiagnosticSink, _ console: Console
  ) throws {
    let session = Session(try compiler.plan([.initialize, .step]), threads: 1)
    try session.program().reset(seed: seed)
    let step = try session.executable("step")
    for k in 0..<steps {
      try session.store.set("hyper.lr", compiler.model.run.training?.learningRate ?? 1e-3)
      for own in compiler.model.run.training?.ownRates ?? [] { try session.store.set(own.name, own.learningRate) }
      try session.store.set("hyper.step", Double(k + 1))
      try step.run(Batch(columns: columns, rows: Array(0..<batch)), seed: 0, step: UInt64(k + 1))
      try step.commit()
    }
    let registry = Catalogue.registry
    let forward = try compiler.forward()
    for p in forward.parameters where p.kind == .param || p.kind == .state {
      let type = forward.type(p.value)
      guard !type.isReal, let space = registry.spaces[type.space.name], let value = session.store.tensor(p.name) else {
        continue
      }
      // The constraint of a ball of learned curvature moves with the curvature; its points are watched below.
      if case .value? = type.space["c"] { continue }
      var b = Builder(name: "residual", stage: .layers, registry: registry)
      let x = b.parameter("x", b.storageType(type), .param)
      b.result("residual", try space.residual(&b, x, type.space))
      var report = PassReport()
      let core = try Expand.run(b.function, PassOptions(registry: registry), &report)
      let residuals = try Interpreter.run(core, inputs: ["x": value], registry: registry)["residual"]?.doubles() ?? []
      let worst = residuals.map(abs).max() ?? .nan
      let isRight = worst < 1e-8
      console.print(
        "\(isRight ? "ok  " : "FAIL")  \(p.name) on \(type.space) after \(steps) steps  residual \(ProgressLine.number(worst))"
      )
      if !isRight {
        sink.report(
          Diagnostic(
            .numeric.offManifold, "'\(p.name)' is \(worst) away from \(type.space) after \(steps) steps", item: file))
      }
    }
    try points(compiler, columns, session, &sink, console)
  }

  /// Largest κ‖x‖ of every value on a ball after the steps: a point has less than 1.
  private func points(
    _ compiler: ModelCompiler, _ columns: [String: HostArray], _ session: Session, _ sink: inout DiagnosticSink,
    _ console: Console
  ) throws {
    let observation = try Observation(compiler, mode: "train")
    let balls = observation.watched.filter { $0.type.space.name == "Ball" }
    if balls.isEmpty { return }
    let values = try observation.values(columns, rows: batch, session.store)
    for ball in balls {
      guard let x = values[ball.name]?.doubles(), let n = ball.type.space.sizes.first, n > 0 else { continue }
      let c = session.store.curvature(of: ball.type.space) ?? .nan
      let largest =
        stride(from: 0, to: x.count, by: n).map { start in
          (c * x[start..<(start + n)].reduce(0) { $0 + $1 * $1 }).squareRoot()
        }.max { $0 < $1 || $1.isNaN } ?? .nan
      let isRight = largest < 1
      console.print(
        "\(isRight ? "ok  " : "FAIL")  points of \(ball.name) after \(steps) steps  largest √c‖x‖ \(ProgressLine.number(largest))"
      )
      if !isRight {
        // Which sign a NaN has depends on the instructions that made it.
        let norm = largest.isNaN ? Double.nan : largest
        sink.report(
          Diagnostic(
            .numeric.offManifold, "'\(ball.name)' has a point of norm \(norm)/√c after \(steps) steps", item: file))
      }
    }
  }
}
