import Foundation
import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocRuntime

/// Set by SIGINT: a training stops after the step it is in.
enum Interruption {
  nonisolated(unsafe) private static var count: sig_atomic_t = 0

  /// Takes over SIGINT; a second one ends the process at once.
  ///
  /// Also where the parent left SIGINT ignored (a shell does in its background jobs) or blocked (a thread pool does in
  /// its workers): stopping loses nothing here, and who sends SIGINT to such a process means it.
  static func install() {
    signal(SIGINT) { _ in
      Interruption.count += 1
      if Interruption.count > 1 { _exit(130) }
    }
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &own, nil)
  }

  /// Whether SIGINT came.
  static var isRequested: Bool { count > 0 }
}

extension RunRequest {
  /// Trains, evaluates, and writes the run's folder; returns what to print. Throws E05, E06, `Trainer.Interrupted`.
  func train() throws -> String {
    guard session.plan.trains || !session.plan.run.fits.isEmpty else {
      throw GeocError(
        Diagnostic(
          .plan.noFunction, "the spec of '\(session.plan.module.name)' has no 'train', or no 'loss'",
          help: ["add both, or use '--task predict'"]))
    }
    var training = trainingDescription
    var data = inputs.entries.isEmpty ? try dataSet() : DataSet(columns: try rows().columns)
    if let description = session.plan.run.data, !inputs.entries.isEmpty { data.makeBatches(as: description) }
    for input in forward.parameters where input.kind == .input && data.columns[input.name] == nil {
      throw GeocError(
        Diagnostic(
          .data.missingArray, "input '\(input.name)' is not given", help: ["add '--input \(input.name)=FILE'"]))
    }
    // Everything that can be refused is, before a folder is made.
    try prepareParameters()
    let folder: RunDirectory
    if let resume {
      folder = try RunDirectory(existing: resume)
      training.seed = try resumedSeed(folder, folds: data.folds.count)
    } else {
      folder = try RunDirectory(model: session.plan.module.name)
    }
    Interruption.install()
    var finals: [Finals] = []
    do {
      for k in data.folds.indices {
        let own = data.folds.count == 1 ? folder : try folder.subfolder("fold_\(k + 1)")
        if data.folds.count > 1 { progress.note("fold \(k + 1) of \(data.folds.count)") }
        try writeFolds(folder, data.folds.count, finals, .running)
        var part = data
        part.columns = try data.columns(fold: k)
        finals.append(try trainFold(part, k, training, own, run: folder))
      }
      try writeFolds(folder, data.folds.count, finals, .finished)
    } catch {
      try? writeFolds(folder, data.folds.count, finals, RunReport.Status(endedBy: error))
      throw error
    }
    return try summary(finals, folder, training)
  }

  /// How to train, with the seed of the command line. A model that is fitted only has no epochs.
  var trainingDescription: TrainingDescription {
    var training = session.plan.run.training ?? TrainingDescription(learningRate: 0, epochs: 0, batch: nil)
    if let seed { training.seed = seed }
    return training
  }

  /// The page of a cross-validation. Throws E0517.
  func writeFolds(
    _ folder: RunDirectory, _ folds: Int, _ finals: [Finals], _ status: RunReport.Status
  ) throws(GeocError) {
    guard hasReport, folds > 1 else { return }
    let page = FoldsPage.text(
      title: session.plan.module.name, folds: folds, finals: finals.map(\.values), status: status)
    try folder.write(RunReporter.page, page)
  }

