import Foundation
import GeocRuntime

/// Training progress on standard error: a live bar on a terminal, a line per epoch elsewhere.
struct ProgressLine {
  /// Nothing is printed.
  var isQuiet: Bool
  /// Where it goes.
  let console: Console

  /// Progress on `console`.
  init(console: Console, isQuiet: Bool) {
    self.console = console
    self.isQuiet = isQuiet
  }

  /// Shows an event.
  func show(_ event: TrainingEvent, epochs: Int) {
    if isQuiet { return }
    switch event {
    case .step(let epoch, let done, let total, let loss):
      guard console.isInteractive else { return }
      let width = 24
      let filled = width * done / max(1, total)
      let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
      print("\r\u{1B}[Kepoch \(epoch)/\(epochs) \(bar) \(done)/\(total)  loss \(Self.number(loss))", terminator: "")
    case .fitted(let records, let seconds):
      for record in records {
        let steps = record.steps.map { " in \($0) steps" } ?? ""
        print("fitted \(record.node) to \(record.rows) rows\(steps)", terminator: "\n")
      }
      print(String(format: "all fits %.1fs", seconds), terminator: "\n")
    case .epoch(let record):
      let values = record.values.map { "\($0.name) \(Self.number($0.value))" }.joined(separator: "  ")
      let time = String(format: "%.1fs", record.seconds)
      print(
        "\(console.isInteractive ? "\r\u{1B}[K" : "")epoch \(record.epoch)/\(epochs)  \(values)  \(time)",
        terminator: "\n")
    }
  }

  /// A line of its own.
  func note(_ text: String) { if !isQuiet { print(text, terminator: "\n") } }

  private func print(_ text: String, terminator: String) { console.noteRaw(text + terminator) }

  /// Four significant digits.
  static func number(_ x: Double) -> String {
    abs(x) >= 1e-3 && abs(x) < 1e5 || x == 0 ? String(format: "%.4f", x) : String(format: "%.3e", x)
  }
}
