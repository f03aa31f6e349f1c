import GeocDiagnostics
import GeocIR
import GeocYAML

/// Reads `data` and `train` against the model's inputs and the declared optimizers.
struct RunReader {
  let spec: Spec
  let registry: OpRegistry
  /// The weights of the model; empty when it could not be elaborated.
  let weights: [(name: String, type: GeoType)]
  var problems: Problems

  static let dataKeys = [
    "file", "bind", "where", "split", "standardize", "views", "augment", "labelled", "relabel_every",
  ]
  static let trainKeys = [
    "optimizer", "groups", "schedule", "clip", "epochs", "steps", "batch", "drop_last", "shuffle", "seed",
    "checkpoint_every", "early_stop", "until",
  ]

  private var inputNames: [String] { spec.inputs.map(\.name.value) }

  // MARK: Data

  /// The `data` section; nil without one.
  mutating func data() -> DataDescription? {
    guard let section = spec.data else { return nil }
    guard let fields = problems.fields(section.value, "'data'", known: Self.dataKeys) else { return nil }
    guard let file = fields["file"] else {
      problems.report(.spec.missingKey, "'data' needs 'file'", at: section.key)
      return nil
    }
    guard let path = problems.text(file.value, "'file'") else { return nil }
    let name = path.value.lowercased()
    if ![".npz", ".npy", ".csv", ".safetensors"].contains(where: { name.hasSuffix($0) }) {
      problems.report(
        .spec.parameterOutOfRange, "'\(path.value)' is not a data file", at: path.span,
        label: "use .npz, .npy, .csv or .safetensors")
    }
    var data = DataDescription(
      file: path.value, folder: spec.folder,
      bind: Dictionary(inputNames.map { ($0, $0) }, uniquingKeysWith: { first, _ in first }))
    if let field = fields["bind"] {
      for (key, value) in problems.entries(field.value, "'bind'") {
        guard let input = problems.text(key, "an input"), isInput(input) else { continue }
        if let array = problems.text(value, "the array of '\(input.value)'") { data.bind[input.value] = array.value }
      }
    }
    if let field = fields["where"] {
      for (key, value) in problems.entries(field.value, "'where'") {
        guard let array = problems.text(key, "an array") else { continue }
        let values = (value.items ?? [value]).compactMap { problems.number($0, "a value of '\(array.value)'")?.value }
        data.filters.append(DataDescription.Filter(array: array.value, values: values))
      }
    }
    if let field = fields["split"] { data.split = split(field.value) }
    if let field = fields["standardize"] {
      data.standardize = (problems.names(field.value, "'standardize'") ?? []).filter { isInput($0) }.map(\.value)
    }
    readTrainingRows(fields, &data)
    return data
  }

  private mutating func isInput(_ name: Located<String>) -> Bool {
    if inputNames.contains(name.value) { return true }
    let near = suggestion(for: name.value, among: inputNames)
    problems.report(
      .spec.unknownName, "the model has no input '\(name.value)'", at: name.span,
      meant: near)
    return false
  }

  private mutating func split(_ node: YAMLNode) -> DataDescription.Split? {
    let known = ["train", "test", "validation", "seed", "stratify", "group", "folds"]
    guard let fields = problems.fields(node, "'split'", known: known) else { return nil }
    func forbid(_ keys: [String], with form: String) {
      for key in keys {
        if let field = fields[key] {
          problems.report(.spec.badSplit, "'\(key)' does not go with \(form)", at: field.key.span)
        }
      }
    }
    let seed = fields["seed"].flatMap { problems.integer($0.value, "'seed'")?.value } ?? 0
    let group = fields["group"].flatMap { problems.text($0.value, "'group'")?.value }
    let stratify = fields["stratify"].flatMap { problems.text($0.value, "'stratify'")?.value }
    if let field = fields["folds"] {
      forbid(["train", "test", "validation"], with: "'folds'")
      guard let count = problems.integer(field.value, "'folds'") else { return nil }
      if count.value < 2 {
        problems.report(.spec.parameterOutOfRange, "'folds' must be at least 2, found \(count.value)", at: count.span)
      }
      return .folds(count: count.value, group: group, stratify: stratify, seed: seed)
    }
    if let train = fields["train"] {
      forbid(["seed", "stratify", "group"], with: "index arrays")
      guard let test = fields["test"] else {
        problems.report(.spec.badSplit, "'split' needs 'test' beside 'train'", at: train.key.span)
        return nil
      }
      guard let rows = problems.text(train.value, "'train'"), let others = problems.text(test.value, "'test'") else {
        return nil
      }
      let validation = fields["validation"].flatMap { problems.text($0.value, "'validation'")?.value }
      return .indices(train: rows.value, test: others.value, validation: validation)
    }
    guard let test = fields["test"] else {
      problems.report(
        .spec.badSplit, "'split' needs 'test'", at: node.entries?.first?.key.span ?? node.span,
        help: "write 'split: { test: 0.2, seed: 0 }'")
      return nil
    }
    guard let share = fraction(test.value, "'test'") else { return nil }
    var validation = 0.0
    if let field = fields["validation"] {
      guard let value = fraction(field.value, "'validation'") else { return nil }
      validation = value
      if share + validation >= 1 {
        problems.report(
          .spec.parameterOutOfRange, "'test' and 'validation' leave no rows for training", at: field.value.span)
      }
    }
    if let group {
      if let field = fields["stratify"] {
        problems.report(.spec.badSplit, "'stratify' does not go with 'group'", at: field.key.span)
      }
      return .group(array: group, test: share, validation: validation, seed: seed)
    }
    return .fraction(test: share, validation: validation, seed: seed, stratify: stratify)
  }

