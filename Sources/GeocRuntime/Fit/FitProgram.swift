import GeocDiagnostics
import GeocIR
import GeocTensorFiles

/// The functions that estimate the states of one node from rows.
package struct FitProgram: Sendable {
  /// What is fitted, to what and how.
  package var description: FitDescription
  private var functions: [FitDescription.Part: Executable] = [:]

  /// A program whose functions `executable` prepares by name. Throws what it throws.
  package init(
    _ description: FitDescription, executable: (String) throws(GeocError) -> Executable
  ) throws(GeocError) {
    self.description = description
    for part in description.parts { functions[part] = try executable(description.function(part)) }
  }

  /// How a fit ended.
  package struct Record: Hashable, Sendable {
    /// Path of the node.
    package var node: String
    /// Rows that it saw.
    package var rows: Int
    /// Steps or evaluations; nil for a solver that does not say.
    package var steps: Int?
  }

  /// Estimates the states from `rows` and puts them into `store`. Throws E0523 for a class without rows, E0605 where the
  /// estimation does not end, E0524, and what `Executable.run` throws, with the node named.
  package func run(
    _ columns: [String: HostArray], rows: [Int], store: ParameterStore
  ) throws(GeocError) -> Record {
    do throws(GeocError) {
      let batch = try features(columns, rows)
      try checkClasses(batch)
      var record = Record(node: description.node, rows: rows.count)
      switch description.method {
      case .steps(let limit): record.steps = try iterate(batch, limit: limit)
      case .minimum(let limit): record.steps = try minimize(batch, limit: limit, store)
      case .solver(let name, let parameters):
        guard let solver = HostSolvers.all.first(where: { $0.name == name }) else {
          throw GeocError(Diagnostic(.plan.noFunction, "there is no solver '\(name)'"))
        }
        for (state, tensor) in try solver.fit(features: try samples(batch), parameters) {
          try store.set("\(description.node).\(state)", tensor)
        }
      }
      return record
    } catch {
      throw GeocError(
        error.diagnostics.map { $0.adding(note: "while '\(description.node)' is fitted to \(rows.count) rows") })
    }
  }

  /// The inputs of the node for all rows. Those that are inputs of the model stay where they are.
  private func features(_ columns: [String: HostArray], _ rows: [Int]) throws(GeocError) -> Batch {
    guard !rows.isEmpty else {
      throw GeocError(Diagnostic(.data.emptySplit, "there are no rows to fit '\(description.node)' to"))
    }
    var batch = Batch(rows: rows)
    if let function = functions[.features] { try function.runFinite(Batch(columns: columns, rows: rows)) }
    for feature in description.features {
      if let input = feature.input {
        guard let column = columns[input] else {
          throw GeocError(
            Diagnostic(
              .data.missingArray, "input '\(input)' is not given, and '\(description.node)' is fitted to it",
              help: ["add '--input \(input)=FILE'"]))
        }
        batch.columns[feature.value] = column
      } else {
        batch.made[feature.value] = functions[.features]?.rows(feature.value)
      }
    }
    return batch
  }

  /// One number of a feature for every row.
  private func labels(_ batch: Batch, _ name: String) -> [Int] {
    let value = "feature.\(name)"
    if let made = batch.made[value] { return batch.rows.indices.map { Int(made.value(row: $0)) } }
    guard let column = batch.columns[value] else { return [] }
    return batch.rows.map { Int(column.value(row: $0)) }
  }

  private func checkClasses(_ batch: Batch) throws(GeocError) {
    guard let target = description.target else { return }
    let found = Set(labels(batch, target.feature))
    let missing = (0..<target.classes).filter { !found.contains($0) }
    guard !missing.isEmpty else { return }
    let names = missing.prefix(5).map(String.init).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
    throw GeocError(
      Diagnostic(
        .data.missingClass,
        "'\(description.node)' cannot be fitted: no row of class \(names) among \(batch.rows.count) rows",
        help: [
          "declare as many classes as there are: Label(\(found.count))", "look at 'where' and 'split' in 'data'",
        ]))
  }

  private func samples(_ batch: Batch) throws(GeocError) -> SolverFeatures {
    guard let target = description.target, let own = description.features.first(where: { $0.name != target.feature })
    else { throw GeocError(Diagnostic(.plan.noFunction, "'\(description.node)' has no features")) }
    let made = batch.made[own.value]
    guard let column = made ?? batch.columns[own.value] else {
      throw GeocError(Diagnostic(.plan.noFunction, "'\(description.node)' has no features"))
    }
    var values: [Double] = []
    values.reserveCapacity(batch.rows.count * column.elements)
    for (item, row) in batch.rows.enumerated() {
      for e in 0..<column.elements { values.append(column.value(row: made == nil ? row : item, element: e)) }
    }
    return SolverFeatures(
      values: values, width: column.elements, labels: labels(batch, target.feature), classes: target.classes)
  }

  private func iterate(_ batch: Batch, limit: Int) throws(GeocError) -> Int {
    guard let start = functions[.start], let next = functions[.iterate] else { return 0 }
    try start.run(batch)
    try start.commit()
    var isDone = start.number("done") > 0.5
    var steps = 0
    while !isDone {
      try next.run(batch)
      steps += 1
      let residual = next.number("residual")
      guard residual.isFinite, steps < limit || next.number("done") > 0.5 else {
        throw GeocError(
          Diagnostic(
            .numeric.noConvergence,
            "the fit of '\(description.node)' did not converge in \(steps) steps: residual \(Executable.short(residual))",
            help: ["raise 'iterations', or 'tol' where this residual is small enough"]))
      }
      try next.commit()
      isDone = next.number("done") > 0.5
    }
    return steps
  }

  private func minimize(_ batch: Batch, limit: Int, _ store: ParameterStore) throws(GeocError) -> Int {
    guard let objective = functions[.objective] else { return 0 }
    let shapes = description.states.map { store.shape($0) ?? [] }
    let counts = shapes.map { $0.reduce(1, *) }
    func put(_ x: [Double]) throws(GeocError) {
      var first = 0
      for (k, name) in description.states.enumerated() {
        let part = Array(x[first..<first + counts[k]])
        first += counts[k]
        try store.set(name, try readingFiles { () throws(TensorFileError) in try Tensor(part, shape: shapes[k]) })
      }
    }
    // f32 sums leave a gradient of about 1e-7 of their terms.
    let tolerance = objective.schedule.dtype == .f64 ? 1e-5 : 1e-2
    let found = try Minimizer.run(
      count: counts.reduce(0, +), limit: limit, tolerance: tolerance
    ) { (x) throws(GeocError) in
      try put(x)
      try objective.run(batch)
      let gradient = description.states.flatMap { objective.result("grad.\($0)")?.doubles() ?? [] }
      return (objective.number("objective"), gradient)
    }
    try put(found.point)
    guard found.isMinimum else {
      throw GeocError(
        Diagnostic(
          .numeric.noConvergence,
          "the fit of '\(description.node)' did not converge in \(found.steps) steps: gradient \(Executable.short(found.gradient))",
          help: [
            "perfectly separable classes have no finite optimum without a penalty: lower 'C'",
            "bring features to one scale, with 'standardize' or a layer in front; or raise 'iterations'",
          ]))
    }
    return found.steps
  }
}

extension ModelProgram {
  /// Fits the nodes that `isWanted` admits to `rows`, in order, and computes what depends on their states. Throws what
  /// `FitProgram.run` throws.
  @discardableResult
  package func fit(
    _ columns: [String: HostArray], rows: [Int], where isWanted: (FitDescription) -> Bool = { _ in true }
  ) throws(GeocError) -> [FitProgram.Record] {
    var records: [FitProgram.Record] = []
    for fit in fits where isWanted(fit.description) {
      records.append(try fit.run(columns, rows: rows, store: store))
    }
    if !records.isEmpty { try refresh() }
    return records
  }

  /// Fits what belongs to the rows that the model is used on. Throws what `FitProgram.run` throws.
  package func adapt(_ columns: [String: HostArray], rows: [Int]) throws(GeocError) {
    try fit(columns, rows: rows) { $0.adapts }
  }
}
