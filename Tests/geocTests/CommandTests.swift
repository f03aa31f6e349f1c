import Foundation
import GeocDiagnostics
import Testing

@testable import geoc

/// What a command line prints and ends with.
struct Run {
  let status: CommandStatus
  let output: String
  let errors: String

  /// Runs `arguments` in this process.
  init(_ arguments: String..., input: String = "", environment: [String: String] = [:]) {
    self.init(arguments, input: Array(input.utf8), environment: environment)
  }

  /// Runs `arguments` in this process, with bytes as standard input.
  init(_ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]) {
    let console = Console(capturing: input, environment: environment)
    status = Geoc.run(arguments, console)
    output = console.output
    errors = console.errors
  }
}

/// Files of the package.
enum Repository {
  /// The root, with a slash at its end.
  static let root =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/"

  /// Paths of the specs in `examples`.
  static let examples: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: root + "examples"))
    .map { $0.filter { $0.hasSuffix(".yaml") }.sorted().map { root + "examples/" + $0 } } ?? []

  /// Examples whose pages are opened in a browser, one of each kind: covariance matrices, points of the ball, a plain
  /// network, a search, a classifier that is fitted.
  static let drawnExamples: [String] =
    ["emg-spd-bwbn", "digits-poincare-resnet", "breast-cancer-snn", "breast-cancer-gns", "emg-acm-mdm"]
    .map { root + "examples/\($0).yaml" }

  /// Paths of all specs below `examples`, architectures without data too; files of blocks are no specs.
  static let allExamples: [String] = {
    let names = FileManager.default.enumerator(atPath: root + "examples")?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("blocks/") }.sorted().map { root + "examples/" + $0 }
  }()

  /// The text of a file.
  static func text(_ path: String) throws -> String { try String(contentsOfFile: root + path, encoding: .utf8) }

  /// Whether files that tests compare with are written anew.
  static let blesses = ProcessInfo.processInfo.environment["GEOC_BLESS"] == "1"

  /// Compares `text` with a file of the package, or writes it there.
  static func expect(_ text: String, in path: String) throws {
    if blesses {
      let file = URL(fileURLWithPath: root + path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let stored = try? self.text(path)
    #expect(stored == text, "\(path) is not what is printed now; GEOC_BLESS=1 writes it")
  }

  /// A new empty folder.
  static func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("geoc-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }
}

@Suite struct CommandLineTests {
  @Test(arguments: [
    ["check"], ["check", "--no-such-flag", "x.yaml"], ["check", "--format", "xml", "x.yaml"],
    ["check", "--color", "sometimes", "x.yaml"], ["compile"], ["nonsense"], ["ops", "bimaq"], ["explain", "E9999"],
    ["check", "--deny", "E0204", "x.yaml"], ["check", "--allow", "no-such-lint", "x.yaml"], [],
    ["compile", "x.yaml", "--disable", "expand"], ["compile", "x.yaml", "--disable", "no-such-pass"],
    ["graph", "x.yaml", "--format", "pdf"], ["compile", "x.yaml", "--emit", "ir-after="],
  ])
  func wrongUsageEndsWith2(_ arguments: [String]) {
    let run = Run(arguments)
    #expect(run.status == .usage)
    #expect(run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }

  @Test(arguments: [["--help"], ["check", "--help"], ["compile", "-h"], ["help", "graph"], ["--version"]])
  func helpGoesToStandardOutput(_ arguments: [String]) {
    let run = Run(arguments)
    #expect(run.status == .success)
    #expect(!run.output.isEmpty)
    #expect(run.errors.isEmpty)
  }

  @Test func everyCommandHasColor() {
    for command in Geoc.configuration.subcommands {
      #expect(Run([command.configuration.commandName ?? "", "--help"]).output.contains("--color"))
    }
  }

  @Test func suggestsNames() {
    #expect(Run("ops", "bimaq").errors.contains("did you mean 'bimap'?"))
    #expect(Run("compile", "x.yaml", "--disable", "shore").errors.contains("did you mean 'share'?"))
    #expect(Run("explain", "type-mismach").errors.contains("did you mean 'type-mismatch'?"))
  }
}
