import Foundation
import GeocDiagnostics
import GeocIR
import GeocTensorFiles
import PlanTestSupport
import Testing

@testable import GeocPlan

@Suite struct PlanFileTests {
  /// A model with a statistic over the batch, a result per sample and an update.
  static func plan() throws -> Plan {
    var b = Builder.test("step")
    b.origin = Origin(line: 4, column: 7, pass: "insert-step", path: "block_1/norm")
    let x = b.parameter("x", .real([4], isBatched: true), .input)
    let w = b.parameter("w", .real([4]), .param, initial: "zeros")
    let mean = try b.axpy(try b.constant([4], 0), 0.5, try b.total(x))
    let centred = try b.axpy(x, -1, mean)
    let parts = try b.node("t_split", [centred])
    b.result("y", try b.one("t_view", [try b.axpy(parts[0], 2, parts[1])]))
    b.result("param.w", try b.axpy(w, -0.1, try b.total(parts[1])))
    var layers = Builder(name: "predict", stage: .layers, registry: testRegistry)
    let z = layers.parameter("x", .real([4], isBatched: true), .input)
    layers.result("y", try layers.one("t_layer", [z]))
    let run = RunDescription(
      data: DataDescription(
        file: "a.npz", folder: "/data", bind: ["x": "a"],
        split: .fraction(test: 0.2, validation: 0.1, seed: 3, stratify: nil)),
      training: TrainingDescription(
        learningRate: 0.01, schedule: .warmUp(steps: 10, start: 0.1, then: .cosine(floor: 0)), epochs: 3),
      metrics: [MetricDescription(name: "mse", prediction: "y", target: "x")])
    var plan = Plan(
      module: Module(name: "tiny", dtype: .f64), schedules: [], run: run, spec: "model: tiny\nµ: 1\n")
    plan.module.functions = [layers.function]
    plan.add(b.function, try Scheduler.schedule(b.function, registry: testRegistry, dtype: .f64))
    return plan
  }

  static func load(_ entries: [String: String]) throws -> Plan {
    try PlanReader(entries: entries, path: "test.geoplan", registry: testRegistry).plan { TestKernels.table[$0] }
  }

  /// The code of the error of loading `entries`, nil if they load.
  static func code(_ entries: [String: String]) -> String? {
    do {
      _ = try load(entries)
      return nil
    } catch let error as GeocError {
      return error.diagnostics.first?.code.id
    } catch {
      return "\(error)"
    }
  }

  static func rehashed(_ entries: [String: String]) -> [String: String] {
    var copy = entries
    copy["spec_hash"] = Fingerprint(copy["spec"] ?? "").text
    copy["plan_hash"] = PlanFile.hash(copy)
    return copy
  }

  @Test func aPlanSurvivesItsFile() throws {
    let plan = try Self.plan()
    let path = NSTemporaryDirectory() + "geoc-plan-test-\(ProcessInfo.processInfo.processIdentifier).geoplan"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try PlanFile.write(plan, to: path)
    let read = try PlanFile.load(path, registry: testRegistry) { TestKernels.table[$0] }
    #expect(read.module == plan.module)
    #expect(read.schedules == plan.schedules)
    #expect(read.run == plan.run)
    #expect(read.spec == plan.spec)
    let first = try SafetensorsFile(path).metadata
    try PlanFile.write(read, to: path)
    #expect(try SafetensorsFile(path).metadata == first)
    #expect(try read.executable("step").schedule == plan.schedules[0])
    #expect(throws: GeocError.self) { try read.executable("predict") }
  }

