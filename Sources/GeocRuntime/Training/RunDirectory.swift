import Foundation
import GeocDiagnostics
import GeocTensorFiles

/// The folder of a run: `metrics.csv`, `metrics.jsonl`, `model.safetensors`, `checkpoint.safetensors`, `run.json`,
/// `observations.jsonl`, `report.html`.
///
/// Every file is written to a temporary name and renamed, so that each is complete or absent.
package struct RunDirectory: Sendable {
  /// Path of the folder.
  package let path: String
  /// The epochs so far, in order.
  package private(set) var records: [EpochRecord] = []
  /// When the metrics are to be written again, in nanoseconds.
  private var nextFlush: UInt64 = 0

  /// A folder that exists already.
  package init(existing path: String) throws(GeocError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw GeocError(Diagnostic(.data.badCheckpoint, "there is no run at this path", item: path))
    }
    self.path = path
  }

  /// A new folder `runs/<model>/<time>` below `base`; a number is added when it exists. Throws E0517.
  package init(model: String, below base: String = "runs", date: Date = Date()) throws(GeocError) {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let stem = "\(base)/\(model)/\(formatter.string(from: date))"
    var candidate = stem
    var k = 2
    do {
      try FileManager.default.createDirectory(atPath: "\(base)/\(model)", withIntermediateDirectories: true)
    } catch {
      throw Self.failure(stem, systemMessage: error.localizedDescription)
    }
    // Made without a look whether it is there, so that two runs of the same second get two folders.
    while mkdir(candidate, 0o777) != 0 {
      guard errno == EEXIST else { throw Self.failure(candidate, systemMessage: String(cString: strerror(errno))) }
      candidate = "\(stem)-\(k)"
      k += 1
    }
    path = candidate
  }

  private static func failure(_ path: String, systemMessage: String) -> GeocError {
    GeocError(
      Diagnostic(.data.writeFailed, "the folder of the run cannot be made: \(systemMessage)", item: path))
  }

  /// A file of the folder.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// A folder inside, for one fold of a cross-validation. Throws E0517.
  package func subfolder(_ name: String) throws(GeocError) -> RunDirectory {
    let inner = "\(path)/\(name)"
    do {
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    } catch {
      throw GeocError(
        Diagnostic(.data.writeFailed, "a folder cannot be made: \(error.localizedDescription)", item: inner))
    }
    return try RunDirectory(existing: inner)
  }

  /// Adds an epoch and rewrites `metrics.csv` and `metrics.jsonl`, unless they were written a moment ago: epochs may
  /// take microseconds. `flush` brings them up to date. Throws E0517.
  package mutating func append(_ record: EpochRecord) throws(GeocError) {
    records.append(record)
    if Executable.now() >= nextFlush { try flush() }
  }

  /// Writes `metrics.csv` and `metrics.jsonl` with all epochs so far. Throws E0517.
  package mutating func flush() throws(GeocError) {
    guard !records.isEmpty else { return }
    let start = Executable.now()
    var names: [String] = []
    for name in records.flatMap({ $0.values.map(\.name) }) where !names.contains(name) { names.append(name) }
    var csv = (["epoch", "step", "lr"] + names + ["seconds"]).joined(separator: ",") + "\n"
    var lines = ""
    for r in records {
      let cells =
        [String(r.epoch), String(r.step), String(r.learningRate)] + names.map { r[$0].map { String($0) } ?? "" }
        + [String(format: "%.3f", r.seconds)]
      csv += cells.joined(separator: ",") + "\n"
      var object: [String: Any] = ["epoch": r.epoch, "step": r.step, "lr": r.learningRate, "seconds": r.seconds]
      for (name, value) in r.values where value.isFinite { object[name] = value }
      lines += Self.json(object, pretty: false) + "\n"
    }
    try write("metrics.csv", csv)
    try write("metrics.jsonl", lines)
    let end = Executable.now()
    nextFlush = end + max(500_000_000, 20 * (end - start))
  }

  /// Reads the epochs of an interrupted run from `metrics.jsonl`, up to epoch `last`.
  package mutating func restore(upTo last: Int) {
    guard let text = try? String(contentsOfFile: file("metrics.jsonl"), encoding: .utf8) else { return }
    records = []
    for line in text.split(separator: "\n") {
      // `JSONSerialization` is not exact to the last digit.
      guard var numbers = try? JSONDecoder().decode([String: Double].self, from: Data(line.utf8)),
        let epoch = numbers.removeValue(forKey: "epoch").flatMap({ Int(exactly: $0) }), epoch <= last,
        let step = numbers.removeValue(forKey: "step").flatMap({ Int(exactly: $0) })
      else { continue }
      let rate = numbers.removeValue(forKey: "lr") ?? 0
      let seconds = numbers.removeValue(forKey: "seconds") ?? 0
      let values = numbers.map { (name: $0.key, value: $0.value) }
      records.append(
        EpochRecord(
          epoch: epoch, step: step, learningRate: rate,
          values: values.sorted { Self.rank($0.name) < Self.rank($1.name) }, seconds: seconds))
    }
  }

  /// Training columns first, then validation, each with the loss first.
  private static func rank(_ name: String) -> String {
    let part = name.hasPrefix("train") ? "0" : "1"
    return part + (name.hasSuffix("_loss") ? "0" : "1") + name
  }

  /// Writes a JSON file. Throws E0517.
  package func writeJSON(_ name: String, _ object: [String: Any]) throws(GeocError) {
    try write(name, Self.json(object, pretty: true) + "\n")
  }

  /// Writes a text file. Throws E0517.
  package func write(_ name: String, _ text: String) throws(GeocError) {
    try readingFiles { () throws(TensorFileError) in try AtomicFile.write(to: file(name), bytes: Array(text.utf8)) }
  }

  /// Canonical JSON text; numbers that are not finite are left out by the callers.
  package static func json(_ object: [String: Any], pretty: Bool) -> String {
    var options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { options.insert(.prettyPrinted) }
    guard let data = try? JSONSerialization.data(withJSONObject: object, options: options) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
