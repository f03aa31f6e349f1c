/// The JSON Schema of what `geoc check --format json` prints; kept in `grammar/diagnostics.schema.json` too.
package enum DiagnosticsSchema {
  /// The schema, with a line break at its end.
  package static let text = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "geoc diagnostics",
      "description": "The problems that 'geoc check --format json' prints, in source order. Lines and columns count from 1, columns in code points; start and end are byte offsets.",
      "type": "array",
      "items": { "$ref": "#/$defs/diagnostic" },
      "$defs": {
        "diagnostic": {
          "type": "object",
          "required": ["code", "name", "severity", "message", "labels", "notes", "help", "edits"],
          "additionalProperties": false,
          "properties": {
            "code": { "type": "string", "pattern": "^[EW][0-9]{4}$", "description": "What 'geoc explain' takes." },
            "name": { "type": "string", "pattern": "^[a-z0-9-]+$", "description": "The code in words." },
            "severity": { "enum": ["error", "warning", "note"] },
            "message": { "type": "string", "minLength": 1, "description": "The headline." },
            "file": { "type": "string", "description": "The file of the primary place; absent where there is none." },
            "line": { "$ref": "#/$defs/count" },
            "column": { "$ref": "#/$defs/count" },
            "endLine": { "$ref": "#/$defs/count" },
            "endColumn": { "$ref": "#/$defs/count" },
            "start": { "$ref": "#/$defs/offset" },
            "end": { "$ref": "#/$defs/offset" },
            "label": { "type": "string", "description": "What is to be said at the primary place." },
            "item": { "type": "string", "description": "What it is about where there is no source: a file, an array." },
            "labels": {
              "type": "array",
              "description": "Other places that belong to the problem.",
              "items": {
                "type": "object",
                "required": ["at", "text"],
                "additionalProperties": false,
                "properties": { "at": { "$ref": "#/$defs/place" }, "text": { "type": "string" } }
              }
            },
            "notes": { "type": "array", "items": { "type": "string" }, "description": "Facts." },
            "help": { "type": "array", "items": { "type": "string" }, "description": "What to change." },
            "edits": {
              "type": "array",
              "description": "The change as replacements of text, all of them together.",
              "items": {
                "type": "object",
                "required": ["at", "replacement"],
                "additionalProperties": false,
                "properties": { "at": { "$ref": "#/$defs/place" }, "replacement": { "type": "string" } }
              }
            }
          },
          "dependentRequired": { "file": ["line", "column", "endLine", "endColumn", "start", "end", "label"] }
        },
        "place": {
          "type": "object",
          "required": ["file", "line", "column", "endLine", "endColumn", "start", "end"],
          "additionalProperties": false,
          "properties": {
            "file": { "type": "string" },
            "line": { "$ref": "#/$defs/count" },
            "column": { "$ref": "#/$defs/count" },
            "endLine": { "$ref": "#/$defs/count" },
            "endColumn": { "$ref": "#/$defs/count" },
            "start": { "$ref": "#/$defs/offset" },
            "end": { "$ref": "#/$defs/offset" }
          }
        },
        "count": { "type": "integer", "minimum": 1 },
        "offset": { "type": "integer", "minimum": 0 }
      }
    }

    """
}
