import Foundation
import GeocOps
import GeocRuntime
import GeocTensorFiles
import Testing

@testable import geoc

/// What a training tells of itself.
@Suite struct ObservationTests {
  private func observations(_ run: String) throws -> [EpochObservation] {
    try String(contentsOfFile: run + "/observations.jsonl", encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(EpochObservation.self, from: Data($0.utf8))
    }
  }

  @Test func numbersAreThoseOfTheModel() throws {
    let work = try RunWorkspace(graph: RunTrainingTests.statistics)
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let all = try observations(run)
    #expect(all.map(\.epoch) == [1, 2, 3] && all.allSatisfy { $0.rows == 10 && $0.problem == nil })
    let last = try #require(all.last)
    let checkpoint = try TensorArchive.open(run + "/checkpoint.safetensors")
    let parameters = ["bimap_1.weight", "bwbn_1.bias", "bwbn_1.scale", "logits.bias", "logits.weight"]
    #expect(Set(last.parameterNorm.keys) == Set(parameters) && Set(last.gradientNorm.keys) == Set(parameters))
    for name in parameters {
      let norm = try checkpoint.tensor(name).doubles().reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(try #require(last.parameterNorm[name]) - norm) <= 1e-5 * norm, "\(name)")
      #expect((last.gradientNorm[name] ?? 0) > 0)
    }
    #expect(Set(last.residual.keys) == ["bimap_1.weight", "bwbn_1.bias"])
    #expect(last.residual.values.allSatisfy { $0 < 1e-12 })
    #expect(Set(last.folded.keys) == ["bwbn_1.folded_centering", "bwbn_1.folded_scaling"])
    #expect(last.folded.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    // Ten matrices of two eigenvalues each; three of the input are known before and after BiMap.
    for name in ["bimap_1", "reeig_1", "bwbn_1"] {
      let histogram = try #require(last.eigenvalues[name], "\(name)")
      #expect(histogram.counts.reduce(0, +) == 20 && histogram.spectrum.count == 2)
      #expect(histogram.spectrum[0] < histogram.spectrum[1] && histogram.range[0] > 0)
    }
    let embedding = try #require(last.embedding)
    #expect(embedding.of == "vech_1" && !embedding.isDisc && embedding.points.count == 10)
    #expect(embedding.classes == (30..<40).map { $0 % 2 })
    #expect(embedding.share.count == 2 && embedding.share[0] >= embedding.share[1])
    let confusion = try #require(last.confusion)
    #expect(confusion.map { $0.reduce(0, +) } == [5, 5])
  }

  @Test func gradientNormsAreThoseOfTheGradient() throws {
    let work = try RunWorkspace(train: "epochs: 1\n  shuffle: false")
    defer { work.remove() }
    let run = try work.train("spec.yaml", "--set", "train.batch=whole")
    let last = try #require(try observations(run).last)
    let rows = try TensorArchive.open(work.path("data.npz"))
    for name in ["x", "y"] {
      let tensor = try rows.tensor(name)
      let width = tensor.count / RunWorkspace.rows * tensor.dtype.byteWidth
      let info = try TensorInfo(dtype: tensor.dtype, shape: [20] + tensor.shape.dropFirst())
      try TensorArchive.write(
        work.path("\(name).npy"),
        [(name: name, tensor: try Tensor(info: info, bytes: Array(tensor.bytes.prefix(20 * width))))])
    }
    let weights = run + "/checkpoint.safetensors"
    let ended = try work.run(
      "run", "spec.yaml", "--task", "gradient", "--weights", weights, "--input", "x=x.npy", "--input", "y=y.npy", "-o",
      "gradient.safetensors")
    #expect(ended.status == 0, "\(ended.errors)")
    let gradient = try TensorArchive.open(work.path("gradient.safetensors"))
    for name in ["logits.weight", "logits.bias"] {
      let norm = try gradient.tensor("grad.\(name)").doubles().reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(try #require(last.gradientNorm[name]) - norm) <= 1e-4 * norm, "\(name)")
    }
    // On the Stiefel manifold the part of the gradient that leads away from it does not count.
    let flat = try gradient.tensor("grad.bimap_1.weight").doubles().reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(try #require(last.gradientNorm["bimap_1.weight"]) < flat)
  }

  @Test func trainingIsTheSameWithoutReport() throws {
    let work = try RunWorkspace(
      graph: "  - bwbn\n  - dropout: { p: 0.1 }\n".replacing("  - dropout: { p: 0.1 }\n", with: ""))
    defer { work.remove() }
    let with = try work.train("spec.yaml")
    let without = try work.train("spec.yaml", "--no-report")
    for file in ["model.safetensors", "checkpoint.safetensors", "best.safetensors"] {
      #expect(try RunWorkspace.bytes("\(with)/\(file)") == RunWorkspace.bytes("\(without)/\(file)"), "\(file)")
    }
    for file in ["report.html", "observations.jsonl"] {
      #expect(FileManager.default.fileExists(atPath: "\(with)/\(file)"))
      #expect(!FileManager.default.fileExists(atPath: "\(without)/\(file)"))
    }
    #expect(try work.run("compile", "spec.yaml", "-o", "m.geoplan").status == 0)
    let planned = try work.train("m.geoplan")
    #expect(
      try RunWorkspace.bytes("\(with)/observations.jsonl") == RunWorkspace.bytes("\(planned)/observations.jsonl"))
  }

  @Test func foldsAreLinked() throws {
    let work = try RunWorkspace(train: "epochs: 2", split: "{ folds: 2, seed: 0 }")
    defer { work.remove() }
    let run = try work.train("spec.yaml")
    let page = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
    for k in 1...2 {
      #expect(page.contains("<a href=\"fold_\(k)/report.html\">"))
      let fold = try String(contentsOfFile: run + "/fold_\(k)/report.html", encoding: .utf8)
      #expect(fold.contains("<a href=\"../report.html\">") && fold.contains("fold \(k) of 2"))
    }
    #expect(page.contains("mean ± deviation") && !page.contains("http-equiv=\"refresh\""))
  }

  @Test func pointsOfAPlaneAreShownAsTheyAre() throws {
    let work = try RunWorkspace(
      spec: """
        geoc: 1
        model: small
        dtype: f64
        inputs:
          x: R[3, 3]
          y: Label(2)
        graph:
          - flatten
          - linear: { out: 2 }
          - expmap0: { c: learn(0.5) }
          - poincare_linear: { out: 2 }
          - logmap0:
            as: logits
        loss:
          cross_entropy: { logits: logits, target: y }
        metrics: [accuracy]
        data:
          file: data.npz
          split: { train: tr, validation: va, test: te }
        train:
          optimizer: { adam: { lr: 0.02 } }
          batch: 8
          epochs: 2

        """)
    defer { work.remove() }
    let last = try #require(try observations(try work.train("spec.yaml")).last)
    #expect(last.problem == nil)
    let embedding = try #require(last.embedding)
    #expect(embedding.isDisc && embedding.of == "expmap0_1" && embedding.points.count == 10)
    #expect(embedding.points.allSatisfy { $0[0] * $0[0] + $0[1] * $0[1] < 1 })
    let radius = try #require(last.radius["expmap0_1"])
    #expect(radius.counts.reduce(0, +) == 10)
    let longest = embedding.points.map { ($0[0] * $0[0] + $0[1] * $0[1]).squareRoot() }.max() ?? 0
    #expect(abs(radius.range[1] - longest) < 1e-4)
    #expect(last.residual["expmap0_1.c"] == 0)
  }
}
