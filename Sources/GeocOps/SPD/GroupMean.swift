import GeocIR

/// The rows of a batch as one group or several, and tables with one entry for each.
struct Grouping {
  /// Number of groups; nil for one group, whose tables have no axis for groups.
  var count: Int?
  /// Leading axes of the items that are averaged too; none with several groups.
  var leading = 0
  /// Ones at the group of each row, [B] R[g].
  private var share: Value?
  /// Rows of each group, R[g].
  private var rows: Value?

  /// All rows, and the first `leading` axes of each.
  static func whole(leading: Int = 0) -> Grouping { Grouping(leading: leading) }

  /// The groups that `label` names.
  static func byLabel(_ b: inout Builder, _ label: Value, _ count: Int) throws -> Grouping {
    let column = try b.reshape(label, [1])
    let share = try b.map(
      "select(less(abs(x0 - x1), 0.5), 1, 0)", [try b.one("ramp", [], ["count": .int(count)]), column])
    return Grouping(count: count, share: share, rows: try b.batchSum(share))
  }

  /// Shape of a table of numbers.
  var shape: [Int] { count.map { [$0] } ?? [] }

  /// For each row the entry of its group.
  func entry(_ b: inout Builder, _ table: Value) throws -> Value {
    guard let share, let count else { return table }
    let item = Array(b.shape(table).dropFirst())
    let flat = try b.reshape(table, [count, item.reduce(1, *)])
    return try b.reshape(try b.matmul(try b.reshape(share, [1, count]), flat), item)
  }

  /// The mean of each group; 0 for one without rows.
  func mean(_ b: inout Builder, _ items: Value) throws -> Value {
    guard let share, let rows, let count else { return try b.batchMean(items, leading: leading) }
    let item = b.shape(items)
    let flat = try b.reshape(items, [1, item.reduce(1, *)])
    let sum = try b.batchSum(try b.matmul(try b.reshape(share, [count, 1]), flat))
    return try b.reshape(
      try b.map("x0 / max(x1, 1)", [sum, try b.reshape(rows, [count, 1])]), [count] + item)
  }

  /// `table` where the group has rows, `old` elsewhere.
  func kept(_ b: inout Builder, _ table: Value, _ old: Value) throws -> Value {
    guard let rows, let count else { return table }
    return try b.map(
      "select(less(0.5, x2), x0, x1)", [table, old, try b.reshape(rows, [count, 1, 1])])
  }

  /// Numbers beside matrices: `[g]` as `[g, 1, 1]`.
  func wide(_ b: inout Builder, _ numbers: Value) throws -> Value {
    try b.reshape(numbers, b.shape(numbers) + [1, 1])
  }
}

/// Fréchet means of groups of positive definite matrices.
enum GroupMean {
  /// Values of an iteration.
  struct State {
    var mean: Value
    /// Length of the next step.
    var step: Value
    /// Norm of the gradient before the last step.
    var size: Value
    /// 1 at the end.
    var done: Value
    /// Largest norm of a gradient.
    var residual: Value
  }

  /// Slots of a fit beside the mean.
  static func slots(_ shape: [Int]) -> [FitSlot] { [FitSlot("step", .real(shape)), FitSlot("size", .real(shape))] }

  /// The mean itself where it is known in closed form, the arithmetic mean otherwise. A group without rows keeps `old`.
  static func start(
    _ b: inout Builder, _ metric: String, _ x: Value, _ groups: Grouping, old: Value? = nil
  ) throws -> State {
    var mean: Value
    var isDone = true
    switch metric {
    case "log_euclidean":
      let log = try groups.mean(&b, try b.spectral(SpectralFunction([.log]), x))
      mean = try b.spectral(SpectralFunction([.exp]), log)
    case "log_cholesky":
      mean = try LogCholesky.point(&b, try groups.mean(&b, try LogCholesky.coordinates(&b, x)))
    default:
      mean = try groups.mean(&b, x)
      isDone = false
    }
    if let old { mean = try groups.kept(&b, mean, old) }
    return State(
      mean: mean, step: try b.fill(groups.shape, 1), size: try b.fill(groups.shape, 1e300),
      done: try b.fill([], isDone ? 1 : 0), residual: try b.fill([], 0))
  }

