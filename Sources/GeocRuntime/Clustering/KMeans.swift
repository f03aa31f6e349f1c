import GeocKernels

/// k-means: Lloyd's iteration from k-means++ seeds (Arthur and Vassilvitskii, 2007), the best of several starts.
///
/// Points may be held to a cluster (semi-supervised k-means of Vaze et al., 2022): they count for its mean and never
/// leave it, and their mean is where it starts.
struct KMeans {
  /// Points one behind the other, `width` numbers each.
  let points: [Double]
  let width: Int
  let clusters: Int
  /// For every point the cluster that it is held to; nil for a free one.
  let held: [Int?]

  /// Rounds of one start at most.
  static let mostRounds = 300

  /// Points that are all free, unless `held` says otherwise for each.
  init(points: [Double], width: Int, clusters: Int, held: [Int?]? = nil) {
    self.points = points
    self.width = max(1, width)
    self.clusters = max(1, clusters)
    let count = points.count / max(1, width)
    self.held = held.map { $0.count == count ? $0 : [] } ?? [Int?](repeating: nil, count: count)
  }

  private var count: Int { held.count }

  /// The cluster of every point, the same for the same seed.
  func assignment(starts: Int, seed: UInt64) -> [Int] {
    var best: (inertia: Double, clusters: [Int])?
    for start in 0..<max(1, starts) where count > 0 {
      var random = Philox(seed: seed, stream: start)
      let found = run(from: seeds(&random))
      if best.map({ found.inertia < $0.inertia }) ?? true { best = found }
    }
    return best?.clusters ?? []
  }

  /// Means of the held points, then points drawn with probability proportional to the squared distance from all centres.
  private func seeds(_ random: inout Philox) -> [Double] {
    var centres = [Double](repeating: 0, count: clusters * width)
    var isSet = [Bool](repeating: false, count: clusters)
    var nearest = [Double](repeating: .infinity, count: count)
    func add(_ cluster: Int) {
      isSet[cluster] = true
      for i in 0..<count { nearest[i] = min(nearest[i], distance(i, centres, cluster)) }
    }
    for cluster in Set(held.compactMap { $0 }).sorted() where cluster < clusters {
      let members = held.indices.filter { held[$0] == cluster }
      for i in members {
        for e in 0..<width { centres[cluster * width + e] += points[i * width + e] / Double(members.count) }
      }
      add(cluster)
    }
    let free = held.indices.filter { held[$0] == nil }
    for cluster in 0..<clusters where !isSet[cluster] {
      let candidates = free.isEmpty ? Array(held.indices) : free
      let isFirst = !isSet.contains(true)
      let weights = candidates.map { isFirst ? 1 : nearest[$0] }
      let total = weights.reduce(0, +)
      var target = random.uniform() * total
      var chosen = candidates[candidates.count - 1]
      if !(total > 0) { chosen = candidates[random.index(below: candidates.count)] }
      for (i, weight) in zip(candidates, weights) where total > 0 {
        target -= weight
        if target < 0 {
          chosen = i
          break
        }
      }
      for e in 0..<width { centres[cluster * width + e] = points[chosen * width + e] }
      add(cluster)
    }
    return centres
  }

  private func distance(_ i: Int, _ centres: [Double], _ cluster: Int) -> Double {
    var sum = 0.0
    for e in 0..<width {
      let d = points[i * width + e] - centres[cluster * width + e]
      sum += d * d
    }
    return sum
  }

  private func run(from start: [Double]) -> (inertia: Double, clusters: [Int]) {
    var centres = start
    var own = [Int](repeating: -1, count: count)
    var inertia = 0.0
    for _ in 0..<Self.mostRounds {
      var distances = [Double](repeating: 0, count: count)
      var isStable = true
      for i in 0..<count {
        let (cluster, distance) = held[i].map { ($0, self.distance(i, centres, $0)) } ?? nearest(i, centres)
        if own[i] != cluster { isStable = false }
        own[i] = cluster
        distances[i] = distance
      }
      inertia = distances.reduce(0, +)
      if isStable { break }
      move(&centres, own, &distances)
    }
    return (inertia, own)
  }

  private func nearest(_ i: Int, _ centres: [Double]) -> (Int, Double) {
    var best = (cluster: 0, distance: Double.infinity)
    for cluster in 0..<clusters {
      let d = distance(i, centres, cluster)
      if d < best.distance { best = (cluster, d) }
    }
    return best
  }

  /// Centres become means; one without points goes to the free point that is farthest from its own.
  private func move(_ centres: inout [Double], _ own: [Int], _ distances: inout [Double]) {
    var sums = [Double](repeating: 0, count: centres.count)
    var sizes = [Int](repeating: 0, count: clusters)
    for i in 0..<count {
      sizes[own[i]] += 1
      for e in 0..<width { sums[own[i] * width + e] += points[i * width + e] }
    }
    for cluster in 0..<clusters {
      if sizes[cluster] > 0 {
        for e in 0..<width { centres[cluster * width + e] = sums[cluster * width + e] / Double(sizes[cluster]) }
        continue
      }
      guard let far = held.indices.filter({ held[$0] == nil }).max(by: { distances[$0] < distances[$1] }) else {
        continue
      }
      distances[far] = 0
      for e in 0..<width { centres[cluster * width + e] = points[far * width + e] }
    }
  }
}
