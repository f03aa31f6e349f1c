import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

@Suite(.serialized) struct RunTrainingTests {
  static let statistics = "  - bwbn\n"

  @Test func sameBytesForAnyThreadsAndFromAPlan() throws {
    let work = try RunWorkspace(graph: Self.statistics)
    defer { work.remove() }
    let model = { (run: String) in try RunWorkspace.bytes(run + "/model.safetensors") }
    let one = try model(work.train("spec.yaml", "--threads", "1"))
    #expect(try model(work.train("spec.yaml", "--threads", "1")) == one)
    #expect(try model(work.train("spec.yaml", "--threads", "2")) == one)
    #expect(try model(work.train("spec.yaml", "--seed", "5")) != one)
    #expect(try work.run("compile", "spec.yaml", "-o", "m.geoplan").status == 0)
    let planned = try work.train("m.geoplan", "--threads", "2")
    #expect(try model(planned) == one)
    #expect(try work.run("run", "m.geoplan", "--set", "train.epochs=1").status == 2)
    let weights = planned + "/model.safetensors"
    for task in ["predict", "gradient"] {
      for source in ["spec.yaml", "m.geoplan"] {
        let ended = try work.run(
          "run", source, "--task", task, "--weights", weights, "-o", "\(task)-\(source).safetensors")
        #expect(ended.status == 0, "\(ended.errors)")
      }
      #expect(
        try RunWorkspace.bytes(work.path("\(task)-spec.yaml.safetensors"))
          == RunWorkspace.bytes(work.path("\(task)-m.geoplan.safetensors")))
    }
    let evaluated = try work.run("run", "m.geoplan", "--task", "eval", "--weights", weights, "--json")
    #expect(
      evaluated.output == (try work.run("run", "spec.yaml", "--task", "eval", "--weights", weights, "--json").output))
    var bytes = try RunWorkspace.bytes(work.path("m.geoplan"))
    let version = try #require(bytes.range(of: Data("\"geoc_version\":\"\(Geoc.version)\"".utf8)))
    bytes.replaceSubrange(version, with: Data("\"geoc_version\":\"\(String(Geoc.version.map { _ in "9" }))\"".utf8))
    try bytes.write(to: URL(fileURLWithPath: work.path("old.geoplan")))
    let old = try work.run("run", "old.geoplan")
    #expect(old.status == 1 && old.errors.contains("error[E0402]"))
  }

  @Test func filesOfARun() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "epoch,step,lr,train_loss,validation_loss,validation_accuracy,seconds")
    #expect(
      lines.dropFirst().map { $0.split(separator: ",").prefix(3).joined(separator: ",") } == [
        "1,3,0.02", "2,6,0.02", "3,9,0.02",
      ])
    let records = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(records.map { $0["epoch"] as? Int } == [1, 2, 3])
    let losses = records.compactMap { $0["validation_loss"] as? Double }
    let summary = try #require(
      try JSONSerialization.jsonObject(with: RunWorkspace.bytes(run + "/run.json")) as? [String: Any])
    #expect(summary["train_rows"] as? Int == 20 && summary["validation_rows"] as? Int == 10)
    #expect((summary["results"] as? [String: Any])?["test_accuracy"] as? Double != nil)
    let best = try TensorArchive.open(run + "/best.safetensors")
    let text = try #require(best.metadata["progress"])
    let progress = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(progress["best"] as? Double == losses.min())
    let model = try TensorArchive.open(run + "/model.safetensors")
    for name in best.names { #expect(try best.tensor(name) == model.tensor(name)) }
  }

  @Test(arguments: [
    ("steps: 7", ["1,3", "2,6", "3,7"]), ("epochs: 2\n  drop_last: true", ["1,2", "2,4"]),
    ("epochs: 2\n  batch: whole", ["1,1", "2,2"]),
  ])
  func lengths(_ train: String, _ expected: [String]) throws {
    let whole = train.contains("batch")
    let work = try RunWorkspace(train: whole ? "epochs: 2" : train)
    defer { work.remove() }
    let run = whole ? try work.train("spec.yaml", "--set", "train.batch=whole") : try work.train("spec.yaml")
    let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.map { $0.split(separator: ",").prefix(2).joined(separator: ",") } == expected)
  }

  @Test func stopsEarlyAndStaysStopped() throws {
    let work = try RunWorkspace(train: "epochs: 60\n  early_stop: 2\n  checkpoint_every: 50")
    defer { work.remove() }
    let set = ["--set", "train.optimizer={ radam: { lr: 0.7 } }"]
    let run = try work.train("spec.yaml", set[0], set[1])
    let epochs = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n").count - 1
    #expect(epochs < 60)
    let before = try RunWorkspace.bytes(run + "/model.safetensors")
    #expect(try work.run("run", "spec.yaml", set[0], set[1], "--resume", run).status == 0)
    #expect(try RunWorkspace.bytes(run + "/model.safetensors") == before)
    #expect(
      try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n").count - 1 == epochs)
  }

  @Test func runsThatCannotBeResumed() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let before = try RunWorkspace.bytes(run + "/checkpoint.safetensors")
    try FileManager.default.createDirectory(atPath: work.path("empty"), withIntermediateDirectories: true)
    for arguments in [["empty"], ["none"], [run, "--set", "train.epochs=9"], [run, "--seed", "4"]] {
      let refused = Run(
        ["run", work.path("spec.yaml"), "--quiet", "--resume"] + arguments.map { $0 == "empty" ? work.path($0) : $0 })
      #expect(refused.status == .problems && refused.errors.contains("error[E0518]"), "\(arguments) \(refused.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: work.path("empty")).isEmpty)
    #expect(try RunWorkspace.bytes(run + "/checkpoint.safetensors") == before)
  }

  @Test func weightsThatDoNotFit() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let model = try TensorArchive.open(try work.train("spec.yaml") + "/model.safetensors")
    let tensors = try model.names.map { ($0, try model.tensor($0)) }
    let write = { (name: String, list: [(String, Tensor)]) in
      try TensorArchive.write(work.path(name), list.map { (name: $0.0, tensor: $0.1) })
    }
    try write("less.safetensors", tensors.filter { $0.0 != "logits.bias" })
    try write("more.safetensors", tensors + [("logit.bias", try Tensor([0.0]))])
    try write(
      "shape.safetensors",
      tensors.map { ($0.0, $0.0 == "bimap_1.weight" ? try Tensor([1.0, 0], shape: [2, 1]) : $0.1) })
    try write("nan.safetensors", tensors.map { ($0.0, $0.0 == "logits.bias" ? try Tensor([Double.nan, 0]) : $0.1) })
    try Data(repeating: 0, count: 50).write(to: URL(fileURLWithPath: work.path("zero.safetensors")))
    let left = work.left.count
    for (name, code) in [("less", "E0514"), ("more", "E0515"), ("shape", "E0516"), ("nan", "E0508"), ("zero", "E0504")]
    {
      for task in ["eval", "train"] {
        let refused = try work.run("run", "spec.yaml", "--task", task, "--quiet", "--weights", "\(name).safetensors")
        #expect(refused.status == 1 && refused.errors.contains("error[\(code)]"), "\(name): \(refused.errors)")
      }
    }
    #expect(work.left.count == left)
  }
}
