/// A drawing cut into levels: the boxes and clusters that stand directly in one cluster, with the links among them.
///
/// A value that crosses the border of a cluster does so at an entry or exit, one for each value, so that every level can
/// be laid out by itself and folded without the others.
struct ClusterLevels {
  /// What stands in a level.
  enum Member: Hashable, Sendable {
    /// A box of the drawing.
    case box(Int)
    /// A cluster, by its level.
    case level(Int)
    /// Where a value comes in from outside.
    case entry(value: Int)
    /// Where a value leaves.
    case exit(value: Int)
  }

  /// An arrow between members of a level.
  struct Link: Hashable, Sendable {
    var from: Int
    var to: Int
    var value: Int
  }

  struct Level: Sendable {
    var name: String
    /// The level it stands in, and as which member; -1 for the outermost.
    var parent: Int
    var place: Int
    var members: [Member] = []
    var links: [Link] = []
    /// Boxes inside, at any depth.
    var boxes: [Int] = []
  }

  /// A result of a box.
  struct Value: Hashable, Sendable {
    var box: Int
    var result: Int
  }

  /// Levels, each after the one it stands in.
  private(set) var levels: [Level] = []
  /// Values by their number.
  private(set) var values: [Value] = []

  /// Cuts a drawing into levels; clusters of fewer than `least` boxes are dissolved.
  init(_ drawing: Drawing, least: Int) {
    let indexOf = Dictionary(drawing.boxes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { a, _ in a })
    let arrows = drawing.arrows.compactMap { arrow -> (from: Int, to: Int, result: Int)? in
      guard let from = indexOf[arrow.from], let to = indexOf[arrow.to] else { return nil }
      return (from, to, arrow.result)
    }
    let order = ClusterOrder.sort(drawing.boxes.map(\.cluster), arrows.map { ($0.from, $0.to) })
    var levelOf = [Int](repeating: 0, count: drawing.boxes.count)
    var placeOf = [Int](repeating: 0, count: drawing.boxes.count)
    levels = [Level(name: "", parent: -1, place: -1, boxes: order)]
    var depths = [0]
    var at = 0
    while at < levels.count {
      let boxes = levels[at].boxes
      let depth = depths[at]
      var start = 0
      while start < boxes.count {
        let cluster = drawing.boxes[boxes[start]].cluster
        var end = start + 1
        if depth < cluster.count {
          let name = cluster[depth]
          while end < boxes.count, drawing.boxes[boxes[end]].cluster.dropFirst(depth).first == name { end += 1 }
          if end - start >= least {
            levels[at].members.append(.level(levels.count))
            levels.append(
              Level(name: name, parent: at, place: levels[at].members.count - 1, boxes: Array(boxes[start..<end])))
            depths.append(depth + 1)
            start = end
            continue
          }
        }
        for box in boxes[start..<end] {
          levelOf[box] = at
          placeOf[box] = levels[at].members.count
          levels[at].members.append(.box(box))
        }
        start = end
      }
      at += 1
    }
    var numberOf: [Value: Int] = [:]
    var portals: [Member: [Int: Int]] = [:]
    var seen: [Set<Link>] = levels.map { _ in [] }
    func connect(_ level: Int, _ from: Int, _ to: Int, _ value: Int) {
      let link = Link(from: from, to: to, value: value)
      if seen[level].insert(link).inserted { levels[level].links.append(link) }
    }
    func portal(_ member: Member, _ level: Int) -> Int {
      if let known = portals[member]?[level] { return known }
      levels[level].members.append(member)
      portals[member, default: [:]][level] = levels[level].members.count - 1
      return levels[level].members.count - 1
    }
    func depth(_ level: Int) -> Int { depths[level] }
    for arrow in arrows {
      let value = Value(box: arrow.from, result: arrow.result)
      let number = numberOf[value] ?? values.count
      if number == values.count {
        numberOf[value] = number
        values.append(value)
      }
      var (a, from) = (levelOf[arrow.from], placeOf[arrow.from])
      var (b, to) = (levelOf[arrow.to], placeOf[arrow.to])
      while a != b {
        if depth(a) >= depth(b) {
          connect(a, from, portal(.exit(value: number), a), number)
          (from, a) = (levels[a].place, levels[a].parent)
        } else {
          connect(b, portal(.entry(value: number), b), to, number)
          (to, b) = (levels[b].place, levels[b].parent)
        }
      }
      connect(a, from, to, number)
    }
  }
}
