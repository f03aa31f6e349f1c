import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocTensorFiles
import Glibc

/// The functions of a model, ready to run on one store of parameters.
package struct ModelProgram: Sendable {
  /// Initial values.
  package var initialize: Executable?
  /// One optimizer step.
  package var step: Executable?
  /// Outputs and loss in evaluation mode.
  package var evaluate: Executable?
  /// Outputs in evaluation mode.
  package var predict: Executable?
  /// The search that takes the place of `step`.
  package var search: SearchProgram?
  /// The smallest margin of a batch.
  package var separation: Executable?
  /// Values that `predict` and `evaluate` take from parameters alone.
  package var prepare: [Executable]
  /// Nodes whose states are estimated from rows, in order.
  package var fits: [FitProgram]
  /// Where parameters, statistics and moments live.
  package var store: ParameterStore

  /// A program by its parts.
  package init(
    initialize: Executable?, step: Executable?, evaluate: Executable?, predict: Executable?,
    prepare: [Executable] = [], fits: [FitProgram] = [], separation: Executable? = nil, search: SearchProgram? = nil,
    store: ParameterStore
  ) {
    self.search = search
    self.separation = separation
    self.initialize = initialize
    self.step = step
    self.evaluate = evaluate
    self.predict = predict
    self.prepare = prepare
    self.fits = fits
    self.store = store
  }

  /// Fills the store with initial values of a seed. Throws what `Executable.run` throws.
  package func reset(seed: Int) throws(GeocError) {
    guard let initialize else { return }
    try initialize.run(Batch(rows: [0]), seed: UInt64(bitPattern: Int64(seed)))
    try initialize.commit()
  }

  /// Computes what depends on parameters only. Call after the store changed. Throws what `Executable.run` throws.
  package func refresh() throws(GeocError) {
    for executable in prepare {
      try executable.run(Batch(rows: [0]))
      try executable.commit()
    }
  }
}

/// One line of a training log.
package struct EpochRecord: Hashable, Sendable {
  /// Epoch, from 1.
  package var epoch: Int
  /// Optimizer steps done.
  package var step: Int
  /// Learning rate of the last step.
  package var learningRate: Double
  /// Name → value: `train_loss`, `validation_accuracy`, `test_accuracy`…
  package var values: [(name: String, value: Double)]
  /// Seconds since the start of the run.
  package var seconds: Double

  package static func == (a: EpochRecord, b: EpochRecord) -> Bool {
    a.epoch == b.epoch && a.step == b.step
      && a.values.elementsEqual(b.values) { $0.name == $1.name && $0.value == $1.value }
  }
  package func hash(into hasher: inout Hasher) { hasher.combine(epoch) }

  /// Metrics that count something: whole numbers, written without decimals.
  package static let counts: Set = ["iterations", "solves"]

  /// A value by name.
  package subscript(name: String) -> Double? { values.first { $0.name == name }?.value }
}

/// What a training loop tells while it runs.
package enum TrainingEvent: Sendable {
  /// A step is done: `done` of `total` in this epoch.
  case step(epoch: Int, done: Int, total: Int, loss: Double)
  /// An epoch is done.
  case epoch(EpochRecord)
  /// Nodes are fitted.
  case fitted([FitProgram.Record], seconds: Double)
}

