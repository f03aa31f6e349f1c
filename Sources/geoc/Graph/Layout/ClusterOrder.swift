/// Orders boxes so that every arrow leads forward and boxes of one cluster stand together where arrows allow.
///
/// Clusters are then cut where the order leaves them, so that a cluster is a run of the order: the graph whose nodes are
/// the runs cannot have a cycle, whatever passes did to the nodes in between.
enum ClusterOrder {
  /// Indices of `boxes` in order; boxes on a cycle (there should be none) come last, as given.
  static func sort(_ clusters: [[String]], _ arrows: [(from: Int, to: Int)]) -> [Int] {
    var waiting = [Int](repeating: 0, count: clusters.count)
    var readers = [[Int]](repeating: [], count: clusters.count)
    for arrow in arrows {
      waiting[arrow.to] += 1
      readers[arrow.from].append(arrow.to)
    }
    var keyOf: [[String]: Int] = [:]
    let keys = clusters.map { cluster -> Int in
      if let key = keyOf[cluster] { return key }
      keyOf[cluster] = keyOf.count
      return keyOf.count - 1
    }
    // A box that reads nothing waits until shortly before its first reader, so that it does not begin a run of its own.
    let firstReader = clusters.indices.map { k in
      waiting[k] > 0 ? 2 * k + 1 : 2 * (readers[k].min() ?? k) + (readers[k].isEmpty ? 1 : 0)
    }
    let boxes = clusters.indices.sorted { (firstReader[$0], $0) < (firstReader[$1], $1) }
    var rank = [Int](repeating: 0, count: clusters.count)
    for (k, box) in boxes.enumerated() { rank[box] = k }
    /// Ranks of ready boxes by cluster, smallest first, and of all clusters.
    var ready = [MinimumHeap](repeating: MinimumHeap(), count: keyOf.count)
    var all = MinimumHeap()
    var isDone = [Bool](repeating: false, count: clusters.count)
    for k in clusters.indices where waiting[k] == 0 {
      ready[keys[k]].insert(rank[k])
      all.insert(rank[k])
    }
    var order: [Int] = []
    var current = -1
    while true {
      var next = current >= 0 ? ready[current].removeFirst() : nil
      while let found = next, isDone[boxes[found]] { next = ready[current].removeFirst() }
      while next == nil {
        guard let found = all.removeFirst() else { break }
        if !isDone[boxes[found]] { next = found }
      }
      guard let box = next.map({ boxes[$0] }) else { break }
      isDone[box] = true
      current = keys[box]
      order.append(box)
      for reader in readers[box] {
        waiting[reader] -= 1
        if waiting[reader] == 0 {
          ready[keys[reader]].insert(rank[reader])
          all.insert(rank[reader])
        }
      }
    }
    return order + clusters.indices.filter { !isDone[$0] }
  }
}

/// The smallest of a set of integers, in logarithmic time.
struct MinimumHeap {
  private var items: [Int] = []

  /// Adds a number.
  mutating func insert(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the smallest number out; nil where there is none.
  mutating func removeFirst() -> Int? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
        least = child
      }
      if least == parent { return first }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
