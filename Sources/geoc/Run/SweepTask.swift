import Foundation
import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocRuntime

/// The settings of a sweep, compiled.
struct Sweep {
  let description: SweepDescription
  /// Settings with their plans.
  let settings: [(values: [String], plan: Plan)]

  /// One setting with its scores.
  struct Score {
    var values: [String]
    /// Scores of the inner folds; empty where the setting failed.
    var scores: [Double]
    /// Why it failed.
    var failure: String?

    /// Mean over the inner folds; NaN where the setting failed.
    var mean: Double { scores.isEmpty ? .nan : scores.reduce(0, +) / Double(scores.count) }
  }

  /// The best setting of some; nil where none has a score.
  func best(_ scores: [Score]) -> Int? {
    scores.indices.filter { scores[$0].mean.isFinite }.max { a, b in
      let (x, y) = (scores[a].mean, scores[b].mean)
      // Of equal ones the first.
      return x == y ? a > b : description.prefersSmall ? x > y : x < y
    }
  }
}

extension RunRequest {
  /// Scores every setting inside the training rows of each fold, then trains the best one on all of them; returns what to
  /// print. Throws E05, E06, `Trainer.Interrupted`.
  func run(_ sweep: Sweep) throws -> String {
    guard let description = session.plan.run.data else {
      throw GeocError(Diagnostic(.data.missingArray, "a sweep needs the 'data' of the spec"))
    }
    let data = try dataSet()
    let folder = try RunDirectory(model: session.plan.module.name)
    Interruption.install()
    var finals: [Finals] = []
    var all: [(scores: [Sweep.Score], chosen: Int)] = []
    for (k, fold) in data.folds.enumerated() {
      var part = data
      part.columns = try data.columns(fold: k)
      let inner = try part.innerFolds(of: fold, description, sweep.description)
      if data.folds.count > 1 { progress.note("fold \(k + 1) of \(data.folds.count)") }
      let scores = try scores(sweep, part, inner)
      guard let chosen = sweep.best(scores) else {
        throw GeocError(
          Diagnostic(
            .numeric.notFinite, "no setting of the sweep could be scored",
            notes: scores.prefix(3).map { "\(label(sweep, $0.values)): \($0.failure ?? "the score is not finite")" }))
      }
      all.append((scores, chosen))
      try write(sweep, all, folder)
      progress.note("chosen \(label(sweep, scores[chosen].values))")
      let own = data.folds.count == 1 ? folder : try folder.subfolder("fold_\(k + 1)")
      let request = with(sweep.settings[chosen].plan)
      try writeFolds(folder, data.folds.count, finals, .running)
      finals.append(try request.trainFold(part, k, request.trainingDescription, own, run: folder))
    }
    try writeFolds(folder, data.folds.count, finals, .finished)
    return try summary(finals, folder, trainingDescription, sweep: (sweep, all))
  }

  /// The same request on another plan.
  private func with(_ plan: Plan) -> RunRequest {
    var copy = self
    copy.session = Session(plan, threads: session.threads)
    return copy
  }

  private func scores(_ sweep: Sweep, _ data: DataSet, _ folds: [(fold: DataSet.Fold, data: DataSet)]) throws -> [Sweep
    .Score]
  {
    var result: [Sweep.Score] = []
    for setting in sweep.settings {
      var score = Sweep.Score(values: setting.values, scores: [])
      let request = with(setting.plan)
      do {
        for (fold, part) in folds { score.scores.append(try request.score(part, fold, sweep.description.select)) }
      } catch let error as GeocError {
        // A setting may be numerically impossible; the others are not.
        score.scores = []
        score.failure = error.diagnostics.first?.message ?? "failed"
      }
      let shown = score.failure ?? ProgressLine.number(score.mean)
      progress.note("\(label(sweep, setting.values))  \(sweep.description.select) \(shown)")
      result.append(score)
    }
    return result
  }

