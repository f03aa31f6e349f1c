/// A place and what is to be said about it.
package struct Label: Hashable, Sendable {
  /// The place.
  package var span: Span
  /// What is wrong here (primary), or what made it so there (secondary); may be empty.
  package var text: String

  /// A label of `text` at `span`.
  package init(_ span: Span, _ text: String) {
    self.span = span
    self.text = text
  }
}

/// A replacement that mends the problem for certain, so a tool may apply it.
package struct Edit: Hashable, Sendable {
  /// What is replaced; empty for an insertion.
  package var span: Span
  /// The new text.
  package var replacement: String

  /// The replacement of `span` by `replacement`.
  package init(_ span: Span, _ replacement: String) {
    self.span = span
    self.replacement = replacement
  }
}

/// One problem: headline, places, facts and mends. Lower case, no full stop; the headline stands alone.
package struct Diagnostic: Hashable, Sendable {
  /// The kind of problem.
  package var code: DiagnosticCode
  /// How grave; the code's own severity unless changed.
  package var severity: Severity
  /// The headline.
  package var message: String
  /// Where the problem is; nil where there is no source.
  package var primary: Label?
  /// What made it so, elsewhere.
  package var labels: [Label]
  /// Facts.
  package var notes: [String]
  /// What to change.
  package var help: [String]
  /// The change as text edits, where it is certain.
  package var edits: [Edit]
  /// What it is about where there is no source: a data file, an array, a tensor.
  package var item: String?

  /// A diagnostic at `span` (may be `.none`); `label` is the text at that place.
  package init(
    _ code: DiagnosticCode, _ message: String, at span: Span = .none, label: String = "", labels: [Label] = [],
    notes: [String] = [], help: [String] = [], edits: [Edit] = [], item: String? = nil
  ) {
    self.code = code
    severity = code.severity
    self.message = message
    primary = span.isNone ? nil : Label(span, label)
    self.labels = labels.filter { !$0.span.isNone }
    self.notes = notes
    self.help = help
    self.edits = edits
    self.item = item
  }

  /// The primary place, or `.none`.
  package var span: Span { primary?.span ?? .none }

  /// A copy with one more label; the same diagnostic if `span` is `.none`.
  package func adding(label text: String, at span: Span) -> Diagnostic {
    var copy = self
    if !span.isNone { copy.labels.append(Label(span, text)) }
    return copy
  }

  /// A copy with one more note.
  package func adding(note: String) -> Diagnostic {
    var copy = self
    copy.notes.append(note)
    return copy
  }

  /// A copy with one more line of help; the same diagnostic if `help` is nil.
  package func adding(help: String?) -> Diagnostic {
    var copy = self
    if let help { copy.help.append(help) }
    return copy
  }

  /// A copy with one more edit.
  package func adding(edit: Edit) -> Diagnostic {
    var copy = self
    copy.edits.append(edit)
    return copy
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The human rendering without colours.
  package var description: String { HumanRenderer().render(self) }
}

/// What a stage throws that cannot continue; carries at least one diagnostic.
package struct GeocError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why, in source order.
  package let diagnostics: [Diagnostic]

  /// An error of several diagnostics.
  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// An error of one diagnostic.
  package init(_ diagnostic: Diagnostic) { diagnostics = [diagnostic] }

  /// The human rendering without colours.
  package var description: String { HumanRenderer().render(diagnostics) }
}