  /// The seed of the run to continue. Throws E0518 where the folder holds no run of this model, spec and seed.
  private func resumedSeed(_ folder: RunDirectory, folds: Int) throws(GeocError) -> Int {
    let places = folds == 1 ? [""] : (1...folds).map { "fold_\($0)/" }
    let checkpoints = places.map { folder.file($0 + "checkpoint.safetensors") }
      .filter { FileManager.default.fileExists(atPath: $0) }
    guard !checkpoints.isEmpty else {
      throw GeocError(
        Diagnostic(
          .data.badCheckpoint, "the folder holds no checkpoint of a run",
          notes: ["looked for \(places[0])checkpoint.safetensors"],
          help: ["start a new run without '--resume'"], item: folder.path))
    }
    let specHash = Fingerprint(session.plan.spec).text
    var own: Int?
    for checkpoint in checkpoints {
      let found = try Checkpoint.seed(checkpoint, model: session.plan.module.name, specHash: specHash)
      guard found == own ?? seed ?? found else {
        throw GeocError(
          Diagnostic(
            .data.badCheckpoint, "the run was started with the seed \(found), not \(own ?? seed ?? found)",
            help: ["leave '--seed' out"], item: checkpoint))
      }
      own = found
    }
    return own ?? initialSeed
  }

  /// Trains on one fold and writes its folder; the values at the end.
  func trainFold(
    _ data: DataSet, _ number: Int, _ training: TrainingDescription, _ folder: RunDirectory, run: RunDirectory
  ) throws -> Finals {
    var folder = folder
    let fold = data.folds[number]
    let program = try session.program()
    try program.reset(seed: training.seed)
    if let weights { try session.load(weights) }
    let trainer = Trainer(
      program: program, data: data, fold: fold, training: training, metrics: session.plan.run.metrics,
      isInterrupted: { Interruption.isRequested })
    let checkpoint = folder.file("checkpoint.safetensors")
    let specHash = Fingerprint(session.plan.spec).text
    func save(_ path: String, withOptimizer: Bool) throws(GeocError) {
      try Checkpoint.write(
        session.store, model: session.plan.module.name, progress: trainer.progress, seed: training.seed,
        specHash: specHash, withOptimizer: withOptimizer, to: path)
    }
    if resume != nil, FileManager.default.fileExists(atPath: checkpoint) {
      trainer.progress = try session.load(checkpoint, needsOptimizer: true) ?? Trainer.Progress()
      folder.restore(upTo: trainer.progress.epoch)
    }
    try folder.writeJSON("run.json", description(training, fold, finals: nil))
    let reporter = try reporter(trainer, folder, fold: (number + 1, data.folds.count))
    progress.begin(trainer)
    // A loss of training batches is not evaluated: the mean of the last epoch stands for it.
    var lastLoss: Double?
    do {
      try trainer.run(
        report: { progress.show($0) },
        finish: { record, isBest in
          try folder.append(record)
          if data.isLossOfTraining { lastLoss = record["train_loss"] }
          if trainer.isFinished || record.epoch % max(1, training.checkpointEvery) == 0 {
            try folder.flush()
            try save(checkpoint, withOptimizer: true)
          }
          if isBest { try save(folder.file("best.safetensors"), withOptimizer: false) }
          // Behind the checkpoint: a page that cannot be written must not cost it.
          try reporter?.epoch(folder.records)
          progress.epochBegins()
        })
    } catch is Trainer.Interrupted {
      try folder.flush()
      try save(checkpoint, withOptimizer: true)
      try? reporter?.end(.interrupted)
      progress.note("\ninterrupted: resume with --resume \(run.path)")
      throw Trainer.Interrupted()
    } catch {
      // What stopped the training is the error to tell.
      try? folder.flush()
      progress.endLine()
      try? reporter?.end(RunReport.Status(endedBy: error))
      throw error
    }
    let best = folder.file("best.safetensors")
    if !fold.validation.isEmpty, FileManager.default.fileExists(atPath: best) { try session.load(best) }
    try save(folder.file("model.safetensors"), withOptimizer: false)
    try program.refresh()
    let rows = fold.test.isEmpty ? fold.train : fold.test
    var values = lastLoss.map { [(name: "train_loss", value: $0)] } ?? []
    // Where some of the training rows are labelled, the others are those to be told apart.
    values += try trainer.evaluation(fold.labelled.isEmpty ? fold.train : fold.unlabelled, prefix: "train_")
    // Where labels are drawn anew, test rows have labels of their own, which no task teaches.
    let tasks = data.relabel == nil ? [] : Self.tasks(folder.records)
    if data.relabel == nil { values += try trainer.evaluation(rows, prefix: "test_") }
    values += tasks.map { ($0.name, $0.values.reduce(0, +) / Double(max(1, $0.values.count))) }
    values += trainer.finalSeparation + trainer.finalSearch
    try folder.writeJSON("run.json", description(training, fold, finals: values))
    if let reporter { try reporter.end(.finished, finals: values, confusion: try confusion(trainer, rows: rows)) }
    return Finals(values: values, tasks: tasks)
  }

