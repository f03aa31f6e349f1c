import GeocDiagnostics
import GeocIR
import GeocPasses
import GeocPlan

/// What compiling did and what the result costs, for `--report`.
struct CompileReport {
  private struct Section {
    var function: Function
    var entries: [PassReport.Entry]
    var before: FunctionCost
    var after: FunctionCost
    var memoryBefore: FunctionMemory
    var memory: FunctionMemory
    var parameters: [ParameterReport]
  }

  private let compiler: ModelCompiler
  private var sections: [Section] = []

  /// Compiles each purpose twice: as asked, and without any optional pass, for comparison.
  init(_ compiler: ModelCompiler, _ purposes: [Pipeline.Purpose]) throws {
    self.compiler = compiler
    var plain = compiler
    plain.options.disabled = Pipeline.optional
    let batch = compiler.model.run.training?.batch ?? 1
    for purpose in purposes where purpose != .initialize {
      let outcome = try compiler.compile(purpose)
      let unchanged = try plain.compile(purpose).function
      let registry = compiler.options.registry
      sections.append(
        Section(
          function: outcome.function, entries: outcome.report.entries,
          before: try FunctionCost(unchanged, registry), after: try FunctionCost(outcome.function, registry),
          memoryBefore: FunctionMemory(try compiler.schedule(unchanged), batch: batch),
          memory: FunctionMemory(try compiler.schedule(outcome.function), batch: batch),
          parameters: purpose == .step
            ? try ParameterReport.all(
              try compiler.forward(), step: outcome.function, compiler.model.optimizer, try compiler.scaleProofs(),
              scalarSize: compiler.model.module.dtype == .f64 ? 8 : 4, registry) : []))
    }
  }

  /// The page.
  func text(_ decorator: Decorator = .plain) -> String {
    let rewrites = compiler.model.rewrites.map {
      PassReport.Entry(pass: $0.rewrite, function: "forward", message: $0.message, origin: $0.origin)
    }
    let head = rewrites.isEmpty ? [] : [decorator(.strong, "@forward") + "\n" + lines(rewrites, decorator)]
    return (head + sections.map { text($0, decorator) }).joined(separator: "\n")
  }

  private func text(_ section: Section, _ decorator: Decorator) -> String {
    var text = decorator(.strong, "@\(section.function.name)") + "\n"
    text += lines(section.entries, decorator)
    func row(_ name: String, _ before: String, _ after: String, of whole: String = "") {
      text += "  \(name.padded(20))  \(after)\(whole)\(before == after ? "" : "  (without passes \(before))")\n"
    }
    let (before, after) = (section.before, section.after)
    row("eigendecompositions", after.decompositions, after.decompositions)
    if before.decompositions != after.decompositions {
      text += "  \("".padded(20))  (without passes \(before.decompositions))\n"
    }
    row("operations", Count.text(before.operations), Count.text(after.operations))
    row("FLOPs per sample", Count.text(before.flopsPerSample), Count.text(after.flopsPerSample))
    row("FLOPs per call", Count.text(before.flopsPerCall), Count.text(after.flopsPerCall))
    for (k, parameter) in section.parameters.enumerated() {
      text += "  \((k == 0 ? "parameters" : "").padded(20))  \(parameter.text)\n"
    }
    let (held, memory) = (section.memoryBefore, section.memory)
    row(
      "peak memory", Count.bytes(held.peak(threads: 1)), Count.bytes(memory.peak(threads: 1)),
      of: " for a batch of \(memory.batch) on one thread")
    row(
      "for a further thread", Count.bytes(held.bytesPerThread), Count.bytes(memory.bytesPerThread))
    return text
  }

  /// Rewrites by the line that they belong to; equal ones are counted.
  private func lines(_ entries: [PassReport.Entry], _ decorator: Decorator) -> String {
    struct Key: Hashable {
      var line: Int
      var text: String
    }
    var counts: [Key: Int] = [:]
    var order: [Key] = []
    for entry in entries {
      let key = Key(line: entry.origin.line, text: "\(entry.pass): \(entry.message)")
      if counts[key, default: 0] == 0 { order.append(key) }
      counts[key, default: 0] += 1
    }
    var text = ""
    var last: Int?
    for key in order.enumerated().sorted(by: { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }).map(
      \.element)
    {
      if key.line != last {
        text += "  " + decorator(.secondary, place(key.line, entries)) + "\n"
        last = key.line
      }
      let count = counts[key] ?? 1
      text += "      \(key.text)\(count > 1 ? " (\(count) times)" : "")\n"
    }
    return text
  }

  private func place(_ line: Int, _ entries: [PassReport.Entry]) -> String {
    guard line > 0 else { return "added by the compiler" }
    guard let file = entries.first(where: { $0.origin.line == line })?.origin.span?.file else { return "line \(line)" }
    let source = String(decoding: file.bytes[file.lineRange(line)], as: UTF8.self)
    let written = source.split(separator: " #", maxSplits: 1).first.map(String.init) ?? source
    return "\(file.name):\(line)  \(written.trimmingSpaces)"
  }
}

/// What `--emit json` prints.
struct CompileSummary: Encodable {
  struct Entry: Encodable {
    var pass: String
    var message: String
    var line: Int
    var column: Int
  }

  struct Port: Encodable {
    var name: String
    var type: String
    var kind: String?
  }

  struct Section: Encodable {
    var name: String
    var parameters: [Port]
    var results: [Port]
    var cost: FunctionCost
    var memory: FunctionMemory
    var schedule: Schedule
    var rewrites: [Entry]
    var ir: String
  }

  /// What the rules of the ops expect of a value at initialisation.
  struct Expected: Encodable {
    var name: String
    var line: Int
    var mean: Double?
    var variance: Double?
  }

  var geoc = Geoc.version
  var model: String
  var dtype: String
  var outputs: [String]
  var run: RunDescription
  var functions: [Section]
  var moments: [Expected]
  var selfNormalizing: String?

  /// Compiles each purpose.
  init(_ compiler: ModelCompiler, _ purposes: [Pipeline.Purpose]) throws {
    model = compiler.model.module.name
    dtype = compiler.model.module.dtype.rawValue
    outputs = compiler.model.outputs
    run = compiler.model.run
    let normalization = try SelfNormalization(compiler)
    selfNormalizing = normalization.verdict
    moments = normalization.analysis.rows.map {
      Expected(name: $0.name, line: $0.origin.line, mean: $0.moments?.mean, variance: $0.moments?.variance)
    }
    functions = try purposes.map { purpose in
      let outcome = try compiler.compile(purpose)
      let f = outcome.function
      let schedule = try compiler.schedule(f)
      return Section(
        name: f.name,
        parameters: f.parameters.map {
          Port(name: $0.name, type: f.type($0.value).description, kind: $0.kind.rawValue)
        },
        results: f.results.map { Port(name: $0.name, type: f.type($0.value).description) },
        cost: try FunctionCost(f, compiler.options.registry),
        memory: FunctionMemory(schedule, batch: compiler.model.run.training?.batch ?? 1), schedule: schedule,
        rewrites: outcome.report.entries.map {
          Entry(pass: $0.pass, message: $0.message, line: $0.origin.line, column: $0.origin.column)
        }, ir: IRPrinter.print(f))
    }
  }
}
