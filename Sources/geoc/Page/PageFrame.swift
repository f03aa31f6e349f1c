import Foundation

/// What all pages of geoc are: one file that reads nothing else, light or dark as the reader's system is set.
enum PageFrame {
  /// A page. `head` stands in front of the style; `title` is plain text.
  static func text(title: String, head: String = "", style: String, body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <link rel="icon" href="data:,">
    \(head)<title>\(SVGRenderer.escaped(title))</title>
    <style>
    \(PageStyle.text)\(style)</style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }

  /// JSON that may stand in a script element whatever the texts in it are.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self).replacing("<", with: "\\u003c")
  }
}

/// The look that all pages share.
enum PageStyle {
  static let text = """
    :root { color-scheme: light dark; --page: #fff; --ink: #1c1e21; --quiet: #5b616b; --line: #d4d7dc; --panel: #f6f7f9;
      --accent: #0b62c4 }
    @media (prefers-color-scheme: dark) {
      :root { --page: #16181c; --ink: #e6e8eb; --quiet: #a9afb8; --line: #3a3f47; --panel: #1e2126; --accent: #6fb1ff }
    }
    * { box-sizing: border-box }
    html, body { height: 100%; margin: 0 }
    body { background: var(--page); color: var(--ink);
      font: 14px/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
    header { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; padding: 8px 14px;
      border-bottom: 1px solid var(--line) }
    h1 { font-size: 16px; margin: 0 }
    a { color: var(--accent) }
    .quiet { color: var(--quiet) }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 12px; color: var(--quiet) }

    """
}
