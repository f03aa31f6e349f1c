import GeocDiagnostics
import GeocIR
import GeocTensorFiles

/// The samples of a run: one column per input, and the rows of each part of the split.
package struct DataSet: Sendable {
  /// Columns by input name, all rows of the file.
  package var columns: [String: HostArray]
  /// Rows of each fold; one fold unless the spec asks for cross-validation.
  package var folds: [Fold]
  /// Inputs that each fold standardises by its own training rows.
  private var standardized: [String] = []
  /// Input that tells labelled rows from others.
  private var maskInput: String?
  /// How training batches are made of rows.
  package private(set) var views = ViewMaker()
  /// Whether the loss is one of training batches only.
  package private(set) var isLossOfTraining = false
  /// How labels are drawn anew; nil for those of the file.
  package private(set) var relabel: DataDescription.Relabel?

  /// The parts of one division of the rows.
  package struct Fold: Hashable, Sendable {
    /// Rows to train on.
    package var train: [Int]
    /// Rows to select the best epoch on; may be empty.
    package var validation: [Int]
    /// Rows to report on; may be empty.
    package var test: [Int]
    /// Rows of `train` that count as labelled; empty where the spec does not tell them apart.
    package var labelled: [Int] = []

    /// A division by its parts.
    package init(train: [Int], validation: [Int] = [], test: [Int] = []) {
      self.train = train
      self.validation = validation
      self.test = test
    }
  }

  /// Reads the file of `description` and checks every bound array against the input it feeds: dtype, shape, NaN, class
  /// indices, points of a space, and the number of rows. Throws E05 diagnostics.
  package init(_ description: DataDescription, inputs: [Parameter], of function: Function, spaces: SpaceTable)
    throws(GeocError)
  {
    let path = Self.path(description.file, folder: description.folder)
    let archive = try readingFiles { () throws(TensorFileError) in try TensorArchive.open(path) }
    var columns: [String: HostArray] = [:]
    var checks: [ColumnCheck] = []
    var rowCount: Int?
    for input in inputs where input.name != description.labelled?.input {
      let array = description.bind[input.name] ?? input.name
      let tensor = try Self.tensor(array, archive, path)
      let place = "\(path), array '\(array)'"
      let type = function.type(input.value)
      let column = try Self.column(
        tensor, input: input, type: type, spaces: spaces, place: place, isText: archive.format == .csv)
      if let rowCount, rowCount != column.rowCount {
        throw GeocError(
          Diagnostic(
            .data.rowCount, "array '\(array)' has \(column.rowCount) rows, the others have \(rowCount)", item: path))
      }
      rowCount = column.rowCount
      columns[input.name] = column
      checks.append(ColumnCheck(column, input: input, type: type, spaces: spaces, place: place))
    }
    let splitter = RowSplitter(archive: archive, path: path, rowCount: rowCount ?? 0)
    folds = try splitter.folds(description)
    if let labelled = description.labelled {
      maskInput = labelled.input
      try splitter.label(&folds, labelled)
      columns[labelled.input] = try LabelledRows.mask(folds[0].labelled, count: splitter.rowCount)
    }
    // Rows that 'where' or the split leave out may hold anything.
    let used = Set(folds.flatMap { $0.train + $0.validation + $0.test }).sorted()
    for check in checks { try check.run(rows: used, requiresDefinite: true) }
    self.columns = columns
    makeBatches(as: description)
    for name in description.standardize {
      guard let input = inputs.first(where: { $0.name == name }), let column = columns[name] else { continue }
      let type = function.type(input.value)
      guard type.isReal else {
        throw GeocError(
          Diagnostic(
            .data.notInSpace, "'standardize' would move input '\(name)' out of \(type.batched(false))",
            help: ["standardise inputs of type R only"], item: path))
      }
      guard folds.count == 1, let train = folds.first?.train else { continue }
      self.columns[name] = try Standardization.applied(to: column, rows: train)
    }
    standardized = folds.count == 1 ? [] : description.standardize
  }

  /// The data as fold `k` sees them: with the statistics of its own training rows. Throws E0408.
  package func columns(fold k: Int) throws(GeocError) -> [String: HostArray] {
    guard folds.indices.contains(k) else { return columns }
    var result = columns
    for name in standardized {
      guard let column = columns[name] else { continue }
      result[name] = try Standardization.applied(to: column, rows: folds[k].train)
    }
    if let maskInput, let column = result[maskInput] {
      result[maskInput] = try LabelledRows.mask(folds[k].labelled, count: column.rowCount)
    }
    return result
  }

  /// Divisions of the training rows of `fold` for choosing a setting: folds of a cross-validation, or its training and
  /// validation rows. Each comes with the data as it sees them. Throws E05.
  package func innerFolds(
    of fold: Fold, _ description: DataDescription, _ sweep: SweepDescription
  ) throws(GeocError) -> [(fold: Fold, data: DataSet)] {
    guard let count = sweep.folds else {
      return [(Fold(train: fold.train, test: fold.validation), self)]
    }
    let path = Self.path(description.file, folder: description.folder)
    let archive = try readingFiles { () throws(TensorFileError) in try TensorArchive.open(path) }
    let splitter = RowSplitter(archive: archive, path: path, rowCount: columns.values.map(\.rowCount).max() ?? 0)
    var parts: [(fold: Fold, data: DataSet)] = []
    for inner in try splitter.crossValidation(
      fold.train, count: count, group: sweep.group, stratify: nil, seed: sweep.seed)
    {
      var data = self
      for name in description.standardize {
        guard let column = columns[name] else { continue }
        data.columns[name] = try Standardization.applied(to: column, rows: inner.train)
      }
      parts.append((inner, data))
    }
    return parts
  }

  /// Makes training batches as a spec asks.
  package mutating func makeBatches(as description: DataDescription) {
    views = ViewMaker(description)
    isLossOfTraining = description.isLossOfTraining
    relabel = description.relabel
  }

  /// Columns given one file per input, all rows in one fold without parts.
  package init(columns: [String: HostArray]) {
    self.columns = columns
    let count = columns.values.map(\.rowCount).max() ?? 0
    folds = [Fold(train: Array(0..<count), test: Array(0..<count))]
  }

  /// An absolute path, or one below `folder`.
  package static func path(_ file: String, folder: String) -> String {
    file.hasPrefix("/") || folder.isEmpty ? file : folder + "/" + file
  }

  /// An array of an archive. Throws E0505 with a suggestion.
  static func tensor(_ name: String, _ archive: TensorArchive, _ path: String) throws(GeocError) -> Tensor {
    guard archive.names.contains(name) else {
      let near = suggestion(for: name, among: archive.names)
      throw GeocError(
        Diagnostic(
          .data.missingArray, "there is no array '\(name)'",
          notes: ["arrays in the file: \(archive.names.joined(separator: ", "))"],
          help: near.map { ["did you mean '\($0)'?"] } ?? [], item: path))
    }
    return try readingFiles { () throws(TensorFileError) in try archive.tensor(name) }
  }

  /// A tensor as the column of an input. Whole numbers of a text file (`isText`) may be class indices. Throws E0506,
  /// E0507.
  static func column(
    _ tensor: Tensor, input: Parameter, type: GeoType, spaces: SpaceTable, place: String, isText: Bool
  ) throws(GeocError) -> HostArray {
    let shape = spaces.shape(type)
    guard tensor.shape.count == shape.count + 1, Array(tensor.shape.dropFirst()) == shape else {
      throw GeocError(
        Diagnostic(
          .data.shape, "input '\(input.name)' is \(type.batched(false)), the array has shape \(tensor.shape)",
          notes: ["expected [rows\(shape.map { ", \($0)" }.joined())]"], item: place))
    }
    if spaces[type.space.name]?.isIndex == true, tensor.dtype.isFloatingPoint, !isText {
      throw GeocError(
        Diagnostic(
          .data.dtype, "class indices of input '\(input.name)' must be integers, found \(tensor.dtype)",
          help: ["convert the array, for example with array.astype('int64')"], item: place))
    }
    return try HostArray(tensor)
  }

  /// The column of an input from a file given for it, with its values checked. Throws E0506 to E0509, E0519.
  package static func checkedColumn(
    _ tensor: Tensor, input: Parameter, type: GeoType, spaces: SpaceTable, place: String, isText: Bool
  ) throws(GeocError) -> HostArray {
    let column = try column(tensor, input: input, type: type, spaces: spaces, place: place, isText: isText)
    try ColumnCheck(column, input: input, type: type, spaces: spaces, place: place)
      .run(rows: Array(0..<column.rowCount), requiresDefinite: false)
    return column
  }
}

/// Zero mean and unit deviation by the statistics of some rows.
enum Standardization {
  /// A new column of doubles. Each element of a sample is a feature; constant features stay at zero. Throws E0408.
  static func applied(to column: HostArray, rows: [Int]) throws(GeocError) -> HostArray {
    var mean = [Double](repeating: 0, count: column.elements)
    var square = mean
    for row in rows {
      for e in 0..<column.elements { mean[e] += column.value(row: row, element: e) }
    }
    let count = Double(max(1, rows.count))
    for e in mean.indices { mean[e] /= count }
    for row in rows {
      for e in 0..<column.elements {
        let d = column.value(row: row, element: e) - mean[e]
        square[e] += d * d
      }
    }
    var values: [Double] = []
    values.reserveCapacity(column.rowCount * column.elements)
    for row in 0..<column.rowCount {
      for e in 0..<column.elements {
        let deviation = (square[e] / count).squareRoot()
        values.append(deviation == 0 ? 0 : (column.value(row: row, element: e) - mean[e]) / deviation)
      }
    }
    let shape = [column.rowCount] + column.rowShape
    let tensor = try readingFiles { () throws(TensorFileError) in try Tensor(values, shape: shape) }
    return try HostArray(tensor)
  }
}
