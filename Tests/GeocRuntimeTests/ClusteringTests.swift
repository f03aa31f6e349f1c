import Foundation
import GeocIR
import GeocKernelABI
import GeocTensorFiles
import Testing

@testable import GeocRuntime

@Suite struct ClusteringTests {
  @Test func accuracyIsThatOfTheOracle() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Oracles/hypcd/cluster_accuracy.safetensors")
    let oracle = try SafetensorsFile(file.path())
    func integers(_ name: String) throws -> [Int] { try oracle.tensor(name).doubles().map { Int($0) } }
    let found = ClusterAccuracy(clusters: try integers("in.cluster"), labels: try integers("in.label"), old: [0, 1, 2])
    #expect(found.match == (try integers("out.match")))
    for (value, name) in [(found.all, "out.all"), (found.old, "out.old"), (found.new, "out.new")] {
      let wanted = try oracle.tensor(name).doubles()[0]
      #expect(abs(value - wanted) <= 1e-11 + 1e-9 * abs(wanted))
    }
  }

  /// The best of all permutations.
  @Test(arguments: 1...6) func assignmentIsTheBestOfAll(n: Int) {
    var state: UInt64 = UInt64(n)
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double((state >> 33) % 20)
    }
    func permutations(_ items: [Int]) -> [[Int]] {
      items.count <= 1
        ? [items] : items.flatMap { first in permutations(items.filter { $0 != first }).map { [first] + $0 } }
    }
    for _ in 0..<5 {
      let gain = (0..<n).map { _ in (0..<n).map { _ in next() } }
      func total(_ columns: [Int]) -> Double { zip(gain, columns).reduce(0) { $0 + $1.0[$1.1] } }
      let found = Assignment.largest(gain)
      #expect(Set(found).count == n)
      #expect(total(found) == permutations(Array(0..<n)).map(total).max())
    }
  }

  /// Three heaps on a line.
  static let points = [0.0, 0.1, 0.2, 5, 5.1, 5.2, 9, 9.1]

  @Test func kMeansFindsHeaps() {
    let found = KMeans(points: Self.points, width: 1, clusters: 3).assignment(starts: 5, seed: 1)
    #expect(Set(found[0..<3]).count == 1 && Set(found[3..<6]).count == 1 && Set(found[6..<8]).count == 1)
    #expect(Set(found).count == 3)
    #expect(found == KMeans(points: Self.points, width: 1, clusters: 3).assignment(starts: 5, seed: 1))
  }

  @Test func heldPointsStayInTheirClusters() {
    let held: [Int?] = [2, nil, nil, nil, nil, nil, 2, 0]
    let found = KMeans(points: Self.points, width: 1, clusters: 3, held: held).assignment(starts: 3, seed: 1)
    #expect(found[0] == 2 && found[6] == 2 && found[7] == 0)
    #expect(KMeans(points: [], width: 2, clusters: 3).assignment(starts: 2, seed: 0) == [])
    #expect(KMeans(points: [1, 1, 1], width: 1, clusters: 5).assignment(starts: 2, seed: 0).count == 3)
  }

  @Test func viewsAreMadeOfSeedStepAndPlace() throws {
    var description = DataDescription(file: "x.npz", folder: "", bind: [:])
    description.views = 2
    description.augmentations = [
      .init(input: "x", change: .shift(pixels: 1, height: 3, width: 3)),
      .init(input: "x", change: .noise(deviation: 0.01)),
    ]
    let image: [Double] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
    let columns = ["x": try HostArray(try Tensor(image + image, shape: [2, 9]))]
    let maker = ViewMaker(description)
    func values(_ step: UInt64, _ rows: [Int] = [0, 1]) throws -> [Double] {
      let batch = try maker.batch(columns, rows: rows, seed: 4, step: step)
      #expect(batch.rows == rows + rows)
      return try #require(batch.made["x"]).tensor(rows: 2 * rows.count).doubles()
    }
    #expect(try values(1) == values(1))
    #expect(try values(1) != values(2))
    // Each view has the point somewhere, moved by one pixel at most.
    let first = try values(1)
    for view in 0..<4 { #expect(first[9 * view..<9 * view + 9].count { $0 > 0.5 } == 1) }
    var places: Set<Int> = []
    for step in 1...60 {
      let moved = try values(UInt64(step), [0])
      places.insert(try #require(moved.prefix(9).firstIndex { $0 > 0.5 }))
    }
    #expect(places == Set(0..<9))
  }

  @Test func labelledRowsAreDrawnHalfOfTheTime() {
    let labelled = DataDescription.Labelled(array: "y", classes: [0], fraction: 0.5, seed: 3, input: "m")
    let classes = (0..<100).map { Double($0 % 4) }
    let chosen = LabelledRows.chosen(labelled, Array(0..<100), classes)
    #expect(chosen.count == 12 && chosen.allSatisfy { classes[$0] == 0 })
    var fold = DataSet.Fold(train: Array(0..<100))
    fold.labelled = chosen
    let drawn = (0..<50).flatMap { LabelledRows.drawn(fold, seed: 1, epoch: $0) }
    let share = Double(drawn.count { chosen.contains($0) }) / Double(drawn.count)
    #expect(abs(share - 0.5) < 0.03)
    #expect(LabelledRows.drawn(fold, seed: 1, epoch: 2) == LabelledRows.drawn(fold, seed: 1, epoch: 2))
  }
}
