import Foundation
import Testing

/// Holds the sources to the table of modules in `docs/architecture.md`.
@Suite struct LayeringTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

  /// One row of the table.
  struct Row {
    var modules: [String]
    /// What its last column lists, as module names.
    var imports: [String]
    var importsAll: Bool
  }

  private static func table() throws -> [Row] {
    let text = try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix("| module (") }.dropFirst(2)
    return lines.prefix { $0.hasPrefix("|") }.map { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      let modules = cells[1].matches(of: /`([^`]+)`/).map { String($0.1) }
      let imports = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(
        modules: modules, imports: imports.flatMap(fullNames), importsAll: imports.contains("all"))
    }
  }

  /// The table leaves out the prefix of our own modules.
  private static func fullNames(_ short: String) -> [String] {
    [short, "Geoc\(short)"]
  }

  private static func folders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path()).sorted()
  }

  private static func swiftFiles(_ folder: String) throws -> [URL] {
    let start = root.appending(path: folder).resolvingSymlinksInPath()
    let walk = try #require(FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil))
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  /// Modules named in lines such as `@testable package import struct GeocIR.Node`.
  private static func imports(_ file: URL) throws -> [String] {
    let text = try String(contentsOf: file, encoding: .utf8)
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return text.split(separator: "\n").compactMap { line in
      guard line.utf8.starts(with: "import ".utf8) || line.contains(" import ") else { return nil }
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"),
        words[..<at].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0) })
      else { return nil }
      let name = words[(at + 1)...].first { !kinds.contains($0) }
      return name?.split(separator: ".").first.map(String.init)
    }
  }

  @Test func theTableListsEveryModule() throws {
    // The kernel source is built as the modules of the KernelsV family.
    let listed = try Self.table().flatMap(\.modules)
    #expect(Set(listed).count == listed.count)
    #expect(Set(listed) == Set(try Self.folders()).subtracting(["LaneKernels"]))
  }

  @Test func modulesImportOnlyModulesAbove() throws {
    let own = Set(try Self.folders())
    var above: Set<String> = []
    var seen = 0
    for row in try Self.table() {
      for module in row.modules {
        for file in try Self.swiftFiles("Sources/\(module)") {
          for name in try Self.imports(file) where own.contains(name) {
            seen += 1
            #expect(above.contains(name), "\(module)/\(file.lastPathComponent) imports \(name), which is not above it")
            #expect(
              row.importsAll || row.imports.contains(name),
              "\(module)/\(file.lastPathComponent) imports \(name), which its row does not list")
          }
        }
      }
      above.formUnion(row.modules)
    }
    #expect(seen > 100, "imports were not found")
  }

  @Test func noFileIsLongerThan600Lines() throws {
    var count = 0
    for folder in ["Sources", "Tests"] {
      for file in try Self.swiftFiles(folder) {
        count += 1
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 601, "\(file.lastPathComponent) has \(lines.count - 1) lines")
      }
    }
    #expect(count > 150, "files were not found")
  }

  @Test func noFileIsADrawer() throws {
    let drawers = ["helper", "common", "util", "misc"]
    for folder in ["Sources", "Tests"] {
      for file in try Self.swiftFiles(folder) {
        let name = file.lastPathComponent.lowercased()
        #expect(!drawers.contains { name.contains($0) }, "\(file.lastPathComponent)")
      }
    }
  }
}
