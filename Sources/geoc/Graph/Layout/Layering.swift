/// Which row each member of a level stands in.
enum Layering {
  /// Rows from the top: as high as links allow, sources just above their first reader, entries first and exits last.
  static func rows(_ level: ClusterLevels.Level) -> [Int] {
    let count = level.members.count
    var outgoing = [[Int]](repeating: [], count: count)
    var waiting = [Int](repeating: 0, count: count)
    for link in level.links {
      outgoing[link.from].append(link.to)
      waiting[link.to] += 1
    }
    let hasInputs = waiting.map { $0 > 0 }
    var rows = [Int](repeating: 0, count: count)
    let hasEntries = level.members.contains { if case .entry = $0 { true } else { false } }
    for (k, member) in level.members.enumerated() where hasEntries {
      if case .entry = member { continue }
      rows[k] = 1
    }
    var ready = (0..<count).filter { waiting[$0] == 0 }
    var at = 0
    while at < ready.count {
      let member = ready[at]
      at += 1
      for next in outgoing[member] {
        rows[next] = max(rows[next], rows[member] + 1)
        waiting[next] -= 1
        if waiting[next] == 0 { ready.append(next) }
      }
    }
    for member in ready.reversed() where !hasInputs[member] {
      if case .entry = level.members[member] { continue }
      if let first = outgoing[member].map({ rows[$0] }).min() { rows[member] = max(rows[member], first - 1) }
    }
    let last = (rows.max() ?? 0)
    var lastInner = 0
    for (k, member) in level.members.enumerated() {
      if case .exit = member { continue }
      lastInner = max(lastInner, rows[k])
    }
    for (k, member) in level.members.enumerated() {
      if case .exit = member { rows[k] = max(last, lastInner + 1) }
    }
    return rows
  }
}
