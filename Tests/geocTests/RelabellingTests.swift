import Foundation
import GeocIR
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// Tasks with labels of their own: `relabel_every`.
@Suite struct RelabellingTests {
  private static let spec = """
    geoc: 1
    model: small
    dtype: f64
    inputs: { x: "R[3, 3]", y: Label(2) }
    graph:
      - flatten
      - linear: { out: 2, bias: false }
        as: logits
    loss: { cross_entropy: { logits: logits, target: y } }
    metrics: [accuracy]
    data: { file: data.npz, split: { train: tr, test: te }, relabel_every: 2 }
    train: { optimizer: { sgd: { lr: 0 } }, batch: 8, epochs: 5 }

    """

  /// With weights that stay, a final accuracy tells the labels: they differ from task to task, a seed repeats them, and
  /// the mean over the batches of a task is that of all its rows.
  @Test func labelsAreDrawnByTheSeed() throws {
    let work = try RunWorkspace(spec: Self.spec.replacingOccurrences(of: "lr: 0 ", with: "lr: 1.0e-12 "))
    defer { work.remove() }
    func tasks(_ seed: Int) throws -> [String: [Double]] {
      struct Page: Decodable {
        var tasks: [String: [Double]]
        var final_accuracy: Double
        var test_accuracy: Double?
      }
      let ended = try work.run("run", "spec.yaml", "--json", "--quiet", "--seed", "\(seed)")
      #expect(ended.status == 0, "\(ended.errors)")
      let page = try JSONDecoder().decode(Page.self, from: Data(ended.output.utf8))
      #expect(page.test_accuracy == nil)
      let final = try #require(page.tasks["final_accuracy"])
      #expect(abs(page.final_accuracy - final.reduce(0, +) / 3) < 1e-12)
      return page.tasks
    }
    let first = try tasks(1)
    let final = try #require(first["final_accuracy"])
    // Three tasks of 2, 2 and 1 epochs.
    #expect(final.count == 3 && Set(final).count > 1)
    for (a, b) in zip(final, try #require(first["online_accuracy"])) { #expect(abs(a - b) < 1e-12) }
    #expect(try tasks(1) == first)
    #expect(try tasks(2) != first)
  }

  /// The columns of the last epoch of each task.
  @Test func metricsOfTasks() throws {
    let work = try RunWorkspace(spec: Self.spec.replacingOccurrences(of: "lr: 0 ", with: "lr: 0.1 "))
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
    #expect(lines[0] == "epoch,step,lr,train_loss,final_accuracy,online_accuracy,task,seconds")
    let tasks = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[6] }
    #expect(tasks == ["", "1.0", "", "2.0", "3.0"])
  }

  @Test(arguments: [
    ("relabel_every: 0", "E0107", "'relabel_every' must be at least 1 epoch, found 0"),
    ("relabel_every: { input: y }", "E0106", "'relabel_every' needs 'epochs'"),
    ("relabel_every: { epochs: 2, input: x }", "E0109", "the model has no input Label(…) 'x'"),
    ("relabel_every: often", "E0103", "'relabel_every' must be a whole number, found 'often'"),
  ]) func badInput(_ written: String, _ code: String, _ message: String) {
    let run = Run("check", "-", input: Self.spec.replacingOccurrences(of: "relabel_every: 2", with: written))
    #expect(run.status == .problems)
    #expect(run.errors.contains("error[\(code)") && run.errors.contains(message), "\(run.errors)")
  }
}
