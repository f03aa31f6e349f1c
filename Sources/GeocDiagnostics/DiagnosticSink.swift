/// Which lints to drop and which to make errors, by id or kebab-case name.
package struct LintPolicy: Hashable, Sendable {
  /// Warnings that are dropped.
  package var allow: Set<String>
  /// Warnings that become errors.
  package var deny: Set<String>

  /// A policy; both sets hold ids (`W0001`) or names (`unused-node`), and `deny` may hold `warnings` for all of them.
  package init(allow: Set<String> = [], deny: Set<String> = []) {
    self.allow = allow
    self.deny = deny
  }

  /// The diagnostic after the policy, or nil where it is dropped; errors pass unchanged.
  package func apply(to diagnostic: Diagnostic) -> Diagnostic? {
    guard diagnostic.severity == .warning else { return diagnostic }
    let names: Set<String> = [diagnostic.code.id, diagnostic.code.name]
    if !allow.isDisjoint(with: names) { return nil }
    guard !deny.isDisjoint(with: names.union(["warnings"])) else { return diagnostic }
    var copy = diagnostic
    copy.severity = .error
    return copy
  }
}

/// Collects the problems of a run, so that a stage reports all of them and not only the first.
package struct DiagnosticSink: Sendable {
  /// How many problems of one file are shown.
  package static let limitPerFile = 50

  private var collected: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []
  private let policy: LintPolicy
  private var comments: [SourceFile: AllowComments] = [:]

  /// How many errors were reported, repeated ones not counted.
  package private(set) var errorCount = 0
  /// How many warnings were reported, repeated ones not counted.
  package private(set) var warningCount = 0

  /// An empty sink.
  package init(policy: LintPolicy = LintPolicy()) { self.policy = policy }

  /// Whether an error was reported.
  package var hasErrors: Bool { errorCount > 0 }

  /// Whether nothing was reported.
  package var isEmpty: Bool { collected.isEmpty }

  /// Takes a diagnostic, unless an identical one was taken before or the policy or a comment in its file drops it.
  package mutating func report(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .warning, isAllowed(diagnostic) { return }
    guard let diagnostic = policy.apply(to: diagnostic), seen.insert(diagnostic).inserted else { return }
    collected.append(diagnostic)
    switch diagnostic.severity {
    case .error: errorCount += 1
    case .warning: warningCount += 1
    case .note: break
    }
  }

  private mutating func isAllowed(_ diagnostic: Diagnostic) -> Bool {
    guard let file = diagnostic.span.file, let line = diagnostic.span.lineAndColumn?.line else { return false }
    let known = comments[file] ?? AllowComments(file)
    comments[file] = known
    return known.allows(diagnostic.code, line: line)
  }

  /// Takes several.
  package mutating func report(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { report(diagnostic) }
  }

  /// Takes all diagnostics of an error.
  package mutating func report(_ error: GeocError) { report(error.diagnostics) }

  /// The problems in source order (files in the order of their first problem, those without a place last), at most
  /// `limitPerFile` of each file followed by a note that says how many more there are.
  package var diagnostics: [Diagnostic] {
    var order: [SourceFile: Int] = [:]
    for diagnostic in collected {
      if let file = diagnostic.span.file, order[file] == nil { order[file] = order.count }
    }
    let sorted = collected.enumerated().sorted { a, b in
      let fileA = a.element.span.file.flatMap { order[$0] } ?? .max
      let fileB = b.element.span.file.flatMap { order[$0] } ?? .max
      return (fileA, a.element.span.lower, a.offset) < (fileB, b.element.span.lower, b.offset)
    }
    var result: [Diagnostic] = []
    var start = sorted.startIndex
    while start < sorted.endIndex {
      let file = sorted[start].element.span.file
      let end = sorted[start...].firstIndex { $0.element.span.file != file } ?? sorted.endIndex
      result += sorted[start..<end].prefix(Self.limitPerFile).map(\.element)
      if end - start > Self.limitPerFile {
        let more = end - start - Self.limitPerFile
        let place = file.map { " in \($0.name)" } ?? ""
        result.append(Diagnostic(.lint.moreProblems, "\(more) more problem\(more == 1 ? "" : "s")\(place) not shown"))
      }
      start = end
    }
    return result
  }

  /// `2 errors, 1 warning`; empty where there is neither.
  package var summary: String {
    [(errorCount, "error"), (warningCount, "warning")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  /// Throws everything collected if there is an error among it.
  package func throwIfErrors() throws(GeocError) {
    if hasErrors { throw GeocError(diagnostics) }
  }
}
