/// Applies the edits of diagnostics to the text they were reported for.
package enum EditApplication {
  /// `file` with `edits` applied; nil where one belongs to another file or two of them overlap.
  package static func apply(_ edits: [Edit], to file: SourceFile) -> [UInt8]? {
    var bytes = file.bytes
    var limit = bytes.count
    for edit in edits.sorted(by: { ($0.span.upper, $0.span.lower) > ($1.span.upper, $1.span.lower) }) {
      guard edit.span.file === file, edit.span.range.upperBound <= limit else { return nil }
      bytes.replaceSubrange(edit.span.range, with: edit.replacement.utf8)
      limit = edit.span.range.lowerBound
    }
    return bytes
  }

  /// Mends a text as far as its diagnostics carry edits.
  ///
  /// `check` finds the problems of a text. The edits of one problem are kept where the problem is gone afterwards and
  /// there are fewer, or as many with none on the edited line (what was hidden behind the mended one elsewhere may come
  /// to light), so that a suggestion that turns out wrong changes nothing.
  package static func mend(
    _ bytes: [UInt8], check: ([UInt8]) throws -> [Diagnostic]
  ) rethrows -> (bytes: [UInt8], mended: [Diagnostic]) {
    var (bytes, mended) = (bytes, [Diagnostic]())
    var found = try check(bytes)
    var refused: Set<String> = []
    search: while mended.count < DiagnosticSink.limitPerFile {
      for problem in found where !problem.edits.isEmpty {
        let key = "\(problem.code.id) \(problem.message) \(problem.edits.map(\.replacement))"
        guard !refused.contains(key), let file = problem.edits[0].span.file, file.bytes == bytes,
          let changed = apply(problem.edits, to: file)
        else { continue }
        let after = try check(changed)
        let line = problem.edits[0].span.lineAndColumn?.line
        let isClean = after.count == found.count && !after.contains { $0.span.lineAndColumn?.line == line }
        if after.count < found.count || isClean, !after.contains(where: { same($0, problem) }) {
          (bytes, found) = (changed, after)
          mended.append(problem)
          continue search
        }
        refused.insert(key)
      }
      break
    }
    return (bytes, mended)
  }

  private static func same(_ a: Diagnostic, _ b: Diagnostic) -> Bool {
    a.code == b.code && a.message == b.message && a.span.lower == b.span.lower
  }
}
