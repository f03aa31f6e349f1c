import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime

/// Keeps `observations.jsonl` and `report.html` of a run, or of a fold of one, up to date.
final class RunReporter {
  /// Seconds between two pages at least, so that a run of short epochs is not spent on drawing; the first epoch and the
  /// last state are always drawn.
  static let interval = 1.0
  /// Time between two pages at least, as a multiple of what drawing the last one took: a page of very many epochs takes
  /// long.
  static let rest = 20.0
  static let page = "report.html"
  private static let log = "observations.jsonl"

  private let folder: RunDirectory
  /// Nil where there is nothing to observe, as where a classifier is fitted without training.
  private let observer: Observer?
  private var report: RunReport
  private var lines = ""
  private var nextDrawing = -Double.infinity

  /// A reporter that goes on with the observations that the folder holds of the epochs that are done.
  init(
    _ folder: RunDirectory, observer: Observer?, report: RunReport, doneEpochs: Int
  ) {
    (self.folder, self.observer, self.report) = (folder, observer, report)
    guard doneEpochs > 0, let text = try? String(contentsOfFile: folder.file(Self.log), encoding: .utf8) else { return }
    for line in text.split(separator: "\n") {
      guard let old = try? JSONDecoder().decode(EpochObservation.self, from: Data(line.utf8)), old.epoch <= doneEpochs
      else {
        continue
      }
      self.report.observations.append(old)
      lines += line + "\n"
    }
  }

  /// After an epoch, of which `records` holds the last. Throws E0517.
  func epoch(_ records: [EpochRecord]) throws {
    guard let last = records.last else { return }
    let epoch = last.epoch
    // The report keeps records of its own: sharing the trainer's would copy all of them in every epoch.
    if report.records.count == records.count - 1 { report.records.append(last) } else { report.records = records }
    if let observer, observer.isWanted(epoch) {
      let observation = observer.observe(epoch: epoch)
      report.observations.append(observation)
      lines += String(decoding: try JSONEncoder.sorted.encode(observation), as: UTF8.self) + "\n"
      try folder.write(Self.log, lines)
    }
    if Self.now() >= nextDrawing { try draw() }
  }

  /// At the end, whatever it is. Throws E0517.
  func end(
    _ status: RunReport.Status, finals: [(name: String, value: Double)] = [], confusion: [[Int]]? = nil
  ) throws {
    (report.status, report.finals, report.confusion) = (status, finals, confusion)
    try draw()
  }

  private func draw() throws {
    let start = Self.now()
    try folder.write(Self.page, try ReportPage.text(report))
    let end = Self.now()
    nextDrawing = end + max(Self.interval, Self.rest * (end - start))
  }

  private static func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}

extension RunRequest {
  /// The reporter of a training, nil where there is to be none. Throws what `Executable` and `Observer` throw.
  func reporter(_ trainer: Trainer, _ folder: RunDirectory, fold: (number: Int, count: Int)) throws(GeocError)
    -> RunReporter?
  {
    guard hasReport else { return nil }
    var observer: Observer?
    if let values = try session.optional("observe"), let gradient = try session.optional("observe_gradient") {
      observer = try Observer(
        values: values, gradient: gradient, trainer: trainer, target: classTarget, registry: Catalogue.registry)
    }
    var report = RunReport(title: session.plan.module.name, epochs: trainer.epochs)
    report.facts = [
      ("seed", String(trainer.training.seed)), ("dtype", session.plan.module.dtype.rawValue),
      (
        "rows",
        "\(trainer.fold.train.count) train, \(trainer.fold.validation.count) validation, "
          + "\(trainer.fold.test.count) test"
      ),
      ("folder", folder.path),
    ]
    if trainer.epochs > 0 { report.facts.insert(("steps per epoch", Count.text(trainer.stepsPerEpoch)), at: 3) }
    if fold.count > 1 {
      report.title += ", fold \(fold.number) of \(fold.count)"
      report.parent = "../\(RunReporter.page)"
    }
    for (value, name) in zip(forward.types.indices, forward.names) where !name.isEmpty {
      report.types[name] = forward.types[value].shown.description
    }
    return RunReporter(folder, observer: observer, report: report, doneEpochs: trainer.progress.epoch)
  }

  /// The input that holds classes, with their number: what the first metric compares with, else the first one of labels.
  private var classTarget: (input: String, classes: Int)? {
    let labels = forward.parameters.filter {
      $0.kind == .input && Catalogue.registry.spaces[forward.type($0.value).space.name]?.isIndex == true
    }
    let wanted = session.plan.run.metrics.first?.target
    guard let input = labels.first(where: { $0.name == wanted }) ?? labels.first,
      let count = forward.type(input.value).space.sizes.first
    else { return nil }
    return (input.name, count)
  }

  /// The matrix of classes over some rows, where the first metric tells classes apart by scores. Throws `GeocError`.
  func confusion(_ trainer: Trainer, rows: [Int]) throws(GeocError) -> [[Int]]? {
    guard let metric = session.plan.run.metrics.first, metric.clustering == nil, let target = classTarget,
      target.input == metric.target
    else { return nil }
    let sample = try Evaluation.sample(trainer.program, trainer.data.columns, rows: rows, metric: metric)
    return Metrics.confusion(sample, classes: target.classes)
  }
}
