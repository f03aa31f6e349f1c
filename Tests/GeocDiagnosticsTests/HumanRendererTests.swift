import GeocDiagnostics
import Testing

/// The span of the `occurrence`-th place where `text` stands in `file`.
func find(_ text: String, in file: SourceFile, occurrence: Int = 1) throws -> Span {
  let wanted = Array(text.utf8)
  var seen = 0
  for start in 0...max(0, file.bytes.count - wanted.count)
  where file.bytes[start...].starts(with: wanted) {
    seen += 1
    if seen == occurrence { return file.span(start..<start + wanted.count) }
  }
  return try #require(nil as Span?, "'\(text)' is not in the file")
}

@Suite struct HumanRendererTests {
  @Test func languageExample() throws {
    var lines = Array(repeating: "# x", count: 12)
    lines += ["  - logeig", "  - bimap: { out: 4 }", ""]
    let file = SourceFile(name: "examples/bad.yaml", text: lines.joined(separator: "\n"))
    let diagnostic = Diagnostic(
      .types.mismatch, "bimap expects SPD(n), found Sym(6)", at: try find("bimap", in: file),
      label: "needs a point of SPD(n)",
      labels: [Label(try find("logeig", in: file), "this makes a Sym(6): the logarithm leaves the manifold")],
      help: ["move 'bimap' before 'logeig', or insert 'expeig' to return to SPD(6)"])
    #expect(
      "\(diagnostic)" == """
        error[E0204]: bimap expects SPD(n), found Sym(6)
          --> examples/bad.yaml:14:5
           |
        13 |   - logeig
           |     ------ this makes a Sym(6): the logarithm leaves the manifold
        14 |   - bimap: { out: 4 }
           |     ^^^^^ needs a point of SPD(n)
           |
           = help: move 'bimap' before 'logeig', or insert 'expeig' to return to SPD(6)
           = see: geoc explain E0204
        """)
  }

  @Test func gapsBetweenLines() throws {
    let file = SourceFile(name: "a.yaml", text: "one\ntwo\nthree\nfour\nfive\nsix\nseven")
    let diagnostic = Diagnostic(
      .spec.duplicateName, "twice", at: try find("seven", in: file), label: "second",
      labels: [Label(try find("one", in: file), "first"), Label(try find("three", in: file), "")],
      notes: ["a note\non two lines"])
    #expect(
      "\(diagnostic)" == """
        error[E0110]: twice
         --> a.yaml:7:1
          |
        1 | one
          | --- first
        2 | two
        3 | three
          | -----
        ...
        7 | seven
          | ^^^^^ second
          |
          = note: a note
                  on two lines
          = see: geoc explain E0110
        """)
  }

  @Test func labelsOnOneLineHang() throws {
    let file = SourceFile(name: "a.yaml", text: "- add: [left, right]")
    let diagnostic = Diagnostic(
      .types.size, "sizes differ", at: try find("add", in: file), label: "wants equal sizes",
      labels: [Label(try find("left", in: file), "R[3]"), Label(try find("right", in: file), "R[4]")])
    #expect(
      "\(diagnostic)" == """
        error[E0210]: sizes differ
         --> a.yaml:1:3
          |
        1 | - add: [left, right]
          |   ^^^   ----  ----- R[4]
          |   |     |
          |   |     R[3]
          |   wants equal sizes
          |
          = see: geoc explain E0210
        """)
  }

  @Test func nestedLabelsKeepThePrimaryMark() throws {
    let file = SourceFile(name: "a.yaml", text: "x: Ball(16, c=1)")
    let diagnostic = Diagnostic(
      .types.argument, "out of range", at: try find("c=1", in: file), label: "here",
      labels: [Label(try find("Ball(16, c=1)", in: file), "in this type")])
    #expect(
      "\(diagnostic)" == """
        error[E0203]: out of range
         --> a.yaml:1:13
          |
        1 | x: Ball(16, c=1)
          |    ---------^^^-
          |    |        |
          |    |        here
          |    in this type
          |
          = see: geoc explain E0203
        """)
  }

  @Test func tabsWideAndCombiningCharacters() throws {
    let file = SourceFile(name: "a.yaml", text: "\t日本🙂e\u{301}x: bad # é")
    let diagnostic = Diagnostic(.lint.unusedNode, "unused", at: try find("bad", in: file))
    #expect(
      "\(diagnostic)" == """
        warning[W0001]: unused
         --> a.yaml:1:10
          |
        1 |     日本🙂e\u{301}x: bad # é
          |               ^^^
          |
          = see: geoc explain W0001
        """)
  }

  @Test func controlCharactersCannotReachTheTerminal() throws {
    let file = SourceFile(name: "a\u{1B}[2J.yaml", text: "a\u{1B}[31m\u{202E}b")
    let text = "\(Diagnostic(.file.controlCharacter, "bad \u{1B}[0m", at: file.span(1..<2), label: "\u{7}"))"
    #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x202E })
    #expect(text.contains("1 | a\u{FFFD}[31m\u{FFFD}b\n  |  ^ \u{FFFD}"))
  }

  @Test func emptyAndOutOfRangeSpansGetOneCaret() {
    let file = SourceFile(name: "a.yaml", text: "ab\n")
    let atEnd = "\(Diagnostic(.file.syntax, "end", at: file.span(99..<120)))"
    #expect(atEnd.contains(" --> a.yaml:2:1\n  |\n2 |\n  | ^\n"))
    let lineEnd = "\(Diagnostic(.file.syntax, "end", at: file.span(2..<2)))"
    #expect(lineEnd.contains("1 | ab\n  |   ^\n"))
  }

  @Test func aSpanOfSeveralLinesIsMarkedOnItsFirst() {
    let file = SourceFile(name: "a.yaml", text: "a:\r\n  b: 1\r\n")
    let text = "\(Diagnostic(.spec.wrongKind, "kind", at: file.span, label: "here"))"
    #expect(text.contains("1 | a:\n  | ^^ here\n"))
  }

  @Test func longLinesAreCut() throws {
    let file = SourceFile(
      name: "a.yaml", text: String(repeating: "[", count: 300_000) + "x" + String(repeating: "é", count: 9_000))
    let text = "\(Diagnostic(.file.tooDeep, "deep", at: try find("x", in: file), label: "here"))"
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.allSatisfy { $0.count <= 160 })
    #expect(rows[3].hasPrefix("1 | ...[[") && rows[3].hasSuffix("éé..."))
    let x = try #require(rows[3].firstIndex(of: "x"))
    let caret = try #require(rows[4].firstIndex(of: "^"))
    #expect(rows[3].distance(from: rows[3].startIndex, to: x) == rows[4].distance(from: rows[4].startIndex, to: caret))
  }

  @Test func otherFilesFollow() throws {
    let main = SourceFile(name: "main.yaml", text: "- residual")
    let blocks = SourceFile(name: "blocks.yaml", text: "residual: x")
    let diagnostic = Diagnostic(
      .types.mismatch, "no", at: try find("residual", in: main), labels: [Label(try find("x", in: blocks), "defined")])
    #expect(
      "\(diagnostic)" == """
        error[E0204]: no
         --> main.yaml:1:3
          |
        1 | - residual
          |   ^^^^^^^^
          |
         ::: blocks.yaml:1:11
          |
        1 | residual: x
          |           - defined
          |
          = see: geoc explain E0204
        """)
  }

  @Test func withoutSource() {
    let diagnostic = Diagnostic(.data.truncated, "the array 'x' is cut off", help: ["fetch it again"], item: "x.npz")
    #expect(
      "\(diagnostic)" == """
        error[E0503]: the array 'x' is cut off
         --> x.npz
          = help: fetch it again
          = see: geoc explain E0503
        """)
  }

  @Test func coloursOnlyAddEscapes() throws {
    let file = SourceFile(name: "a.yaml", text: "a: b")
    let diagnostic = Diagnostic(.spec.unknownKey, "no", at: try find("a", in: file), label: "x", help: ["h"])
    let coloured = HumanRenderer(decorator: .ansi).render(diagnostic)
    #expect(coloured.contains("\u{1B}[1;31merror[E0102]\u{1B}[0m"))
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == "\(diagnostic)")
  }
}
