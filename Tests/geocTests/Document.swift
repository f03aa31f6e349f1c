import Foundation
import Testing

@testable import geoc

/// A page with examples: the commands in its ```` ```console ```` fences, and what it says that they print.
struct Document {
  /// Path in the package.
  let path: String
  private let lines: [String]

  init(_ path: String) throws { self.init(path, text: try Repository.text(path)) }

  /// A page, or a part of it, of this text.
  init(_ path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// A part between two lines of backticks.
  struct Fence {
    /// What stands behind the backticks.
    var language: String
    /// Lines between them.
    var range: Range<Int>
  }

  /// All fences, in order.
  var fences: [Fence] {
    var result: [Fence] = []
    var open: (language: String, line: Int)?
    for (k, line) in lines.enumerated() where line.hasPrefix("```") {
      if let (language, start) = open {
        result.append(Fence(language: language, range: start + 1..<k))
        open = nil
      } else {
        open = (String(line.dropFirst(3)), k)
      }
    }
    return result
  }

  /// The text of a fence, with a line break at its end.
  func text(_ fence: Fence) -> String { lines[fence.range].map { $0 + "\n" }.joined() }

  /// The page with the outputs of its commands, those that begin with `prefix`, replaced by what `run` says that they
  /// print. Fences of other languages than `console` and `text` are given to `save` on the way.
  func replacingOutputs(
    prefix: String = "geoc ", save: (_ language: String, _ text: String) throws -> Void,
    run: (_ command: String) throws -> String
  ) throws -> String {
    var result: [String] = []
    var end = 0
    for fence in fences {
      result += lines[end..<fence.range.lowerBound]
      end = fence.range.upperBound
      if fence.language != "console" && fence.language != "text" { try save(fence.language, text(fence)) }
      result +=
        fence.language == "console" ? try replaced(Array(lines[fence.range]), prefix, run) : Array(lines[fence.range])
    }
    return (result + lines[end...]).joined(separator: "\n")
  }

  private func replaced(
    _ shown: [String], _ prefix: String, _ run: (String) throws -> String
  ) throws -> [String] {
    var result: [String] = []
    var rest = shown[...]
    while let line = rest.popFirst() {
      result.append(line)
      guard line.hasPrefix("$ " + prefix) else { continue }
      let old = Array(rest.prefix { !$0.hasPrefix("$ ") })
      rest = rest.dropFirst(old.count)
      let printed = try run(String(line.dropFirst(2)))
      if printed.isEmpty { continue }
      let lines = printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      result += Self.like(old, printed.hasSuffix("\n") ? lines.dropLast() : lines)
    }
    return result
  }

  /// The lines printed, as the page shows them. `…` on a line of its own stands for lines left out: a part behind it
  /// begins at the line with the same first word, and has as many lines as it had; the last one goes to the end. Numbers that are rounding errors
  /// stay as they were.
  static func like(_ old: [String], _ printed: [String]) -> [String] {
    func isGap(_ line: String) -> Bool { line.trimmingSpaces == "…" }
    guard old.contains(where: isGap) else { return kept(old, printed) }
    var result: [String] = []
    var rest = printed[...]
    for part in old.split(whereSeparator: isGap) {
      if part.startIndex > 0 { result.append(old[part.startIndex - 1]) }
      let word = part.first?.split(separator: " ").first
      let found = rest.drop { $0.split(separator: " ").first != word }
      // Nothing is left out behind the last part.
      let count = part.endIndex == old.endIndex ? found.count : part.count
      result += kept(Array(part), Array(found.prefix(count)))
      rest = found.dropFirst(count)
    }
    if let last = old.last, isGap(last) { result.append(last) }
    return result
  }

  private static func kept(_ old: [String], _ printed: [String]) -> [String] {
    func masked(_ line: String) -> String { line.replacing(/\d\.\d+e-\d+|\d+\.\d{6,}/, with: "#") }
    return printed.enumerated().map { k, line in
      k < old.count && masked(old[k]) == masked(line) ? old[k] : line
    }
  }
}
