import Foundation
import Testing

@testable import geoc

@Suite struct LayoutTests {
  /// A drawing of `count` boxes in nested clusters, arrows from earlier to later boxes.
  static func random(_ count: Int, seed: UInt64, arrowsEach: Int = 2, reach: Int = 12) -> Drawing {
    var samples = SampleData(seed: seed)
    func pick(_ n: Int) -> Int { min(n - 1, Int(abs(samples.normal()) * Double(n) / 3)) }
    var drawing = Drawing(title: "random", function: "f")
    for k in 0..<count {
      let cluster = [["a", "b", "c"][(k / 25) % 3], "inner\((k / 7) % 4)"].prefix(pick(3)).map { $0 }
      let results = (0...pick(2)).map { _ in Drawing.Port(type: "R[\(pick(900))]", bytes: 8) }
      drawing.boxes.append(
        Drawing.Box(id: "n\(k)", label: "box \(k)", kind: .op, cluster: cluster, results: results))
      for _ in 0..<arrowsEach where k > 0 {
        let from = max(0, k - 1 - pick(reach))
        drawing.arrows.append(
          Drawing.Arrow(
            from: "n\(from)", to: "n\(k)", type: "R", result: pick(drawing.boxes[from].results.count)))
      }
    }
    return drawing
  }

  @Test(arguments: 1...12)
  func boxesDoNotOverlapAndArrowsLeadDown(_ seed: Int) throws {
    let drawing = Self.random(20 * seed, seed: UInt64(seed))
    let layout = LayeredLayout(drawing)
    var seen: [Int] = []
    for cluster in layout.clusters {
      for (k, a) in cluster.items.enumerated() {
        #expect(a.x >= 0 && a.x + a.width <= cluster.width + 0.01)
        #expect(a.y >= 0 && a.y + a.height <= cluster.height + 0.01)
        if case .box(let box) = a.member { seen.append(box) }
        for b in cluster.items[(k + 1)...] where b.row == a.row {
          #expect(a.x + a.width <= b.x + 0.01 || b.x + b.width <= a.x + 0.01)
        }
      }
      for wire in cluster.wires {
        #expect(wire.firstRow < wire.lastRow)
        #expect(wire.bends.map(\.row) == Array(wire.firstRow + 1..<wire.lastRow) || wire.bends.isEmpty)
      }
    }
    #expect(seen.sorted() == Array(drawing.boxes.indices))
  }

  /// Every arrow can be followed from its box to its reader, through the borders between them.
  @Test(arguments: 1...6)
  func arrowsAreConnected(_ seed: Int) throws {
    let drawing = Self.random(60, seed: UInt64(100 + seed))
    let layout = LayeredLayout(drawing)
    struct Carried: Hashable {
      var value: Int
      var box: Int
    }
    var reached: Set<Carried> = []
    func follow(_ cluster: Int, _ wire: LayeredLayout.Wire) {
      let target = wire.to >= 0 ? layout.clusters[cluster].items[wire.to].member : nil
      switch target {
      case .box(let box): reached.insert(Carried(value: wire.value, box: box))
      case .level(let inner):
        for next in layout.clusters[inner].wires where next.from < 0 && next.value == wire.value { follow(inner, next) }
      default: break
      }
    }
    for k in layout.clusters.indices { for wire in layout.clusters[k].wires { follow(k, wire) } }
    let indexOf = Dictionary(uniqueKeysWithValues: drawing.boxes.enumerated().map { ($1.id, $0) })
    for arrow in drawing.arrows {
      let value = ClusterLevels.Value(box: try #require(indexOf[arrow.from]), result: arrow.result)
      let number = try #require(layout.values.firstIndex(of: value))
      #expect(reached.contains(Carried(value: number, box: try #require(indexOf[arrow.to]))))
    }
  }

  @Test func sweepsRemoveCrossings() {
    // Two rows with their links turned round.
    let count = 10
    let rows = [Array(0..<count), Array(count..<2 * count)]
    let down = (0..<2 * count).map { $0 < count ? [2 * count - 1 - $0] : [] }
    let up = (0..<2 * count).map { $0 < count ? [] : [2 * count - 1 - $0] }
    var ordering = CrossingReduction(rows: rows, up: up, down: down)
    #expect(ordering.crossings() == count * (count - 1) / 2)
    ordering.run()
    #expect(ordering.crossings() == 0)
  }

  @Test func chainsAreStraight() throws {
    var drawing = Drawing(title: "chain", function: "f")
    for k in 0..<20 {
      drawing.boxes.append(
        Drawing.Box(id: "n\(k)", label: "b", kind: .op, results: [Drawing.Port(type: "R", bytes: 8)]))
      if k > 0 { drawing.arrows.append(Drawing.Arrow(from: "n\(k - 1)", to: "n\(k)", type: "R")) }
    }
    let cluster = LayeredLayout(drawing).clusters[0]
    for wire in cluster.wires { #expect(abs(wire.start - wire.end) < 0.01) }
    #expect(cluster.rows.count == 20)
  }

  /// How long it takes is a figure of the benchmarks.
  @Test func twoThousandNodesHaveTheirPlaces() {
    let layout = LayeredLayout(Self.random(2000, seed: 5, arrowsEach: 3, reach: 200))
    #expect(layout.clusters.reduce(0) { $0 + $1.items.count } >= 2000)
  }
}
