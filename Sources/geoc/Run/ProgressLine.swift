import Foundation
import GeocRuntime

/// Training progress on standard error. On a terminal one line of the epoch that is going on, drawn over again, and a
/// line that stays for each that is done; elsewhere the latter only.
final class ProgressLine {
  /// Nothing is printed.
  let isQuiet: Bool
  /// Where it goes.
  let console: Console

  private var epochs = 1
  private var samples = 0
  private var stepsPerEpoch = 1
  private var start = 0.0
  private var epochStart = 0.0
  private var lastDrawing = -Double.infinity
  private var stepsAtStart = 0
  private var metric: (name: String, value: Double)?
  private var isOpen = false

  /// Seconds between two drawings of the live line at least.
  private static let interval = 0.05

  /// Progress on `console`.
  init(console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
  }

  /// A training begins, or goes on.
  func begin(_ trainer: Trainer) {
    epochs = trainer.epochs
    stepsPerEpoch = trainer.stepsPerEpoch
    samples = trainer.fold.train.count
    stepsAtStart = trainer.progress.epoch * stepsPerEpoch + trainer.progress.stepInEpoch
    metric = nil
    start = Self.now()
    epochStart = start
  }

  /// Shows an event.
  func show(_ event: TrainingEvent) {
    if isQuiet { return }
    let now = Self.now()
    switch event {
    case .step(let epoch, let done, let total, let loss):
      guard console.isInteractive, now - lastDrawing >= Self.interval || done == total else { return }
      lastDrawing = now
      let stepsDone = (epoch - 1) * stepsPerEpoch + done - stepsAtStart
      let stepsLeft = epochs * stepsPerEpoch - stepsAtStart - stepsDone
      let state = Live(
        epoch: epoch, epochs: epochs, share: Double(done) / Double(max(1, total)), loss: loss, metric: metric,
        speed: Double(done) * Double(samples) / Double(max(1, total)) / max(1e-9, now - epochStart),
        left: (now - start) / Double(max(1, stepsDone)) * Double(max(0, stepsLeft)))
      let text = state.text(width: console.width, isPlain: !console.hasUnicode, isColored: console.isColoring)
      console.noteRaw("\r\(text)\u{1B}[K")
      isOpen = true
    case .fitted(let records, let seconds):
      for record in records {
        let steps = record.steps.map { " in \($0) steps" } ?? ""
        console.noteRaw("fitted \(record.node) to \(record.rows) rows\(steps)\n")
      }
      console.noteRaw(String(format: "all fits %.1fs\n", seconds))
    case .epoch(let record):
      metric = record.values.first { !$0.name.hasSuffix("_loss") }
      let speed = Self.speed(Double(samples) / max(1e-9, now - epochStart))
      let isDrawn = console.isInteractive
      let line = Self.line(record, of: epochs, speed: speed, width: isDrawn ? console.width : .max)
      console.noteRaw(isDrawn ? "\r\(line)\u{1B}[K\n" : "\(line)\n")
      isOpen = false
      epochBegins()
    }
  }

  /// The line of an epoch that is done, in at most `width - 1` columns: what has no room is left out, first the speed, then
  /// the time, then metrics from the last on.
  static func line(_ record: EpochRecord, of epochs: Int, speed: String, width: Int) -> String {
    let number = String(record.epoch)
    let head = "epoch \(String(repeating: " ", count: max(0, String(epochs).count - number.count)))\(number)/\(epochs)"
    let values = record.values.map { "\($0.name) \(Self.value($0.name, $0.value))" }
    let seconds = String(format: "%.1fs", record.seconds)
    let tails =
      [values + [speed, seconds], values + [seconds]] + values.indices.reversed().map { Array(values[...$0]) }
    let lines = tails.map { ([head] + $0).joined(separator: "  ") }
    return lines.first { $0.count < width } ?? String(head.prefix(max(1, width - 1)))
  }

  /// The next epoch begins: what came between counts for the time left, not for the speed.
  func epochBegins() { epochStart = Self.now() }

  /// A line of its own.
  func note(_ text: String) {
    if isQuiet { return }
    console.noteRaw(text + "\n")
    isOpen = false
  }

  /// Ends a live line, so that what follows begins on a line of its own.
  func endLine() {
    if isOpen { console.noteRaw("\n") }
    isOpen = false
  }

  /// A metric by its name: counts are whole numbers.
  static func value(_ name: String, _ x: Double) -> String {
    let isCount = EpochRecord.counts.contains(RunTable.parts(name).metric)
    return isCount ? Int(exactly: x).map(String.init) ?? number(x) : number(x)
  }

  /// Four significant digits.
  static func number(_ x: Double) -> String {
    abs(x) >= 1e-3 && abs(x) < 1e5 || x == 0 ? String(format: "%.4f", x) : String(format: "%.3e", x)
  }

  /// Samples in a second: `12.3k/s`.
  static func speed(_ x: Double) -> String {
    x >= 1e6
      ? String(format: "%.1fM/s", x / 1e6)
      : x >= 1e3
        ? String(format: "%.1fk/s", x / 1e3)
        : String(format: "%.0f/s", x)
  }

  /// A time: `0:42`, `1:02:03`.
  static func time(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 359_999).rounded())
    let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60)
    return h > 0 ? String(format: "%d:%02d:%02d", h, m, s) : String(format: "%d:%02d", m, s)
  }

  private static func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}

/// What the live line tells.
struct Live {
  var epoch: Int
  var epochs: Int
  /// Done of the epoch, from 0 to 1.
  var share: Double
  var loss: Double
  var metric: (name: String, value: Double)?
  /// Samples in a second.
  var speed: Double
  /// Seconds to the end.
  var left: Double

  /// The line in at most `width - 1` columns, so that no terminal breaks it: what has no room is left out, the bar first
  /// made shorter, then the metric, the speed and the bar dropped. `isPlain` draws the bar in ASCII.
  func text(width: Int, isPlain: Bool, isColored: Bool) -> String {
    let room = max(1, width - 1)
    let head = "epoch \(epoch)/\(epochs)"
    let loss = "loss \(ProgressLine.number(loss))"
    let metric = metric.map { "\($0.name) \(ProgressLine.value($0.name, $0.value))" }
    let (speed, left) = (ProgressLine.speed(speed), "\(ProgressLine.time(left)) left")
    let tails: [[String?]] = [
      [loss, metric, speed, left], [loss, speed, left], [loss, left], [loss], [],
    ]
    for tail in tails.map({ $0.compactMap { $0 } }) {
      let rest = tail.isEmpty ? "" : "  " + tail.joined(separator: "  ")
      let free = room - head.count - rest.count - 1
      if free >= 6 || (tail.isEmpty && free >= 1) { return "\(head) \(bar(min(24, free), isPlain, isColored))\(rest)" }
      if tail.count <= 2, free >= -1 { return head + rest }
    }
    return String(head.prefix(room))
  }

  private func bar(_ width: Int, _ isPlain: Bool, _ isColored: Bool) -> String {
    let filled = max(0, min(width, Int((Double(width) * share).rounded(.down))))
    let done = String(repeating: isPlain ? "#" : "━", count: filled)
    let open = String(repeating: isPlain ? "-" : "─", count: width - filled)
    return isColored ? "\u{1B}[36m\(done)\u{1B}[0m\u{1B}[2m\(open)\u{1B}[0m" : done + open
  }
}
