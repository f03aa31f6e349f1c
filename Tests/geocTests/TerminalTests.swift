import Foundation
import Testing

@testable import GeocRuntime
@testable import geoc

/// `geoc run` on a terminal, without one, and on one that can do nothing.
@Suite struct TerminalTests {
  /// What a process wrote to a pseudo-terminal of a width.
  private func onTerminal(
    _ work: RunWorkspace, columns: UInt16 = 100, environment: [String: String], _ arguments: String...
  ) throws -> (status: Int32, text: String) {
    var (master, slave): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&master, &slave, nil, nil, &size) == 0)
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: work.folder)
    process.executableURL = URL(fileURLWithPath: RunWorkspace.program)
    process.arguments = arguments
    let inherited = ProcessInfo.processInfo.environment.filter { !["NO_COLOR", "TERM", "COLUMNS"].contains($0.key) }
    process.environment = inherited.merging(environment) { $1 }
    let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.standardOutput = terminal
    process.standardError = terminal
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try terminal.close()
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    // The read fails when nobody holds the other side any more.
    while true {
      let count = read(master, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
    }
    close(master)
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"))
  }

  /// The lines that a terminal shows in the end: what stands behind the last return of each.
  private func shown(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.split(separator: "\r").last ?? "").replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "")
    }
  }

  private static let utf8 = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]

  @Test func liveLineIsDrawnOver() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try onTerminal(work, environment: Self.utf8, "run", "spec.yaml")
    #expect(ended.status == 0)
    #expect(ended.text.contains("\r") && ended.text.contains("\u{1B}[K") && ended.text.contains("\u{1B}[36m━"))
    #expect(ended.text.contains(/epoch 1\/3 .*loss \d\.\d{4}  \d.*\/s  \d+:\d\d left/))
    // The metric of the epoch before is told with the next one.
    #expect(ended.text.contains(/epoch 2\/3 .*validation_accuracy/))
    let lines = shown(ended.text)
    #expect(lines.filter { $0.hasPrefix("epoch ") }.count == 3)
    let table = try #require(lines.firstIndex { $0.contains(/^ +train +test$/) })
    #expect(lines[table + 1].contains(/^loss +\d\.\d{4}  \d\.\d{4}$/))
    #expect(lines[table + 2].contains(/^accuracy  \d\.\d{4}  \d\.\d{4}$/))
    for name in ["run", "weights", "report"] {
      let line = try #require(lines.first { $0.hasPrefix(name.padded(9)) })
      #expect(FileManager.default.fileExists(atPath: work.path(String(line.dropFirst(9)))), "\(line)")
    }
  }

  @Test(arguments: [30, 40, 50, 72, 200] as [UInt16]) func liveLineFitsTheTerminal(columns: UInt16) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try onTerminal(
      work, columns: columns, environment: Self.utf8.merging(["NO_COLOR": "1"]) { $1 }, "run", "spec.yaml")
    let live = ended.text.split(separator: "\r").filter { $0.contains("\u{1B}[K") && !$0.contains("\u{1B}[K\n") }
    #expect(live.count >= 3)
    for line in live {
      #expect(line.replacing(/\u{1B}\[K.*/.dotMatchesNewlines(), with: "").count < Int(columns), "\(line)")
    }
    let done = shown(ended.text).filter { $0.hasPrefix("epoch ") }
    #expect(done.count == 3)
    for line in done { #expect(line.contains("train_loss") && line.count < Int(columns), "\(line)") }
  }

  @Test func noColorLeavesColoursOut() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try onTerminal(
      work, environment: Self.utf8.merging(["NO_COLOR": "1"]) { $1 }, "run", "spec.yaml")
    #expect(ended.status == 0 && ended.text.contains("\u{1B}[K") && !ended.text.contains(/\u{1B}\[[0-9;]*m/))
    let never = try onTerminal(work, environment: Self.utf8, "run", "spec.yaml", "--color", "never")
    #expect(!never.text.contains(/\u{1B}\[[0-9;]*m/))
  }

  @Test func dumbTerminalGetsPlainLines() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try onTerminal(work, environment: ["TERM": "dumb"], "run", "spec.yaml")
    #expect(ended.status == 0 && !ended.text.contains("\u{1B}") && !ended.text.contains("\r"))
    #expect(shown(ended.text).filter { $0.hasPrefix("epoch ") }.count == 3)
    let ascii = try onTerminal(work, environment: ["TERM": "xterm", "LC_ALL": "C"], "run", "spec.yaml")
    #expect(ascii.text.contains("#") && ascii.text.utf8.allSatisfy { $0 < 128 })
  }

  @Test func pipesGetPlainLines() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try work.run("run", "spec.yaml")
    let lines = ended.errors.split(separator: "\n")
    #expect(lines.count == 3 && !ended.errors.contains("\u{1B}") && !ended.errors.contains("\r"))
    for (k, line) in lines.enumerated() {
      #expect(
        line.contains(/^epoch \d\/3  train_loss \d.* \d+(\.\d)?[kM]?\/s  \d+\.\ds$/)
          && line.hasPrefix("epoch \(k + 1)/"))
    }
    #expect(!ended.output.contains("\u{1B}"))
    let quiet = try work.run("run", "spec.yaml", "--quiet")
    #expect(quiet.errors.isEmpty)
  }

  @Test func bestOfALiveLineStaysLongest() {
    let live = Live(
      epoch: 3, epochs: 30, share: 0.5, loss: 0.25, metric: ("validation_accuracy", 0.9), speed: 12_345, left: 3723)
    #expect(
      live.text(width: 120, isPlain: true, isColored: false)
        == "epoch 3/30 ############------------  loss 0.2500  validation_accuracy 0.9000  12.3k/s  1:02:03 left")
    #expect(live.text(width: 60, isPlain: true, isColored: false).hasPrefix("epoch 3/30 ###"))
    #expect(live.text(width: 24, isPlain: true, isColored: false) == "epoch 3/30  loss 0.2500")
    #expect(live.text(width: 5, isPlain: true, isColored: false) == "epoc")
    for width in 1...120 { #expect(live.text(width: width, isPlain: false, isColored: false).count < max(2, width)) }
  }

  @Test func metricsOfADoneEpochStayLongest() {
    let record = EpochRecord(
      epoch: 3, step: 30, learningRate: 0.01, values: [("train_loss", 0.25), ("solves", 12), ("test_accuracy", 0.5)],
      seconds: 1.25)
    func line(_ width: Int) -> String { ProgressLine.line(record, of: 30, speed: "12.3k/s", width: width) }
    #expect(line(.max) == "epoch  3/30  train_loss 0.2500  solves 12  test_accuracy 0.5000  12.3k/s  1.2s")
    #expect(line(75) == "epoch  3/30  train_loss 0.2500  solves 12  test_accuracy 0.5000  1.2s")
    #expect(line(65) == "epoch  3/30  train_loss 0.2500  solves 12  test_accuracy 0.5000")
    #expect(line(50) == "epoch  3/30  train_loss 0.2500  solves 12")
    #expect(line(32) == "epoch  3/30  train_loss 0.2500")
    #expect(line(20) == "epoch  3/30" && line(6) == "epoch")
    for width in 2...120 { #expect(line(width).count < width) }
  }

  @Test func tableIsAligned() {
    let table = RunTable([("train_loss", 0.5), ("train_accuracy", 0.75), ("test_accuracy", 12345.5)])
    #expect(
      table.text == """
                   train        test
        loss      0.5000
        accuracy  0.7500  12345.5000
        """)
    #expect(RunTable([("solves", 8), ("gamma", 8)]).text == "solves       8\ngamma   8.0000")
  }
}
