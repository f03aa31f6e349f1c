/// Places for all boxes, clusters and arrows of a drawing: rows from the top, few crossings, straight long arrows.
///
/// Time grows almost linearly with the drawing: every step is a fixed number of sweeps over rows, and arrows over many
/// rows are led through them only as long as the drawing stays within a multiple of its size; longer ones are drawn
/// behind everything else.
struct LayeredLayout {
  /// Something that stands in a cluster, at a place from the cluster's corner.
  struct Item {
    var member: ClusterLevels.Member
    var row: Int
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  /// An arrow within a cluster; items are -1 where it comes from or leads to the border.
  struct Wire {
    var value: Int
    var from: Int
    var to: Int
    var start: Double
    var end: Double
    /// Places in the rows between.
    var bends: [(x: Double, row: Int)]
    var firstRow: Int
    var lastRow: Int
  }

  struct Row {
    var top: Double
    var height: Double
    /// Space below.
    var gap: Double
  }

  struct Cluster {
    var name: String
    var items: [Item] = []
    var wires: [Wire] = []
    var rows: [Row] = []
    var width = 0.0
    var height = 0.0
    var boxCount = 0
    /// Where values cross the border, by value.
    var entries: [Int: Double] = [:]
    var exits: [Int: Double] = [:]
  }

  /// Sizes of what is drawn.
  enum Metrics {
    static let margin = 14.0
    static let header = 22.0
    static let gap = 44.0
    static let letter = 7.5
    static let line = 16.0
  }

  /// Clusters by level; the first is the whole drawing.
  private(set) var clusters: [Cluster] = []
  /// The values that wires carry.
  let values: [ClusterLevels.Value]

  /// Lays a drawing out; clusters of fewer than `least` boxes are dissolved.
  init(_ drawing: Drawing, least: Int = 1) {
    let tree = ClusterLevels(drawing, least: least)
    values = tree.values
    clusters = tree.levels.map { Cluster(name: $0.name, boxCount: $0.boxes.count) }
    for k in tree.levels.indices.reversed() { place(tree.levels[k], k, drawing) }
  }

  /// Width and height of a box.
  static func size(_ box: Drawing.Box) -> (width: Double, height: Double) {
    let lines = box.label.split(separator: "\n")
    let text = Double(lines.map(\.count).max() ?? 0) * Metrics.letter
    let read = box.results.filter(\.isRead)
    let labels = read.reduce(0.0) { $0 + labelWidth($1) + 4 }
    let own = max(text, Double(box.caption.count) * 5.4) + 26
    let count = max(1, lines.count) + (box.caption.isEmpty ? 0 : 1)
    return (max(own, read.count > 1 ? labels : 0, 64), Double(count) * Metrics.line + 12)
  }

  /// Width of the label of a result.
  static func labelWidth(_ port: Drawing.Port) -> Double { Double(port.label.count) * 5.4 + 10 }

  /// Where result `k` of a box leaves it, from its left side: those that are read share the width.
  static func port(_ box: Drawing.Box, _ k: Int, width: Double) -> Double {
    let read = box.results.indices.filter { box.results[$0].isRead }
    return width * (Double(read.firstIndex(of: k) ?? 0) + 0.5) / Double(max(1, read.count))
  }

  // MARK: One level

  /// A level with its links led through rows: the vertices are its members and the bends of long links.
  private struct Frame {
    var rowOf: [Int]
    var widths: [Double]
    var up: [[Placement.Pull]]
    var down: [[Placement.Pull]]
    /// Bends of each link.
    var bends: [[Int]]
  }

  private mutating func place(_ level: ClusterLevels.Level, _ number: Int, _ drawing: Drawing) {
    let isRoot = level.parent < 0
    let sizes = level.members.map { member -> (width: Double, height: Double) in
      switch member {
      case .box(let box): Self.size(drawing.boxes[box])
      case .level(let inner): (clusters[inner].width, clusters[inner].height)
      case .entry, .exit: (8, 0)
      }
    }
    let frame = frame(level, sizes, drawing)
    var rows = [[Int]](repeating: [], count: (frame.rowOf.max() ?? 0) + 1)
    for (vertex, row) in frame.rowOf.enumerated() { rows[row].append(vertex) }
    var ordering = CrossingReduction(
      rows: rows, up: frame.up.map { $0.map(\.vertex) }, down: frame.down.map { $0.map(\.vertex) })
    ordering.run()
    var placement = Placement(rows: ordering.rows, widths: frame.widths, gap: 16)
    placement.run(up: frame.up, down: frame.down)
    let left = frame.widths.indices.map { placement.x[$0] - frame.widths[$0] / 2 }.min() ?? 0
    let right = frame.widths.indices.map { placement.x[$0] + frame.widths[$0] / 2 }.max() ?? 0
    let x = placement.x.map { $0 - left + Metrics.margin }

    var cluster = clusters[number]
    cluster.width = max(right - left + 2 * Metrics.margin, Double(level.name.count) * Metrics.letter + 90)
    var top = isRoot ? Metrics.margin : Metrics.header
    for members in ordering.rows {
      let height = members.map { $0 < sizes.count ? sizes[$0].height : 0 }.max() ?? 0
      let hasBoxes = members.contains { $0 < sizes.count && sizes[$0].height > 0 }
      cluster.rows.append(Row(top: top, height: height, gap: hasBoxes ? Metrics.gap : Metrics.gap / 2))
      top += height + (hasBoxes ? Metrics.gap : Metrics.gap / 2)
    }
    // Below the last row there is only the border, and the labels of what stands in it.
    if let last = cluster.rows.last {
      let below = last.height == 0 ? 2 : isRoot ? Metrics.margin : Metrics.gap / 2
      top += below - last.gap
      cluster.rows[cluster.rows.count - 1].gap = below
    }
    cluster.height = top
    var itemOf = [Int](repeating: -1, count: level.members.count)
    for (k, member) in level.members.enumerated() {
      switch member {
      case .entry(let value): cluster.entries[value] = x[k]
      case .exit(let value): cluster.exits[value] = x[k]
      case .box, .level:
        itemOf[k] = cluster.items.count
        let row = frame.rowOf[k]
        cluster.items.append(
          Item(
            member: member, row: row, x: x[k] - sizes[k].width / 2, y: cluster.rows[row].top, width: sizes[k].width,
            height: sizes[k].height))
      }
    }
    for (l, link) in level.links.enumerated() {
      let bends = frame.bends[l].map { (x: x[$0], row: frame.rowOf[$0]) }
      let offsets = offsets(link, level, sizes, drawing)
      cluster.wires.append(
        Wire(
          value: link.value, from: itemOf[link.from], to: itemOf[link.to], start: x[link.from] + offsets.from,
          end: x[link.to] + offsets.to, bends: bends, firstRow: frame.rowOf[link.from], lastRow: frame.rowOf[link.to]))
    }
    spread(&cluster)
    clusters[number] = cluster
  }

