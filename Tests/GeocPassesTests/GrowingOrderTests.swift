import Testing

@testable import GeocPasses

@Suite struct GrowingOrderTests {
  /// An order of things 0… that is checked against a search through all pairs.
  struct Checked {
    var order = GrowingOrder()
    var before: [Set<Int>] = []

    mutating func add(_ k: Int, behind others: [Int]) {
      while before.count <= k { before.append([]) }
      before[k].formUnion(others)
      order.add(k, behind: others)
    }

    func waits(_ a: Int, for b: Int) -> Bool { a == b || before[a].contains { waits($0, for: b) } }
  }

  @Test func aChainWaitsForAllThatIsBeforeIt() {
    var order = GrowingOrder()
    order.add(0, behind: [])
    for k in 1..<100 { order.add(k, behind: [k - 1]) }
    for k in 0..<100 {
      let (last, first) = (order.needs([99], k), order.needs([0], k))
      #expect(last)
      #expect(first == (k == 0))
    }
  }

  @Test func whatIsNotedLaterCounts() {
    var order = GrowingOrder()
    for k in 0..<4 { order.add(k, behind: []) }
    order.add(3, behind: [2])
    let before = order.needs([3], 0)
    order.add(1, behind: [0])
    order.add(2, behind: [1])
    let (behind, reverse) = (order.needs([3], 0), order.needs([0, 1], 3))
    #expect(!before)
    #expect(behind)
    #expect(!reverse)
  }

  @Test(arguments: 0..<8) func answersAsASearchThroughAllPairsDoes(seed: UInt64) {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var checked = Checked()
    for k in 0..<24 { checked.add(k, behind: k == 0 ? [] : (0..<random(3)).map { _ in random(k) }) }
    for _ in 0..<24 {
      let (a, b) = (random(24), random(24))
      if !checked.waits(b, for: a) { checked.add(a, behind: [b]) }
    }
    for a in 0..<24 {
      for b in 0..<24 {
        let answer = checked.order.needs([a], b)
        #expect(answer == checked.waits(a, for: b))
      }
    }
  }
}
