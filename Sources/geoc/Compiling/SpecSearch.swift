import Foundation
import GeocDiagnostics
import GeocIR
import GeocOps
import GeocSpec

/// Finds the specs that a path on the command line stands for.
enum SpecSearch {
  /// A file with rules that say what a search leaves out.
  static let ignoreFile = ".geocignore"

  /// `path` itself, the specs in the folder `path`, or those that the pattern `path` stands for, sorted. Where there are
  /// none, that is reported.
  static func specs(at path: String, _ sink: inout DiagnosticSink) -> [String] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if path == "-" || (exists && !isFolder.boolValue) || (!exists && !Glob.isPattern(path)) { return [path] }
    let found = exists ? files(in: path, rulesAbove(path)) : matches(of: path)
    let specs = found.filter(isSpec).sorted()
    if specs.isEmpty {
      sink.report(
        Diagnostic(
          .file.unreadable, exists ? "no spec in '\(path)'" : "no spec matches '\(path)'",
          help: ["a spec is a .yaml or .yml file with a 'geoc' key"], item: path))
    }
    return specs
  }

  /// Rules with the names that lead from their folder to the one being searched.
  private typealias Scope = [(rules: IgnoreRules, path: [String])]

  /// Spec files below a folder, as far as no rule leaves them out.
  private static func files(in folder: String, _ above: Scope) -> [String] {
    var scope = above
    if let text = try? String(contentsOfFile: join(folder, ignoreFile), encoding: .utf8) {
      scope.append((IgnoreRules(text), []))
    }
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = join(folder, name)
      let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      let isFolder = kind == .typeDirectory
      let inner: Scope = scope.map { ($0.rules, $0.path + [name]) }
      if inner.compactMap({ $0.rules.ignores($0.path, isFolder: isFolder) }).last == true { return [] }
      if isFolder { return files(in: path, inner) }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
    }
  }

  /// The rules of the current folder and of those between it and `folder`, which is below it.
  private static func rulesAbove(_ folder: String) -> Scope {
    let parts = folder.split(separator: "/").map(String.init).filter { $0 != "." }
    guard !folder.hasPrefix("/"), !parts.contains("..") else { return [] }
    return parts.indices.compactMap { k in
      let place = k == 0 ? "." : parts[..<k].joined(separator: "/")
      guard let text = try? String(contentsOfFile: join(place, ignoreFile), encoding: .utf8) else { return nil }
      return (IgnoreRules(text), Array(parts[k...]))
    }
  }

  /// The files that a pattern stands for, below the folder that it names without special characters.
  private static func matches(of pattern: String) -> [String] {
    let parts = pattern.split(separator: "/").map(String.init)
    let fixed = parts.prefix { !Glob.isPattern($0) }
    let start = (pattern.hasPrefix("/") ? "/" : "") + fixed.joined(separator: "/")
    let folder = start.isEmpty ? "." : start
    let glob = Glob(parts.dropFirst(fixed.count).joined(separator: "/"))
    return files(in: folder, rulesAbove(folder)).filter { file in
      glob.matches(file.dropFirst(start.count).split(separator: "/").map(String.init))
    }
  }

  /// A path in a folder. Files of the current folder are named as version control and code hosts name them, without `./`.
  private static func join(_ folder: String, _ name: String) -> String {
    folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
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
