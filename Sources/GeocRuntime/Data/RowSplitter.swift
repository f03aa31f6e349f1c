import GeocDiagnostics
import GeocIR
import GeocTensorFiles

/// Divides the rows of a file as a spec asks.
struct RowSplitter {
  let archive: TensorArchive
  let path: String
  let rowCount: Int

  /// The folds of `where` and `split`. Throws E0505, E0511, E0512, E0513.
  func folds(_ description: DataDescription) throws(GeocError) -> [DataSet.Fold] {
    var kept = Array(0..<rowCount)
    for filter in description.filters {
      let values = try numbers(filter.array)
      kept.removeAll { !filter.values.contains(values[$0]) }
    }
    guard !kept.isEmpty else { throw empty("'where' keeps no rows") }
    switch description.split {
    case nil: return [DataSet.Fold(train: kept, test: kept)]
    case .indices(let train, let test, let validation)?:
      let admitted = Set(kept)
      var parts: [[Int]] = []
      for name in [train, validation, test] {
        guard let name else {
          parts.append([])
          continue
        }
        parts.append(try indices(name).filter(admitted.contains))
      }
      for (one, other, names) in [
        (0, 2, (train, test)), (0, 1, (train, validation ?? "")), (1, 2, (validation ?? "", test)),
      ] {
        guard let row = Set(parts[one]).intersection(parts[other]).min() else { continue }
        throw GeocError(
          Diagnostic(
            .data.indexOutOfRange, "row \(row) is in '\(names.0)' and in '\(names.1)'",
            help: ["a row that is trained on cannot measure how the model does on new samples"], item: path))
      }
      return [try checked(DataSet.Fold(train: parts[0], validation: parts[1], test: parts[2]))]
    case .fraction(let test, let validation, let seed, let stratify)?:
      let classes = try stratify.map { (name) throws(GeocError) in try numbers(name) }
      var fold = DataSet.Fold(train: [])
      for members in strata(kept, classes) {
        let order = RowOrder.shuffled(members, seed: UInt64(bitPattern: Int64(seed)), stream: 1)
        let testCount = Int((Double(order.count) * test).rounded())
        let validationCount = Int((Double(order.count) * validation).rounded())
        fold.test += order.prefix(testCount)
        fold.validation += order.dropFirst(testCount).prefix(validationCount)
        fold.train += order.dropFirst(testCount + validationCount)
      }
      return [try checked(fold.sorted)]
    case .group(let array, let test, let validation, let seed)?:
      let groups = try numbers(array)
      let order = unique(kept, groups)
      let testGroups = spread(order, test, seed)
      let validationGroups = spread(order.filter { !testGroups.contains($0) }, validation / max(1 - test, 1e-9), seed)
      var fold = DataSet.Fold(train: [])
      for row in kept {
        if testGroups.contains(groups[row]) {
          fold.test.append(row)
        } else if validationGroups.contains(groups[row]) {
          fold.validation.append(row)
        } else {
          fold.train.append(row)
        }
      }
      return [try checked(fold)]
    case .folds(let count, let group, let stratify, let seed)?:
      return try crossValidation(kept, count: count, group: group, stratify: stratify, seed: seed)
    }
  }

  /// Chooses the labelled rows of every fold. Throws E0505, E0513, E0522 for a fold without one.
  func label(_ folds: inout [DataSet.Fold], _ description: DataDescription.Labelled) throws(GeocError) {
    let classes = try numbers(description.array)
    for k in folds.indices {
      folds[k].labelled = LabelledRows.chosen(description, folds[k].train, classes)
      guard folds[k].labelled.isEmpty else { continue }
      throw GeocError(
        Diagnostic(
          .data.noLabelledRow, "'labelled' leaves no labelled row to train on",
          notes: [
            "classes of the training rows: \(unique(folds[k].train, classes).map(NumberText.text).joined(separator: ", "))"
          ],
          item: path))
    }
  }

