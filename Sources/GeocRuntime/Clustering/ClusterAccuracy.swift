/// How well clusters agree with classes, under the best one-to-one matching of the two.
struct ClusterAccuracy {
  /// `match[class]` is the cluster that stands for it.
  let match: [Int]
  /// Share of all rows whose cluster stands for their class.
  let all: Double
  /// The same share of the rows of old classes; NaN without such rows.
  let old: Double
  /// The same share of the rows of the other classes; NaN without such rows.
  let new: Double

  /// One matching on all rows.
  init(clusters: [Int], labels: [Int], old oldClasses: Set<Int>) {
    let size = max(clusters.max() ?? 0, labels.max() ?? 0) + 1
    var hits = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for (cluster, label) in zip(clusters, labels) where cluster >= 0 && label >= 0 { hits[label][cluster] += 1 }
    let match = Assignment.largest(hits)
    self.match = match
    func share(_ isCounted: (Int) -> Bool) -> Double {
      let counted = zip(clusters, labels).filter { isCounted($1) }
      return Double(counted.count { cluster, label in match[label] == cluster }) / Double(counted.count)
    }
    all = share { _ in true }
    old = share { oldClasses.contains($0) }
    new = share { !oldClasses.contains($0) }
  }
}

/// The linear sum assignment problem.
enum Assignment {
  /// The columns, one for each row, with the largest sum of a square matrix.
  ///
  /// Shortest augmenting paths with dual potentials, O(n³): the Hungarian method in the form of Jonker and Volgenant
  /// (1987), as in Burkard, Dell'Amico and Martello, Assignment Problems (2009), section 4.4.
  static func largest(_ gain: [[Double]]) -> [Int] {
    let n = gain.count
    // Row and column 0 are a sentinel from which every path starts.
    var rowPotential = [Double](repeating: 0, count: n + 1)
    var columnPotential = [Double](repeating: 0, count: n + 1)
    var rowOf = [Int](repeating: 0, count: n + 1)
    var previous = [Int](repeating: 0, count: n + 1)
    for row in 1..<(n + 1) {
      rowOf[0] = row
      var column = 0
      var slack = [Double](repeating: .infinity, count: n + 1)
      var isSeen = [Bool](repeating: false, count: n + 1)
      while rowOf[column] != 0 {
        isSeen[column] = true
        let here = rowOf[column]
        var next = 0
        var step = Double.infinity
        for j in 1..<(n + 1) where !isSeen[j] {
          let reduced = -gain[here - 1][j - 1] - rowPotential[here] - columnPotential[j]
          if reduced < slack[j] {
            slack[j] = reduced
            previous[j] = column
          }
          if slack[j] < step {
            step = slack[j]
            next = j
          }
        }
        for j in 0..<(n + 1) {
          if isSeen[j] {
            rowPotential[rowOf[j]] += step
            columnPotential[j] -= step
          } else {
            slack[j] -= step
          }
        }
        column = next
      }
      while column != 0 {
        rowOf[column] = rowOf[previous[column]]
        column = previous[column]
      }
    }
    var columns = [Int](repeating: 0, count: n)
    for j in 1..<(n + 1) where rowOf[j] > 0 { columns[rowOf[j] - 1] = j - 1 }
    return columns
  }
}
