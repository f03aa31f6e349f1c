import GeocDiagnostics
import GeocYAML
import Testing

/// Repeatable pseudo-random numbers (splitmix64).
private struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct YAMLFuzzTests {
  /// Any bytes give a tree or a problem, and every place lies in the file and renders.
  @Test func damagedSpecs() {
    let seed = Array(
      """
      geoc: 1
      dims: &d { C: 8, K: [1, 2.5, ~] }
      again: *d
      text: |
        a b é
        日本
      quoted: "x\\ty" # note
      graph:
        - cast: { scale: 0.5 }
        - &n logeig
        - *n
        - ? k
          : v
      """.utf8)
    let pieces =
      ["!t ", "&a ", "*a", "*d", "\t", "[", "]", "{", "}", ": ", "- ", "? ", "|\n", "\r", "\u{85}", "\u{2028}"]
      .map { Array($0.utf8) } + [[0xFF], [0xE2, 0x82], [0], [0xEF, 0xBB, 0xBF]]
    var random = Generator(state: 7)
    for _ in 0..<3000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0..<9, using: &random)))
        default: bytes = Array(bytes.prefix(max(place, 1)))
        }
      }
      let file = SourceFile(name: "t", bytes: bytes)
      var sink = DiagnosticSink()
      let node = YAMLParser.parse(file, into: &sink)
      #expect(node != nil || sink.hasErrors)
      for problem in sink.diagnostics {
        #expect(problem.span.file == file)
        #expect(problem.description.contains(" --> t:"))
      }
      if let node { check(node, in: file) }
    }
  }

  private func check(_ node: YAMLNode, in file: SourceFile) {
    #expect(node.span.file == file && node.span.range.upperBound <= file.bytes.count)
    for child in node.items ?? [] { check(child, in: file) }
    for entry in node.entries ?? [] {
      check(entry.key, in: file)
      check(entry.value, in: file)
    }
  }
}
