import GeocDiagnostics

extension Trainer {
  /// Looks whether the training rows are separated now, and tells the first step after which they were, -1 for none
  /// yet; nothing where nobody asks. Throws `GeocError` for numeric faults.
  func separation() throws(GeocError) -> [(name: String, value: Double)] {
    guard let check = program.separation else { return [] }
    if progress.separation == nil {
      try check.run(Batch(columns: data.columns, rows: fold.train))
      if check.number("loss.margin") > 0 { progress.separation = progress.step }
    }
    return finalSeparation
  }

  /// The first step after which the training rows were separated, -1 for none; nothing where nobody asks.
  package var finalSeparation: [(name: String, value: Double)] {
    program.separation == nil ? [] : [("separation", Double(progress.separation ?? -1))]
  }
}
