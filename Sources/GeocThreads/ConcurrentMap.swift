import Synchronization

extension ThreadPool {
  /// What `body` gives for each item, in the order of the items, on up to `threads` threads. Items of greater `weight` are
  /// begun first, so that no thread works long after the others. Throws what the first of the items that have no result
  /// threw, whatever the others did meanwhile.
  package static func map<Item: Sendable, Outcome: Sendable>(
    _ items: [Item], threads: Int = availableProcessors, weight: (Item) -> Int = { _ in 0 },
    _ body: @escaping @Sendable (Item) throws -> Outcome
  ) throws -> [Outcome] {
    let count = min(threads, items.count)
    guard count > 1 else { return try items.map(body) }
    let weights = items.map(weight)
    let order = items.indices.sorted { weights[$0] > weights[$1] }
    let work = SharedWork<Outcome>(count: items.count)
    ThreadPool(count: count).run { _ in
      while let next = work.next() {
        let k = order[next]
        work.finish(k, Result { try body(items[k]) })
      }
    }
    return try work.outcomes().map { try $0.get() }
  }
}

/// Items that threads take in turns, and what came of them.
private final class SharedWork<Outcome: Sendable>: Sendable {
  private let taken = Atomic<Int>(0)
  private let finished: Mutex<[Result<Outcome, any Error>?]>
  private let count: Int

  init(count: Int) {
    self.count = count
    finished = Mutex([Result<Outcome, any Error>?](repeating: nil, count: count))
  }

  func next() -> Int? {
    let k = taken.add(1, ordering: .relaxed).oldValue
    return k < count ? k : nil
  }

  func finish(_ k: Int, _ outcome: Result<Outcome, any Error>) { finished.withLock { $0[k] = outcome } }

  func outcomes() -> [Result<Outcome, any Error>] { finished.withLock { $0.compactMap(\.self) } }
}
