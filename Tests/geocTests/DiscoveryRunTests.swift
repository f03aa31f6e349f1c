import Foundation
import GeocTensorFiles
import Testing

@testable import geoc

/// Trainings on views of partly labelled rows.
@Suite(.serialized) struct DiscoveryRunTests {
  static let spec = Repository.root + "examples/digits-hypsimgcd.yaml"

  @Test func sameBytesForAnyThreadsAndResumed() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    func model(_ run: String) throws -> Data { try RunWorkspace.bytes(run + "/model.safetensors") }
    let short = ["--set", "train.epochs=2"]
    let one = try work.train(Self.spec, short[0], short[1], "--threads", "1")
    #expect(try model(work.train(Self.spec, short[0], short[1], "--threads", "2")) == model(one))
    #expect(try model(work.train(Self.spec, short[0], short[1], "--seed", "1")) != model(one))
    let values = try String(contentsOfFile: one + "/run.json", encoding: .utf8)
    for name in ["train_loss", "train_cluster_accuracy", "train_cluster_accuracy_old", "test_cluster_accuracy_new"] {
      #expect(values.contains("\"\(name)\""))
    }
    // The classifier has the moments of Adam, the rest the buffer of SGD.
    let checkpoint = try SafetensorsFile(one + "/checkpoint.safetensors")
    #expect(checkpoint.names.contains("optimizer.classifier.weight.exp_avg"))
    #expect(checkpoint.names.contains("optimizer.feature.weight.momentum_buffer"))
  }

  @Test func aDataSetWithoutLabelledRowsIsRefused() throws {
    let work = try RunWorkspace()
    defer { work.remove() }
    let ended = try work.run("run", Self.spec, "--set", "data.labelled.classes=[17]")
    #expect(ended.status == 1 && ended.errors.contains("error[E0522]"), "\(ended.errors)")
  }
}
