import ArgumentParser
import Foundation
import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocRuntime

/// `geoc profile`: time and memory of every step of a plan.
struct ProfileCommand: GeocCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Time every step of a function on a batch of random samples.")

  @OptionGroup var common: CommonOptions
  @Argument(help: "A spec.", completion: .specs)
  var file: String
  @Option(help: "Which function: step, predict, evaluate, gradient_train and so on; step where the spec trains.")
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
    var sink = DiagnosticSink()
    let compiler = try options.compiler(file, console, &sink)
    console.report(sink)
    guard let compiler else { return CommandStatus(sink.diagnostics) }
    let name = function ?? (compiler.model.optimizer == nil ? "predict" : compiler.isSearch ? "curvature" : "step")
    guard let purpose = try compiler.named().first(where: { $0.name == name })?.purpose else {
      throw ValidationError(
        "there is no function '\(name)'; functions: \(try compiler.named().map(\.name).joined(separator: ", "))")
    }
    let session = Session(try compiler.plan([.initialize, purpose]), threads: threads)
    try session.program().reset(seed: 0)
    try session.program().refresh()
    let executable = try session.executable(name)
    let count = batch ?? compiler.model.run.training?.batch ?? 32
    var samples = SampleData(seed: 1)
    var columns = try samples.columns(compiler.forward(), count: count)
    for p in executable.function.parameters where p.kind == .cotangent {
      let type = executable.function.type(p.value)
      if type.isBatched { columns[p.name] = try HostArray(try samples.tensor(type, count: count)) }
    }
    try session.store.set("hyper.lr", 1e-4)
    try session.store.set("hyper.step", 1)
    let batch = Batch(columns: columns, rows: Array(0..<count))
    for _ in 0..<3 { try executable.run(batch) }
    var times: [Double] = []
    for _ in 0..<runs {
      let start = Self.now()
      try executable.run(batch)
      times.append(Self.now() - start)
    }
    executable.isProfiling = true
    for _ in 0..<runs { try executable.run(batch) }
    let profile = executable.profile()
    times.sort()
    switch format {
    case .table: console.print(table(profile, times))
    case .json: console.print(json(profile, times, name, count))
    case .chrome: console.print(chrome(profile))
    }
    return .success
  }

  private func table(_ profile: Profile, _ times: [Double]) -> String {
    let total = profile.entries.map(\.seconds).reduce(0, +)
    var text = "step".padded(36) + "kernel".padded(24) + "µs".padded(12) + "share\n"
    for entry in profile.entries.sorted(by: { $0.seconds > $1.seconds }).prefix(40) {
      let each = entry.seconds / Double(runs) * 1e6
      let place = entry.path.isEmpty ? entry.op : "\(entry.path) \(entry.op)"
      text += String(place.prefix(35)).padded(36) + entry.kernel.padded(24) + String(format: "%.1f", each).padded(12)
      text += String(format: "%.1f %%\n", 100 * entry.seconds / max(total, 1e-12))
    }
    text += String(
      format: "median %.1f µs, least %.1f µs, steps explain %.1f µs\n", times[times.count / 2] * 1e6, times[0] * 1e6,
      total / Double(runs) * 1e6)
    text += "memory \(Count.bytes(profile.batchBytes)) for the batch, \(Count.bytes(profile.singleBytes)) unbatched, "
    return text + "\(Count.bytes(profile.chunkBytes)) for each of \(profile.workers) workers"
  }

  private func json(_ profile: Profile, _ times: [Double], _ name: String, _ count: Int) -> String {
    RunDirectory.json(
      [
        "function": name, "batch": count, "threads": threads, "median_ms": times[times.count / 2] * 1e3,
        "min_ms": times[0] * 1e3, "batch_bytes": profile.batchBytes, "single_bytes": profile.singleBytes,
        "chunk_bytes": profile.chunkBytes,
      ], pretty: false)
  }

  /// One complete event per step, one behind the other.
  private func chrome(_ profile: Profile) -> String {
    var start = 0.0
    let events = profile.entries.map { entry -> [String: Any] in
      let length = entry.seconds / Double(runs) * 1e6
      defer { start += length }
      return [
        "name": entry.op, "cat": entry.kernel, "ph": "X", "pid": 1, "tid": 1, "ts": start, "dur": length,
        "args": ["path": entry.path, "kernel": entry.kernel, "region": entry.region],
      ]
    }
    return RunDirectory.json(["traceEvents": events, "displayTimeUnit": "ns"], pretty: false)
  }

  private static func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}
