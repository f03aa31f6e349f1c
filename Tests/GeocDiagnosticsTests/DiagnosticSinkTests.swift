import GeocDiagnostics
import Testing

@Suite struct DiagnosticSinkTests {
  @Test func sortsByFileThenPositionAndDropsRepeats() {
    let a = SourceFile(name: "a", text: "0123456789")
    let b = SourceFile(name: "b", text: "0123456789")
    var sink = DiagnosticSink()
    sink.report(Diagnostic(.data.truncated, "none"))
    sink.report(Diagnostic(.spec.unknownKey, "b5", at: b.span(5..<6)))
    sink.report(Diagnostic(.spec.unknownKey, "a9", at: a.span(9..<10)))
    sink.report(Diagnostic(.lint.unusedNode, "b1", at: b.span(1..<2)))
    sink.report(Diagnostic(.spec.unknownKey, "a9", at: a.span(9..<10)))
    sink.report(Diagnostic(.spec.missingKey, "a9 too", at: a.span(9..<10)))
    #expect(sink.diagnostics.map(\.message) == ["b1", "b5", "a9", "a9 too", "none"])
    #expect(sink.errorCount == 4 && sink.warningCount == 1 && sink.hasErrors)
    #expect(sink.summary == "4 errors, 1 warning")
    #expect(throws: GeocError(sink.diagnostics)) { try sink.throwIfErrors() }
  }

  @Test func capsEachFile() {
    let a = SourceFile(name: "a.yaml", text: String(repeating: "x", count: 200))
    let b = SourceFile(name: "b.yaml", text: "x")
    var sink = DiagnosticSink()
    for i in 0..<53 { sink.report(Diagnostic(.spec.unknownKey, "k\(i)", at: a.span(i..<i + 1))) }
    sink.report(Diagnostic(.spec.unknownKey, "b", at: b.span))
    let messages = sink.diagnostics.map(\.message)
    #expect(messages.count == 52)
    #expect(messages[49...] == ["k49", "3 more problems in a.yaml not shown", "b"])
    #expect(sink.errorCount == 54)
    #expect(sink.diagnostics[50].severity == .note)
  }

  @Test func lintPolicy() {
    let policy = LintPolicy(allow: ["unused-node", "E0102"], deny: ["W0002"])
    var sink = DiagnosticSink(policy: policy)
    sink.report(Diagnostic(.lint.unusedNode, "dropped"))
    sink.report(Diagnostic(.lint.unusedInput, "raised"))
    sink.report(Diagnostic(.lint.unusedBlock, "kept"))
    sink.report(Diagnostic(.spec.unknownKey, "an error cannot be allowed"))
    #expect(sink.diagnostics.map(\.severity) == [.error, .warning, .error])
    var strict = DiagnosticSink(policy: LintPolicy(deny: ["warnings"]))
    strict.report(Diagnostic(.lint.unusedBlock, "raised"))
    #expect(strict.hasErrors)
  }
}

@Suite struct DiagnosticCodeTests {
  @Test func idsAndNamesAreWellFormedAndUnique() {
    let all = DiagnosticCode.all
    #expect(all.count > 100)
    #expect(Set(all.map(\.id)).count == all.count)
    #expect(Set(all.map(\.name)).count == all.count)
    for code in all {
      #expect(code.id.wholeMatch(of: /E0[0-6]\d\d|W00\d\d/) != nil, "\(code.id)")
      #expect(code.name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, "\(code.name)")
      #expect(!code.title.isEmpty && !code.title.hasSuffix(".") && code.title.first?.isUppercase == false)
    }
  }

  @Test func everyRangeIsListed() {
    for range in ["E00", "E01", "E02", "E03", "E04", "E05", "E06", "W00"] {
      #expect(DiagnosticCode.all.contains { $0.id.hasPrefix(range) }, "\(range)")
    }
  }

