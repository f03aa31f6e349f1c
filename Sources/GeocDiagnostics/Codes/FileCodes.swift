/// Codes of range E00: reading a file and its YAML.
package struct FileCodes: Sendable {
  /// The file is missing, a directory, or may not be opened; no span.
  package let unreadable = DiagnosticCode("E0001", "unreadable-file", "a file cannot be read")
  /// The span is the first bad byte.
  package let notUTF8 = DiagnosticCode("E0002", "not-utf8", "a file is not UTF-8")
  /// The span is the first NUL.
  package let nulByte = DiagnosticCode("E0003", "nul-byte", "a file holds a NUL byte")
  /// The span is the first character YAML does not allow.
  package let controlCharacter = DiagnosticCode("E0004", "control-character", "a file holds a control character")
  /// Checked before the file is read.
  package let tooLarge = DiagnosticCode("E0005", "file-too-large", "a spec is larger than 4 MiB")
  /// The file is empty or holds comments only.
  package let emptyDocument = DiagnosticCode("E0006", "empty-document", "a spec has no content")
  /// The first syntax error; nothing after it is read.
  package let syntax = DiagnosticCode("E0007", "yaml-syntax", "the text is not YAML")
  /// The span is the first collection (or alias) beyond the limit.
  package let tooDeep = DiagnosticCode("E0008", "too-deep", "collections are nested deeper than 64")
  /// The span is the alias that expands to the most nodes.
  package let aliasBomb = DiagnosticCode("E0009", "alias-bomb", "aliases expand to too many nodes")
  /// Also an alias inside the node it names.
  package let undefinedAlias = DiagnosticCode("E0010", "undefined-alias", "an alias names no anchor above it")
  /// The primary span is the second key, a label shows the first.
  package let duplicateKey = DiagnosticCode("E0011", "duplicate-key", "a mapping has the same key twice")
  /// The span is the start of the second document.
  package let secondDocument = DiagnosticCode("E0012", "second-document", "a file holds a second document")
  /// Tags (`!name`) are not part of the language.
  package let tag = DiagnosticCode("E0013", "yaml-tag", "a value has a tag")
  /// `<<` is not YAML 1.2.
  package let mergeKey = DiagnosticCode("E0014", "merge-key", "a mapping has a merge key")
  /// Keys of the language are plain words.
  package let keyNotScalar = DiagnosticCode("E0015", "key-not-scalar", "a key is a list or a mapping")
  /// A `--set` whose path or value is invalid.
  package let badOverride = DiagnosticCode("E0016", "bad-override", "an override on the command line cannot be applied")
}
