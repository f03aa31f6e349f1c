import GeocIR

/// Computes what a step does with the elements of one parameter in one pass over memory: maps of one shape become one
/// node with several results, and sums of maps are taken without storing what they add up. A sum computes again what maps
/// in front of it give: then these can be in the pass behind it, which reads what it adds up once more anyway.
///
/// Maps belong together when they stand at the same parameter and have the same shape, and when nothing between them has to
/// be known in full before the last of them can begin. Maps of a batch, whose numbers are in cache anyway, must share a
/// function that takes many instructions too, as the derivatives of one map by its inputs do.
package enum MergeMaps: Pass {
  package static let name = "merge-maps"
  package static let summary = "merges elementwise maps and sums of maps into single passes"
  package static let reason = "behind fuse-elementwise, which leaves one map for each value that is read twice"

  /// More operands than this would not stay in cache beside each other.
  static let largestInputCount = 12
  /// More nodes than this would not gain from being read once.
  static let largestSize = 160
  /// Summands that are larger read what maps give.
  static let largestSummand = 64

  package static func run(_ f: Function, _ options: PassOptions, _ report: inout PassReport) throws -> Function {
    var clusters = MapClusters(f, options.registry)
    clusters.collect()
    guard clusters.changesAnything else { return f }
    let merged = try clusters.rebuilt(pass: name, &report)
    return try Prune.run(merged, options, &report)
  }
}

/// Groups of nodes that become one, and the function made of them.
private struct MapClusters {
  /// Nodes that are done in one pass.
  struct Cluster {
    var key: Key
    /// Nodes, in order; of a sum of a map the sum.
    var members: [Int]
    /// Expression of each member, in the inputs of the cluster.
    var expressions: [ScalarExpression] = []
    var inputs: [Value] = []
  }

  /// What members of a cluster have in common.
  struct Key: Hashable {
    var path: String
    var shape: [Int]
    /// Axes that are summed; 0 for maps.
    var summed: Int
    var isBatched = false

    // The shapes at one place are few.
    func hash(into hasher: inout Hasher) { hasher.combine(path) }
  }

  let function: Function
  let registry: OpRegistry
  private let uses: [Int]
  private var clusters: [Cluster] = []
  /// Cluster of each node, -1 for nodes of none.
  private var clusterOf: [Int]
  private var open: [Key: Int] = [:]
  /// What has to be complete before what: nodes of no cluster by their number, clusters behind them.
  private var order = GrowingOrder()
  private var producer: [Int]

  init(_ f: Function, _ registry: OpRegistry) {
    function = f
    self.registry = registry
    uses = f.useCounts()
    producer = f.producers()
    clusterOf = [Int](repeating: -1, count: f.nodes.count)
  }

  /// Whether any cluster has more than one node in it, or a sum with its map.
  var changesAnything: Bool { clusters.contains { $0.members.count > 1 || $0.key.summed > 0 } }

  private func shape(_ value: Value) -> [Int] { registry.spaces.shape(function.type(value)) }

  /// How many axes a node sums, where they are the last ones of an unbatched map.
  private func summedAxes(_ node: Node) -> Int? {
    guard node.op == "reduce", node.attributes.name("kind") == "sum", let input = node.inputs.first,
      producer[input.index] >= 0, function.nodes[producer[input.index]].op == "map", !function.type(input).isBatched
    else { return nil }
    let axes = node.attributes.ints("axes")
    let rank = shape(input).count
    return !axes.isEmpty && axes == Array((rank - axes.count)..<rank) ? axes.count : nil
  }

  /// The map that a sum over the last axes adds up, where nothing else reads it.
  private func summand(_ node: Node) -> Node? {
    guard summedAxes(node) != nil, let input = node.inputs.first, uses[input.index] == 1 else { return nil }
    return function.nodes[producer[input.index]]
  }

  /// What gives a value, as `order` numbers it; nil for parameters.
  private func source(_ value: Value) -> Int? {
    let k = producer[value.index]
    return k < 0 ? nil : clusterOf[k] < 0 ? k : number(ofCluster: clusterOf[k])
  }

  private func sources(_ values: [Value]) -> [Int] { values.compactMap { source($0) } }

  private func number(ofCluster c: Int) -> Int { function.nodes.count + c }

  mutating func collect() {
    let summands = Set(function.nodes.compactMap { summand($0)?.results.first })
    for (k, node) in function.nodes.enumerated() {
      if !node.origin.path.isEmpty, node.results.allSatisfy({ !summands.contains($0) }), join(k, node) { continue }
      order.add(k, behind: sources(node.inputs))
    }
  }

