import ArgumentParser
import Foundation
import GeocDiagnostics
import GeocIR
import GeocPasses
import GeocPlan
import GeocRuntime

/// `geoc profile`: time and memory of every step of a plan.
struct ProfileCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Time every step of a function on a batch of random samples.")

  @OptionGroup var common: CommonOptions
  @Argument(
    help: "A spec, or a plan made by 'geoc compile'.", completion: .file(extensions: ["yaml", "yml", "geoplan"]))
  var file: String
  @Option(
    help: """
      Which function: step, predict, evaluate, gradient_train and so on, or update for the optimizer alone on gradients \
      that are there; step where the spec trains.
      """)
  var function: String?
  @Option(help: "Samples in the batch; the spec's own batch without it.")
  var batch: Int?
  @Option(help: "Worker threads.")
  var threads = 1
  @Option(help: "Runs that are timed, after three that are not.")
  var runs = 30
  @Option(help: "table, json, or chrome for a trace viewer.")
  var format: Format = .table
  @OptionGroup var options: CompileOptions

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, chrome }

  func validate() throws {
    if threads < 1 || threads > 256 { throw ValidationError("--threads must be between 1 and 256") }
    if runs < 1 { throw ValidationError("--runs must be at least 1") }
    if let batch, batch < 1 || batch > 1 << 20 { throw ValidationError("--batch must be between 1 and 1048576") }
  }

  func execute(_ console: Console) throws -> CommandStatus {
    let subject = try subject(console)
    let session = Session(subject.plan, threads: threads)
    try session.program().reset(seed: 0)
    try session.program().refresh()
    let function = try subject.plan.executable(subject.name).function
    let count = batch ?? subject.plan.run.training?.batch ?? 32
    var samples = SampleData(seed: 1)
    var columns = try samples.columns(subject.forward, count: count, dtype: subject.plan.module.dtype)
    for p in function.parameters where p.kind == .cotangent {
      let type = function.type(p.value)
      if type.isBatched {
        columns[p.name] = try samples.rows(type, count: count, dtype: subject.plan.module.dtype)
      }
    }
    try session.store.set("hyper.lr", 1e-4)
    for own in subject.plan.run.training?.ownRates ?? [] { try session.store.set(own.name, 1e-4) }
    for p in function.parameters where p.name.hasPrefix("given.") {
      try session.store.set(p.name, try samples.tensor(function.type(p.value), count: 1))
    }
    let batch = Batch(columns: columns, rows: Array(0..<count))
    let before = ResidentMemory.now()
    let executable = try session.executable(subject.name)
    var times: [Double] = []
    for k in -3..<runs {
      try session.store.set("hyper.step", Double(k + 4))
      let start = Self.now()
      try run(executable, batch, subject.name)
      if k >= 0 { times.append(Self.now() - start) }
    }
    let resident = before.flatMap { before in
      ResidentMemory.now().map { (before: before.current, peak: $0.peak) }
    }
    executable.isProfiling = true
    let start = Self.now()
    for _ in 0..<runs { try run(executable, batch, subject.name) }
    let seconds = Self.now() - start
    let profile = executable.profile()
    times.sort()
    switch format {
    case .table: console.print(table(profile, times, seconds, resident))
    case .json: console.print(json(profile, times, resident, subject.name, count))
    case .chrome: console.print(chrome(profile, subject.name, seconds))
    }
    return .success
  }

  /// One run; a step is done when its results have taken the place of the old values.
  private func run(_ executable: Executable, _ batch: Batch, _ name: String) throws(GeocError) {
    try executable.run(batch)
    if name == "step" || name == "update" { try executable.commit() }
  }

  /// What is timed: a function of a plan, and the function that has all inputs. Throws `GeocError`, `ValidationError`.
  private func subject(_ console: Console) throws -> (plan: Plan, forward: Function, name: String) {
    if file.hasSuffix(".geoplan") {
      let loaded = try PlanSource.load(file, task: nil, options, console)
      return (loaded.plan, loaded.forward, function ?? (loaded.task == .train ? "step" : "predict"))
    }
    var sink = DiagnosticSink()
    let compiler = try options.compiler(file, console, &sink)
    guard let compiler else { throw GeocError(sink.diagnostics) }
    console.report(sink)
    let name = function ?? (compiler.model.optimizer == nil ? "predict" : compiler.isSearch ? "curvature" : "step")
    let update: Pipeline.Purpose? = name == "update" && compiler.model.optimizer != nil ? .update : nil
    guard let purpose = try update ?? compiler.named().first(where: { $0.name == name })?.purpose else {
      throw ValidationError(
        "there is no function '\(name)'; functions: \(try compiler.named().map(\.name).joined(separator: ", "))")
    }
    return (try compiler.plan([.initialize, purpose]), try compiler.forward(), name)
  }

  /// Resident bytes of the process before the first run, samples and parameters included, and their peak after the last.
  private typealias Resident = (before: Int, peak: Int)

  private func table(_ profile: Profile, _ times: [Double], _ seconds: Double, _ resident: Resident?) -> String {
    let total = profile.entries.map(\.seconds).reduce(0, +)
    var text = "step".padded(36) + "kernel".padded(24) + "µs".padded(12) + "share\n"
    for entry in profile.entries.sorted(by: { $0.seconds > $1.seconds }).prefix(40) {
      let each = entry.seconds / Double(runs) * 1e6
      let place = entry.path.isEmpty ? entry.op : "\(entry.path) \(entry.op)"
      text += String(place.prefix(35)).padded(36) + entry.kernel.padded(24) + String(format: "%.1f", each).padded(12)
      text += String(format: "%.1f %%\n", 100 * entry.seconds / max(total, 1e-12))
    }
    text += String(
      format: "median %.1f µs, least %.1f µs; steps explain %.1f %% of the time with clocks in between\n",
      times[times.count / 2] * 1e6, times[0] * 1e6, 100 * total / seconds / Double(profile.workers))
    text += "memory \(Count.bytes(profile.batchBytes)) for the batch, \(Count.bytes(profile.singleBytes)) unbatched, "
    text += "\(Count.bytes(profile.chunkBytes)) for each of \(profile.workers) workers"
    guard let resident else { return text }
    return text
      + "\nresident \(Count.bytes(resident.before)) before the first run, at most \(Count.bytes(resident.peak)) after the last"
  }

  private func json(
    _ profile: Profile, _ times: [Double], _ resident: Resident?, _ name: String, _ count: Int
  ) -> String {
    func mebibytes(_ bytes: Int?) -> Any { bytes.map { Double($0) / 1024 / 1024 } ?? NSNull() }
    return RunDirectory.json(
      [
        "rss_before_mb": mebibytes(resident?.before), "peak_rss_mb": mebibytes(resident?.peak), "function": name,
        "batch": count, "threads": threads, "median_ms": times[times.count / 2] * 1e3,
        "min_ms": times[0] * 1e3, "batch_bytes": profile.batchBytes, "single_bytes": profile.singleBytes,
        "chunk_bytes": profile.chunkBytes,
        "steps": profile.entries.map { entry -> [String: Any] in
          [
            "op": entry.op, "path": entry.path, "kernel": entry.kernel, "us": entry.seconds / Double(runs) * 1e6,
            "batched": entry.isBatched, "operations": entry.operations, "bytes": entry.bytes,
          ]
        },
      ], pretty: false)
  }

  /// One complete event per step, one behind the other, inside one for the whole function: what no step covers is the
  /// gap at its end.
  private func chrome(_ profile: Profile, _ name: String, _ seconds: Double) -> String {
    let whole = seconds / Double(runs) * 1e6
    // Steps add up over the workers, who work at the same time.
    let workers = Double(profile.workers)
    var start = 0.0
    var events: [[String: Any]] = [
      ["name": "process_name", "ph": "M", "pid": 1, "tid": 1, "args": ["name": "geoc \(name)"]],
      ["name": name, "cat": "function", "ph": "X", "pid": 1, "tid": 1, "ts": 0, "dur": whole],
    ]
    for entry in profile.entries {
      let length = entry.seconds / Double(runs) * 1e6 / workers
      events.append([
        "name": entry.op, "cat": entry.kernel, "ph": "X", "pid": 1, "tid": 1, "ts": start, "dur": length,
        "args": [
          "path": entry.path, "kernel": entry.kernel, "region": entry.region, "operations": entry.operations,
          "bytes": entry.bytes,
        ],
      ])
      start += length
    }
    return RunDirectory.json(
      ["traceEvents": events, "displayTimeUnit": "ns", "otherData": ["explained": start / whole]], pretty: false)
  }

  private static func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}
