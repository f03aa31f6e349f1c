import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// What the README and the tutorial show is what the program prints.
@Suite struct DocumentTests {
  /// A folder with the repository's examples, in which the commands of a page run.
  private struct Desk {
    let work: RunWorkspace
    /// Time in the name of a run on the page → in its real name.
    var runs: [String: String] = [:]

    init() throws {
      work = try RunWorkspace(spec: "")
      try FileManager.default.createSymbolicLink(
        atPath: work.path("examples"), withDestinationPath: Repository.root + "examples")
    }

    /// Runs a command of a page: results, or where there are none, what went to standard error.
    mutating func run(_ command: String) throws -> String {
      var arguments = command.split(separator: " ").dropFirst().map(String.init)
      for (shown, real) in runs { arguments = arguments.map { $0.replacing(shown, with: real) } }
      let ended = try work.run(arguments)
      var text = ended.output.isEmpty ? ended.errors : ended.output
      for (shown, real) in runs { text = text.replacing(real, with: shown) }
      return text
    }

    /// The page with what its commands print now; its specs are saved as `name`, or under the name that stands behind
    /// `yaml`. A spec that is there already is changed: the lines from the first to the last of the fence are replaced.
    mutating func current(_ page: Document, savingAs name: String? = nil) throws -> String {
      // Names of runs hold the time: the real one takes the place of the one on the page, and the other way round.
      let all = try Repository.text(page.path).matches(of: /runs\/([a-z-]+)\/(\d{8}-\d{6})/)
      let shown = Dictionary(grouping: all, by: { String($0.1) }).mapValues { Set($0.map { String($0.2) }) }
      for (model, times) in shown { #expect(times.count == 1, "\(page.path) shows several runs of \(model)") }
      return try page.replacingOutputs { language, text in
        let words = language.split(separator: " ").map(String.init)
        guard words.first == "yaml", let file = words.dropFirst().first ?? name else { return }
        let old = try? String(contentsOfFile: work.path(file), encoding: .utf8)
        try work.write(file, text: try old.map { try #require(Self.changed($0, by: text)) } ?? text)
      } run: { command in
        let printed = try run(command)
        guard let real = printed.firstMatch(of: /\nrun +runs\/([a-z-]+)\/([0-9-]+)/),
          let own = shown[String(real.1)]?.first
        else { return printed }
        runs[own] = String(real.2)
        return printed.replacing(real.2, with: own)
      }
    }

    /// `spec` with the lines from the first to the last of `part` replaced by it.
    private static func changed(_ spec: String, by part: String) -> String? {
      let new = part.split(separator: "\n")
      var lines = spec.split(separator: "\n", omittingEmptySubsequences: false)
      guard let start = lines.firstIndex(of: new[0]), let end = lines[start...].firstIndex(of: new[new.count - 1])
      else {
        return nil
      }
      lines.replaceSubrange(start...end, with: new)
      return lines.joined(separator: "\n")
    }
  }

  private func example() throws -> String { try Repository.text("examples/emg-spd-bwbn.yaml") }

  @Test func readme() throws {
    let page = try Document("README.md")
    #expect(page.fences.filter { $0.language == "yaml" }.map(page.text) == [try example()])
    var desk = try Desk()
    defer { desk.work.remove() }
    try Repository.expect(try desk.current(page), in: page.path)
    // The error in full is that of the example with line 18 replaced.
    var lines = try example().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[17].hasPrefix("  - vech"))
    lines[17] = "  - bimap: { out: 4 }"
    try desk.work.write("bad.yaml", text: lines.joined(separator: "\n"))
    let shown = try #require(page.fences.first { $0.language == "text" }.map(page.text))
    #expect(try desk.run("geoc check bad.yaml").hasPrefix(shown))
  }

  /// The model of the README with some of its text replaced.
  private static func edited(_ changes: (String, String)...) throws -> String {
    var text = try Repository.text("examples/emg-spd-bwbn.yaml")
    for (old, new) in changes {
      #expect(text.contains(old), "the example lacks '\(old)'")
      text = text.replacing(old, with: new)
    }
    return text
  }

  /// Mistakes of the table, each with a spec that makes it.
  static let mistakes: [(message: String, spec: @Sendable () throws -> String)] = [
    ("linear expects R[n]", { try edited(("  - logeig ", "  - linear: { out: 5 } ")) }),
    ("logeig expects SPD(n)", { try edited(("  - vech ", "  - logeig ")) }),
    ("bimap expects SPD(n)", { try edited(("  - vech ", "  - bimap: { out: 4 } ")) }),
    ("bimap needs out <= n", { try edited(("bimap: { out: 6 }", "bimap: { out: 12 }")) }),
    (
      "head expects Ball",
      {
        """
        geoc: 1
        model: balls
        inputs: { x: "Ball(4, c=2)" }
        blocks:
          head: { in: "Ball(?, c=1)", graph: [logmap0] }
        graph: [head]

        """
      }
    ),
    ("a covariance of 8 channels", { try edited(("R[8, 200]", "R[8, 6]"), ("scm, eps: 1.0e-4", "scm")) }),
    ("'bwbn_1' normalises", { try edited(("  - cast: { scale: 0.0078125, shift: -1.0 }\n", "")) }),
    ("weight decay does nothing", { try edited(("lr: 1.0e-2", "lr: 1.0e-2, weight_decay: 0.1")) }),
    (
      "cross_entropy takes logits",
      { try edited(("    as: logits", "  - softmax:\n    as: logits")) }
    ),
    (
      "a loss is one number",
      {
        try edited(
          ("  cross_entropy: { logits: logits, target: gesture }\nmetrics: [accuracy]", "  relu: { x: logits }"))
      }
    ),
    (
      "'train' needs a 'loss'",
      { try edited(("loss:\n  cross_entropy: { logits: logits, target: gesture }\nmetrics: [accuracy]\n", "")) }
    ),
    (
      "class index 4",
      { try edited(("Label(5)", "Label(4)"), ("out: 5", "out: 4"), ("file: data", "file: examples/data")) }
    ),
    ("there is no tensor", { try edited(("file: data", "file: examples/data")) }),
  ]

  /// Every message of the table of mistakes is one that geoc prints.
  @Test func tableOfMistakes() throws {
    let rows = try Repository.text("README.md").split(separator: "\n")
      .drop { $0 != "| mistake | in PyTorch | geoc |" }.dropFirst(2).prefix { $0.hasPrefix("|") }
    #expect(rows.count == Self.mistakes.count)
    let desk = try Desk()
    defer { desk.work.remove() }
    try TensorArchive.write(
      desk.work.path("w.safetensors"), [("logits.bias", try Tensor([Double](repeating: 0, count: 5)))])
    for (row, mistake) in zip(rows, Self.mistakes) {
      #expect(row.contains(mistake.message), "\(row)")
      try desk.work.write("spec.yaml", text: try mistake.spec())
      let weights = mistake.message == "there is no tensor" ? ["--weights", "w.safetensors"] : []
      let isRun = mistake.message == "class index 4" || !weights.isEmpty
      let printed = try desk.work.run((isRun ? ["run"] : ["check"]) + ["spec.yaml"] + weights).errors
      let shown = row.matches(of: /`((error|warning|help|note)\S* [^`]*)`/).map { String($0.1) }
      #expect(!shown.isEmpty)
      for text in shown { #expect(printed.contains(text), "\(printed)") }
    }
  }

  @Test func tutorial() throws {
    let page = try Document("docs/tutorial.md")
    var desk = try Desk()
    defer { desk.work.remove() }
    try Repository.expect(try desk.current(page, savingAs: "gestures.yaml"), in: page.path)
    // What the Python on the page prints of the files that the commands wrote.
    let shown = page.fences.filter { $0.language == "text" }.map(page.text)
    #expect(
      shown == [
        try predictions(desk.work.path("logits.safetensors")), try shapes(desk.work.path("gradients.safetensors")),
      ])
  }

  /// As numpy prints a shape.
  private static func tuple(_ shape: [Int]) -> String {
    "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))"
  }

  /// `print(logits.shape, logits.argmax(1)[:10])`.
  private func predictions(_ path: String) throws -> String {
    let logits = try TensorArchive.open(path).tensor("logits")
    let (values, width) = (logits.doubles(), logits.shape[1])
    let classes = (0..<10).map { row in
      (0..<width).max { values[row * width + $0] < values[row * width + $1] } ?? 0
    }
    return "\(Self.tuple(logits.shape)) [\(classes.map(String.init).joined(separator: " "))]\n"
  }

  /// Names and shapes of all tensors.
  private func shapes(_ path: String) throws -> String {
    let archive = try TensorArchive.open(path)
    return try archive.names.map { "\($0) \(Self.tuple(try archive.info($0).shape))\n" }.joined()
  }
}