  /// Rows, and bends for links over several of them. Links of one value share their bends.
  private func frame(
    _ level: ClusterLevels.Level, _ sizes: [(width: Double, height: Double)], _ drawing: Drawing
  ) -> Frame {
    var frame = Frame(
      rowOf: Layering.rows(level), widths: sizes.map(\.width), up: sizes.map { _ in [] }, down: sizes.map { _ in [] },
      bends: level.links.map { _ in [] })
    // The labels of a box hang below it and need room as well.
    for (k, member) in level.members.enumerated() {
      guard case .box(let box) = member, let only = drawing.boxes[box].results.first(where: \.isRead) else { continue }
      frame.widths[k] = max(frame.widths[k], Self.labelWidth(only))
    }
    struct Shared: Hashable {
      var from: Int
      var value: Int
    }
    var chains: [Shared: [Int]] = [:]
    var room = 6 * level.members.count + 400
    func span(_ link: ClusterLevels.Link) -> Int { frame.rowOf[link.to] - frame.rowOf[link.from] }
    let spans = level.links.map { (span($0), $0) }
    var joined: Set<[Int]> = []
    func join(_ upper: Int, _ lower: Int, _ leave: Double, _ meet: Double, _ weight: Double) {
      guard joined.insert([upper, lower]).inserted else { return }
      frame.up[lower].append(Placement.Pull(vertex: upper, offset: leave - meet, weight: weight))
      frame.down[upper].append(Placement.Pull(vertex: lower, offset: meet - leave, weight: weight))
    }
    for l in level.links.indices.sorted(by: { (spans[$0].0, $0) < (spans[$1].0, $1) }) {
      let link = level.links[l]
      let offsets = offsets(link, level, sizes, drawing)
      if spans[l].0 <= 1 {
        if spans[l].0 == 1 { join(link.from, link.to, offsets.from, offsets.to, 1) }
        continue
      }
      let key = Shared(from: link.from, value: link.value)
      var chain = chains[key] ?? []
      let missing = spans[l].0 - 1 - chain.count
      if missing > room { continue }
      for _ in 0..<max(0, missing) {
        let bend = frame.rowOf.count
        frame.rowOf.append(frame.rowOf[link.from] + chain.count + 1)
        frame.widths.append(4)
        frame.up.append([])
        frame.down.append([])
        join(chain.last ?? link.from, bend, chain.isEmpty ? offsets.from : 0, 0, chain.isEmpty ? 2 : 8)
        chain.append(bend)
      }
      room -= max(0, missing)
      chains[key] = chain
      frame.bends[l] = Array(chain.prefix(spans[l].0 - 1))
      if let last = frame.bends[l].last { join(last, link.to, 0, offsets.to, 2) }
    }
    return frame
  }

  /// Where a link leaves and meets its members, from their middles.
  private func offsets(
    _ link: ClusterLevels.Link, _ level: ClusterLevels.Level, _ sizes: [(width: Double, height: Double)],
    _ drawing: Drawing
  ) -> (from: Double, to: Double) {
    var result = (from: 0.0, to: 0.0)
    switch level.members[link.from] {
    case .box(let box):
      let port = Self.port(drawing.boxes[box], values[link.value].result, width: sizes[link.from].width)
      result.from = port - sizes[link.from].width / 2
    case .level(let inner): result.from = (clusters[inner].exits[link.value] ?? 0) - sizes[link.from].width / 2
    case .entry, .exit: break
    }
    if case .level(let inner) = level.members[link.to] {
      result.to = (clusters[inner].entries[link.value] ?? 0) - sizes[link.to].width / 2
    }
    return result
  }

  /// Spreads arrows that meet one box over its upper side, in the order in which they come.
  private func spread(_ cluster: inout Cluster) {
    var arriving: [Int: [Int]] = [:]
    for (k, wire) in cluster.wires.enumerated() where wire.to >= 0 {
      if case .box = cluster.items[wire.to].member { arriving[wire.to, default: []].append(k) }
    }
    for (item, wires) in arriving where wires.count > 1 {
      let sorted = wires.sorted { a, b in
        let (first, second) = (cluster.wires[a], cluster.wires[b])
        return (first.bends.last?.x ?? first.start, a) < (second.bends.last?.x ?? second.start, b)
      }
      for (k, wire) in sorted.enumerated() {
        let share = (Double(k) + 1) / Double(sorted.count + 1)
        cluster.wires[wire].end = cluster.items[item].x + cluster.items[item].width * (0.1 + 0.8 * share)
      }
    }
  }
}
