import GeocDiagnostics
import GeocYAML
import Testing

private func parse(_ text: String) throws -> YAMLNode {
  try YAMLParser.parse(SourceFile(name: "t.yaml", text: text))
}

/// The problems of a text as `CODE line:column covered text`.
private func problems(_ file: SourceFile) -> [String] {
  var sink = DiagnosticSink()
  _ = YAMLParser.parse(file, into: &sink)
  return sink.diagnostics.map { problem in
    let (line, column) = problem.span.lineAndColumn ?? (0, 0)
    return "\(problem.code.id) \(line):\(column) \(problem.span.text)"
  }
}

private func problems(_ text: String) -> [String] { problems(SourceFile(name: "t.yaml", text: text)) }

@Suite struct YAMLTreeTests {
  @Test func structureAndSpans() throws {
    let root = try parse(
      """
      geoc: 1   # version
      graph:
        - cast: { scale: 0.5, shift: -1.0 }
        - logeig
        - 'quoted'

      é: "x"
      # end

      """)
    #expect(root.entries?.map(\.name) == ["geoc", "graph", "é"])
    #expect(root["geoc"]?.span.text == "1")
    #expect(root["geoc"]?.resolved == .int(1))
    let graph = try #require(root["graph"])
    #expect(graph.span.text == "- cast: { scale: 0.5, shift: -1.0 }\n  - logeig\n  - 'quoted'")
    #expect(graph[0]?["cast"]?.span.text == "{ scale: 0.5, shift: -1.0 }")
    #expect(graph[0]?.span.text == "cast: { scale: 0.5, shift: -1.0 }")
    #expect(graph[0]?["cast"]?["shift"]?.resolved == .float(-1))
    #expect(graph[1]?.text == "logeig" && graph[1]?.span.description == "t.yaml:4:5")
    #expect(graph[2]?.span.text == "'quoted'")
    #expect(root["é"]?.span.text == "\"x\"")
    #expect(root.span.text.hasSuffix("\"x\""))
    #expect(graph[3] == nil && graph[-1] == nil && root["none"] == nil && graph["x"] == nil)
  }

  @Test func positionsAfterManyWideCharacters() throws {
    let text = (0..<300).map { "k\($0): \"日本é🙂\"\r\n" }.joined() + "last: here\r\n"
    let root = try parse(text)
    #expect(root["last"]?.span.text == "here")
    #expect(root["last"]?.span.description == "t.yaml:301:7")
    #expect(root["k299"]?.span.text == "\"日本é🙂\"")
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineBreaks(_ newline: String) throws {
    let root = try parse(["a:", "  - |", "    one", "    two", "  - x", "b: yes", ""].joined(separator: newline))
    #expect(root["a"]?[0]?.text == "one\ntwo\n")
    #expect(root["a"]?[1]?.span.description == "t.yaml:5:5")
    #expect(root["b"]?.span.description == "t.yaml:6:4")
    #expect(root["b"]?.span.text == "yes")
  }

  @Test func byteOrderMark() throws {
    let root = try parse("\u{FEFF}a: 1\nb: é\n")
    #expect(root.entry("a")?.key.span.description == "t.yaml:1:1")
    #expect(root["b"]?.span.text == "é")
  }

  @Test func blockScalars() throws {
    let root = try parse("a: |\n  x: 1\n  y\n\n\n# comment\nb: >-\n  folded\n  text\n\nc: 1\n")
    #expect(root["a"]?.text == "x: 1\ny\n")
    #expect(root["a"]?.span.text == "|\n  x: 1\n  y")
    #expect(root["b"]?.text == "folded text")
    #expect(root["b"]?.span.text == ">-\n  folded\n  text")
    #expect(root["a"]?.resolved == .string("x: 1\ny\n"))
  }

  @Test func emptyValues() throws {
    let root = try parse("a:\nb: ''\nc:\n  -\n  - 1\nd:\n")
    #expect(root["a"]?.isNull == true && root["d"]?.isNull == true)
    #expect(root["a"]?.span.description == "t.yaml:1:3")
    #expect(root["b"]?.resolved == .string(""))
    #expect(root["c"]?[0]?.isNull == true)
    #expect(root["c"]?.span.text == "-\n  - 1")
  }

  @Test func anchorsAreNotPartOfTheSpan() throws {
    let root = try parse("a: &one 1\nb: &two\n  - x\nc: &three # note\n  k: v\nd: &four {}\n")
    #expect(root["a"]?.span.text == "1" && root["a"]?.anchor == "one")
    #expect(root["b"]?.span.text == "- x" && root["b"]?.anchor == "two")
    #expect(root["c"]?.span.text == "k: v" && root["d"]?.span.text == "{}")
  }

  @Test func aliasesShareAndRememberTheirUse() throws {
    let root = try parse("a: &x { out: [1, 2] }\nb: *x\n")
    let b = try #require(root["b"])
    #expect(b.kind == root["a"]?.kind)
    #expect(b.span.text == "{ out: [1, 2] }")
    let inner = try #require(b["out"]?[1])
    #expect(inner.usedAt?.text == "*x" && inner.span.text == "2")
    #expect(root["a"]?["out"]?.usedAt == nil)
    #expect(
      "\(Diagnostic(.spec.wrongKind, "wrong", at: inner))" == """
        error[E0103]: wrong
         --> t.yaml:1:18
          |
        1 | a: &x { out: [1, 2] }
          |                  ^
        2 | b: *x
          |    -- used here
          |
          = see: geoc explain E0103
        """)
  }

