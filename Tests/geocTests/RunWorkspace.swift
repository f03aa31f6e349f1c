import Foundation
import GeocDiagnostics
import GeocTensorFiles
import Testing

@testable import geoc

/// A folder with a spec and its data, in which `geoc` runs as a process of its own.
struct RunWorkspace {
  let folder: String

  /// Forty SPD(3) matrices of two classes.
  static let rows = 40

  /// What a process printed and ended with.
  struct Ended {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The compiler for a spec, by the command line's own way.
  static func compiler(_ spec: String) throws -> ModelCompiler {
    let work = try RunWorkspace(spec: spec)
    defer { work.remove() }
    var sink = DiagnosticSink()
    return try #require(
      try CompileOptions.parse([]).compiler(work.path("spec.yaml"), Console(capturing: []), &sink),
      "\(sink.diagnostics)")
  }

  /// A workspace with `data.npz` and `spec.yaml`.
  init(graph: String = "", train: String = "epochs: 3", split: String = "{ train: tr, validation: va, test: te }")
    throws
  {
    try self.init(spec: Self.spec(graph: graph, train: train, split: split))
  }

  /// A workspace with `data.npz` and a `spec.yaml` of its own.
  init(spec: String) throws {
    folder = try Repository.temporaryFolder()
    try write("data.npz")
    try write("spec.yaml", text: spec)
  }

  private init(folder: String) { self.folder = folder }

  /// A workspace without any file.
  static func empty() throws -> RunWorkspace { RunWorkspace(folder: try Repository.temporaryFolder()) }

  /// The spec: BiMap, ReEig, LogEig and a linear head, with `graph` in between.
  static func spec(graph: String = "", train: String, split: String) -> String {
    """
    geoc: 1
    model: small
    dtype: f64
    inputs:
      x: SPD(3)
      y: Label(2)
    graph:
      - bimap: { out: 2 }
      - reeig
    \(graph)  - logeig
      - vech
      - linear: { out: 2 }
        as: logits
    loss:
      cross_entropy: { logits: logits, target: y }
    metrics: [accuracy]
    data:
      file: data.npz
      bind: { x: x, y: y }
      split: \(split)
    train:
      optimizer: { radam: { lr: 0.02 } }
      batch: 8
      \(train)

    """
  }

  /// A file of the folder.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// A text file of the folder.
  func write(_ name: String, text: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  /// The data set with some arrays replaced or, by nil, left out.
  func write(_ name: String, replacing: [String: Tensor?] = [:]) throws {
    let integers = { (list: [Int64]) in try Tensor(list, shape: [list.count]) }
    var arrays: [String: Tensor] = [
      "x": try Tensor(Self.matrices(), shape: [Self.rows, 3, 3]),
      "y": try integers((0..<40).map { Int64($0 % 2) }), "g": try integers((0..<40).map { Int64($0 / 10) }),
      "tr": try integers((0..<20).map { Int64($0) }), "va": try integers((20..<30).map { Int64($0) }),
      "te": try integers((30..<40).map { Int64($0) }),
    ]
    for (key, tensor) in replacing { arrays[key] = tensor }
    try TensorArchive.write(path(name), arrays.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// Positive definite matrices whose first axis is longer in class 1.
  static func matrices() -> [Double] {
    var samples = SampleData(seed: 7)
    var values: [Double] = []
    for row in 0..<rows {
      let a = (0..<9).map { _ in samples.normal() }
      for i in 0..<3 {
        for j in 0..<3 {
          let product = (0..<3).map { a[i * 3 + $0] * a[j * 3 + $0] }.reduce(0, +) / 3
          values.append(product + (i != j ? 0 : i == 0 && row % 2 == 1 ? 2 : 0.5))
        }
      }
    }
    return values
  }

  /// The program that this build made.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("geoc").path

  /// How a shell starts `geoc`, whose command line is `"$@"`.
  static let plainly = #"exec "$@""#

  /// Starts `geoc` in the folder, as the shell `script` says.
  func start(_ arguments: [String], script: String = plainly) throws -> (process: Process, output: Pipe, errors: Pipe) {
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, "sh", Self.program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return (process, output, errors)
  }

  /// Runs `geoc` to its end.
  @discardableResult
  func run(_ arguments: String..., script: String = plainly) throws -> Ended {
    try run(arguments, script: script)
  }

  /// Runs `geoc` to its end.
  @discardableResult
  func run(_ arguments: [String], script: String = plainly) throws -> Ended {
    let (process, output, errors) = try start(arguments, script: script)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let notes = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Ended(status: process.terminationStatus, output: text, errors: notes)
  }

  /// Trains and returns the folder of the run.
  func train(_ arguments: String...) throws -> String {
    let (process, output, errors) = try start(["run"] + arguments + ["--json"])
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let notes = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: notes, as: UTF8.self))")
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return path(try #require(object["run"] as? String))
  }

  /// The bytes of a file.
  static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Names in `runs`, at any depth.
  var left: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: path("runs"))) ?? [] }

  /// Everything in the folder, at any depth, with its bytes; nil for a folder.
  func contents() throws -> [String: Data?] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return Dictionary(uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: path($0))) })
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
