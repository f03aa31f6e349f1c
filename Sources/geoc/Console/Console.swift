import Foundation
import GeocDiagnostics

/// The two streams of a command. Results go to `print`, everything else to `note`.
final class Console {
  /// When texts are coloured.
  enum Color: String, CaseIterable, Sendable {
    case auto, always, never
  }

  /// What was printed, where the console captures; empty otherwise.
  private(set) var output = ""
  /// What was noted, where the console captures; empty otherwise.
  private(set) var errors = ""
  /// Text that stands for standard input, for tests; nil to read the real one.
  let input: [UInt8]?
  private let isCapturing: Bool
  private let environment: (String) -> String?
  /// Streams that took a write no more, and the error number.
  private var failures: [Int32: Int32] = [:]
  /// Set by the option of every command.
  var color = Color.auto
  /// What a command needs to its end. It lives as long as the console, which the process leaves to its end: thousands of
  /// nodes would take as long to free as some passes run.
  var kept: Any?

  /// A console on the process's own streams.
  init() {
    isCapturing = false
    input = nil
    environment = { name in getenv(name).map { String(cString: $0) } }
  }

  /// A console that keeps what is written to it.
  init(capturing input: [UInt8], environment: [String: String] = [:]) {
    isCapturing = true
    self.input = input
    self.environment = { environment[$0] }
  }

  /// Writes a result to standard output; a line break is added where the text has none at its end.
  func print(_ text: String) {
    let line = text.hasSuffix("\n") ? text : text + "\n"
    if isCapturing { output += line } else { write(line, to: STDOUT_FILENO) }
  }

  /// Writes a diagnostic or progress to standard error; a line break is added where the text has none at its end.
  func note(_ text: String) {
    let line = text.hasSuffix("\n") ? text : text + "\n"
    if isCapturing { errors += line } else { write(line, to: STDERR_FILENO) }
  }

  /// Writes to standard error as it is, for progress that overwrites itself.
  func noteRaw(_ text: String) {
    if isCapturing { errors += text } else { write(text, to: STDERR_FILENO) }
  }

  /// Whether standard error is a terminal, so that progress may overwrite itself.
  var isInteractive: Bool { !isCapturing && isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb" }

  /// Columns of the terminal behind standard error; `COLUMNS`, else 80, where it does not tell.
  var width: Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  /// Whether the locale says that other characters than those of ASCII can be shown.
  var hasUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { self.environment($0) }.first { !$0.isEmpty } ?? ""
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  /// Whether progress is coloured.
  var isColoring: Bool { isColored(STDERR_FILENO) }

  /// Colours for standard error.
  var noteDecorator: Decorator { isColored(STDERR_FILENO) ? .ansi : .plain }

  /// Colours for standard output.
  var printDecorator: Decorator { isColored(STDOUT_FILENO) ? .ansi : .plain }

  /// All of standard input, at most `limit` bytes and one more.
  func readInput(limit: Int) throws -> [UInt8] {
    if let input { return input }
    return Array(try FileHandle.standardInput.read(upToCount: limit + 1) ?? Data())
  }

  /// Prints diagnostics for people on standard error, with a line that counts them.
  func report(_ sink: DiagnosticSink) {
    guard !sink.isEmpty else { return }
    let decorator = noteDecorator
    note(DiagnosticFormat.human.render(sink.diagnostics, decorator: decorator))
    if !sink.summary.isEmpty { note("\n" + sink.summary) }
  }

  /// What the process ends with: results that could not be written are a failure, whatever the command says.
  func finish(_ status: CommandStatus) -> CommandStatus {
    guard let code = failures[STDOUT_FILENO] else { return status }
    // A reader that went away (`geoc ops | head`) knows that it did.
    if code != EPIPE {
      var sink = DiagnosticSink()
      let reason = String(cString: strerror(code))
      sink.report(Diagnostic(.data.writeFailed, "cannot write to standard output: \(reason)", item: "<stdout>"))
      report(sink)
    }
    return status == .success ? .inputOutput : status
  }

  private func isColored(_ descriptor: Int32) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      !isCapturing && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
        && isatty(descriptor) != 0
    }
  }

  private func write(_ text: String, to descriptor: Int32) {
    if failures[descriptor] != nil { return }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let (count, code) = bytes.withUnsafeBytes { (Foundation.write(descriptor, $0.baseAddress, $0.count), errno) }
      if count < 0 && code == EINTR { continue }
      if count <= 0 {
        failures[descriptor] = count < 0 ? code : EIO
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
