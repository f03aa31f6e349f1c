/// A second-order method that tries steps on all rows until one is accepted. It contributes IR: the step of a trial and
/// its judgement; the Hessian comes from the model, the loop over trials from the training.
package protocol SearchRule: OptimizerRule {
  /// What the loop over trials needs to know; `isSingle` for numbers of single precision.
  static func search(_ attributes: Attributes, isSingle: Bool) -> SearchDescription
  /// What stands for the Hessian.
  static func hessian(_ attributes: Attributes) -> HessianForm
  /// Whether lengths are measured by the Gram matrix of the data instead of the identity.
  static func usesGram(_ attributes: Attributes) -> Bool
  /// Numbers that go on from trial to trial, checkpointed as `optimizer.<name>`.
  static func searchSlots(_ attributes: Attributes) -> [OptimizerSlot]
  /// The step of a trial, [d].
  static func step(_ b: inout Builder, _ t: TrialContext) throws -> Value
  /// Whether the trial is accepted, 1 or 0, and the slots of the next one.
  static func judge(_ b: inout Builder, _ t: TrialContext, _ o: TrialOutcome) throws -> (
    isAccepted: Value, slots: [Value]
  )
}

extension SearchRule {
  package static func slots(_ type: GeoType, _ attributes: Attributes, _ spaces: SpaceTable) -> [OptimizerSlot] { [] }
  package static func update(_ b: inout Builder, _ u: UpdateContext) throws -> (parameter: Value, slots: [Value]) {
    throw InternalError("'\(name)' steps in all parameters at once")
  }
}

/// The loop over the trials of a search.
package struct SearchDescription: Codable, Hashable, Sendable {
  /// Training ends where the gradient is shorter.
  package var tolerance: Double
  /// Trials in one iteration; the last one is taken as it is.
  package var trials: Int

  /// A loop by its parts.
  package init(tolerance: Double, trials: Int) {
    self.tolerance = tolerance
    self.trials = trials
  }
}

/// The Hessian as a search has it: a matrix, factors of one of low rank, or the rows of the samples.
package enum SearchHessian: Sendable {
  /// [d, d].
  case matrix(Value)
  /// shift · I + JᵀSJ: rows J [r, d] with r < d, positive semi-definite weights S [r, r], one number.
  case lowRank(rows: Value, weights: Value, shift: Value)
  /// diag(diagonal) + Σ RᵀWR over the samples: rows R [B] [r, d], the weights on the diagonal of W [B] [r], and [d].
  case rows(rows: Value, weights: Value, diagonal: Value)
}

/// What a trial starts from; vectors run through all parameters in the order of the model, each row-major.
package struct TrialContext: Sendable {
  /// The loss at the point.
  package var loss: Value
  /// Its gradient [d].
  package var gradient: Value
  /// The dual length of the gradient.
  package var norm: Value
  /// What stands for the Hessian.
  package var hessian: SearchHessian
  /// The matrix [d, d] of the metric; nil for the identity.
  package var metric: Value?
  /// The slots.
  package var slots: [Value]
  /// Parameters of the optimizer.
  package var attributes: Attributes

  /// A start by its parts.
  package init(
    loss: Value, gradient: Value, norm: Value, hessian: SearchHessian, metric: Value?, slots: [Value],
    attributes: Attributes
  ) {
    self.loss = loss
    self.gradient = gradient
    self.norm = norm
    self.hessian = hessian
    self.metric = metric
    self.slots = slots
    self.attributes = attributes
  }
}

/// What a trial came to.
package struct TrialOutcome: Sendable {
  /// The loss there.
  package var loss: Value
  /// The dual length of the gradient there.
  package var norm: Value

  /// An outcome by its parts.
  package init(loss: Value, norm: Value) {
    self.loss = loss
    self.norm = norm
  }
}
