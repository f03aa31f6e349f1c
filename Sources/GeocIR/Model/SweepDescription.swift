import GeocDiagnostics

/// A grid of settings of a spec, of which one is chosen by its score.
package struct SweepDescription: Hashable, Sendable {
  /// The parameters that change, in order.
  package var axes: [Axis]
  /// Name of the metric, or `loss`.
  package var select: String
  /// Folds of the cross-validation inside the training rows; nil to select on the validation rows.
  package var folds: Int?
  /// Array whose equal values stay in one fold.
  package var group: String?
  /// Seed of the folds.
  package var seed: Int

  /// One parameter of a spec.
  package struct Axis: Hashable, Sendable {
    /// Where it stands, as for `--set`.
    package var path: String
    /// Its values, as YAML.
    package var values: [String]

    /// A parameter by its parts.
    package init(path: String, values: [String]) {
      self.path = path
      self.values = values
    }
  }

  /// A description by its parts.
  package init(axes: [Axis], select: String, folds: Int? = nil, group: String? = nil, seed: Int = 0) {
    self.axes = axes
    self.select = select
    self.folds = folds
    self.group = group
    self.seed = seed
  }

  /// Whether the smallest score is the best.
  package var prefersSmall: Bool { select == "loss" || select == "mse" }

  /// All settings, the last parameter changing fastest: a value of each axis.
  package var settings: [[String]] {
    axes.reduce([[]]) { settings, axis in settings.flatMap { start in axis.values.map { start + [$0] } } }
  }

  /// The `--set` texts of a setting.
  package func overrides(_ setting: [String]) -> [String] {
    zip(axes, setting).map { "\($0.path)=\($1)" }
  }
}
