import GeocDiagnostics
import GeocIR

/// The functions of a second-order search, prepared when they are first asked for: the matrix of a Hessian that is never
/// used takes no memory.
package struct SearchProgram: Sendable {
  private let function: @Sendable (String) throws(GeocError) -> Executable
  private let rows: RowForm?

  /// The size of a Hessian that is made of rows.
  package struct RowForm: Sendable {
    /// Rows that each sample adds.
    package var perSample: Int
    /// Weights of the model.
    package var weights: Int

    /// A form by its numbers.
    package init(perSample: Int, weights: Int) {
      self.perSample = perSample
      self.weights = weights
    }
  }

  /// What the iterations run.
  package struct Functions: Sendable {
    /// Loss, gradient and what stands for the Hessian at the point, kept for all trials of an iteration.
    package var curvature: Executable
    /// A step, and whether it is accepted.
    package var trial: Executable
  }

  /// A search with functions by their name in the plan; `rows` where the plan has those that step by rows.
  package init(rows: RowForm?, function: @escaping @Sendable (String) throws(GeocError) -> Executable) {
    self.rows = rows
    self.function = function
  }

  /// Whether `samples` add fewer rows to the Hessian than there are weights, so that systems of their number are solved.
  package func isByRows(samples: Int) -> Bool {
    guard let rows else { return false }
    let (count, overflow) = samples.multipliedReportingOverflow(by: rows.perSample)
    return !overflow && count < rows.weights
  }

  /// The functions for a number of samples. Throws what preparing them throws.
  package func functions(samples: Int) throws(GeocError) -> Functions {
    let end = isByRows(samples: samples) ? "_by_rows" : ""
    return Functions(curvature: try function("curvature" + end), trial: try function("trial" + end))
  }

  /// The smallest eigenvalue of what stands for the Hessian at the current point. Throws what running throws.
  func smallestEigenvalue(_ batch: Batch, seed: UInt64) throws(GeocError) -> Double {
    if isByRows(samples: batch.rows.count) {
      let curvature = try function("curvature")
      try curvature.run(batch, seed: seed)
      try curvature.commit()
    }
    let spectrum = try function("spectrum")
    try spectrum.run(Batch(rows: [0]))
    return spectrum.number("smallest")
  }
}

extension Trainer {
  /// One iteration: trials until one is accepted, the last one taken as it is. Matrices that are not positive definite
  /// reject a trial. Throws `GeocError` where no trial could be taken, and for numeric faults.
  func iteration(_ search: SearchProgram, _ settings: SearchDescription) throws -> Iteration {
    if isInterrupted() { throw Interrupted() }
    let batch = Batch(columns: data.columns, rows: fold.train)
    let seed = UInt64(bitPattern: Int64(training.seed))
    let store = program.store
    let curvature = try search.functions(samples: batch.rows.count).curvature
    try store.set("hyper.epoch", Double(progress.epoch + 1))
    try curvature.run(batch, seed: seed)
    var result = Iteration(
      loss: curvature.number("loss"), norm: curvature.number("prepared.search.norm"), gamma: 0)
    guard result.loss.isFinite, result.norm.isFinite else { throw try notFinite(curvature, batch) }
    try curvature.commit()
    if result.norm < settings.tolerance {
      progress.isConverged = true
    } else {
      try step(search, settings, batch, seed, &result)
      progress.step += 1
      progress.isConverged = result.norm < settings.tolerance
    }
    result.gamma = store.tensor("optimizer.gamma")?.doubles().first ?? .nan
    progress.gradientNorm = result.norm
    return result
  }

  /// Where an iteration ends.
  struct Iteration {
    /// The loss.
    var loss: Double
    /// The dual length of the gradient.
    var norm: Double
    /// γ of the next trial.
    var gamma: Double

    /// As columns of the metrics.
    func values(solves: Int) -> [(name: String, value: Double)] {
      [
        (name: "train_loss", value: loss), (name: "gradient_norm", value: norm), (name: "gamma", value: gamma),
        (name: "solves", value: Double(solves)),
      ]
    }
  }

  private func step(
    _ search: SearchProgram, _ settings: SearchDescription, _ batch: Batch, _ seed: UInt64, _ result: inout Iteration
  ) throws {
    let trial = try search.functions(samples: batch.rows.count).trial
    for k in 1...max(1, settings.trials) {
      progress.solves += 1
      guard try isDefinite(trial, batch, seed) else {
        let rejected = program.store.tensor("optimizer.gamma")?.doubles().first ?? .nan
        if k >= max(1, settings.trials) { throw try indefinite(search, batch, seed, gamma: rejected, trials: k) }
        try program.store.set("optimizer.gamma", rejected / 2)
        continue
      }
      let loss = trial.number("loss")
      let isAccepted = trial.number("accepted") > 0.5
      if isAccepted || k >= max(1, settings.trials) {
        guard loss.isFinite else { throw try notFinite(trial, batch) }
        try trial.commit()
        (result.loss, result.norm) = (loss, trial.number("norm"))
        return
      }
      try program.store.set("optimizer.gamma", trial.number("optimizer.gamma"))
    }
  }

  /// Runs a trial; false where its matrix is not positive definite. Throws other faults.
  private func isDefinite(_ trial: Executable, _ batch: Batch, _ seed: UInt64) throws(GeocError) -> Bool {
    do {
      try trial.run(batch, seed: seed)
      return true
    } catch {
      if error.diagnostics.first?.code == .numeric.notPositiveDefinite { return false }
      throw error
    }
  }

  /// The training row or node that spoils the loss.
  private func notFinite(_ function: Executable, _ batch: Batch) throws -> GeocError {
    do {
      try function.run(batch, checksValues: true)
    } catch {
      return GeocError(error.diagnostics.map { $0.adding(note: "at iteration \(progress.step + 1) of the search") })
    }
    return GeocError(
      Diagnostic(.numeric.diverged, "the loss or its gradient is not finite at iteration \(progress.step + 1)"))
  }

  /// No γ made the Hessian positive definite.
  private func indefinite(
    _ search: SearchProgram, _ batch: Batch, _ seed: UInt64, gamma: Double, trials: Int
  ) throws -> GeocError {
    let smallest = Executable.short(try search.smallestEigenvalue(batch, seed: seed))
    let norm = program.store.tensor("prepared.search.norm")?.doubles().first ?? .nan
    let curvature = try search.functions(samples: batch.rows.count).curvature
    let origin = curvature.lossOrigin
    let diagnostic = Diagnostic(
      .numeric.noStep,
      "the Hessian of iteration \(progress.step + 1) is not positive definite: its smallest eigenvalue is \(smallest)",
      at: origin?.span ?? .none,
      notes: [
        """
        \(trials) \(trials == 1 ? "trial was" : "trials were") made, down to γ = \(Executable.short(gamma)), where \
        \(Executable.short(norm))/γ was added to its diagonal
        """
      ],
      help: ["use 'hessian: gauss_newton' or 'fisher', which have no negative eigenvalues, or another start"])
    return GeocError(origin.map { curvature.located(diagnostic, $0) } ?? diagnostic)
  }

  /// What the search came to, for the end of a run; nothing for other optimizers.
  package var finalSearch: [(name: String, value: Double)] {
    guard program.search != nil else { return [] }
    return [
      (name: "iterations", value: Double(progress.step)), (name: "solves", value: Double(progress.solves)),
      (name: "gradient_norm", value: progress.gradientNorm),
      (name: "gamma", value: program.store.tensor("optimizer.gamma")?.doubles().first ?? .nan),
    ]
  }
}