  @Test func find() {
    #expect(DiagnosticCode.find("E0204") == .types.mismatch)
    #expect(DiagnosticCode.find("w0001") == .lint.unusedNode)
    #expect(DiagnosticCode.find("type-mismatch")?.id == "E0204")
    #expect(DiagnosticCode.find("E9999") == nil)
    #expect(DiagnosticCode.lint.unusedNode.severity == .warning)
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("bimpa", "bimap"), ("reieg", "reeig"), ("crossEntropy", "cross_entropy"), ("cross-entropy", "cross_entropy"),
    ("Linear", "linear"), ("relue", "relu"),
  ])
  func near(word: String, expected: String) {
    let ops = ["relu", "selu", "bimap", "reeig", "logeig", "cross_entropy", "linear"]
    #expect(suggestion(for: word, among: ops) == expected)
  }

  @Test(arguments: ["", "zzz", "convolution", "x", String(repeating: "a", count: 100_000)])
  func far(word: String) {
    #expect(suggestion(for: word, among: ["relu", "linear", "y"]) == nil)
  }

  @Test func distance() {
    #expect(EditDistance.between("kitten", "sitting") == 3)
    #expect(EditDistance.between("ab", "ba") == 1)
    #expect(EditDistance.between("", "abc") == 3)
    #expect(EditDistance.between("abcdef", "uvwxyz", limit: 2) == 3)
  }
}

@Suite struct SourceFileTests {
  @Test func lineBreaks() {
    let file = SourceFile(name: "a", text: "a\r\nbé\rc\n\nd")
    #expect(file.lineStarts == [0, 3, 7, 9, 10])
    #expect(file.lineAndColumn(at: 6) == (2, 3))
    #expect(file.lineAndColumn(at: 10) == (5, 1))
    #expect(file.lineAndColumn(at: 999) == (5, 2))
    #expect(file.lineRange(2) == 3..<6)
    #expect(file.lineRange(77).isEmpty)
    #expect(SourceFile(name: "a", text: "").lineAndColumn(at: 0) == (1, 1))
  }

  @Test func byteOrderMarkIsNoColumn() {
    let file = SourceFile(name: "a", text: "\u{FEFF}ab")
    #expect(file.lineAndColumn(at: 3) == (1, 1))
    #expect(file.lineAndColumn(at: 0) == (1, 1))
    #expect("\(file.span(4..<5))" == "a:1:2")
  }

  @Test func spans() {
    let file = SourceFile(name: "f", text: "0123456789")
    let span = file.span(2..<6)
    #expect(span.text == "2345")
    #expect(span.sub(1..<3).text == "34")
    #expect(span.sub(3..<99).text == "5")
    #expect(span.sub(99..<120).range == 6..<6)
    #expect(span.union(file.span(8..<9)).text == "2345678")
    #expect(Span.none.union(span) == span && span.union(.none) == span)
    #expect(file.span(-5..<50).range == 0..<10)
    #expect(span != SourceFile(name: "f", text: "0123456789").span(2..<6))
    #expect(Span.none.description == "-" && Span.none.lineAndColumn == nil)
  }

  @Test func loadFailures() throws {
    for path in ["/nonexistent/x.yaml", "/tmp"] {
      let error = #expect(throws: GeocError.self) { try SourceFile.load(path: path) }
      #expect(error?.diagnostics.first?.code == .file.unreadable)
    }
    let error = #expect(throws: GeocError.self) { try SourceFile.load(path: "/dev/zero", limit: 1000) }
    #expect(error?.diagnostics.first?.code == .file.tooLarge)
  }

  @Test func strictUTF8() {
    #expect(UTF8Scanning.firstInvalid(in: Array("é日🙂".utf8)) == nil)
    #expect(UTF8Scanning.firstInvalid(in: [0x61, 0xC0, 0x80]) == 1)
    #expect(UTF8Scanning.firstInvalid(in: [0xED, 0xA0, 0x80]) == 0)
    #expect(UTF8Scanning.firstInvalid(in: [0x61, 0x62, 0xE2, 0x82]) == 2)
    #expect(UTF8Scanning.firstInvalid(in: [0xF4, 0x90, 0x80, 0x80]) == 0)
  }
}