  /// What a training ended with.
  struct Finals {
    /// Losses and metrics by name.
    var values: [(name: String, value: Double)]
    /// Scores of each task, where labels are drawn anew.
    var tasks: [(name: String, values: [Double])] = []
  }

  /// The scores of tasks, from the epochs that ended them.
  private static func tasks(_ records: [EpochRecord]) -> [(name: String, values: [Double])] {
    let ends = records.filter { $0["task"] != nil }
    let names = (ends.first?.values.map(\.name) ?? []).filter { $0.hasPrefix("final_") || $0.hasPrefix("online_") }
    return names.map { name in (name, ends.compactMap { $0[name] }) }
  }

  private func description(
    _ training: TrainingDescription, _ fold: DataSet.Fold, finals: [(name: String, value: Double)]?
  ) -> [String: Any] {
    var uname = utsname()
    Glibc.uname(&uname)
    let machine = withUnsafeBytes(of: &uname.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    var object: [String: Any] = [
      "model": session.plan.module.name, "dtype": session.plan.module.dtype.rawValue, "seed": training.seed,
      "spec_hash": Fingerprint(session.plan.spec).text, "geoc_version": PlanFile.version, "machine": machine,
      "processors": ProcessInfo.processInfo.activeProcessorCount, "train_rows": fold.train.count,
      "validation_rows": fold.validation.count, "test_rows": fold.test.count,
      "plan_hash": Fingerprint(IRPrinter.print(session.plan.module)).text,
    ]
    if let finals {
      var results: [String: Any] = [:]
      for (name, value) in finals where value.isFinite { results[name] = value }
      object["results"] = results
    }
    return object
  }

  /// The table at the end: one value, or mean ± deviation over folds.
  func summary(
    _ finals: [Finals], _ folder: RunDirectory, _ training: TrainingDescription,
    sweep: (Sweep, [(scores: [Sweep.Score], chosen: Int)])? = nil
  ) throws -> String {
    var object: [String: Any] = ["task": "train", "run": folder.path, "seed": training.seed]
    var texts: [(name: String, text: String)] = []
    var head = ""
    if let (sweep, all) = sweep {
      head = Self.table(sweep, all).joined(separator: "\n") + "\n\n"
      object["sweep"] = Self.object(sweep, all)
    }
    if let tasks = finals.first?.tasks, !tasks.isEmpty, finals.count == 1 {
      object["tasks"] = Dictionary(uniqueKeysWithValues: tasks.map { ($0.name, $0.values) })
    }
    for (k, entry) in (finals.first?.values ?? []).enumerated() {
      let values = finals.map { $0.values[k].value }
      guard values.count > 1 else {
        if entry.value.isFinite { object[entry.name] = entry.value }
        texts.append((entry.name, ProgressLine.value(entry.name, entry.value)))
        continue
      }
      let spread = Spread(values)
      if spread.mean.isFinite {
        object[entry.name] = ["mean": spread.mean, "std": spread.deviation, "folds": values]
      }
      texts.append((entry.name, spread.text))
    }
    if finals.count > 1 { try folder.writeJSON("run.json", object) }
    return report(object, text: head + RunTable(texts).text + "\n\n" + paths(folder, isSplit: finals.count > 1))
  }

  /// What a training wrote.
  private func paths(_ folder: RunDirectory, isSplit: Bool) -> String {
    var paths = [("run", folder.path)]
    if !isSplit { paths.append(("weights", folder.file("model.safetensors"))) }
    if hasReport { paths.append(("report", folder.file(RunReporter.page))) }
    let width = paths.map(\.0.count).max() ?? 0
    return paths.map { "\($0.0.padded(width))  \($0.1)" }.joined(separator: "\n")
  }
}
