/// Horizontal places of ordered vertices: each as near as it can be to where its links pull it.
struct Placement {
  /// One end of a link as the other end sees it.
  struct Pull: Sendable {
    var vertex: Int
    /// Where the link leaves the other vertex, less where it meets this one; both from the middles.
    var offset: Double
    var weight: Double
  }

  /// Middles of the vertices.
  private(set) var x: [Double]
  private let rows: [[Int]]
  private let widths: [Double]
  private let gap: Double

  /// Vertices side by side in rows, centred.
  init(rows: [[Int]], widths: [Double], gap: Double) {
    self.rows = rows
    self.widths = widths
    self.gap = gap
    x = [Double](repeating: 0, count: widths.count)
    for row in rows {
      let total = row.reduce(0) { $0 + widths[$1] + gap } - gap
      var left = -total / 2
      for vertex in row {
        x[vertex] = left + widths[vertex] / 2
        left += widths[vertex] + gap
      }
    }
  }

  /// Sweeps down and up in turn. In each row the squares of the distances to the wanted places are made as small as the
  /// order and the widths allow (isotonic regression, which is linear in the row).
  mutating func run(up: [[Pull]], down: [[Pull]], sweeps: Int = 6) {
    for sweep in 0..<sweeps {
      let isDown = sweep % 2 == 0
      for r in isDown ? Array(rows.indices) : rows.indices.reversed() { settle(rows[r], by: isDown ? up : down) }
    }
    // The last word: both sides at once, so that neither direction wins.
    let both = zip(up, down).map { $0 + $1 }
    for row in rows { settle(row, by: both) }
  }

  private mutating func settle(_ row: [Int], by pulls: [[Pull]]) {
    struct Block {
      var sum: Double
      var weight: Double
      var count: Int
      var mean: Double { sum / weight }
    }
    var blocks: [Block] = []
    var shifts: [Double] = []
    var shift = 0.0
    for (k, vertex) in row.enumerated() {
      if k > 0 { shift += (widths[row[k - 1]] + widths[vertex]) / 2 + gap }
      shifts.append(shift)
      var (sum, weight) = (0.0, 0.0)
      for pull in pulls[vertex] {
        sum += (x[pull.vertex] + pull.offset) * pull.weight
        weight += pull.weight
      }
      if weight == 0 { (sum, weight) = (x[vertex] * 0.1, 0.1) }
      blocks.append(Block(sum: sum - shift * weight, weight: weight, count: 1))
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].weight += last.weight
        blocks[blocks.count - 1].count += last.count
      }
    }
    var k = 0
    for block in blocks {
      for _ in 0..<block.count {
        x[row[k]] = block.mean + shifts[k]
        k += 1
      }
    }
  }
}
