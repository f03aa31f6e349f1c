import Foundation
import GeocDiagnostics
import Testing

@testable import GeocSpec

/// Damaged specs: whatever a file holds, the answer is a model or at least one error, and never a crash.
struct MutationTests {
  /// A small generator with a fixed start, so that a failure can be repeated.
  private struct Numbers {
    var state: UInt64
    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(limit, 1)))
    }
  }

  @Test(arguments: [1, 2, 3, 4])
  func linesAndWords(_ seed: UInt64) throws {
    var numbers = Numbers(state: seed)
    let sources = [ElaborationTests.emg, ElaborationTests.everything]
    let words = sources.flatMap { $0.split { " \n,:{}[]".contains($0) }.map(String.init) }
    for _ in 0..<150 {
      var lines = sources[numbers.next(sources.count)].components(separatedBy: "\n")
      for _ in 0...numbers.next(3) {
        let at = numbers.next(lines.count)
        switch numbers.next(5) {
        case 0: lines.remove(at: at)
        case 1: lines.insert(lines[numbers.next(lines.count)], at: at)
        case 2: lines.swapAt(at, numbers.next(lines.count))
        case 3: lines[at] = String(lines[at].dropLast(numbers.next(6)))
        default:
          let word = words[numbers.next(words.count)]
          lines[at] = lines[at].replacingOccurrences(of: word, with: words[numbers.next(words.count)])
        }
        if lines.isEmpty { lines = [""] }
      }
      let text = lines.joined(separator: "\n")
      var sink = DiagnosticSink()
      let model = try SpecCompiler.model(
        text: text, path: "mutated.yaml", registry: Fixture.registry, sink: &sink)
      #expect((model == nil) == sink.hasErrors, "\(text)")
      #expect(!HumanRenderer().render(sink.diagnostics).isEmpty || model != nil)
      if let model {
        let rendered = model.spec.rendered(Fixture.registry)
        #expect(try Fixture.compile(rendered).model?.spec.rendered(Fixture.registry) == rendered, "\(text)")
      }
    }
  }
}