  /// One step from a mean: along the mean of the logarithms (airm), or the fixed point of the optimal maps
  /// (bures_wasserstein).
  ///
  /// The length of a step is halved when the gradient shrinks by less than 1 − ν/2. Half of the squared distance has
  /// second derivatives of 1 and more, so that a step ν that does not overshoot shrinks it by about 1 − ν; full steps
  /// overshoot on widely spread sets, where they stall or diverge. At the floor of rounding the length goes to 0.
  static func next(
    _ b: inout Builder, _ metric: String, _ x: Value, _ groups: Grouping, _ old: State, tol: Double
  ) throws -> State {
    let isTransport = metric == "bures_wasserstein"
    let gradient: Value
    var factors: (root: Value, inverse: Value)?
    var transport: (factor: Value, root: Value)?
    if isTransport {
      let factor = try b.cholesky(old.mean)
      let root = try groups.mean(&b, try BuresWasserstein.root(&b, try groups.entry(&b, factor), x))
      let map = try b.trsolve(factor, try b.trsolve(factor, root, transpose: true), isLeft: false)
      gradient = try b.sub(try b.sym(map), try b.identity(b.shape(x).last ?? 1))
      transport = (factor, root)
    } else {
      let own = try SPDSpace.roots(&b, old.mean)
      let inner = try b.congruence(try groups.entry(&b, own.inverse), x)
      gradient = try groups.mean(&b, try b.spectral(SpectralFunction([.log]), inner))
      factors = own
    }
    let size = try b.detached(try b.squareRoot(try b.sumLast(try b.mul(gradient, gradient), 2)))
    let step =
      isTransport
      ? old.step
      : try b.map("select(less((1 - 0.5 * x2) * x1, x0), 0.5 * x2, x2)", [size, old.size, old.step])
    let mean: Value
    if let transport {
      mean = try b.syrk(try b.trsolve(transport.factor, transport.root, transpose: true))
    } else if let factors {
      let move = try b.mul(gradient, try groups.wide(&b, step))
      mean = try b.congruence(factors.root, try b.spectral(SpectralFunction([.exp]), move))
    } else {
      throw InternalError("there is no mean under '\(metric)'")
    }
    // The fixed point of the optimal maps has no length of step that could end it at the floor of rounding.
    let isDone =
      isTransport
      ? try b.map("select(less(\(tol), x0), select(less(x0, 0.999 * x1), 0, 1), 1)", [size, old.size])
      : try b.map("select(less(\(tol), x0), select(less(\(tol), x1), 0, 1), 1)", [size, step])
    let axes = groups.shape.indices.map { $0 }
    return State(
      mean: mean, step: step, size: size, done: axes.isEmpty ? isDone : try b.reduce(isDone, "min", axes: axes),
      residual: axes.isEmpty ? size : try b.reduce(size, "max", axes: axes))
  }

  /// The rule of a state that is the mean of groups.
  static func rule(
    _ state: String, metric: String, shape: [Int], target: String?, adapts: Bool, tol: Double, limit: Int,
    _ groups: @escaping @Sendable (inout Builder, FitContext) throws -> Grouping
  ) -> FitRule {
    let step: @Sendable (State) -> FitStep = { s in
      FitStep(values: [state: s.mean, "step": s.step, "size": s.size], done: s.done, residual: s.residual)
    }
    return FitRule(
      target: target, adapts: adapts, slots: slots(shape),
      method: .steps(
        limit: limit,
        start: { b, c in
          step(try start(&b, metric, try c.input("x"), try groups(&b, c), old: try c.value(state)))
        },
        next: { b, c in
          let old = State(
            mean: try c.value(state), step: try c.value("step"), size: try c.value("size"),
            done: try c.value("step"), residual: try c.value("step"))
          return step(try next(&b, metric, try c.input("x"), try groups(&b, c), old, tol: tol))
        }))
  }
}
