import GeocThreads
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 4]) func runsEveryWorkerOnceForEachCall(count: Int) {
    let pool = ThreadPool(count: count)
    let calls = (0..<4).map { _ in Counter() }
    for _ in 0..<100 { pool.run { calls[$0].increment() } }
    for worker in 0..<count { #expect(calls[worker].total == 100) }
    for worker in count..<4 { #expect(calls[worker].total == 0) }
  }

  @Test func wakesThreadsThatWentToSleep() async throws {
    let pool = ThreadPool(count: 3)
    let calls = (0..<4).map { _ in Counter() }
    pool.run { calls[$0].increment() }
    try await Task.sleep(for: .milliseconds(30))
    pool.run { calls[$0].increment() }
    for worker in 0..<3 { #expect(calls[worker].total == 2) }
  }

  @Test(arguments: [1, 2, 5]) func mapsItemsInTheirOrder(threads: Int) throws {
    let squares = try ThreadPool.map(Array(0..<100), threads: threads) { $0 * $0 }
    #expect(squares == (0..<100).map { $0 * $0 })
    #expect(try ThreadPool.map([Int](), threads: threads) { $0 } == [])
    #expect(try ThreadPool.map(Array(0..<100), threads: threads, weight: { $0 % 7 }) { $0 * $0 } == squares)
  }

  @Test(arguments: [1, 3]) func throwsWhatTheFirstItemThrew(threads: Int) {
    struct Refused: Error, Equatable { var item: Int }
    #expect(throws: Refused(item: 7)) {
      try ThreadPool.map(Array(0..<50), threads: threads) { item in
        if item % 8 == 7 { throw Refused(item: item) }
      }
    }
    #expect(throws: Refused(item: 7)) {
      try ThreadPool.map(Array(0..<50), threads: threads, weight: { $0 }) { item in
        if item % 8 == 7 { throw Refused(item: item) }
      }
    }
  }

  final class Counter: Sendable {
    let value = Atomic<Int>(0)
    func increment() { value.add(1, ordering: .relaxed) }
    var total: Int { value.load(ordering: .relaxed) }
  }
}
