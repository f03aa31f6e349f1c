import Foundation
import Testing

@testable import geoc

@Suite(.serialized) struct RunInterruptionTests {
  static let graph = "  - bwbn\n"
  static let length = "epochs: 1500"

  /// Starts a training and sends SIGINT after some epochs; returns the folder of the run.
  func interrupted(_ work: RunWorkspace) throws -> String {
    let (process, output, errors) = try work.start(["run", "spec.yaml", "--threads", "1"])
    var text = ""
    while !text.contains("epoch 5/") {
      let data = errors.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    kill(process.processIdentifier, SIGINT)
    text += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    _ = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130, "\(text.suffix(400))")
    let line = try #require(text.split(separator: "\n").first { $0.contains("--resume ") })
    return work.path(String(line.split(separator: " ").last ?? ""))
  }

  @Test(arguments: ["{ radam: { lr: 0.01 } }", "{ rsgd: { lr: 0.01, momentum: 0.9 } }"])
  func aResumedRunGivesTheBytesOfAWholeOne(_ optimizer: String) throws {
    let work = try RunWorkspace(graph: Self.graph, train: Self.length)
    defer { work.remove() }
    let spec = try String(contentsOfFile: work.path("spec.yaml"), encoding: .utf8)
      .replacing("{ radam: { lr: 0.02 } }", with: optimizer)
      .replacing("  - linear: { out: 2 }", with: "  - dropout: { p: 0.2 }\n  - linear: { out: 2 }")
    try spec.write(toFile: work.path("spec.yaml"), atomically: true, encoding: .utf8)
    let run = try interrupted(work)
    #expect(!FileManager.default.fileExists(atPath: run + "/model.safetensors"))
    let resumed = try work.run("run", "spec.yaml", "--quiet", "--resume", run)
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try work.train("spec.yaml")
    for name in ["model", "best", "checkpoint"] {
      #expect(
        try RunWorkspace.bytes("\(run)/\(name).safetensors") == RunWorkspace.bytes("\(whole)/\(name).safetensors"),
        "\(name)")
    }
    let columns = { (run: String) in
      try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: ",").dropLast() }
    }
    #expect(try columns(run) == columns(whole))
  }

  @Test func aFullDiskKeepsTheCheckpoint() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let run = try work.run("run", "spec.yaml", "--quiet", limit: 1)
    #expect(run.status == 3, "\(run.errors)")
    #expect(run.errors.contains("error[E0517]"), "\(run.errors)")
    #expect(!work.left.contains { $0.hasSuffix(".tmp") })
    #expect(!work.left.contains { $0.hasSuffix("checkpoint.safetensors") })
    let whole = try work.train("spec.yaml")
    let before = try RunWorkspace.bytes(whole + "/model.safetensors")
    let kept = try RunWorkspace.bytes(whole + "/checkpoint.safetensors")
    // The checkpoint of the finished run is read; its weights do not fit into the limit when they are written again.
    let refused = try work.run("run", "spec.yaml", "--quiet", "--resume", whole, limit: 0)
    #expect(refused.status == 3)
    #expect(try RunWorkspace.bytes(whole + "/model.safetensors") == before)
    #expect(try RunWorkspace.bytes(whole + "/checkpoint.safetensors") == kept)
  }
}
