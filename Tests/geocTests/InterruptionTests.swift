import Foundation
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Synchronization
import Testing

@testable import geoc

/// Trainings that are interrupted and go on give the bits of trainings that are not.
@Suite struct InterruptionTests {
  /// Ctrl-C, also where the parent left SIGINT ignored; this process has it blocked, as workers of a thread pool do.
  @Test(arguments: [RunWorkspace.plainly, "trap '' INT; " + RunWorkspace.plainly])
  func signalKeepsACheckpoint(_ script: String) throws {
    let work = try RunWorkspace(graph: RunTrainingTests.statistics, train: "epochs: 150\n  checkpoint_every: 40")
    defer { work.remove() }
    let (process, output, errors) = try work.start(["run", "spec.yaml"], script: script)
    // Lines of progress fill a pipe of one page, and the training waits in the midst of its epochs.
    let setSize: Int32 = 1031  // F_SETPIPE_SZ
    #expect(fcntl(errors.fileHandleForReading.fileDescriptor, setSize, 4096) == 4096)
    var waiting: Int32 = 0
    for _ in 0..<30_000 where waiting < 3000 {
      #expect(ioctl(errors.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &waiting) == 0)
      usleep(1000)
    }
    #expect(waiting >= 3000, "the training prints no progress")
    #expect(kill(process.processIdentifier, SIGINT) == 0)
    let notes = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let results = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(results.isEmpty)
    let run = try #require(notes.firstMatch(of: /interrupted: resume with --resume (\S+)/), "\(notes)").1
    let kept = try TensorArchive.open(work.path("\(run)/checkpoint.safetensors"))
    let progress = try JSONDecoder().decode(
      Trainer.Progress.self, from: Data(try #require(kept.metadata["progress"]).utf8))
    #expect(progress.epoch > 10 && progress.epoch < 150)
    #expect(!FileManager.default.fileExists(atPath: work.path("\(run)/model.safetensors")))

    #expect(try work.run("run", "spec.yaml", "--quiet", "--resume", String(run)).status == 0)
    let whole = try work.train("spec.yaml")
    for file in ["model.safetensors", "best.safetensors", "checkpoint.safetensors"] {
      #expect(try RunWorkspace.bytes(work.path("\(run)/\(file)")) == RunWorkspace.bytes("\(whole)/\(file)"), "\(file)")
    }
    /// Without the seconds.
    func metrics(_ folder: String) throws -> [Substring] {
      try String(contentsOfFile: folder + "/metrics.csv", encoding: .utf8).split(separator: "\n").map {
        $0[..<($0.lastIndex(of: ",") ?? $0.endIndex)]
      }
    }
    #expect(try metrics(work.path(String(run))) == metrics(whole))
  }

  /// A training in this process that can be stopped after any step.
  private struct Training {
    let session: Session
    let trainer: Trainer
    let path: String
    private(set) var records: [EpochRecord] = []

    init(_ loaded: PlanSource.Loaded, checkpoint: String, stopsAfter steps: Int? = nil) throws {
      path = checkpoint
      session = Session(loaded.plan, threads: 1)
      let program = try session.program()
      let run = loaded.plan.run
      let training = try #require(run.training)
      try program.reset(seed: training.seed)
      let data = try DataSet(
        try #require(run.data), inputs: loaded.forward.parameters.filter { $0.kind == .input }, of: loaded.forward,
        spaces: Catalogue.registry.spaces)
      let asked = Counter()
      trainer = Trainer(
        program: program, data: data, fold: try #require(data.folds.first), training: training, metrics: run.metrics,
        isInterrupted: { steps.map { asked.next() >= $0 } ?? false })
    }

    private final class Counter: Sendable {
      private let value = Atomic<Int>(0)
      func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    /// Trains to the end or to the interruption; returns whether it was interrupted.
    mutating func run() throws -> Bool {
      var finished: [EpochRecord] = []
      defer { records += finished }
      do {
        try trainer.run(report: { _ in }, finish: { record, _ in finished.append(record) })
      } catch is Trainer.Interrupted {
        return true
      }
      return false
    }

    /// Parameters, statistics, moments and progress as a checkpoint.
    func saved() throws -> Data {
      try Checkpoint.write(
        session.store, model: "small", progress: trainer.progress, seed: trainer.training.seed, specHash: "",
        withOptimizer: true, to: path)
      return try RunWorkspace.bytes(path)
    }

    /// Goes on from the checkpoint.
    func restore() throws {
      trainer.progress = try #require(try session.load(path, needsOptimizer: true))
    }
  }

  @Test(arguments: [
    "rsgd: { lr: 0.05, momentum: 0.9 }", "rsgd: { lr: 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.01 }",
    "radam: { lr: 0.02, amsgrad: true }", "adamw: { lr: 0.01 }",
  ]) func everyStepCanBeTheLast(_ optimizer: String) throws {
    let isEuclidean = optimizer.hasPrefix("adamw")
    let layers = isEuclidean ? "  - flatten\n" : "  - bimap: { out: 2 }\n  - bwbn\n  - logeig\n  - vech\n"
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: small
        dtype: f64
        inputs:
          x: \(isEuclidean ? "R[3, 3]" : "SPD(3)")
          y: Label(2)
        graph:
        \(layers)  - dropout: { p: 0.3 }
          - linear: { out: 4 }
          - batch_norm
          - relu
          - dropout: { p: 0.2 }
          - linear: { out: 2 }
            as: logits
        loss:
          cross_entropy: { logits: logits, target: y }
        data:
          file: data.npz
          split: { train: tr, validation: va, test: te }
        train:
          optimizer: { \(optimizer) }
          schedule: { cosine: { floor: 0.1 } }
          clip: 1.5
          batch: 8
          epochs: 2

        """)
    defer { work.remove() }
    try everyStepCanBeTheLast(in: work)
  }

  /// The views of a batch, their noise and the rows that are drawn depend on the seed and the step only.
  @Test func everyStepOnViewsCanBeTheLast() throws {
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: small
        dtype: f64
        inputs:
          x: R[3, 3]
          y: Label(2)
          labelled: Label(2)
        graph:
          - flatten
          - linear: { out: 4 }
            as: feature
          - self_contrastive: { x: feature, similarity: angle }
            as: own
          - supervised_contrastive: { x: feature, label: y, labelled: labelled, similarity: angle }
            as: classes
        outputs: [feature]
        loss:
          mix: { first: own, second: classes, weight: { linear: { from: 0, to: 1, start: 0, end: 2 } } }
        data:
          file: data.npz
          split: { train: tr, validation: va, test: te }
          labelled: { by: y, classes: [0], fraction: 0.5 }
          views: 2
          augment:
            - shift: { pixels: 1 }
            - noise: { std: 0.1 }
        train:
          optimizer: { sgd: { lr: 0.05, momentum: 0.9 } }
          batch: 8
          epochs: 2

        """)
    defer { work.remove() }
    try everyStepCanBeTheLast(in: work)
  }

  /// The radius of projected weights, the count of steps between projections, labels of a task and what its batches have
  /// scored so far.
  @Test func projectionsAndTasksGoOn() throws {
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: small
        dtype: f64
        inputs: { x: "R[3, 3]", y: Label(2) }
        graph:
          - flatten
          - linear: { out: 4 }
          - relu
          - linear: { out: 2 }
            as: logits
        passes: [{ normalize_and_project: { project_every: 4, scale_offset: joint } }]
        loss: { cross_entropy: { logits: logits, target: y } }
        metrics: [accuracy]
        data: { file: data.npz, split: { train: tr, test: te }, relabel_every: 1 }
        train: { optimizer: { adamw: { lr: 0.1 } }, batch: 8, epochs: 2 }

        """)
    defer { work.remove() }
    let records = try everyStepCanBeTheLast(in: work)
    #expect(records.map { $0["task"] } == [1, 2])
  }

  /// Stops the training of `spec.yaml`, two epochs of three steps, after each step and goes on from the checkpoint.
  @discardableResult
  private func everyStepCanBeTheLast(in work: RunWorkspace) throws -> [EpochRecord] {
    let console = Console(capturing: [])
    let loaded = try PlanSource.load(work.path("spec.yaml"), task: .train, try CompileOptions.parse([]), console)
    var whole = try Training(loaded, checkpoint: work.path("whole.safetensors"))
    #expect(try !whole.run())
    let expected = try whole.saved()
    #expect(whole.trainer.progress.step == 6 && whole.records.count == 2)
    for steps in 0..<6 {
      let path = work.path("part.safetensors")
      var first = try Training(loaded, checkpoint: path, stopsAfter: steps)
      #expect(try first.run())
      #expect(first.trainer.progress.step == steps && first.trainer.progress.stepInEpoch == steps % 3)
      #expect(try first.saved() != expected)
      var second = try Training(loaded, checkpoint: path)
      try second.restore()
      #expect(try !second.run())
      #expect(try second.saved() == expected, "interrupted after step \(steps)")
      #expect(first.records + second.records == whole.records)
    }
    return whole.records
  }
}