  @Test func aScheduleIsWrittenAsItsConformanceReadsIt() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for var schedule in try Self.plan().schedules {
      schedule.function = "a \"b\"\\/\u{8}\n\u{1}é"
      #expect(schedule.json == String(decoding: try encoder.encode(schedule), as: UTF8.self))
    }
  }

  @Test func aFileThatIsNoPlanIsRefused() throws {
    let path = NSTemporaryDirectory() + "geoc-no-plan-\(ProcessInfo.processInfo.processIdentifier).geoplan"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for bytes in [[], [UInt8](repeating: 7, count: 100)] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(throws: GeocError.self) { try PlanFile.load(path, registry: testRegistry) { TestKernels.table[$0] } }
    }
    try SafetensorsFile.write([], metadata: ["format": "pt"], to: path)
    #expect(throws: GeocError.self) { try PlanFile.load(path, registry: testRegistry) { TestKernels.table[$0] } }
    #expect(throws: GeocError.self) { try PlanFile.load(path + ".missing", registry: testRegistry) { _ in nil } }
  }

  @Test func everyEntryIsHeldByTheHashes() throws {
    let entries = try PlanFile.metadata(try Self.plan()).mapValues(\.text)
    #expect(Self.code(entries) == nil)
    for key in entries.keys {
      var missing = entries
      missing[key] = nil
      #expect(Self.code(missing) == "E0401", "\(key)")
      var changed = entries
      changed[key] = (entries[key] ?? "") + " "
      #expect(Self.code(changed) == (key == "format" || key == "geoc_version" ? "E0402" : "E0403"), "\(key)")
    }
  }

  @Test func anUnknownKernelIsRefused() throws {
    let entries = try PlanFile.metadata(try Self.plan()).mapValues(\.text)
    let error = #expect(throws: GeocError.self) {
      try PlanReader(entries: entries, path: "", registry: testRegistry).plan {
        $0 == "t_sum" ? nil : TestKernels.table[$0]
      }
    }
    #expect(error?.diagnostics.first?.message == "there is no kernel 't_sum'")
  }

  @Test func everyNumberOfTheScheduleIsChecked() throws {
    let entries = try PlanFile.metadata(try Self.plan()).mapValues(\.text)
    let text = try #require(entries["schedule"])
    var key = ""
    var refused = 0
    for token in text.matches(of: /"(\w+)":|(-?\d+)/) {
      if let name = token.output.1 {
        key = String(name)
        continue
      }
      guard let number = token.output.2.flatMap({ Int($0) }) else { continue }
      for other in [number + 1, number - 1, -1, 1000, Int.max, Int.min] where other != number {
        var changed = entries
        changed["schedule"] = text.replacingCharacters(in: token.range, with: String(other))
        switch Self.code(Self.rehashed(changed)) {
        case nil: #expect(["cost", "first", "last"].contains(key), "\(key): \(number) → \(other)")
        case "E0404": refused += 1
        case let code: Issue.record("\(key): \(number) → \(other) gives \(code ?? "")")
        }
      }
    }
    #expect(refused > 300)
  }

  @Test func stepsCannotBeReordered() throws {
    let plan = try Self.plan()
    for k in plan.schedules[0].steps.indices.dropLast() {
      var changed = plan
      changed.schedules[0].steps.swapAt(k, k + 1)
      let code = Self.code(Self.rehashed(try PlanFile.metadata(changed).mapValues(\.text)))
      let (a, b) = (plan.schedules[0].steps[k], plan.schedules[0].steps[k + 1])
      if b.inputs.contains(where: a.outputs.contains) { #expect(code == "E0404", "step \(k)") }
      changed = plan
      changed.schedules[0].steps.remove(at: k)
      changed.schedules[0].regions[plan.schedules[0].regions.count - 1].end -= 1
      #expect(
        Self.code(Self.rehashed(try PlanFile.metadata(changed).mapValues(\.text))) == "E0404", "without step \(k)")
    }
  }

  @Test func storageCannotBeChanged() throws {
    let plan = try Self.plan()
    for k in plan.schedules[0].slots.indices {
      for storage in Schedule.Storage.allCases where storage != plan.schedules[0].slots[k].storage {
        var changed = plan
        changed.schedules[0].slots[k].storage = storage
        // A value that stays inside its region may live in the arena; its life then has other units.
        let isWider = plan.schedules[0].slots[k].storage == .chunk && storage == .batch
        let code = Self.code(Self.rehashed(try PlanFile.metadata(changed).mapValues(\.text)))
        #expect(code == "E0404" || (isWider && code == nil), "slot \(k) as \(storage)")
      }
    }
  }

  @Test func damagedIRGivesDiagnostics() throws {
    let entries = try PlanFile.metadata(try Self.plan()).mapValues(\.text)
    let ir = Array(try #require(entries["ir"]).utf8)
    var r = TestNumbers(11)
    let alphabet = Array("0123456789%@{}()[]<>:,=!- \n\"abxRB~".utf8)
    for _ in 0..<2000 {
      var bytes = ir
      for _ in 0..<Int.random(in: 1...3, using: &r) {
        let at = Int.random(in: 0..<bytes.count, using: &r)
        switch Int.random(in: 0..<4, using: &r) {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(alphabet.randomElement(using: &r) ?? 0x20, at: at)
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + 20))
        default: bytes[at] = alphabet.randomElement(using: &r) ?? 0x20
        }
      }
      var changed = entries
      changed["ir"] = String(decoding: bytes, as: UTF8.self)
      let code = Self.code(Self.rehashed(changed))
      #expect(code == nil || ["E0404", "E0405", "E0406"].contains(code), "\(code ?? "")")
    }
  }

  @Test func enormousNumbersInIRAreRefused() throws {
    let entries = try PlanFile.metadata(try Self.plan()).mapValues(\.text)
    let ir = try #require(entries["ir"])
    for (old, new) in [
      ("R[4]", "R[1000000000, 1000000000, 1000000000]"), ("R[4]", "R[1073741824, 16]"),
      ("shape = [4]", "shape = [4611686018427387904, 4]"), ("shape = [4]", "shape = [-9223372036854775808]"),
      ("shape = [4]", "shape = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4]"),
    ] {
      var changed = entries
      changed["ir"] = ir.replacingOccurrences(of: old, with: new)
      #expect(changed["ir"] != ir)
      let code = Self.code(Self.rehashed(changed))
      #expect(code == "E0405" || code == "E0406", "\(new)")
    }
  }

  @Test func fingerprintsAreThoseOfFNV() {
    var a = Fingerprint()
    #expect(a.text == "6c62272e07bb014262b821756295c58d")
    a.add("a".utf8)
    #expect(a.text == "d228cb696f1a8caf78912b704e4a8964")
  }
}
