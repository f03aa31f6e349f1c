import Foundation
import GeocDiagnostics
import GeocIR
import GeocKernelABI
import GeocTensorFiles
import GeocThreads

/// Plans as files: a safetensors container whose metadata hold the texts of a plan.
package enum PlanFile {
  /// Value of the metadata entry `format`.
  package static let format = "geoc-plan/1"
  /// Version of the compiler, which writes and accepts its own plans only.
  package static let version = "0.1.0"

  /// The metadata entries that `plan_hash` covers, in order.
  static let hashed = ["format", "geoc_version", "ir", "schedule", "run", "spec", "spec_hash"]

  /// Writes a plan. It is not flushed to the disk, which takes as long as half of the passes: a plan can be made again, and
  /// one that is not complete is refused by its hash. Throws E0517.
  package static func write(_ plan: Plan, to path: String) throws(GeocError) {
    do {
      try SafetensorsFile.write([], encoded: metadata(plan), to: path, isDurable: false)
    } catch {
      throw GeocError(Diagnostic(.data.writeFailed, "\(error)", item: path))
    }
  }

  /// The entries of the file.
  static func metadata(_ plan: Plan) throws -> [String: EncodedText] {
    let texts = try PlanTexts(plan)
    var entries = [
      "format": EncodedText(format), "geoc_version": EncodedText(version), "ir": texts.module,
      "schedule": texts.schedules, "run": EncodedText(try json(plan.run)), "spec": EncodedText(plan.spec),
      "spec_hash": EncodedText(Fingerprint(plan.spec).text),
    ]
    entries["plan_hash"] = EncodedText(hash { entries[$0]?.bytes ?? [] })
    return entries
  }

  /// The fingerprint of all other entries.
  static func hash(_ entries: [String: String]) -> String { hash { Array((entries[$0] ?? "").utf8) } }

  private static func hash(_ bytes: (String) -> [UInt8]) -> String {
    var fingerprint = Fingerprint()
    for key in hashed {
      fingerprint.add(key)
      fingerprint.add(counted: bytes(key))
    }
    return fingerprint.text
  }

  /// Reads a plan and checks all of it: a plan file is untrusted input.
  ///
  /// Throws E0401 for a file that is no plan, E0402 for one of another version, E0403 for one that was changed, E0405
  /// and E0406 for IR that is not well formed or not valid, E0404 for a schedule that does not execute it.
  package static func load(
    _ path: String, registry: OpRegistry, kernel: (String) -> KernelSet?
  ) throws(GeocError) -> Plan {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(path)
    } catch {
      throw GeocError(Diagnostic(.plan.notAPlan, "\(error.message)", item: path))
    }
    guard file.metadata["format"]?.hasPrefix("geoc-plan/") == true else {
      throw GeocError(Diagnostic(.plan.notAPlan, "this is no plan of geoc", item: path))
    }
    return try PlanReader(entries: file.metadata, path: path, registry: registry).plan(kernel: kernel)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// Checks the entries of a plan file one after the other.
struct PlanReader {
  let entries: [String: String]
  let path: String
  let registry: OpRegistry

  func plan(kernel: (String) -> KernelSet?) throws(GeocError) -> Plan {
    try checkVersion()
    try checkHashes()
    let module = try module()
    let run = try decode(RunDescription.self, "run", .plan.notAPlan)
    let stored = try decode([Schedule].self, "schedule", .plan.schedule)
    let functions = module.functions.filter { $0.stage == .core }
    guard stored.map(\.function) == functions.map(\.name) else {
      throw problem(.plan.schedule, "the schedules are not those of the functions")
    }
    var schedules: [Schedule] = []
    for (function, schedule) in zip(functions, stored) {
      do {
        schedules.append(
          try ScheduleVerifier.completed(
            schedule, function, registry: registry, dtype: module.dtype, kernel: kernel))
      } catch {
        throw problem(.plan.schedule, "\(error)")
      }
    }
    return Plan(module: module, schedules: schedules, run: run, spec: entries["spec"] ?? "")
  }

  private func problem(_ code: DiagnosticCode, _ message: String, notes: [String] = []) -> GeocError {
    GeocError(
      Diagnostic(code, message, notes: notes, help: ["compile the spec again: geoc compile"], item: path))
  }

  private func entry(_ key: String) throws(GeocError) -> String {
    guard let text = entries[key] else { throw problem(.plan.notAPlan, "the entry '\(key)' is missing") }
    return text
  }

  private func checkVersion() throws(GeocError) {
    let pairs = [("format", PlanFile.format), ("geoc_version", PlanFile.version)]
    for (key, own) in pairs {
      let found = try entry(key)
      guard found == own else {
        throw problem(
          .plan.version, "the plan was made by another version of geoc",
          notes: ["\(key) of the plan: \(found.prefix(40))", "\(key) of this program: \(own)"])
      }
    }
  }

  private func checkHashes() throws(GeocError) {
    for key in PlanFile.hashed + ["plan_hash"] { _ = try entry(key) }
    guard try entry("spec_hash") == Fingerprint(try entry("spec")).text else {
      throw problem(.plan.hash, "the spec in the plan was changed after it was compiled")
    }
    guard try entry("plan_hash") == PlanFile.hash(entries) else {
      throw problem(.plan.hash, "the plan was changed after it was written")
    }
  }

  private func module() throws(GeocError) -> Module {
    let text = try entry("ir")
    let module: Module
    do {
      module = try IRParser.module(text, spaces: registry.spaces)
    } catch {
      let before = text.utf8.prefix(max(0, error.offset))
      let line = before.count { $0 == 0x0A } + 1
      throw problem(.plan.irSyntax, error.message, notes: ["line \(line) of the IR in the plan"])
    }
    for function in module.functions {
      if let mistake = SizeLimits.problem(function, registry) ?? Verifier.problems(function, registry).first {
        throw problem(.plan.irInvalid, mistake)
      }
      guard Set(function.parameters.map(\.name)).count == function.parameters.count else {
        throw problem(.plan.irInvalid, "@\(function.name) has two parameters of the same name")
      }
    }
    return module
  }

  private func decode<T: Decodable>(_ type: T.Type, _ key: String, _ code: DiagnosticCode) throws(GeocError) -> T {
    let text = try entry(key)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(type, from: Data(text.utf8))
    } catch {
      throw problem(code, "the entry '\(key)' cannot be read")
    }
  }
}

