import GeocDiagnostics
import GeocIR
import GeocKernels

/// The labelled part of the training rows of a fold.
enum LabelledRows {
  /// A share of the rows of each labelled class, chosen by the seed, in ascending order.
  static func chosen(_ description: DataDescription.Labelled, _ train: [Int], _ classes: [Double]) -> [Int] {
    var labelled: [Int] = []
    for (k, value) in description.classes.enumerated() {
      let members = train.filter { classes[$0] == value }
      let order = RowOrder.shuffled(members, seed: UInt64(bitPattern: Int64(description.seed)), stream: UInt64(k))
      labelled += order.prefix(Int(Double(members.count) * description.fraction))
    }
    return labelled.sorted()
  }

  /// 1 for the labelled rows of all `count`, else 0. Throws E0408.
  static func mask(_ labelled: [Int], count: Int) throws(GeocError) -> HostArray {
    let mask = try HostArray(scalar: .bool, rowCount: count, rowShape: [])
    for row in labelled { mask.memory.base.storeBytes(of: 1, toByteOffset: row, as: UInt8.self) }
    return mask
  }

  /// Rows of an epoch: as many as there are, drawn with replacement, one in two labelled.
  ///
  /// The weight of a labelled row is 1, that of another one the number of labelled rows over that of the others.
  static func drawn(_ fold: DataSet.Fold, seed: UInt64, epoch: Int) -> [Int] {
    let labelled = fold.labelled
    let others = fold.unlabelled
    var random = Philox(seed: seed, stream: 1000 + epoch)
    return fold.train.map { _ in
      let isLabelled = others.isEmpty || random.uniform() < 0.5
      let part = isLabelled ? labelled : others
      return part[random.index(below: part.count)]
    }
  }
}

extension DataSet.Fold {
  /// Rows to train on without a label.
  package var unlabelled: [Int] {
    let known = Set(labelled)
    return train.filter { !known.contains($0) }
  }
}
