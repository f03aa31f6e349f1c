/// The parts of a rendering that may be coloured.
package enum TextStyle: Sendable, Hashable {
  /// Severity words and primary marks.
  case error, warning, note
  /// Help lines.
  case help
  /// Line numbers, bars and arrows.
  case gutter
  /// The headline.
  case strong
  /// Marks of secondary labels.
  case secondary
  /// Everything else.
  case plain
}

/// Colours text for a terminal, or leaves it as it is.
package struct Decorator: Sendable {
  private let isColoured: Bool

  /// Leaves every text as it is.
  package static let plain = Decorator(isColoured: false)
  /// ANSI colours.
  package static let ansi = Decorator(isColoured: true)

  /// The text in a style.
  package func callAsFunction(_ style: TextStyle, _ text: String) -> String {
    guard isColoured, !text.isEmpty else { return text }
    let code: String
    switch style {
    case .error: code = "1;31"
    case .warning: code = "1;33"
    case .note: code = "1;32"
    case .help: code = "1;36"
    case .gutter, .secondary: code = "1;34"
    case .strong: code = "1"
    case .plain: return text
    }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