/// Bounds on the numbers in IR that comes from a file: type rules multiply sizes, and may count up to one.
enum SizeLimits {
  static let mostElements = 1 << 31
  static let mostAxes = 16
  static let greatest = 1 << 24

  /// The first number that is too large, in words.
  static func problem(_ f: Function, _ registry: OpRegistry) -> String? {
    for type in f.types where !isBounded(registry.spaces, type) {
      return "@\(f.name): the type \(type) is too large"
    }
    for (k, node) in f.nodes.enumerated() {
      for (name, value) in node.attributes.all where !isBounded(registry.spaces, name, value) {
        return "@\(f.name), node \(k) '\(node.op)': '\(name)' is out of bounds"
      }
    }
    return nil
  }

  private static func isBounded(_ spaces: SpaceTable, _ type: GeoType) -> Bool {
    if case .type(let inner)? = type.space[""], !isBounded(spaces, inner) { return false }
    guard type.space.sizes.allSatisfy({ abs($0) <= greatest }) else { return false }
    return isBounded(shape: spaces.shape(type))
  }

  private static func isBounded(shape: [Int]) -> Bool {
    guard shape.count <= mostAxes else { return false }
    var count = 1
    for size in shape {
      guard size.magnitude <= UInt(mostElements) else { return false }
      count *= max(1, abs(size))
      guard count <= mostElements else { return false }
    }
    return true
  }

  private static func isBounded(_ spaces: SpaceTable, _ name: String, _ value: Attribute) -> Bool {
    switch value {
    case .int(let x): x.magnitude <= UInt(greatest)
    case .ints(let list):
      list.count <= mostAxes && !name.contains("axes") && !name.contains("order")
        ? isBounded(shape: list) : list.allSatisfy { $0.magnitude <= UInt(greatest) } && !name.contains("shape")
    case .type(let type): isBounded(spaces, type)
    case .real, .bool, .name, .text, .reals, .spectral, .expression, .row, .radial: true
    }
  }
}