  /// Divides `kept` into folds. Throws E0505, E0512, E0513.
  func crossValidation(
    _ kept: [Int], count: Int, group: String?, stratify: String?, seed: Int
  ) throws(GeocError) -> [DataSet.Fold] {
    var part = [Int](repeating: 0, count: rowCount)
    let seed = UInt64(bitPattern: Int64(seed))
    if let group {
      let groups = try numbers(group)
      let order = RowOrder.shuffled(unique(kept, groups), seed: seed, stream: 1)
      guard order.count >= count else { throw empty("\(count) folds need as many groups, found \(order.count)") }
      let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 % count) })
      for row in kept { part[row] = place[groups[row]] ?? 0 }
    } else {
      let classes = try stratify.map { (name) throws(GeocError) in try numbers(name) }
      for members in strata(kept, classes) {
        for (k, row) in RowOrder.shuffled(members, seed: seed, stream: 1).enumerated() { part[row] = k % count }
      }
    }
    var folds: [DataSet.Fold] = []
    for k in 0..<count {
      folds.append(
        try checked(DataSet.Fold(train: kept.filter { part[$0] != k }, test: kept.filter { part[$0] == k })))
    }
    return folds
  }

  /// A share of the groups, evenly spaced in their order; the seed shifts where the spacing starts.
  ///
  /// Recordings drift, and neighbouring segments are alike: evenly spaced groups give both sides the whole recording.
  private func spread(_ groups: [Double], _ share: Double, _ seed: Int) -> Set<Double> {
    guard share > 0 else { return [] }
    let period = max(1, Int((1 / share).rounded()))
    let phase = Double(((seed % period) + period) % period)
    return Set(
      groups.enumerated().filter { k, _ in
        let position = (Double(k) + phase) * share + 1e-9
        return (position + share).rounded(.down) > position.rounded(.down)
      }.map(\.element))
  }

  /// One number per row. Throws E0505, E0513.
  private func numbers(_ name: String) throws(GeocError) -> [Double] {
    let tensor = try DataSet.tensor(name, archive, path)
    guard tensor.shape == [rowCount] else {
      throw GeocError(
        Diagnostic(
          .data.rowCount, "array '\(name)' has shape \(tensor.shape), expected one number for each of \(rowCount) rows",
          item: path))
    }
    return tensor.doubles()
  }

  private func indices(_ name: String) throws(GeocError) -> [Int] {
    let tensor = try DataSet.tensor(name, archive, path)
    let values = try readingFiles { () throws(TensorFileError) in try tensor.int64s() }
    if let wrong = values.first(where: { $0 < 0 || $0 >= rowCount }) {
      throw GeocError(
        Diagnostic(
          .data.indexOutOfRange, "index \(wrong) is outside the \(rowCount) rows of the data",
          item: "\(path), array '\(name)'"))
    }
    return values.map { Int($0) }
  }

  private func strata(_ rows: [Int], _ classes: [Double]?) -> [[Int]] {
    guard let classes else { return [rows] }
    return unique(rows, classes).map { value in rows.filter { classes[$0] == value } }
  }

  private func unique(_ rows: [Int], _ values: [Double]) -> [Double] { Set(rows.map { values[$0] }).sorted() }

  private func checked(_ fold: DataSet.Fold) throws(GeocError) -> DataSet.Fold {
    if fold.train.isEmpty { throw empty("no rows are left to train on") }
    if fold.test.isEmpty { throw empty("no rows are left to test on") }
    return fold
  }

  private func empty(_ message: String) -> GeocError {
    GeocError(Diagnostic(.data.emptySplit, message, item: path))
  }
}

extension DataSet.Fold {
  /// The same parts with their rows in ascending order.
  var sorted: DataSet.Fold {
    DataSet.Fold(train: train.sorted(), validation: validation.sorted(), test: test.sorted())
  }
}

/// Reproducible orders of rows.
package enum RowOrder {
  /// A permutation that depends on the seed and the stream only (Fisher–Yates over SplitMix64).
  package static func shuffled<T>(_ items: [T], seed: UInt64, stream: UInt64) -> [T] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ stream &* 0xD1B5_4A32_D192_ED03 &+ 0x2545_F491_4F6C_DD1D
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    var result = items
    guard result.count > 1 else { return result }
    for k in stride(from: result.count - 1, to: 0, by: -1) {
      let j = Int(next().multipliedFullWidth(by: UInt64(k + 1)).high)
      result.swapAt(k, j)
    }
    return result
  }
}
