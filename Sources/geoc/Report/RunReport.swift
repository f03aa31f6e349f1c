import Foundation
import GeocDiagnostics
import GeocRuntime

/// What is known of a run: everything that its page shows.
struct RunReport {
  /// How it stands.
  enum Status: Equatable {
    case running, finished, interrupted
    /// Ended by an error.
    case failed(String)

    /// How a run stands that an error ended.
    init(endedBy error: any Error) {
      if error is Trainer.Interrupted {
        self = .interrupted
      } else {
        self = .failed((error as? GeocError)?.diagnostics.first?.message ?? "the run ended early")
      }
    }

    /// The word for it.
    var word: String {
      switch self {
      case .running: "running"
      case .finished: "finished"
      case .interrupted: "interrupted"
      case .failed: "failed"
      }
    }
  }

  /// Name of the model, and of the fold where there are several.
  var title: String
  var status = Status.running
  /// Facts about the run, with their names.
  var facts: [(name: String, value: String)] = []
  /// Epochs that it is to have.
  var epochs: Int
  /// What was measured.
  var records: [EpochRecord] = []
  /// What was observed.
  var observations: [EpochObservation] = []
  /// Results at the end.
  var finals: [(name: String, value: Double)] = []
  /// The matrix of classes over all rows that were evaluated, at the end.
  var confusion: [[Int]]?
  /// Type of each value that is observed.
  var types: [String: String] = [:]
  /// Where the page of the whole run is, for a fold.
  var parent: String?
}

extension RunReport {
  /// Curves of values that records have, by the metric they measure.
  var metricCharts: [Chart] {
    var order: [String] = []
    var series: [String: [CurveChart.Series]] = [:]
    for name in records.flatMap({ $0.values.map(\.name) }) {
      let (part, metric) = RunTable.parts(name)
      var own = series[metric] ?? []
      if series[metric] == nil { order.append(metric) }
      guard !own.contains(where: { $0.name == part }) else { continue }
      own.append(
        CurveChart.Series(
          name: part, points: records.compactMap { r in r[name].map { (x: Double(r.epoch), y: $0) } }))
      series[metric] = own
    }
    return order.compactMap { metric in
      var chart = CurveChart(title: metric.capitalizedFirst, series: series[metric] ?? [])
      chart.text = { ProgressLine.value(metric, $0) }
      // What a search tells beside its loss spans orders of magnitude, or counts; other metrics are shares.
      switch metric {
      case "loss", "mse": break
      case "gradient_norm", "gamma": chart.isLogarithmic = true
      case _ where EpochRecord.counts.contains(metric): break
      default: chart.least = 0...1
      }
      if (series[metric] ?? []).count == 1, let only = series[metric]?.first, !only.name.isEmpty {
        chart.title += ", \(only.name)"
      }
      return chart.chart
    }
  }

  /// The learning rate.
  var rateChart: Chart? {
    CurveChart(
      title: "Learning rate", note: "Of the last step of the epoch, without factors of groups.",
      series: [.init(name: "learning rate", points: records.map { (x: Double($0.epoch), y: $0.learningRate) })]
    ).chart
  }

  /// Curves of a number by subject, or cells where there are more subjects than colours.
  func subjectChart(
    _ path: KeyPath<EpochObservation, [String: Double]>, title: String, note: String, isLogarithmic: Bool = true,
    least: ClosedRange<Double>? = nil, isShown: (String) -> Bool = { _ in true }
  ) -> Chart? {
    let names = Set(observations.flatMap { $0[keyPath: path].keys }).filter(isShown)
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    let series = names.map { name in
      CurveChart.Series(
        name: name, points: observations.compactMap { o in o[keyPath: path][name].map { (x: Double(o.epoch), y: $0) } })
    }
    if series.count > 8, isLogarithmic, let cells = CellChart.history(series, title: title, note: note) { return cells }
    return CurveChart(title: title, note: note, series: series, isLogarithmic: isLogarithmic, least: least).chart
  }

  /// One chart for each node of a kind.
  func histogramCharts(
    _ path: KeyPath<EpochObservation, [String: ValueHistogram]>, isLogarithmic: Bool
  ) -> [Chart] {
    let names = Set(observations.flatMap { $0[keyPath: path].keys })
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    return names.compactMap { name in
      let history = observations.compactMap { o in o[keyPath: path][name].map { (epoch: o.epoch, histogram: $0) } }
      let range = history.last?.histogram.range ?? []
      let note = range.count == 2 ? "Now from \(ChartScale.label(range[0])) to \(ChartScale.label(range[1]))." : ""
      let title = types[name].map { "\(name): \($0)" } ?? name
      return HistogramChart.chart(history, isLogarithmic: isLogarithmic, title: title, note: note)
    }
  }

  /// The last embedding.
  var embeddingChart: Chart? {
    guard let observation = observations.last(where: { $0.embedding != nil }), let embedding = observation.embedding
    else { return nil }
    let type = types[embedding.of].map { " (\($0))" } ?? ""
    let what = embedding.isDisc ? "The disc itself" : embedding.share.isEmpty ? "Both coordinates" : "Tangent PCA"
    return ScatterChart.chart(
      embedding, title: "Embedding \(embedding.of)\(type)",
      note: "\(what), \(observation.rows) rows, after epoch \(observation.epoch).")
  }

  /// The matrix of classes: over all rows where the run is finished, else over those that are observed.
  var confusionChart: Chart? {
    if let confusion {
      let count = confusion.reduce(0) { $0 + $1.reduce(0, +) }
      return CellChart.confusion(confusion, title: "Confusion matrix", note: "All \(count) rows of the test part.")
    }
    guard let last = observations.last(where: { $0.confusion != nil }), let table = last.confusion else { return nil }
    return CellChart.confusion(
      table, title: "Confusion matrix", note: "\(last.rows) rows, after epoch \(last.epoch).")
  }
}

extension String {
  /// With a capital at the beginning, and spaces for underscores.
  var capitalizedFirst: String {
    let words = replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