  /// Puts a node into the open cluster of its key, or into a new one; false for other nodes.
  private mutating func join(_ k: Int, _ node: Node) -> Bool {
    let key: Key
    let expression: ScalarExpression
    let inputs: [Value]
    if let axes = summedAxes(node), let input = node.inputs.first {
      let map = summand(node)
      (expression, inputs) = opened(
        map?.attributes.expression("expr") ?? .input(0), map?.inputs ?? [input], shape(input))
      // A sum of what is stored anyway stays as it is.
      if expression.isInput { return false }
      key = Key(path: node.origin.path, shape: shape(input), summed: axes)
    } else if node.op == "map", let own = node.attributes.expression("expr"), let result = node.results.first,
      !own.isInput
    {
      key = Key(
        path: node.origin.path, shape: shape(result), summed: 0, isBatched: function.type(result).isBatched)
      (expression, inputs) = (own, node.inputs)
    } else {
      return false
    }
    if let c = open[key], let larger = extended(clusters[c], by: k, expression, inputs) {
      // Nothing that this node reads may need the whole cluster, but for results of it at the same place.
      let own = number(ofCluster: c)
      let outside = sources(inputs).filter { $0 != own || key.summed > 0 }
      if !order.needs(outside, own) {
        clusters[c] = larger
        clusterOf[k] = c
        order.add(own, behind: outside)
        return true
      }
    }
    let c = clusters.count
    guard let new = extended(Cluster(key: key, members: []), by: k, expression, inputs) else { return false }
    order.add(number(ofCluster: c), behind: sources(inputs))
    clusters.append(new)
    clusterOf[k] = c
    open[key] = c
    return true
  }

  /// A summand with the values that maps of its shape give written out.
  private func opened(
    _ expression: ScalarExpression, _ inputs: [Value], _ shape: [Int]
  ) -> (ScalarExpression, [Value]) {
    var all: [Value] = []
    func position(_ value: Value) -> Int {
      if let at = all.firstIndex(of: value) { return at }
      all.append(value)
      return all.count - 1
    }
    let parts = inputs.map { value -> ScalarExpression in
      guard let c = member(value), clusters[c].key.summed == 0, clusters[c].key.shape == shape,
        let at = clusters[c].members.firstIndex(of: producer[value.index])
      else { return .input(position(value)) }
      return clusters[c].expressions[at].mapInputs { .input(position(clusters[c].inputs[$0])) }
    }
    let whole = expression.mapInputs { parts[$0] }
    let isSmall = whole.nodeCount <= MergeMaps.largestSummand && all.count <= MergeMaps.largestInputCount
    return isSmall && all.contains { self.shape($0) == shape } ? (whole, all) : (expression, inputs)
  }

  /// The cluster that a value is a result of.
  private func member(_ value: Value) -> Int? {
    let k = producer[value.index]
    return k < 0 || clusterOf[k] < 0 ? nil : clusterOf[k]
  }

  /// A cluster with one member more, its expression written in the inputs of the cluster; nil where that would be too much.
  private func extended(
    _ cluster: Cluster, by k: Int, _ expression: ScalarExpression, _ inputs: [Value]
  ) -> Cluster? {
    var larger = cluster
    var parts: [ScalarExpression] = []
    for value in inputs {
      if producer[value.index] >= 0, let at = cluster.members.firstIndex(of: producer[value.index]),
        shape(value) == cluster.key.shape
      {
        parts.append(cluster.expressions[at])
      } else {
        if !larger.inputs.contains(value) { larger.inputs.append(value) }
        parts.append(.input(larger.inputs.firstIndex(of: value) ?? 0))
      }
    }
    let own = expression.mapInputs { parts[$0] }
    if cluster.key.isBatched, !cluster.members.isEmpty {
      let costly = own.costlyParts
      guard !costly.isEmpty, cluster.expressions.contains(where: { !$0.costlyParts.isDisjoint(with: costly) }) else {
        return nil
      }
    }
    let size = cluster.expressions.reduce(own.nodeCount) { $0 + $1.nodeCount }
    guard
      cluster.members.isEmpty || (larger.inputs.count <= MergeMaps.largestInputCount && size <= MergeMaps.largestSize)
    else { return nil }
    larger.members.append(k)
    larger.expressions.append(own)
    return larger
  }

  /// The function with a node for each cluster, everything in an order in which it can be computed.
  mutating func rebuilt(pass: String, _ report: inout PassReport) throws -> Function {
    var rebuilder = Rebuilder(function, registry)
    // Summands are in the expressions of their sums.
    var done = Set(
      clusters.filter { $0.key.summed > 0 }.flatMap(\.members)
        .compactMap { summand(function.nodes[$0])?.results.first }.map { producer[$0.index] })
    let readers = readers(without: done)
    for k in function.nodes.indices { try emit(k, readers, &rebuilder, &done, pass, &report) }
    return try rebuilder.finish()
  }

  /// Whether a cluster is made one node.
  private func isMerged(_ c: Int) -> Bool { clusters[c].members.count > 1 || clusters[c].key.summed > 0 }

  /// Who reads a value.
  private enum Reader: Hashable {
    case nobody, cluster(Int), others

    mutating func add(_ reader: Reader) { self = self == .nobody || self == reader ? reader : .others }
  }