  /// The score of this request's setting on the test rows of `fold`, trained on its training rows.
  private func score(_ data: DataSet, _ fold: DataSet.Fold, _ select: String) throws -> Double {
    let program = try session.program()
    try program.reset(seed: trainingDescription.seed)
    if let weights { try session.load(weights) }
    let trainer = Trainer(
      program: program, data: data, fold: fold, training: trainingDescription, metrics: session.plan.run.metrics,
      isInterrupted: { Interruption.isRequested })
    try trainer.run(report: { _ in }, finish: { _, _ in })
    if Interruption.isRequested { throw Trainer.Interrupted() }
    try program.refresh()
    return try trainer.evaluation(fold.test, prefix: "").first { $0.name == select }?.value ?? .nan
  }

  private func label(_ sweep: Sweep, _ values: [String]) -> String {
    sweep.description.overrides(values).joined(separator: "  ")
  }

  /// `sweep.csv` and `sweep.json`: every setting with its scores, for each fold.
  private func write(
    _ sweep: Sweep, _ all: [(scores: [Sweep.Score], chosen: Int)], _ folder: RunDirectory
  ) throws(GeocError) {
    let paths = sweep.description.axes.map(\.path)
    var csv =
      (["fold"] + paths.map(Self.quoted) + [sweep.description.select, "std", "chosen"]).joined(separator: ",") + "\n"
    for (k, entry) in all.enumerated() {
      for (s, score) in entry.scores.enumerated() {
        let numbers = [score.mean, Self.deviation(score.scores)].map { $0.isFinite ? String($0) : "" }
        csv +=
          ([String(k + 1)] + score.values.map(Self.quoted) + numbers + [s == entry.chosen ? "1" : "0"])
          .joined(separator: ",") + "\n"
      }
    }
    try folder.write("sweep.csv", csv)
    try folder.writeJSON("sweep.json", Self.object(sweep, all))
  }

  /// The sweep as JSON.
  static func object(_ sweep: Sweep, _ all: [(scores: [Sweep.Score], chosen: Int)]) -> [String: Any] {
    let paths = sweep.description.axes.map(\.path)
    func setting(_ values: [String]) -> [String: Any] {
      Dictionary(zip(paths, values), uniquingKeysWith: { first, _ in first })
    }
    let folds: [[String: Any]] = all.map { entry in
      let settings: [[String: Any]] = entry.scores.map { score in
        var object: [String: Any] = ["setting": setting(score.values), "scores": score.scores.filter(\.isFinite)]
        if score.mean.isFinite { object["mean"] = score.mean }
        if let failure = score.failure { object["failure"] = failure }
        return object
      }
      return ["settings": settings, "chosen": setting(entry.scores[entry.chosen].values)]
    }
    return ["select": sweep.description.select, "folds": folds]
  }

  /// The table that is printed.
  static func table(_ sweep: Sweep, _ all: [(scores: [Sweep.Score], chosen: Int)]) -> [String] {
    var lines: [String] = []
    for (k, entry) in all.enumerated() {
      if all.count > 1 { lines.append("fold \(k + 1)") }
      let header = sweep.description.axes.map(\.path) + [sweep.description.select, ""]
      let rows = entry.scores.enumerated().map { s, score in
        score.values
          + [
            score.failure.map { "failed: \($0)" } ?? ProgressLine.number(score.mean), s == entry.chosen ? "chosen" : "",
          ]
      }
      let widths = header.indices.map { c in ([header] + rows).map { $0[c].count }.max() ?? 0 }
      for row in [header] + rows {
        let cells = row.enumerated().map { $1.padding(toLength: widths[$0], withPad: " ", startingAt: 0) }
        lines.append(cells.joined(separator: "  ").replacing(#/ +$/#, with: ""))
      }
    }
    return lines
  }

  private static func deviation(_ x: [Double]) -> Double {
    guard x.count > 1 else { return .nan }
    let mean = x.reduce(0, +) / Double(x.count)
    return (x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count - 1)).squareRoot()
  }

  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
