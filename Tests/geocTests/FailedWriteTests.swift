import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// A write that fails ends with a diagnostic and another exit code than 0, and leaves the old file or none.
@Suite struct FailedWriteTests {
  /// A full disk, as far as a process can tell: no file may grow beyond so many blocks of 512 bytes.
  private func limited(_ blocks: Int) -> String { "ulimit -f \(blocks); " + RunWorkspace.plainly }

  @Test func checkpointOnAFullDisk() throws {
    let work = try RunWorkspace(graph: RunTrainingTests.statistics)
    defer { work.remove() }
    let ended = try work.run("run", "spec.yaml", "--quiet", script: limited(2))
    #expect(ended.status == 3, "\(ended.errors)")
    #expect(ended.errors.contains("error[E0517]") && ended.errors.contains("checkpoint.safetensors"), "\(ended.errors)")
    let files = work.left.filter { $0.contains(".") }.map { ($0 as NSString).lastPathComponent }.sorted()
    #expect(files == ["metrics.csv", "metrics.jsonl", "run.json"])
  }

  @Test func whatWasThereStays() throws {
    let work = try RunWorkspace(graph: RunTrainingTests.statistics)
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let weights = run + "/model.safetensors"
    #expect(try work.run("run", "spec.yaml", "--task", "predict", "--weights", weights, "-o", "y.npz").status == 0)
    #expect(try work.run("compile", "spec.yaml", "-o", "m.geoplan").status == 0)
    let before = try work.contents()
    for arguments in [
      ["run", "spec.yaml", "--quiet", "--resume", run], ["compile", "spec.yaml", "-o", "m.geoplan"],
      ["run", "spec.yaml", "--task", "predict", "--weights", weights, "-o", "y.npz"],
    ] {
      let ended = try work.run(arguments, script: limited(0))
      #expect(ended.status == 3 && ended.errors.contains("error[E0517]"), "\(arguments): \(ended.errors)")
      #expect(try work.contents() == before, "\(arguments)")
    }
  }

  @Test(arguments: [
    (#"exec "$@" > /dev/full"#, true), (#"exec "$@" >&-"#, true),
    // The reader is gone for certain: writes to it fail already.
    (
      #"trap '' PIPE; { while printf x; do :; done 2>/dev/null; "$@"; echo $? > status; } | true; exit $(cat status)"#,
      false
    ),
  ]) func resultsThatNobodyTakes(_ script: String, _ isSaid: Bool) throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    for arguments in [["ops"], ["--help"], ["compile", "spec.yaml", "--emit", "ir"], ["run", "spec.yaml", "--quiet"]] {
      let ended = try work.run(arguments, script: script)
      #expect(ended.status == 3, "\(arguments): \(ended.errors)")
      let said = "error[E0517]: cannot write to standard output"
      #expect(isSaid ? ended.errors.hasPrefix(said) : ended.errors.isEmpty, "\(arguments): \(ended.errors)")
    }
    #expect(work.left.contains { $0.hasSuffix("model.safetensors") })
  }
}
