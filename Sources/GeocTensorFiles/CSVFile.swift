/// A csv file of numbers, with or without a line of column names.
///
/// Its arrays are the whole table, `[rows, columns]` and named after the file, and, when there are column names, each
/// column, `[rows]`. A column named like the file hides the table.
package struct CSVFile: TensorContainer {
  package let path: String
  package let names: [String]
  /// Column names; empty when the first line holds numbers.
  package let columns: [String]
  /// All numbers, `[rows, columns]`.
  package let table: Tensor

  /// Reads the file; throws a `TensorFileError`, with the line for an error in a row.
  package init(_ path: String) throws(TensorFileError) {
    try self.init(InputFile(path: path))
  }

  init(_ file: InputFile) throws(TensorFileError) {
    let path = file.path
    var parser = CSVParser(try file.read(at: 0, count: file.size), path: path)
    guard let first = try parser.next() else {
      throw TensorFileError(.badHeader, file: path, "holds no row")
    }
    let hasNames = try CSVFile.isHeader(first, path: path)
    let columns = hasNames ? first.map(\.text) : []
    var seen: Set<String> = []
    for cell in first where hasNames && !seen.insert(cell.text).inserted {
      throw TensorFileError(
        .duplicateArray, file: path, array: cell.text, line: cell.line, "two columns have this name")
    }
    var values: [Double] = []
    var rows = 0
    var record = hasNames ? try parser.next() : first
    while let cells = record {
      guard cells.count == first.count else {
        throw TensorFileError(
          .raggedRow, file: path, line: cells.first?.line,
          "this row has \(cells.count) cells, but the first one has \(first.count)")
      }
      for (index, cell) in cells.enumerated() {
        guard let value = CSVFile.number(cell.text) else {
          let name = hasNames ? columns[index] : nil
          let what = cell.text.isEmpty ? "is empty" : "is '\(cell.text.prefix(40))', which is not a number"
          throw TensorFileError(
            .nonNumericCell, file: path, array: name, line: cell.line, "cell \(index + 1) \(what)",
            help: "only numeric columns are read; write missing values as nan")
        }
        values.append(value)
      }
      rows += 1
      record = try parser.next()
    }
    self.path = path
    self.columns = columns
    self.table = try Tensor(values, shape: [rows, first.count])
    let stem = fileStem(path)
    self.names = (seen.contains(stem) ? [] : [stem]) + columns
  }

  package func info(_ name: String) throws(TensorFileError) -> TensorInfo {
    if columns.contains(name) { return try TensorInfo(dtype: .f64, shape: [table.shape[0]]) }
    guard names.contains(name) else { throw missing(name) }
    return table.info
  }

  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    guard let column = columns.firstIndex(of: name) else {
      guard names.contains(name) else { throw missing(name) }
      return table
    }
    let values = table.doubles()
    return try Tensor(stride(from: column, to: values.count, by: columns.count).map { values[$0] })
  }

  /// Whether the first row holds names: no cell of it is an unquoted number. A mixture could be either, and is refused.
  private static func isHeader(_ cells: [CSVParser.Cell], path: String) throws(TensorFileError) -> Bool {
    let numbers = cells.filter { number($0.text) != nil }
    if numbers.count == cells.count { return false }
    if numbers.allSatisfy(\.isQuoted) { return true }
    throw TensorFileError(
      .nonNumericCell, file: path, line: 1, "the first row holds both numbers and text",
      help: "if these are column names, put the numeric ones in quotes")
  }

  private static func number(_ text: String) -> Double? {
    let trimmed = text.utf8.drop { $0 == 0x20 || $0 == 0x09 }
    let end = trimmed.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { trimmed.index(after: $0) }
    let digits = Substring(trimmed[..<(end ?? trimmed.startIndex)])
    // Swift also reads hexadecimal floats, which no csv writer means.
    return digits.utf8.contains { $0 | 0x20 == 0x78 } ? nil : Double(digits)
  }

  /// Writes a table: either one array of one or two dimensions, without a line of names, or several one-dimensional
  /// arrays of one length, as named columns. Numbers are written so that they read back the same.
  ///
  /// Throws `notRepresentable`, `duplicateArray` or `writeFailed`.
  package static func write(_ arrays: [(name: String, tensor: Tensor)], to path: String) throws(TensorFileError) {
    try requireDistinctNames(arrays, path: path)
    var lines: [String] = []
    if arrays.count == 1, let array = arrays.first, array.tensor.shape.count == 2, array.tensor.shape[1] > 0 {
      let width = array.tensor.shape[1]
      let cells = array.tensor.decimals()
      for start in stride(from: 0, to: cells.count, by: width) {
        lines.append(cells[start..<start + width].joined(separator: ","))
      }
    } else {
      let rows = arrays.first?.tensor.count ?? 0
      for (name, tensor) in arrays where tensor.shape != [rows] {
        throw TensorFileError(
          .notRepresentable, file: path, array: name,
          "shape \(tensor.shape) does not fit a csv file: it holds one matrix, or columns of one length",
          help: "write npz or safetensors instead")
      }
      lines.append(arrays.map { quoted($0.name) }.joined(separator: ","))
      let columns = arrays.map { $0.tensor.decimals() }
      for row in 0..<rows { lines.append(columns.map { $0[row] }.joined(separator: ",")) }
    }
    if lines.isEmpty || arrays.isEmpty {
      throw TensorFileError(.notRepresentable, file: path, "a csv file holds at least one row")
    }
    try AtomicFile.write(to: path, bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private static func quoted(_ name: String) -> String {
    // Quotes also keep a name that looks like a number from being read as one.
    let needsQuotes =
      name.isEmpty || number(name) != nil || name.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    return needsQuotes
      ? "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : name
  }
}

extension Tensor {
  /// The shortest decimal text of each element that reads back as the same number.
  fileprivate func decimals() -> [String] {
    switch dtype {
    case .f64, .bf16, .f16: doubles().map(\.description)
    case .f32: floats().map(\.description)
    case .u64: (scalars(as: UInt64.self) ?? []).map(\.description)
    default: ((try? int64s()) ?? []).map(\.description)
    }
  }
}
