import ArgumentParser
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles

/// Arrays named on the command line: `--input NAME=FILE`.
struct InputFiles {
  /// Name → file, in the order given.
  var entries: [(name: String, file: String)]

  /// Reads `NAME=FILE` texts. Throws `ValidationError` for a text without `=`.
  init(_ texts: [String], flag: String) throws {
    entries = []
    for text in texts {
      guard let split = text.firstIndex(of: "="), split != text.startIndex else {
        throw ValidationError("\(flag) takes NAME=FILE, found '\(text)'")
      }
      entries.append((String(text[..<split]), String(text[text.index(after: split)...])))
    }
  }

  /// The file of a name.
  subscript(name: String) -> String? { entries.last { $0.name == name }?.file }

  /// The array for `name`: of that name in the file, else the only array of the file. Throws E05.
  static func tensor(
    _ name: String, file: String, aliases: [String] = []
  ) throws(GeocError) -> (tensor: Tensor, format: TensorArchive.Format) {
    try readingFiles { () throws(TensorFileError) in
      let archive = try TensorArchive.open(file)
      let named = ([name] + aliases).first { archive.names.contains($0) }
      if let named { return (try archive.tensor(named), archive.format) }
      return (try archive.tensor(try archive.soleName()), archive.format)
    }
  }

  /// Columns for the batched inputs of `function` that have a file. Throws E05 for arrays that do not fit, and for
  /// different numbers of rows.
  func columns(_ forward: Function, dataDescription: DataDescription?) throws(GeocError) -> [String: HostArray] {
    var columns: [String: HostArray] = [:]
    var first: (name: String, rows: Int)?
    let known = forward.parameters.filter { $0.kind == .input }
    for (name, file) in entries {
      guard let input = known.first(where: { $0.name == name }) else {
        let near = suggestion(for: name, among: known.map(\.name))
        throw GeocError(
          Diagnostic(
            .data.missingArray, "the model has no input '\(name)'",
            notes: ["its inputs: \(known.map(\.name).joined(separator: ", "))"],
            help: near.map { ["did you mean '\($0)'?"] } ?? [], item: file))
      }
      let aliases = dataDescription?.bind[name].map { [$0] } ?? []
      let (tensor, format) = try Self.tensor(name, file: file, aliases: aliases)
      let column = try DataSet.checkedColumn(
        tensor, input: input, type: forward.type(input.value), spaces: Catalogue.registry.spaces, place: file,
        isText: format == .csv)
      if column.rowCount == 0 {
        throw GeocError(Diagnostic(.data.emptySplit, "the array of input '\(name)' holds no samples", item: file))
      }
      if let first, first.rows != column.rowCount {
        throw GeocError(
          Diagnostic(
            .data.rowCount,
            "input '\(name)' has \(column.rowCount) samples, input '\(first.name)' has \(first.rows)", item: file))
      }
      first = (name, column.rowCount)
      columns[name] = column
    }
    return columns
  }
}
