import GeocIR
import GeocYAML

/// A named size that no type and no parameter mentions.
enum UnusedDim: Lint {
  static func check(_ model: LintedModel, _ problems: inout Problems) {
    // Included blocks may use it too, and their text is not at hand.
    guard !model.spec.dims.isEmpty, model.spec.root["include"] == nil else { return }
    var words: Set<String> = []
    for entry in model.spec.root.entries ?? [] where entry.name != "dims" { collect(entry.value, &words) }
    for (name, _) in model.spec.dims where !words.contains(name.value) {
      problems.report(.lint.unusedDim, "the size '\(name.value)' is not used", at: name.span)
    }
  }

  /// All words of the scalars of a tree.
  private static func collect(_ node: YAMLNode, _ words: inout Set<String>) {
    if let text = node.text {
      words.formUnion(text.utf8.split { !TextBytes.isNameByte($0) }.map { String(decoding: Array($0), as: UTF8.self) })
    }
    for item in node.items ?? [] { collect(item, &words) }
    for entry in node.entries ?? [] { collect(entry.value, &words) }
  }
}
