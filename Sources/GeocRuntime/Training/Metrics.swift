import GeocIR

/// Metrics computed from predictions and targets of a set of rows.
package enum Metrics {
  /// Names that specs may use.
  package static let names = ["accuracy", "balanced_accuracy", "f1", "mse", "cluster_accuracy"]

  /// Predictions of rows, flat, and their targets.
  package struct Sample: Sendable {
    /// Scores of each class, or predicted numbers, `width` per row.
    package var predictions: [Double]
    /// Class index of each row, or target numbers, `targetWidth` per row.
    package var targets: [Double]
    /// Numbers of one prediction.
    package var width: Int

    /// A sample by its parts.
    package init(predictions: [Double], targets: [Double], width: Int) {
      self.predictions = predictions
      self.targets = targets
      self.width = width
    }

    /// The predictions, each with norm 1 unless it is 0.
    var normalized: [Double] {
      stride(from: 0, to: predictions.count, by: max(1, width)).flatMap { start in
        let row = predictions[start..<start + width]
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / max(norm, 1e-12) }
      }
    }

    /// Class of the largest score of each row, the first of equal ones; of one score, class 1 where it is positive.
    var classes: [Int] {
      if width == 1 { return predictions.map { $0 > 0 ? 1 : 0 } }
      return stride(from: 0, to: predictions.count, by: max(1, width)).map { start in
        var best = 0
        for k in 1..<max(1, width) where predictions[start + k] > predictions[start + best] { best = k }
        return best
      }
    }
  }

  /// `cluster_accuracy`, `cluster_accuracy_old`, `cluster_accuracy_new` of a sample; NaN without rows to count.
  ///
  /// With k-means, predictions are brought to norm 1 first; `known` are labelled rows that take part, held to the
  /// clusters of their classes, and do not count.
  static func clusterAccuracy(
    _ settings: MetricDescription.Clustering, _ sample: Sample, known: Sample?
  ) -> [(name: String, value: Double)] {
    var clusters = sample.classes
    if let count = settings.clusters {
      let all = (sample.normalized + (known?.normalized ?? []))
      let held = sample.targets.map { _ in Int?.none } + (known?.targets ?? []).map { Int($0) }
      clusters = Array(
        KMeans(points: all, width: sample.width, clusters: count, held: held)
          .assignment(starts: settings.starts, seed: UInt64(bitPattern: Int64(settings.seed)))
          .prefix(sample.targets.count))
    }
    let found = ClusterAccuracy(clusters: clusters, labels: sample.targets.map { Int($0) }, old: Set(settings.old))
    return [
      ("cluster_accuracy", found.all), ("cluster_accuracy_old", found.old), ("cluster_accuracy_new", found.new),
    ]
  }

  /// The value of a metric; NaN for an empty sample or an unknown name.
  ///
  /// `f1` is the unweighted mean over classes (macro), as scikit-learn with `average="macro"`; a class that neither occurs
  /// nor is predicted does not count.
  package static func value(_ name: String, _ sample: Sample) -> Double {
    guard !sample.targets.isEmpty else { return .nan }
    if name == "mse" {
      let squares = zip(sample.predictions, sample.targets).map { ($0 - $1) * ($0 - $1) }
      return squares.reduce(0, +) / Double(squares.count)
    }
    let predicted = sample.classes
    let truth = sample.targets.map { Int($0) }
    var hit: [Int: Int] = [:]
    var actual: [Int: Int] = [:]
    var claimed: [Int: Int] = [:]
    for (p, t) in zip(predicted, truth) {
      actual[t, default: 0] += 1
      claimed[p, default: 0] += 1
      if p == t { hit[t, default: 0] += 1 }
    }
    switch name {
    case "accuracy": return Double(hit.values.reduce(0, +)) / Double(truth.count)
    case "balanced_accuracy":
      let recalls = actual.map { Double(hit[$0.key] ?? 0) / Double($0.value) }
      return recalls.sorted().reduce(0, +) / Double(recalls.count)
    case "f1":
      let classes = Set(actual.keys).union(claimed.keys).sorted()
      let scores = classes.map { k in 2 * Double(hit[k] ?? 0) / Double((actual[k] ?? 0) + (claimed[k] ?? 0)) }
      return scores.reduce(0, +) / Double(scores.count)
    default: return .nan
    }
  }
}
