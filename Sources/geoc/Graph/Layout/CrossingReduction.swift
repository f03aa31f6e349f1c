/// Orders the vertices of each row so that few links cross.
struct CrossingReduction {
  /// Vertices of each row, from the left.
  private(set) var rows: [[Int]]
  private let up: [[Int]]
  private let down: [[Int]]
  private var position: [Int]

  /// Rows with links between neighbouring ones: `up[v]` and `down[v]` are the neighbours of `v` above and below.
  init(rows: [[Int]], up: [[Int]], down: [[Int]]) {
    self.rows = rows
    self.up = up
    self.down = down
    position = [Int](repeating: 0, count: up.count)
    number()
  }

  /// Sorts rows by the mean place of their neighbours, down and up in turn, and keeps the best order.
  mutating func run(sweeps: Int = 6) {
    var best = rows
    var least = crossings()
    for sweep in 0..<sweeps where least > 0 {
      let isDown = sweep % 2 == 0
      for r in isDown ? Array(rows.indices) : rows.indices.reversed() { sort(r, by: isDown ? up : down) }
      let found = crossings()
      if found < least {
        least = found
        best = rows
      }
    }
    rows = best
    number()
  }

  private mutating func number() {
    for row in rows { for (k, vertex) in row.enumerated() { position[vertex] = k } }
  }

  private mutating func sort(_ r: Int, by neighbours: [[Int]]) {
    let keyed = rows[r].map { vertex -> (key: Double, vertex: Int) in
      let near = neighbours[vertex]
      if near.isEmpty { return (Double(position[vertex]), vertex) }
      return (Double(near.reduce(0) { $0 + position[$1] }) / Double(near.count), vertex)
    }
    rows[r] = keyed.sorted { ($0.key, position[$0.vertex]) < ($1.key, position[$1.vertex]) }.map(\.vertex)
    for (k, vertex) in rows[r].enumerated() { position[vertex] = k }
  }

  /// Pairs of links that cross, counted with a tree of sums for each pair of rows.
  func crossings() -> Int {
    var total = 0
    for r in rows.indices.dropLast() {
      let width = rows[r + 1].count
      var tree = [Int](repeating: 0, count: width + 1)
      var seen = 0
      for vertex in rows[r] {
        let ends = down[vertex].map { position[$0] }
        for end in ends {
          var k = end + 1
          var before = 0
          while k > 0 {
            before += tree[k]
            k -= k & -k
          }
          total += seen - before
        }
        for end in ends {
          var k = end + 1
          while k <= width {
            tree[k] += 1
            k += k & -k
          }
          seen += 1
        }
      }
    }
    return total
  }
}
