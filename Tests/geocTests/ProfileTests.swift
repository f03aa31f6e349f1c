import Foundation
import Testing

@testable import geoc

/// `geoc profile`, on a network whose kernels outweigh the clocks between them.
@Suite struct ProfileTests {
  private static let spec = """
    geoc: 1
    model: profiled
    dtype: f64
    inputs: { x: SPD(48), y: Label(3) }
    graph:
      - bimap: { out: 32 }
      - reeig
      - logeig
      - vech
      - linear: { out: 3 }
        as: logits
    loss: { cross_entropy: { logits: logits, target: y } }
    train: { optimizer: { radam: { lr: 0.01 } }, epochs: 1, batch: 64 }
    """

  private static func write() throws -> String {
    let folder = try Repository.temporaryFolder()
    try spec.write(toFile: folder + "/spec.yaml", atomically: true, encoding: .utf8)
    return folder
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The format of trace viewers: complete events with a begin and a length in µs, the steps inside the function.
  @Test func traceHoldsTheWholeStep() throws {
    let run = Run("profile", try Self.write() + "/spec.yaml", "--runs", "5", "--format", "chrome")
    #expect(run.status == .success, "\(run.errors)")
    let trace = try Self.object(run.output)
    let events = try #require(trace["traceEvents"] as? [[String: Any]]).filter { $0["ph"] as? String == "X" }
    let whole = try #require(events.first)
    #expect(whole["name"] as? String == "step")
    let length = try #require(whole["dur"] as? Double)
    var end = 0.0
    for event in events.dropFirst() {
      let start = try #require(event["ts"] as? Double)
      let duration = try #require(event["dur"] as? Double)
      #expect(start >= end - 1e-6 && duration >= 0, "events lie one behind the other")
      #expect(event["name"] is String && event["cat"] is String && event["pid"] is Int && event["tid"] is Int)
      end = start + duration
    }
    #expect(events.contains { $0["cat"] as? String == "eigh" })
    #expect(end <= length * 1.001)
    let explained = try #require((trace["otherData"] as? [String: Any])?["explained"] as? Double)
    #expect((explained - end / length).magnitude < 1e-6)
    // How much is a figure of the benchmarks: here the binary is not optimised, and others use the processor.
    #expect(explained > 0 && explained <= 1.001)
  }

  @Test func jsonHasEveryStep() throws {
    let run = Run(
      "profile", try Self.write() + "/spec.yaml", "--runs", "2", "--format", "json", "--function", "predict")
    let profile = try Self.object(run.output)
    #expect(profile["function"] as? String == "predict")
    #expect(profile["batch"] as? Int == 64)
    let steps = try #require(profile["steps"] as? [[String: Any]])
    #expect(steps.contains { $0["kernel"] as? String == "spectral" && $0["path"] as? String == "logeig_1" })
    #expect(steps.allSatisfy { $0["us"] is Double && $0["operations"] is Int && $0["bytes"] is Int })
    let isBatched = { (kernel: String) in steps.first { $0["kernel"] as? String == kernel }?["batched"] as? Bool }
    #expect(isBatched("spectral") == true)
    #expect(isBatched("pack") == true)
    let before = try #require(profile["rss_before_mb"] as? Double)
    let peak = try #require(profile["peak_rss_mb"] as? Double)
    #expect(before > 1 && peak >= before)
  }

  @Test func takesAPlanToo() throws {
    let folder = try Self.write()
    #expect(Run("compile", folder + "/spec.yaml", "-o", folder + "/spec.geoplan").status == .success)
    let run = Run("profile", folder + "/spec.geoplan", "--runs", "1", "--format", "json", "--batch", "7")
    let profile = try Self.object(run.output)
    #expect(profile["function"] as? String == "step")
    #expect(profile["batch"] as? Int == 7)
    let refused = Run("profile", folder + "/spec.geoplan", "--function", "nonsense")
    #expect(refused.status == .problems)
    #expect(refused.errors.contains("nonsense"))
  }
}