  private mutating func fraction(_ node: YAMLNode, _ what: String) -> Double? {
    guard let number = problems.number(node, what) else { return nil }
    guard number.value > 0, number.value < 1 else {
      problems.report(
        .spec.parameterOutOfRange, "\(what) is a share between 0 and 1, found \(NumberText.text(number.value))",
        at: number.span)
      return nil
    }
    return number.value
  }

  // MARK: Training

  /// The `train` section; nil without one.
  mutating func training() -> (TrainingDescription, OptimizerDescription)? {
    guard let section = spec.train else { return nil }
    guard let fields = problems.fields(section.value, "'train'", known: Self.trainKeys) else { return nil }
    if spec.losses.isEmpty {
      problems.report(.spec.missingLoss, "'train' needs a 'loss' to minimise", at: section.key)
    }
    guard let chosen = fields["optimizer"] else {
      problems.report(
        .spec.missingKey, "'train' needs 'optimizer'", at: section.key, help: "add 'optimizer: { adam: { lr: 0.001 } }'"
      )
      return nil
    }
    var optimizer = OptimizerReader(spec: spec, registry: registry, weights: weights, problems: problems)
    let description = optimizer.optimizer(chosen.value, groups: fields["groups"], clip: fields["clip"])
    problems = optimizer.problems
    var training = TrainingDescription(learningRate: 1)
    if let field = fields["schedule"] {
      var reader = ScheduleReader(problems: problems)
      training.schedule = reader.schedule(field.value) ?? .constant
      problems = reader.problems
    }
    training.epochs = count(fields["epochs"], "'epochs'", atLeast: 1)
    training.steps = count(fields["steps"], "'steps'", atLeast: 1)
    if let epochs = fields["epochs"], let steps = fields["steps"] {
      problems.report(
        .spec.badTrain, "'epochs' and 'steps' exclude each other", at: steps.key.span,
        labels: [(epochs.key.span, "already given here")])
    } else if fields["epochs"] == nil, fields["steps"] == nil {
      problems.report(.spec.missingKey, "'train' needs 'epochs' or 'steps'", at: section.key)
    }
    if let field = fields["batch"] {
      if field.value.text == "whole" {
        training.batch = nil
      } else if let size = count(field, "'batch'", atLeast: 1, help: "a number of samples, or 'whole'") {
        training.batch = size
      }
    }
    if let field = fields["drop_last"], let flag = problems.flag(field.value, "'drop_last'") {
      training.dropsLast = flag.value
    }
    if let field = fields["shuffle"], let flag = problems.flag(field.value, "'shuffle'") {
      training.shuffles = flag.value
    }
    if let seed = count(fields["seed"], "'seed'", atLeast: 0) { training.seed = seed }
    if let every = count(fields["checkpoint_every"], "'checkpoint_every'", atLeast: 1) {
      training.checkpointEvery = every
    }
    training.earlyStop = count(fields["early_stop"], "'early_stop'", atLeast: 1)
    if let field = fields["early_stop"], let entries = spec.data?.value.entries,
      let other = entries.first(where: { ["views", "labelled", "relabel_every"].contains($0.key.text) })
    {
      problems.report(
        .spec.badTrain, "'early_stop' watches the validation loss, and with '\(other.name)' there is none",
        at: field.key.span, labels: [(other.key.span, "makes the loss one of training batches")])
    }
    readSeparation(fields["until"], &training)
    guard var description else { return nil }
    readSearch(fields, chosen.value, &description, &training)
    let rate = description.attributes.real("lr", 1)
    // Infinite steps are taken in parameters divided by the rate.
    training.learningRate = rate.isFinite ? rate : 1
    if !description.ownRates.isEmpty { training.ownRates = description.ownRates }
    return (training, description)
  }

  /// Whether training reports when the data are separated, and stops then.
  private mutating func readSeparation(_ until: Problems.Field?, _ training: inout TrainingDescription) {
    let metric = spec.metrics.first { $0.name.value == "separation" }
    if let until, problems.choice(until.value, "'until'", ["separated"]) != nil { training.stopsWhenSeparated = true }
    training.reportsSeparation = metric != nil || until != nil
    if training.reportsSeparation, training.batch != nil, let place = metric?.name.span ?? until?.key.span {
      problems.report(
        .spec.badTrain, "separation is counted in steps on all rows", at: place, help: "add 'batch: whole' to 'train'")
    }
  }

  private mutating func count(
    _ field: Problems.Field?, _ what: String, atLeast least: Int, help: String? = nil
  ) -> Int? {
    guard let field, let number = problems.integer(field.value, what, help: help) else { return nil }
    guard number.value >= least else {
      problems.report(
        .spec.parameterOutOfRange, "\(what) must be at least \(least), found \(number.value)", at: number.span)
      return nil
    }
    return number.value
  }
}