  /// The one cluster that reads each value, or that there are others.
  private func readers(without left: Set<Int>) -> [Reader] {
    var readers = [Reader](repeating: .nobody, count: function.types.count)
    for result in function.results { readers[result.value.index].add(.others) }
    for (k, node) in function.nodes.enumerated() where !left.contains(k) {
      if clusterOf[k] >= 0, isMerged(clusterOf[k]) { continue }
      for value in node.inputs { readers[value.index].add(.others) }
    }
    for c in clusters.indices where isMerged(c) {
      for value in clusters[c].inputs { readers[value.index].add(.cluster(c)) }
    }
    return readers
  }

  private func emit(
    _ k: Int, _ readers: [Reader], _ r: inout Rebuilder, _ done: inout Set<Int>, _ pass: String,
    _ report: inout PassReport
  ) throws {
    guard !done.contains(k) else { return }
    let c = clusterOf[k]
    guard c >= 0, isMerged(c) else {
      done.insert(k)
      for value in function.nodes[k].inputs where producer[value.index] >= 0 {
        try emit(producer[value.index], readers, &r, &done, pass, &report)
      }
      try r.copy(function.nodes[k])
      return
    }
    let cluster = clusters[c]
    done.formUnion(cluster.members)
    for value in cluster.inputs where producer[value.index] >= 0 {
      try emit(producer[value.index], readers, &r, &done, pass, &report)
    }
    let read = cluster.members.indices.filter { m in
      function.nodes[cluster.members[m]].results.contains {
        readers[$0.index] != .nobody && readers[$0.index] != .cluster(c)
      }
    }
    // What only summands read is in their expressions.
    guard !read.isEmpty else { return }
    var attributes: [String: Attribute] = ["count": .int(read.count)]
    for (at, m) in read.enumerated() { attributes["expr\(at)"] = .expression(cluster.expressions[m].simplified()) }
    let last = function.nodes[cluster.members[cluster.members.count - 1]]
    r.builder.origin = last.origin
    var inputs = try r.values(cluster.inputs)
    let isDivided = isDivided(cluster)
    if cluster.key.summed > 0 { attributes["axes"] = .int(isDivided ? 1 : cluster.key.summed) }
    if isDivided {
      let wide = [Self.parts, cluster.key.shape.reduce(1, *) / Self.parts]
      inputs = try inputs.map { r.builder.shape($0) == cluster.key.shape ? try reshaped($0, wide, &r) : $0 }
    }
    let made = try r.builder.node(
      cluster.key.summed > 0 ? "map_sums" : "maps", inputs, Attributes(attributes))
    for (at, m) in read.enumerated() {
      let node = function.nodes[cluster.members[m]]
      var value = made[at]
      if isDivided {
        value = try r.builder.one(
          "reduce", [value], ["kind": .name("sum"), "axes": .ints([0]), "keep": .bool(false)])
      }
      try r.replace(node, with: [try reshaped(value, shape(node.results[0]), &r)])
    }
    if cluster.members.count > 1 {
      let what = cluster.key.summed > 0 ? "sums" : "maps"
      report.record(pass, function, "computes \(cluster.members.count) \(what) in one pass", at: last.origin)
    }
  }

  /// Parts of a large sum, which workers can take in turns.
  private static let parts = 32

  /// Whether a cluster sums everything there is of large arrays.
  private func isDivided(_ cluster: Cluster) -> Bool {
    let count = cluster.key.shape.reduce(1, *)
    return cluster.key.summed == cluster.key.shape.count && count >= 1 << 16 && count % Self.parts == 0
      && cluster.inputs.allSatisfy {
        shape($0) == cluster.key.shape || (shape($0).count <= 2 && shape($0).allSatisfy { $0 == 1 })
      }
  }

  private func reshaped(_ value: Value, _ shape: [Int], _ r: inout Rebuilder) throws -> Value {
    r.builder.shape(value) == shape ? value : try r.builder.one("reshape", [value], ["shape": .ints(shape)])
  }
}

extension ScalarExpression {
  /// Whether it is an input as it stands.
  fileprivate var isInput: Bool { if case .input = self { true } else { false } }

  /// What is in it of functions that take many instructions.
  fileprivate var costlyParts: Set<ScalarExpression> {
    switch self {
    case .input, .constant: []
    case .unary(let f, let u): f.isCostly ? u.costlyParts.union([self]) : u.costlyParts
    case .binary(let f, let a, let b):
      f == .pow ? a.costlyParts.union(b.costlyParts).union([self]) : a.costlyParts.union(b.costlyParts)
    case .select(let c, let a, let b): c.costlyParts.union(a.costlyParts).union(b.costlyParts)
    }
  }
}

extension ScalarExpression.Unary {
  fileprivate var isCostly: Bool {
    switch self {
    case .negate, .sqrt, .rsqrt, .reciprocal, .abs, .sign, .step: false
    default: true
    }
  }
}