/// Trains a model on one division of the rows.
package final class Trainer {
  /// The functions.
  package let program: ModelProgram
  /// The data.
  package let data: DataSet
  /// The rows.
  package let fold: DataSet.Fold
  /// How to train.
  package let training: TrainingDescription
  /// What to measure.
  package let metrics: [MetricDescription]
  /// Epochs and steps done, best score so far.
  package var progress = Progress()
  /// Checked between steps: true stops the run after the current step.
  package let isInterrupted: @Sendable () -> Bool
  /// How labels are drawn anew; nil for those of the file.
  private let relabelling: Relabelling?
  /// The data with the labels of the current task.
  private var columns: [String: HostArray]
  /// The task whose labels `columns` has.
  private var task: Int?

  /// Where a run stands; saved in checkpoints.
  package struct Progress: Codable, Hashable, Sendable {
    /// Epochs done.
    package var epoch = 0
    /// Optimizer steps done.
    package var step = 0
    /// Smallest validation loss so far.
    package var best: Double?
    /// Epoch of the smallest validation loss.
    package var bestEpoch = 0
    /// Steps done in an epoch that was interrupted.
    package var stepInEpoch = 0
    /// Sum of losses × samples of an epoch that was interrupted.
    package var lossSum = 0.0
    /// Samples seen in an epoch that was interrupted.
    package var seen = 0
    /// Sums of metrics × samples of the task so far, where labels are drawn anew.
    package var online: [Double]?
    /// Samples seen in the task so far, where labels are drawn anew.
    package var onlineSeen: Int?
    /// The first step after which all margins were positive.
    package var separation: Int?
    /// Linear solves of a search.
    package var solves = 0
    /// Length of the gradient behind the last iteration of a search.
    package var gradientNorm = 0.0
    /// Whether the gradient is shorter than the tolerance of a search.
    package var isConverged = false

    /// Nothing done.
    package init() {}
  }

  /// Thrown when the user interrupts: the store holds the state after the last whole step.
  package struct Interrupted: Error {
    /// An interruption.
    package init() {}
  }

  /// A trainer at the start of a run.
  package init(
    program: ModelProgram, data: DataSet, fold: DataSet.Fold, training: TrainingDescription,
    metrics: [MetricDescription], isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.program = program
    self.data = data
    self.fold = fold
    self.training = training
    self.metrics = metrics
    self.isInterrupted = isInterrupted
    relabelling = data.relabel.map { Relabelling(description: $0, rows: fold.train) }
    columns = data.columns
  }

  /// Samples in a batch.
  private var batchSize: Int { min(training.batch ?? fold.train.count, fold.train.count) }

  /// Steps in one epoch.
  package var stepsPerEpoch: Int {
    let full = fold.train.count / max(1, batchSize)
    let rest = fold.train.count % max(1, batchSize)
    return max(1, rest == 0 || training.dropsLast ? full : full + 1)
  }

  /// Epochs of the whole run.
  package var epochs: Int {
    if let epochs = training.epochs { return epochs }
    return ((training.steps ?? 0) + stepsPerEpoch - 1) / stepsPerEpoch
  }

  private var totalSteps: Int { training.steps ?? epochs * stepsPerEpoch }

  /// Whether nothing is left to do: all epochs or steps are done, or the validation loss stopped to fall.
  package var isFinished: Bool {
    if progress.epoch >= epochs || progress.step >= totalSteps { return true }
    if progress.isConverged { return true }
    if training.stopsWhenSeparated, progress.separation != nil { return true }
    guard let patience = training.earlyStop, !fold.validation.isEmpty, progress.stepInEpoch == 0 else { return false }
    return progress.epoch - progress.bestEpoch >= patience
  }

  /// Fits what is fitted, unless the run goes on with an earlier one, then runs to the end. `isBest` of `finish` is true
  /// when the validation loss is the smallest so far. Throws `GeocError` for numeric faults, `Interrupted`, and what
  /// `finish` throws.
  package func run(
    report: (TrainingEvent) -> Void, finish: (EpochRecord, _ isBest: Bool) throws -> Void
  ) throws {
    guard program.step != nil || program.search != nil || isFinished else {
      throw GeocError(Diagnostic(.plan.noFunction, "the plan has no function 'step'"))
    }
    let start = Self.now()
    // Those of a run that has ended stay for what is evaluated behind it.
    try relabel(epoch: isFinished ? max(0, progress.epoch - 1) : progress.epoch)
    if progress.step == 0, !program.fits.isEmpty {
      report(.fitted(try program.fit(data.columns, rows: fold.train), seconds: Self.now() - start))
    }
    while !isFinished {
      let record = try epoch(start: start, report)
      progress.epoch += 1
      progress.stepInEpoch = 0
      progress.lossSum = 0
      progress.seen = 0
      let score = record["validation_loss"]
      let isBest = score.map { $0 < progress.best ?? .infinity } ?? false
      if isBest {
        progress.best = score
        progress.bestEpoch = progress.epoch
      }
      report(.epoch(record))
      try finish(record, isBest)
    }
  }

  /// One epoch, from where an interrupted one stopped.
  private func epoch(start: Double, _ report: (TrainingEvent) -> Void) throws -> EpochRecord {
    var rate = 1.0
    var values: [(name: String, value: Double)] = []
    if let search = program.search, let settings = training.search {
      values = try iteration(search, settings).values(solves: progress.solves)
    } else if let step = program.step {
      rate = try steps(step, report)
      values = [(name: "train_loss", value: progress.lossSum / Double(max(1, progress.seen)))]
    }
    values += try separation()
    try program.fit(data.columns, rows: fold.train) { $0.readsWeights }
    try program.refresh()
    if let relabelling, relabelling.endsTask(epoch: progress.epoch, of: epochs) { values += try taskScores() }
    if !fold.validation.isEmpty, relabelling == nil { values += try evaluation(fold.validation, prefix: "validation_") }
    return EpochRecord(
      epoch: progress.epoch + 1, step: progress.step, learningRate: rate, values: values, seconds: Self.now() - start)
  }

  /// The optimizer steps of one epoch, from where an interrupted one stopped; the last learning rate.
  private func steps(_ step: Executable, _ report: (TrainingEvent) -> Void) throws -> Double {
    let seed = UInt64(bitPattern: Int64(training.seed))
    let order = order(seed)
    try program.store.set("hyper.epoch", Double(progress.epoch + 1))
    try relabel(epoch: progress.epoch)
    var rate = 0.0
    var batch = Batch(columns: columns, rows: [])
    while progress.stepInEpoch < stepsPerEpoch && progress.step < totalSteps {
      if isInterrupted() { throw Interrupted() }
      let first = progress.stepInEpoch * batchSize
      // In place: a step asks for no memory.
      batch.replaceRows(order[first..<min(first + batchSize, order.count)])
      rate = training.learningRate * factor(training.schedule)
      try program.store.set("hyper.lr", rate)
      for own in training.ownRates ?? [] {
        try program.store.set(own.name, own.learningRate * factor(own.schedule))
      }
      try program.store.set("hyper.step", Double(progress.step + 1))
      if !data.views.isPlain {
        batch = try data.views.batch(columns, rows: batch.rows, seed: seed, step: UInt64(progress.step + 1))
      }
      let online = relabelling == nil ? [] : try scores(Array(order[first..<min(first + batchSize, order.count)]))
      do {
        try step.run(batch, seed: seed, step: UInt64(progress.step + 1))
      } catch {
        throw divergence(error) ?? located(error)
      }
      let loss = step.number("loss")
      guard loss.isFinite else { throw divergence(step, batch, loss: loss) }
      try step.commit()
      progress.step += 1
      progress.stepInEpoch += 1
      progress.lossSum += loss * Double(batch.rows.count)
      progress.seen += batch.rows.count
      if relabelling != nil { count(online, of: min(first + batchSize, order.count) - first) }
      report(.step(epoch: progress.epoch + 1, done: progress.stepInEpoch, total: stepsPerEpoch, loss: loss))
    }
    return rate
  }

  /// The factor of a schedule on its rate in the next step.
  private func factor(_ schedule: TrainingDescription.Schedule) -> Double {
    schedule.factor(step: progress.step, total: totalSteps, epoch: progress.epoch, epochs: epochs)
  }

  /// The rows of an epoch.
  private func order(_ seed: UInt64) -> [Int] {
    if !fold.labelled.isEmpty { return LabelledRows.drawn(fold, seed: seed, epoch: progress.epoch) }
    guard training.shuffles else { return fold.train }
    return RowOrder.shuffled(fold.train, seed: seed, stream: 1000 + UInt64(progress.epoch))
  }

  /// Takes the labels of the task of an epoch.
  private func relabel(epoch: Int) throws(GeocError) {
    guard let relabelling, task != relabelling.task(epoch: epoch) else { return }
    let input = relabelling.description.input
    guard let original = data.columns[input] else { return }
    let next = relabelling.task(epoch: epoch)
    columns[input] = try relabelling.labels(original, seed: UInt64(bitPattern: Int64(training.seed)), task: next)
    task = next
  }

  /// The metrics of some rows, in order, with the parameters as they are.
  private func scores(_ rows: [Int]) throws(GeocError) -> [Double] {
    try program.refresh()
    return try evaluation(rows, prefix: "").filter { $0.name != "loss" }.map(\.value)
  }

  /// Adds what a batch scored before the step that learned it.
  private func count(_ scores: [Double], of samples: Int) {
    let sums = progress.online ?? [Double](repeating: 0, count: scores.count)
    progress.online = zip(sums, scores).map { $0 + $1 * Double(samples) }
    progress.onlineSeen = (progress.onlineSeen ?? 0) + samples
  }

  /// The scores of a task at its end: `final_<metric>` of all its rows, and `online_<metric>`, the mean over its batches
  /// of what each scored before the step that learned it.
  private func taskScores() throws(GeocError) -> [(name: String, value: Double)] {
    let final = try evaluation(fold.train, prefix: "final_").filter { $0.name != "final_loss" }
    let seen = Double(max(1, progress.onlineSeen ?? 0))
    let online = zip(final, progress.online ?? []).map { entry, sum in
      (name: "online_" + entry.name.dropFirst("final_".count), value: sum / seen)
    }
    progress.online = nil
    progress.onlineSeen = nil
    return final + online + [(name: "task", value: Double((task ?? 0) + 1))]
  }

  /// Why the loss of a batch is not finite: a weight that an earlier step spoilt, or the first value of this step.
  private func divergence(_ step: Executable, _ batch: Batch, loss: Double) -> GeocError {
    var cause: GeocError?
    do {
      let seed = UInt64(bitPattern: Int64(training.seed))
      try step.run(batch, seed: seed, step: UInt64(progress.step + 1), checksValues: true)
    } catch {
      cause = error
    }
    if let cause, let spoilt = divergence(cause) { return spoilt }
    return diverged("the loss is \(loss)", cause)
  }

  /// The fault of a step told as a divergence, where a weight is not finite any more; nil otherwise.
  private func divergence(_ fault: GeocError) -> GeocError? {
    let spoilt = program.store.names.first { name in
      !name.hasPrefix("hyper.") && program.store.tensor(name)?.doubles().allSatisfy(\.isFinite) == false
    }
    return spoilt.map { diverged("'\($0)' is not finite", fault) }
  }

  /// A fault of a step with its place in the training. An eigensolver only fails on values that are not finite.
  private func located(_ fault: GeocError) -> GeocError {
    if fault.diagnostics.first?.code == .numeric.noConvergence { return diverged("a value is not finite", fault) }
    let place = "at step \(progress.step + 1), epoch \(progress.epoch + 1)"
    return GeocError(fault.diagnostics.map { $0.adding(note: place) })
  }

  private func diverged(_ what: String, _ cause: GeocError?) -> GeocError {
    let first = cause?.diagnostics.first
    return GeocError(
      Diagnostic(
        .numeric.diverged, "\(what) at step \(progress.step + 1), epoch \(progress.epoch + 1)",
        at: first?.span ?? .none,
        notes: first.map { [$0.message] + $0.notes } ?? [],
        help: ["lower the learning rate, or clip gradients with 'clip' in 'train'"]))
  }

  /// Loss and metrics of rows in evaluation mode. Throws `GeocError` for numeric faults.
  package func evaluation(_ rows: [Int], prefix: String) throws(GeocError) -> [(name: String, value: Double)] {
    try Evaluation.run(
      program, columns, rows: rows, labelled: fold.labelled, batch: max(batchSize, 256), metrics: metrics,
      withLoss: !data.isLossOfTraining
    ).map { (prefix + $0.name, $0.value) }
  }

  private static func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}

