/// Things that have to be complete before others can begin, while more and more of them are known.
///
/// Whether one waits for another is mostly answered without a search: each thing has a level above those of all things
/// before it, and one of these is its trunk, so that all trunks make trees, which are climbed in long steps.
struct GrowingOrder {
  private struct Thing {
    /// The last noted pair with a thing before it, and with one behind it; -1 where there is none.
    var before = -1
    var behind = -1
    var level = 0
    /// The thing before it of the highest level when it was first noted; itself where there was none.
    var trunk: Int
    /// A thing further down its tree.
    var ancestor: Int
    /// Steps to the root of its tree, -1 before it is noted.
    var depth = -1
    /// The search that last came by.
    var search = 0
  }

  /// Two things of which one comes before the other. All pairs are one table, since lists of their own would be two
  /// allocations for each thing.
  private struct Pair {
    var before: Int
    var behind: Int
    /// The pair of the same `behind`, and that of the same `before`, noted last before this one; -1 where there is none.
    var nextBefore: Int
    var nextBehind: Int
  }

  private var things: [Thing] = []
  private var pairs: [Pair] = []
  private var searchCount = 0

  /// Notes that `others`, which are noted, come before `k`. None of them may need it.
  mutating func add(_ k: Int, behind others: [Int]) {
    while things.count <= k { things.append(Thing(trunk: things.count, ancestor: things.count)) }
    if things[k].depth < 0 { plant(k, on: others.max { things[$0].level < things[$1].level }) }
    for other in others {
      pairs.append(Pair(before: other, behind: k, nextBefore: things[k].before, nextBehind: things[other].behind))
      things[k].before = pairs.count - 1
      things[other].behind = pairs.count - 1
      raise(k, to: things[other].level + 1)
    }
  }

  private mutating func plant(_ k: Int, on trunk: Int?) {
    guard let trunk else {
      things[k].depth = 0
      return
    }
    things[k].trunk = trunk
    things[k].depth = things[trunk].depth + 1
    // The step that makes a climb of n things take log n: twice as long where the last two were of one length.
    let first = things[trunk].ancestor
    let second = things[first].ancestor
    let areEqual = things[trunk].depth - things[first].depth == things[first].depth - things[second].depth
    things[k].ancestor = areEqual ? second : trunk
  }

  private mutating func raise(_ k: Int, to level: Int) {
    guard things[k].level < level else { return }
    var rest = [(k, level)]
    while let (next, level) = rest.popLast() {
      guard things[next].level < level else { continue }
      things[next].level = level
      var pair = things[next].behind
      while pair >= 0 {
        rest.append((pairs[pair].behind, level + 1))
        pair = pairs[pair].nextBehind
      }
    }
  }

  /// Whether one of `others` is `k`, or has to wait for it.
  mutating func needs(_ others: [Int], _ k: Int) -> Bool {
    if others.contains(where: { isOnTree(of: $0, k) }) { return true }
    searchCount += 1
    var rest = others
    while let next = rest.popLast() {
      if next == k { return true }
      guard things[next].level > things[k].level, things[next].search != searchCount else { continue }
      things[next].search = searchCount
      var pair = things[next].before
      while pair >= 0 {
        rest.append(pairs[pair].before)
        pair = pairs[pair].nextBefore
      }
    }
    return false
  }

  /// Whether `k` is `thing`, or on the way from it to its root.
  private func isOnTree(of thing: Int, _ k: Int) -> Bool {
    var next = thing
    while things[next].depth > things[k].depth {
      let ancestor = things[next].ancestor
      next = things[ancestor].depth >= things[k].depth ? ancestor : things[next].trunk
    }
    return next == k
  }
}
