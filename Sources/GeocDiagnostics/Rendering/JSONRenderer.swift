import Foundation

/// Renders one JSON array of objects, keys sorted; positions are 1-based, `start` and `end` byte offsets.
package struct JSONRenderer: Sendable {
  /// A renderer.
  package init() {}

  private struct Place: Encodable {
    var file: String
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int
    var start: Int
    var end: Int

    init?(_ span: Span) {
      guard let file = span.file, let start = span.lineAndColumn, let end = span.endLineAndColumn else { return nil }
      self.file = file.name
      (line, column) = start
      (endLine, endColumn) = end
      self.start = Int(span.lower)
      self.end = Int(span.upper)
    }
  }

  private struct LabelObject: Encodable {
    var at: Place
    var text: String
  }

  private struct EditObject: Encodable {
    var at: Place
    var replacement: String
  }

  private struct Object: Encodable {
    var code: String
    var name: String
    var severity: String
    var message: String
    var file: String?
    var line: Int?
    var column: Int?
    var endLine: Int?
    var endColumn: Int?
    var start: Int?
    var end: Int?
    var label: String?
    var item: String?
    var labels: [LabelObject]
    var notes: [String]
    var help: [String]
    var edits: [EditObject]

    init(_ diagnostic: Diagnostic) {
      code = diagnostic.code.id
      name = diagnostic.code.name
      severity = diagnostic.severity.rawValue
      message = diagnostic.message
      if let place = Place(diagnostic.span) {
        (file, line, column) = (place.file, place.line, place.column)
        (endLine, endColumn) = (place.endLine, place.endColumn)
        (start, end) = (place.start, place.end)
        label = diagnostic.primary?.text
      }
      item = diagnostic.item
      labels = diagnostic.labels.compactMap { label in
        Place(label.span).map { LabelObject(at: $0, text: label.text) }
      }
      notes = diagnostic.notes
      help = diagnostic.help
      edits = diagnostic.edits.compactMap { edit in
        Place(edit.span).map { EditObject(at: $0, replacement: edit.replacement) }
      }
    }
  }

  /// The array; `[]` where there are none.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    if diagnostics.isEmpty { return "[]" }
    return jsonText(diagnostics.map(Object.init))
  }
}

/// Canonical JSON of a value made of strings and numbers, which cannot fail to encode.
func jsonText(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else { return "[]" }
  return String(decoding: data, as: UTF8.self)
}
