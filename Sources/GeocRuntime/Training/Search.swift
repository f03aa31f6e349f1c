import GeocDiagnostics
import GeocIR

/// The functions of a second-order search.
package struct SearchProgram: Sendable {
  /// Loss, gradient and what stands for the Hessian at the point, kept for all trials of an iteration.
  package var curvature: Executable
  /// A step, and whether it is accepted.
  package var trial: Executable
  /// The smallest eigenvalue of what stands for the Hessian.
  package var spectrum: Executable

  /// A search by its functions.
  package init(curvature: Executable, trial: Executable, spectrum: Executable) {
    self.curvature = curvature
    self.trial = trial
    self.spectrum = spectrum
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
    try store.set("hyper.epoch", Double(progress.epoch + 1))
    try search.curvature.run(batch, seed: seed)
    var result = Iteration(
      loss: search.curvature.number("loss"), norm: search.curvature.number("prepared.search.norm"), gamma: 0)
    guard result.loss.isFinite, result.norm.isFinite else { throw try notFinite(search.curvature, batch) }
    try search.curvature.commit()
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
    for k in 1...max(1, settings.trials) {
      progress.solves += 1
      guard try isDefinite(search.trial, batch, seed) else {
        let rejected = program.store.tensor("optimizer.gamma")?.doubles().first ?? .nan
        if k >= max(1, settings.trials) { throw try indefinite(search, gamma: rejected, trials: k) }
        try program.store.set("optimizer.gamma", rejected / 2)
        continue
      }
      let loss = search.trial.number("loss")
      let isAccepted = search.trial.number("accepted") > 0.5
      if isAccepted || k >= max(1, settings.trials) {
        guard loss.isFinite else { throw try notFinite(search.trial, batch) }
        try search.trial.commit()
        (result.loss, result.norm) = (loss, search.trial.number("norm"))
        return
      }
      try program.store.set("optimizer.gamma", search.trial.number("optimizer.gamma"))
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
  private func indefinite(_ search: SearchProgram, gamma: Double, trials: Int) throws -> GeocError {
    try search.spectrum.run(Batch(rows: [0]))
    let smallest = Executable.short(search.spectrum.number("smallest"))
    let norm = program.store.tensor("prepared.search.norm")?.doubles().first ?? .nan
    let origin = search.curvature.lossOrigin
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
    return GeocError(origin.map { search.curvature.located(diagnostic, $0) } ?? diagnostic)
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