  @Test func placesInsideAScalar() throws {
    let root = try parse("a: SPD(n)\nb: 'Sym(n)'\nc: \"\\x53ym\"\n")
    #expect(root["a"]?.span(ofText: 4..<5).description == "t.yaml:1:8")
    #expect(root["b"]?.span(ofText: 4..<5).description == "t.yaml:2:9")
    #expect(root["c"]?.span(ofText: 1..<2) == root["c"]?.span)
  }
}

@Suite struct YAMLProblemTests {
  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", ["E0011 3:1 a"]),
    ("a: 1\n'a': 2\na: 3\n", ["E0011 2:1 'a'", "E0011 3:1 a"]),
    ("{a: {b: 1, b: 2}, c: {b: 1}}", ["E0011 1:12 b"]),
    ("a: 1\n---\nb: 2\n", ["E0012 2:1 ---"]),
    ("a: 1\n...\n---\n", ["E0012 3:1 ---"]),
    ("a: !!str 1\nb: !mine {x: 1}\n", ["E0013 1:4 !!str", "E0013 2:4 !mine"]),
    ("a: &x !t 1\nb: ! y\n", ["E0013 1:7 !t", "E0013 2:4 !"]),
    ("a: !t &x 1\n", ["E0013 1:4 !t"]),
    ("%TAG ! tag:x,2000:\n---\na: 1\n", ["E0013 1:1 "]),
    ("a: &x {k: 1}\nb:\n  <<: *x\n  c: 1\n", ["E0014 3:3 <<"]),
    ("? [a, b]\n: 1\nc: 2\n", ["E0015 1:3 [a, b]"]),
    ("a: *nope\n", ["E0010 1:4 *nope"]),
    ("a: &x [1, *x]\n", ["E0010 1:11 *x"]),
    ("", ["E0006 1:1 "]),
    ("# only a comment\n", ["E0006 1:1 "]),
    ("\u{FEFF}", ["E0006 1:1 "]),
    ("a: 1\nb: \u{1}\n", ["E0004 2:4 \u{1}"]),
    ("é: 1\nb: \u{80}\n", ["E0004 2:4 \u{80}"]),
    ("a: x\u{0}y", ["E0003 1:5 \u{0}"]),
    ("a: [1, 2\nb: 3\n", ["E0007 2:2 :"]),
    ("a:\n\t- b\n", ["E0007 2:1 "]),
    ("a: b: c\n", ["E0007 1:5 :"]),
    ("a: @x\n", ["E0007 1:4 @"]),
    ("a: 'open\n", ["E0007 2:1 "]),
  ])
  func positions(text: String, expected: [String]) {
    #expect(problems(text) == expected)
  }

  @Test func notUTF8() {
    let file = SourceFile(name: "t.yaml", bytes: Array("a: é\nb: ".utf8) + [0xFF, 0x0A])
    #expect(problems(file) == ["E0002 2:4 \u{FFFD}"])
  }

  @Test func theTreeSurvivesWhatCanBeDropped() {
    var sink = DiagnosticSink()
    let text = "a: 1\na: 2\nb: !t x\n<<: {z: 1}\nc: 3\n"
    let node = YAMLParser.parse(SourceFile(name: "t", text: text), into: &sink)
    #expect(sink.errorCount == 3)
    #expect(node?.entries?.map(\.name) == ["a", "b", "c"])
    #expect(node?["a"]?.resolved == .int(1) && node?["b"]?.text == "x")
  }

  @Test func helpInSyntaxErrors() {
    func help(_ text: String) -> [String] {
      var sink = DiagnosticSink()
      _ = YAMLParser.parse(SourceFile(name: "t", text: text), into: &sink)
      return sink.diagnostics.flatMap(\.help)
    }
    #expect(help("a:\n\t- b\n") == ["indent with spaces, not with tabs"])
    #expect(help("inputs: { x: R[3, 4] }\n") == ["inside braces, quote a type: \"R[3, 4]\""])
    #expect(help("a: *lin\nb: 1\n").isEmpty)
    #expect(help("a: &line 1\nb: *lime\n") == ["did you mean '*line'?"])
  }

  @Test func depth() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try parse(nested(64))
    #expect(problems(nested(65)) == ["E0008 1:65 ["])
    #expect(problems((0..<70).map { String(repeating: " ", count: $0) + "a:\n" }.joined()) == ["E0008 65:65 a"])
  }

  @Test func depthThroughAliases() throws {
    func nested(_ depth: Int, _ core: String) -> String {
      String(repeating: "[", count: depth) + core + String(repeating: "]", count: depth)
    }
    _ = try parse("- &a \(nested(30, "1"))\n- \(nested(33, "*a"))\n")
    #expect(problems("- &a \(nested(30, "1"))\n- \(nested(34, "*a"))\n") == ["E0008 2:37 *a"])
  }

  @Test func manyOpenBracketsAreFast() {
    let file = SourceFile(name: "t", text: String(repeating: "[", count: 200_000))
    let time = ContinuousClock().measure { #expect(problems(file) == ["E0008 1:65 ["]) }
    #expect(time < .seconds(5))
  }

  @Test func size() {
    let limit = YAMLParser.maximumBytes
    let head = "a: 1 #"
    let fits = SourceFile(name: "t", text: head + String(repeating: "x", count: limit - head.utf8.count))
    #expect(problems(fits).isEmpty)
    let over = SourceFile(name: "t", text: head + String(repeating: "x", count: limit - head.utf8.count + 1))
    #expect(problems(over) == ["E0005 1:1 "])
  }

  @Test func aliasBomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for i in 1..<60 {
      text += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    let time = ContinuousClock().measure {
      let found = problems(text)
      #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("E0009 ") })
    }
    #expect(time < .seconds(2))
  }

  @Test func expansionAgainstWhatIsWritten() {
    let list = "a: &a [" + Array(repeating: "1", count: 150).joined(separator: ",") + "]\n"
    let few = list + "b: [" + Array(repeating: "*a", count: 100).joined(separator: ", ") + "]\n"
    #expect(problems(few).isEmpty)
    let many = list + "b: [" + Array(repeating: "*a", count: 1000).joined(separator: ", ") + "]\n"
    #expect(problems(many) == ["E0009 2:5 *a"])
  }

  @Test func loadFailure() {
    let error = #expect(throws: GeocError.self) { try YAMLParser.load(path: "/nonexistent.yaml") }
    #expect(error?.diagnostics.first?.code == .file.unreadable)
  }
}
