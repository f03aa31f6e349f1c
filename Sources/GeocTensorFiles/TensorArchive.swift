/// A file of arrays in any of the known formats: npz, npy, csv or safetensors.
package struct TensorArchive: Sendable {
  /// The formats, by their file name extension.
  package enum Format: String, Sendable, CaseIterable {
    case npz, npy, csv, safetensors

    /// The format that the extension of `path` names, in any case; nil for others.
    package init?(path: String) {
      let name = path.split(separator: "/").last ?? ""
      guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
      self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }
  }

  /// The format the file was read as.
  package let format: Format
  private let container: any TensorContainer

  /// The path the file was opened by.
  package var path: String { container.path }
  /// The names of the arrays.
  package var names: [String] { container.names }
  /// Free text entries; empty unless the file is a safetensors file.
  package var metadata: [String: String] { container.metadata }

  /// Opens a file by its extension, or by its first bytes when the extension says nothing.
  ///
  /// Throws `missingFile`, `unreadable`, `unknownFormat`, or what is wrong with the header.
  package static func open(_ path: String) throws(TensorFileError) -> TensorArchive {
    let file = try InputFile(path: path)
    var named = Format(path: path)
    if named == nil { named = try formatByContent(file) }
    guard let format = named else {
      throw TensorFileError(
        .unknownFormat, file: path, "is no array file that is known here",
        help: "files are npz, npy, csv or safetensors, and named so")
    }
    let container: any TensorContainer
    switch format {
    case .npz: container = try NPZFile(file)
    case .npy: container = try NPYFile(file)
    case .csv: container = try CSVFile(file)
    case .safetensors: container = try SafetensorsFile(file)
    }
    return TensorArchive(format: format, container: container)
  }

  private static func formatByContent(_ file: InputFile) throws(TensorFileError) -> Format? {
    let start = try file.read(at: 0, count: min(9, file.size))
    if start.starts(with: NPYHeader.magic) { return .npy }
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) { return .npz }
    if start.count == 9, start[8] == 0x7B, let length = start.littleEndian(at: 0, as: UInt64.self),
      length <= UInt64(SafetensorsHeader.lengthLimit)
    {
      return .safetensors
    }
    return nil
  }

  /// Opens and closes a file; throws `missingFile` or `unreadable`.
  package static func requireFile(_ path: String) throws(TensorFileError) { _ = try InputFile(path: path) }

  /// Element type and shape of an array, without reading its elements; throws `missingArray` or a format error.
  package func info(_ name: String) throws(TensorFileError) -> TensorInfo {
    try container.info(name)
  }

  /// An array; throws `missingArray` or a format error.
  package func tensor(_ name: String) throws(TensorFileError) -> Tensor {
    try container.tensor(name)
  }

  /// The name of the array meant when none is given: the only one, or the whole table of a csv file.
  ///
  /// Throws `missingArray` when the file holds none or several.
  package func soleName() throws(TensorFileError) -> String {
    if let name = names.first, names.count == 1 || (format == .csv && name == fileStem(path)) { return name }
    let list = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    throw TensorFileError(
      .missingArray, file: path, "holds \(names.count) arrays, so the one meant must be named",
      help: names.isEmpty ? nil : "for example one of \(list)")
  }

  /// Writes arrays in the format of the extension, replacing the file at once or not at all.
  ///
  /// Only safetensors files hold metadata; npy holds one array. Throws `unknownFormat`, `notRepresentable`,
  /// `duplicateArray` or `writeFailed`.
  package static func write(
    _ path: String, _ arrays: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) throws(TensorFileError) {
    guard let format = Format(path: path) else {
      throw TensorFileError(
        .unknownFormat, file: path, "the extension names no format that is written",
        help: "use .npz, .npy, .csv or .safetensors")
    }
    if !metadata.isEmpty && format != .safetensors {
      throw TensorFileError(
        .notRepresentable, file: path, "\(format.rawValue) files hold no metadata", help: "write safetensors instead")
    }
    switch format {
    case .npz: try NPZFile.write(arrays, to: path)
    case .csv: try CSVFile.write(arrays, to: path)
    case .safetensors: try SafetensorsFile.write(arrays, metadata: metadata, to: path)
    case .npy:
      guard let array = arrays.first, arrays.count == 1 else {
        throw TensorFileError(
          .notRepresentable, file: path, "an npy file holds one array, but \(arrays.count) are given",
          help: "write npz or safetensors instead")
      }
      try NPYFile.write(array.tensor, to: path)
    }
  }
}