/// Loss and metrics in evaluation mode.
package enum Evaluation {
  /// `loss` where the model has one and it is asked for, then each metric. `labelled` are the rows that semi-supervised
  /// clustering knows. Throws `GeocError` for numeric faults.
  package static func run(
    _ program: ModelProgram, _ columns: [String: HostArray], rows: [Int], labelled: [Int] = [], batch: Int,
    metrics: [MetricDescription], withLoss: Bool = true
  ) throws(GeocError) -> [(name: String, value: Double)] {
    guard let evaluate = withLoss ? program.evaluate ?? program.predict : program.predict else {
      throw GeocError(Diagnostic(.plan.noFunction, "the plan has no function 'evaluate'"))
    }
    try program.adapt(columns, rows: rows)
    let (loss, samples) = try collect(evaluate, columns, rows, batch, metrics)
    var known = [Metrics.Sample?](repeating: nil, count: metrics.count)
    if metrics.contains(where: { $0.clustering?.isSemiSupervised == true }) {
      known = try collect(evaluate, columns, labelled, batch, metrics).samples
    }
    var values: [(name: String, value: Double)] = []
    if let loss { values.append(("loss", loss)) }
    for (k, metric) in metrics.enumerated() {
      if let clustering = metric.clustering {
        values += Metrics.clusterAccuracy(
          clustering, samples[k], known: clustering.isSemiSupervised ? known[k] : nil)
      } else {
        values.append((metric.name, Metrics.value(metric.name, samples[k])))
      }
    }
    return values
  }

  /// What a metric compares on some rows. Throws `GeocError` for numeric faults.
  package static func sample(
    _ program: ModelProgram, _ columns: [String: HostArray], rows: [Int], metric: MetricDescription
  ) throws(GeocError) -> Metrics.Sample {
    guard let function = program.evaluate ?? program.predict else {
      throw GeocError(Diagnostic(.plan.noFunction, "the plan has no function 'evaluate'"))
    }
    return try collect(function, columns, rows, 256, [metric]).samples[0]
  }

  /// The mean loss, nil where the function has none, and what each metric compares.
  private static func collect(
    _ evaluate: Executable, _ columns: [String: HostArray], _ rows: [Int], _ batch: Int, _ metrics: [MetricDescription]
  ) throws(GeocError) -> (loss: Double?, samples: [Metrics.Sample]) {
    var loss = 0.0
    var samples = [Metrics.Sample](repeating: .init(predictions: [], targets: [], width: 1), count: metrics.count)
    var start = 0
    while start < rows.count {
      let part = Array(rows[start..<min(start + batch, rows.count)])
      start += batch
      let inputs = Batch(columns: columns, rows: part)
      try evaluate.runFinite(inputs)
      if evaluate.function.result("loss") != nil { loss += evaluate.number("loss") * Double(part.count) }
      for (k, metric) in metrics.enumerated() {
        guard let output = evaluate.result(metric.prediction), let target = columns[metric.target] else { continue }
        samples[k].width = output.shape.dropFirst().reduce(1, *)
        samples[k].predictions += output.doubles()
        for row in part {
          for e in 0..<target.elements { samples[k].targets.append(target.value(row: row, element: e)) }
        }
      }
    }
    return (evaluate.function.result("loss") == nil ? nil : loss / Double(max(1, rows.count)), samples)
  }
}
