import GeocDiagnostics
import GeocIR
import GeocYAML

/// What is written about a `cluster_accuracy`.
package struct ClusterEntry: Sendable {
  /// The value that k-means clusters; nil where the largest score of `prediction` names the cluster.
  package var features: Located<String>?
  /// Classes that have labelled rows.
  package var old: [Located<Int>]
  /// Number of clusters; nil for as many as there are classes.
  package var clusters: Int?
  /// Starts of k-means.
  package var starts = 10
  /// Seed of k-means.
  package var seed = 0
  /// Whether labelled rows are held to the clusters of their classes.
  package var isSemiSupervised = false

  /// Parameters in a spec.
  static let keys = ["features", "old", "clusters", "starts", "seed", "semi_supervised"]

  /// As written in a spec, without the features.
  var fields: [(String, String)] {
    var fields = [("old", "[\(old.map { String($0.value) }.joined(separator: ", "))]")]
    if let clusters { fields.append(("clusters", String(clusters))) }
    if features != nil {
      fields += [("starts", String(starts)), ("seed", String(seed)), ("semi_supervised", String(isSemiSupervised))]
    }
    return fields
  }

  /// What `geoc run` computes, for `classes` classes.
  func description(classes: Int) -> MetricDescription.Clustering {
    var result = MetricDescription.Clustering(old: old.map(\.value))
    guard features != nil else { return result }
    result.clusters = clusters ?? classes
    result.starts = starts
    result.seed = seed
    result.isSemiSupervised = isSemiSupervised
    return result
  }
}

extension Problems {
  /// The parameters of `cluster_accuracy`; nil where one of them is wrong, which has been reported.
  mutating func clusterEntry(_ fields: [String: Field], _ name: Located<String>) -> ClusterEntry? {
    guard let oldField = fields["old"] else {
      report(
        .spec.missingParameter, "'\(name.value)' needs 'old': the classes that have labelled rows", at: name.span,
        help: "write '\(name.value): { features: NAME, target: INPUT, old: [0, 1] }'")
      return nil
    }
    var entry = ClusterEntry(old: [])
    for item in oldField.value.items ?? [oldField.value] {
      guard let value = integer(item, "a class of 'old'") else { return nil }
      entry.old.append(value)
    }
    if let field = fields["features"] {
      if let other = fields["prediction"] {
        report(
          .spec.wrongKind, "'\(name.value)' takes 'features' for k-means or 'prediction' with a score per cluster",
          at: field.key.span, labels: [(other.key.span, "already given here")])
        return nil
      }
      guard let features = text(field.value, "'features'") else { return nil }
      entry.features = features
    }
    func least(_ key: String, _ least: Int) -> Int? {
      guard let field = fields[key] else { return nil }
      guard entry.features != nil else {
        report(.spec.unknownParameter, "'\(key)' is one of k-means and goes with 'features'", at: field.key.span)
        return nil
      }
      guard let number = integer(field.value, "'\(key)'") else { return nil }
      if number.value >= least { return number.value }
      report(
        .spec.parameterOutOfRange, "'\(key)' must be at least \(least), found \(number.value)", at: number.span)
      return nil
    }
    entry.clusters = least("clusters", 2)
    entry.starts = least("starts", 1) ?? entry.starts
    entry.seed = least("seed", 0) ?? entry.seed
    if let field = fields["semi_supervised"], let flag = flag(field.value, "'semi_supervised'") {
      entry.isSemiSupervised = flag.value
    }
    return entry
  }
}
