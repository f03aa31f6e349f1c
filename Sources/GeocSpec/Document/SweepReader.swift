import GeocDiagnostics
import GeocIR
import GeocYAML

/// Reads `sweep` against the metrics and the data of a spec.
struct SweepReader {
  let spec: Spec
  let data: DataDescription?
  var problems: Problems

  static let keys = ["grid", "select", "folds", "group", "seed"]
  static let maximumSettings = 10_000

  /// The section, with the place of each value; nil without one.
  mutating func sweep() -> (SweepDescription, places: [[Span]])? {
    guard let section = spec.sweep else { return nil }
    guard let fields = problems.fields(section.value, "'sweep'", known: Self.keys) else { return nil }
    guard let grid = fields["grid"] else {
      problems.report(
        .spec.missingKey, "'sweep' needs 'grid'", at: section.key,
        help: "add 'grid: { train.optimizer.adam.lr: [0.01, 0.001] }', with paths as for --set")
      return nil
    }
    var axes: [SweepDescription.Axis] = []
    var places: [[Span]] = []
    for (key, value) in problems.entries(grid.value, "'grid'") {
      guard let path = problems.text(key, "a path") else { continue }
      let items = value.items ?? [value]
      if items.isEmpty {
        problems.report(.spec.badSweep, "'\(path.value)' has no values", at: value.span)
        continue
      }
      axes.append(.init(path: path.value, values: items.map(FlowText.text)))
      places.append(items.map(\.span))
    }
    if axes.isEmpty, grid.value.entries?.isEmpty != false {
      problems.report(.spec.badSweep, "'grid' is empty", at: grid.value.span)
      return nil
    }
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
      count = overflow ? .max : product
    }
    if count > Self.maximumSettings {
      problems.report(
        .spec.badSweep, "the grid has more than \(Self.maximumSettings) settings", at: grid.key.span)
      return nil
    }
    guard let select = select(fields["select"], section.key) else { return nil }
    var description = SweepDescription(axes: axes, select: select)
    if let field = fields["folds"], let folds = problems.integer(field.value, "'folds'") {
      if folds.value < 2 {
        problems.report(.spec.parameterOutOfRange, "'folds' must be at least 2, found \(folds.value)", at: folds.span)
      }
      description.folds = folds.value
    }
    if let field = fields["group"] {
      description.group = problems.text(field.value, "'group'")?.value
      if description.folds == nil {
        problems.report(
          .spec.badSweep, "'group' keeps groups of rows in one fold, and there are no folds", at: field.key.span,
          help: "add 'folds: 5'")
      }
    }
    if let field = fields["seed"], let seed = problems.integer(field.value, "'seed'") { description.seed = seed.value }
    checkRows(description, section.key)
    return (description, places)
  }

  private mutating func select(_ field: Problems.Field?, _ section: Span) -> String? {
    let names = spec.metrics.map(\.name.value) + (spec.losses.isEmpty ? [] : ["loss"])
    guard let field else {
      if let first = names.first { return first }
      problems.report(
        .spec.badSweep, "'sweep' has nothing to select by: the spec has no metric and no loss", at: section,
        help: "add 'metrics: [accuracy]'")
      return nil
    }
    return problems.choice(field.value, "'select'", names, code: .spec.unknownMetric)?.value
  }

  /// Scores come from rows that are neither trained on nor tested.
  private mutating func checkRows(_ description: SweepDescription, _ section: Span) {
    guard let data else {
      problems.report(.spec.badSweep, "'sweep' needs 'data' to score settings on", at: section)
      return
    }
    if data.isLossOfTraining {
      problems.report(.spec.badSweep, "'sweep' does not go with 'views' or 'labelled'", at: section)
    }
    guard description.folds == nil else { return }
    let hasValidation =
      switch data.split {
      case .indices(_, _, let validation)?: validation != nil
      case .fraction(_, let validation, _, _)?, .group(_, _, let validation, _)?: validation > 0
      case .folds?, nil: false
      }
    if !hasValidation {
      problems.report(
        .spec.badSweep, "'sweep' selects on validation rows, and the split has none", at: section,
        help: "add 'folds: 5' to 'sweep', or 'validation' to 'split'")
    }
  }
}
