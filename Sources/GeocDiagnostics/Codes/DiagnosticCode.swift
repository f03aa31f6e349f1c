/// How grave a diagnostic is.
package enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
  /// The spec (or file, or run) cannot be used.
  case error
  /// Valid, but probably not meant so.
  case warning
  /// A fact for the reader.
  case note
}

/// The identity of a kind of diagnostic: a code such as `E0204`, never used for another meaning.
///
/// A new code is one line: a `let` in the struct of its range (`FileCodes`, `SpecCodes`, …). It is then reachable as
/// `.spec.unknownKey` and listed in `all`.
package struct DiagnosticCode: Hashable, Sendable {
  /// The code, `E0204` or `W0001`.
  package let id: String
  /// The kebab-case name by which lints are allowed or denied.
  package let name: String
  /// What it means, in one line, lower case, no full stop.
  package let title: String
  /// The severity unless a policy says otherwise.
  package let severity: Severity

  /// Declares a code; `W…` is a warning and the rest are errors unless a severity is given.
  package init(_ id: String, _ name: String, _ title: String, severity: Severity? = nil) {
    self.id = id
    self.name = name
    self.title = title
    self.severity = severity ?? (id.hasPrefix("W") ? .warning : .error)
  }

  /// E00: reading a file and its YAML.
  package static let file = FileCodes()
  /// E01: keys, names, parameters and blocks of a spec.
  package static let spec = SpecCodes()
  /// E02: types, spaces and shapes.
  package static let types = TypeCodes()
  /// E03: rewrites that cannot be done.
  package static let rewrite = RewriteCodes()
  /// E04: plans and the text of the IR.
  package static let plan = PlanCodes()
  /// E05: data, weights and files a run reads or writes.
  package static let data = DataCodes()
  /// E06: numerics at run time.
  package static let numeric = NumericCodes()
  /// W00: lints.
  package static let lint = LintCodes()

  /// Every declared code, by id.
  package static let all: [DiagnosticCode] = byRange.flatMap { $0.codes.map(\.code) }.sorted { $0.id < $1.id }

  /// Every declared code as it is written in the source: `.<range>.<property>`.
  package static let byRange: [(range: String, codes: [(property: String, code: DiagnosticCode)])] = {
    let ranges: [(String, any Sendable)] = [
      ("file", file), ("spec", spec), ("types", types), ("rewrite", rewrite), ("plan", plan), ("data", data),
      ("numeric", numeric), ("lint", lint),
    ]
    return ranges.map { name, codes in
      (
        name,
        Mirror(reflecting: codes).children.compactMap { child in
          guard let property = child.label, let code = child.value as? DiagnosticCode else { return nil }
          return (property, code)
        }
      )
    }
  }()

  /// The code with this id (`E0204`, any case) or this kebab-case name.
  package static func find(_ text: String) -> DiagnosticCode? {
    let id = text.uppercased()
    return all.first { $0.id == id || $0.name == text }
  }

  /// Two codes are the same if their ids are.
  package static func == (a: DiagnosticCode, b: DiagnosticCode) -> Bool { a.id == b.id }

  /// Hashes the id.
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
