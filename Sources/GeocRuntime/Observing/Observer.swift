import GeocDiagnostics
import GeocIR
import GeocPlan
import GeocTensorFiles

/// Looks at a model between two epochs, on rows that stay the same. Changes nothing that the training sees.
package final class Observer {
  /// Rows that values are observed on, at most.
  package static let mostRows = 256
  /// Epochs that are observed, at most: of a longer run every second, third, … one.
  package static let mostEpochs = 200

  private let values: Executable
  private let gradient: Executable
  private let rows: [Int]
  private let batch: Batch
  private let columns: [String: HostArray]
  private let classes: [Int]
  private let classCount: Int
  private let interval: Int
  private let last: Int
  private let seed: UInt64
  private let registry: OpRegistry
  private var plane: PrincipalPlane?

  /// An observer of a run. `values` and `gradient` are the functions `observe` and `observe_gradient`; `target` is the
  /// input that holds classes, with their number. Throws E0408.
  package init(
    values: Executable, gradient: Executable, trainer: Trainer, target: (input: String, classes: Int)?,
    registry: OpRegistry
  ) throws(GeocError) {
    (self.values, self.gradient, self.registry) = (values, gradient, registry)
    let fold = trainer.fold
    let source = !fold.test.isEmpty ? fold.test : !fold.validation.isEmpty ? fold.validation : fold.train
    let rows = Self.spread(source, Self.mostRows)
    let columns = trainer.data.columns
    (self.rows, self.columns) = (rows, columns)
    let column = target.flatMap { columns[$0.input] }
    classes = column.map { column in rows.map { Int(column.value(row: $0)) } } ?? []
    classCount = target?.classes ?? 0
    let views = trainer.data.views
    let size = max(1, min(trainer.training.batch ?? Self.mostRows, Self.mostRows / views.views))
    seed = UInt64(bitPattern: Int64(trainer.training.seed))
    let part = Self.spread(fold.train, size)
    // Step 0 is none of the training's: its random numbers are used for this batch only.
    batch =
      views.isPlain
      ? Batch(columns: columns, rows: part) : try views.batch(columns, rows: part, seed: seed, step: 0)
    last = trainer.epochs
    interval = (last + Self.mostEpochs - 1) / Self.mostEpochs
  }

  /// At most `count` of the rows, evenly spaced.
  private static func spread(_ rows: [Int], _ count: Int) -> [Int] {
    guard rows.count > count else { return rows }
    return (0..<count).map { rows[$0 * rows.count / count] }
  }

  /// Whether an epoch is observed.
  package func isWanted(_ epoch: Int) -> Bool {
    epoch == 1 || epoch == last || epoch % max(1, interval) == 0
  }

  /// What there is to see after an epoch. What fails is told in the observation: the training goes on.
  package func observe(epoch: Int) -> EpochObservation {
    var observation = EpochObservation(epoch: epoch)
    do {
      if !rows.isEmpty { try observeValues(&observation) }
      try gradient.run(batch, seed: seed, step: 0)
      for result in gradient.function.results {
        guard let parts = ObservedQuantity.parts(ofResult: result.name) else { continue }
        let x = gradient.number(result.name)
        if x.isFinite { observation.gradientNorm[parts.subject] = x.short }
      }
    } catch {
      observation.problem = error.diagnostics.first?.message ?? "the model could not be run"
    }
    return observation
  }

  private func observeValues(_ observation: inout EpochObservation) throws(GeocError) {
    try values.run(Batch(columns: columns, rows: rows), seed: seed, step: 0)
    observation.rows = rows.count
    for result in values.function.results {
      guard let parts = ObservedQuantity.parts(ofResult: result.name), let tensor = values.result(result.name) else {
        continue
      }
      let numbers = tensor.doubles()
      let number = numbers.first ?? .nan
      switch parts.quantity {
      case .eigenvalues:
        observation.eigenvalues[parts.subject] = ValueHistogram(
          numbers, isLogarithmic: true, perPoint: tensor.shape.last ?? 1)
      case .radius: observation.radius[parts.subject] = ValueHistogram(numbers, isLogarithmic: false)
      case .folded: observation.folded[parts.subject] = (numbers.reduce(0, +) / Double(max(1, numbers.count))).short
      case .embedding: observation.embedding = try embedding(parts.subject, numbers)
      case .disc:
        observation.embedding = EpochObservation.Embedding(
          of: parts.subject, isDisc: true, share: [],
          points: stride(from: 0, to: numbers.count - 1, by: 2).map { [numbers[$0].short, numbers[$0 + 1].short] },
          classes: classes)
      case .prediction: observation.confusion = confusion(numbers)
      case .parameterNorm where number.isFinite: observation.parameterNorm[parts.subject] = number.short
      case .residual where number.isFinite: observation.residual[parts.subject] = number.short
      case .parameterNorm, .residual, .gradientNorm: break
      }
    }
  }

  /// The vectors in their principal plane.
  private func embedding(_ name: String, _ numbers: [Double]) throws(GeocError) -> EpochObservation.Embedding? {
    guard !rows.isEmpty, numbers.count >= rows.count, numbers.allSatisfy(\.isFinite) else { return nil }
    let width = numbers.count / rows.count
    if width == 2 {
      let points = rows.indices.map { [numbers[2 * $0].short, numbers[2 * $0 + 1].short] }
      return EpochObservation.Embedding(of: name, isDisc: false, share: [], points: points, classes: classes)
    }
    do {
      let plane = try plane ?? PrincipalPlane(rows: rows.count, width: width, registry: registry)
      self.plane = plane
      let found = try plane.coordinates(of: numbers)
      return EpochObservation.Embedding(
        of: name, isDisc: false, share: found.share, points: found.points, classes: classes)
    } catch let error as GeocError {
      throw error
    } catch {
      throw GeocError(Diagnostic(.numeric.noConvergence, "the principal plane of '\(name)': \(error)"))
    }
  }

  private func confusion(_ numbers: [Double]) -> [[Int]]? {
    guard !classes.isEmpty else { return nil }
    return Metrics.confusion(
      Metrics.Sample(
        predictions: numbers, targets: classes.map(Double.init), width: numbers.count / max(1, rows.count)),
      classes: classCount)
  }
}

extension Metrics {
  /// How many rows of each class (outer) were taken for each class (inner); nil for a sample without scores by class, or
  /// one score that tells two classes apart.
  package static func confusion(_ sample: Sample, classes: Int) -> [[Int]]? {
    let isTold = sample.width == classes || (sample.width == 1 && classes == 2)
    guard isTold, classes > 1, sample.predictions.allSatisfy(\.isFinite) else { return nil }
    var table = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (p, t) in zip(sample.classes, sample.targets) where (0..<classes).contains(Int(t)) { table[Int(t)][p] += 1 }
    return table
  }
}
