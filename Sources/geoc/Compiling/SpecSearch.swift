import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocSpec

/// Finds the specs that a path on the command line stands for.
enum SpecSearch {
  /// `path` itself, or the specs in the folder `path`, sorted. A folder without any is reported.
  static func specs(at path: String, _ sink: inout DiagnosticSink) -> [String] {
    var isFolder: ObjCBool = false
    guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let found = files(in: path).filter(isSpec).sorted()
    if found.isEmpty {
      sink.report(
        Diagnostic(
          .file.unreadable, "no spec in '\(path)'", help: ["a spec is a .yaml or .yml file with a 'geoc' key"],
          item: path))
    }
    return found
  }

  private static func files(in folder: String) -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      if kind == .typeDirectory { return files(in: path) }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
    }
  }

  /// Whether a line of the file begins with the key `geoc`, and none or not only blocks follow: read without a parser, so
  /// that damaged specs are found too. A file of blocks is checked with the specs that include it.
  private static func isSpec(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return true }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    func has(_ key: String) -> Bool {
      lines.contains { line in
        var line = line.drop { $0 == "\u{FEFF}" || $0 == "{" || $0 == " " || $0 == "\"" || $0 == "'" }
        guard line.hasPrefix(key) else { return false }
        line = line.dropFirst(key.count).drop { $0 == "\"" || $0 == "'" || $0 == " " }
        return line.hasPrefix(":")
      }
    }
    func hasAtMargin(_ key: String) -> Bool { lines.contains { $0.hasPrefix("\(key):") } }
    return has("geoc") && (hasAtMargin("graph") || !hasAtMargin("blocks"))
  }
}

/// A spec on standard input.
enum StandardInput {
  /// Bytes a spec may have.
  static let limit = 4 << 20

  /// Its model; problems go to `sink`.
  static func model(_ console: Console, _ overrides: [String], _ sink: inout DiagnosticSink) throws -> Model? {
    let bytes: [UInt8]
    do {
      bytes = try console.readInput(limit: limit)
    } catch {
      sink.report(Diagnostic(.file.unreadable, "cannot read standard input", item: "-"))
      return nil
    }
    let file = SourceFile(name: "<stdin>", bytes: bytes)
    if bytes.count > limit {
      sink.report(Diagnostic(.file.tooLarge, "standard input is larger than \(limit) bytes", item: "<stdin>"))
      return nil
    }
    if let at = UTF8Scanning.firstInvalid(in: bytes) {
      sink.report(Diagnostic(.file.notUTF8, "standard input is not UTF-8", at: file.span(at..<at + 1)))
      return nil
    }
    return try SpecCompiler.model(
      text: file.text, path: "<stdin>", registry: Catalogue.registry, overrides: overrides, sink: &sink)
  }
}
