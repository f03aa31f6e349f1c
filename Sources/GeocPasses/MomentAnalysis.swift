import GeocIR

/// Follows mean and variance of values through a network as it starts: each op has a rule of its own (`Op.moments`), and
/// a value that no rule knows is unknown, as is what comes of it.
///
/// Inputs are taken as standardised. Sums of many terms count as Gaussian, as in the mean-field theory of wide layers.
package struct MomentAnalysis: Sendable {
  /// One value.
  package struct Row: Sendable {
    /// Name of the value.
    package var name: String
    /// Where its node stands.
    package var origin: Origin
    /// Its moments; nil where they are unknown.
    package var moments: Moments?
  }

  /// What breaks self-normalisation.
  package struct Problem: Hashable, Sendable {
    /// The node.
    package var name: String
    /// Where it stands.
    package var origin: Origin
    /// Why, a clause.
    package var reason: String
    /// What to do about it.
    package var help: String?
  }

  /// First results of nodes, in order.
  package private(set) var rows: [Row] = []
  /// Why the net is not self-normalising, in order; empty where it is.
  package private(set) var problems: [Problem] = []
  /// Whether a layer has a fixed point of mean and variance, so that the net may be self-normalising.
  package private(set) var hasFixedPoint = false
  /// Whether there is any nonlinearity, so that the question makes sense.
  package private(set) var hasActivation = false
  /// Inputs that are taken as standardised and lead to a layer with a fixed point.
  package private(set) var inputs: [String] = []

  /// What is known of a value.
  private struct Fact {
    var moments: Moments?
    /// Weights that it depends on.
    var depends: Set<Value> = []
    /// Weights of which it is an odd function, so that it is uncorrelated with whatever does not depend on them.
    var centred: Set<Value> = []
  }

  private let function: Function
  private let registry: OpRegistry
  private var facts: [Fact]
  /// Whether an op with a fixed point makes a value.
  private var isFixed: [Bool]

  /// The analysis of `forward`. Throws `InternalError`.
  package init(_ forward: Function, registry: OpRegistry) throws {
    function = forward
    self.registry = registry
    facts = [Fact](repeating: Fact(), count: forward.types.count)
    isFixed = [Bool](repeating: false, count: forward.types.count)
    for p in forward.parameters {
      let type = forward.type(p.value)
      switch p.kind {
      case .input where type.isReal: facts[p.value.index].moments = Moments(mean: 0, variance: 1)
      case .param:
        facts[p.value.index] = Fact(moments: start(p), depends: [p.value])
      default: break
      }
    }
    let leads = leadingToFixedPoints()
    inputs = forward.parameters.filter { $0.kind == .input && leads[$0.value.index] }.map(\.name)
    for node in forward.nodes { try follow(node, leads) }
  }

  /// Moments of a parameter as its initialiser makes it.
  private func start(_ p: Parameter) -> Moments? {
    let parts = p.initial.split(separator: "(", maxSplits: 1)
    let initializer = registry.initializers[parts.first.map(String.init) ?? "zeros"]
    let shape = registry.spaces.shape(function.type(p.value))
    return initializer?.moments(shape, argument: parts.count > 1 ? String(parts[1].dropLast()) : "")
  }

  /// Values that a nonlinearity with a fixed point depends on.
  private mutating func leadingToFixedPoints() -> [Bool] {
    var leads = [Bool](repeating: false, count: function.types.count)
    for node in function.nodes.reversed() {
      if isActivation(node) { hasActivation = true }
      let isFixed = isActivation(node) && registry[node.op]?.fixedPoint(node.attributes) != nil
      if isFixed { hasFixedPoint = true }
      guard isFixed || node.results.contains(where: { leads[$0.index] }) else { continue }
      for value in node.inputs { leads[value.index] = true }
    }
    return leads
  }

  private func isActivation(_ node: Node) -> Bool { registry[node.op]?.traits.contains(.activation) == true }

  private mutating func follow(_ node: Node, _ leads: [Bool]) throws {
    guard let op = registry[node.op], let result = node.results.first else { return }
    let context = MomentContext(
      node: try registry.context(node, in: function), inputs: node.inputs.map { facts[$0.index].moments },
      areUncorrelated: areUncorrelated(node.inputs.filter { function.type($0).isBatched }))
    let transfer = try op.moments(context)
    isFixed[result.index] = op.fixedPoint(node.attributes) != nil
    let depends = node.inputs.reduce(into: Set<Value>()) { $0.formUnion(facts[$1.index].depends) }
    for (k, value) in node.results.enumerated() {
      facts[value.index] = Fact(
        moments: transfer.flatMap { k < $0.results.count ? $0.results[k] : nil }, depends: depends)
    }
    if let transfer, transfer.isCentred {
      let own = node.inputs.filter { facts[$0.index].depends == [$0] }
      let before = node.inputs.filter { !own.contains($0) }.reduce(into: Set<Value>()) {
        $0.formUnion(facts[$1.index].depends)
      }
      facts[result.index].centred = Set(own).subtracting(before)
    } else if transfer?.isOdd == true, let first = node.inputs.first {
      let others = node.inputs.dropFirst().reduce(into: Set<Value>()) { $0.formUnion(facts[$1.index].depends) }
      facts[result.index].centred = facts[first.index].centred.subtracting(others)
    }
    guard function.type(result).isBatched, function.type(result).isReal, !op.traits.contains(.loss) else { return }
    rows.append(Row(name: name(node), origin: node.origin, moments: facts[result.index].moments))
    judge(node, op, transfer, leads)
  }

  private func areUncorrelated(_ values: [Value]) -> Bool {
    for (k, a) in values.enumerated() {
      for b in values[(k + 1)...] {
        let (x, y) = (facts[a.index], facts[b.index])
        guard !x.centred.isSubset(of: y.depends) || !y.centred.isSubset(of: x.depends) else { return false }
      }
    }
    return true
  }

  private func name(_ node: Node) -> String {
    let own = node.results.first.map { function.names[$0.index] } ?? ""
    return own.isEmpty ? node.op : own
  }

  /// Notes why a node breaks self-normalisation, where it stands in front of a layer with a fixed point or reads one.
  private mutating func judge(_ node: Node, _ op: any Op.Type, _ transfer: MomentTransfer?, _ leads: [Bool]) {
    func note(_ reason: String, _ help: String? = nil) {
      problems.append(Problem(name: name(node), origin: node.origin, reason: reason, help: help))
    }
    guard hasFixedPoint else {
      if isActivation(node), problems.isEmpty {
        note(transfer?.obstacle ?? "it has no fixed point of mean and variance")
      }
      return
    }
    let readsFixed = node.inputs.contains { isFixed[$0.index] }
    let leadsOn = node.results.contains { leads[$0.index] }
    if let obstacle = transfer?.obstacle, leadsOn || (readsFixed && !op.traits.contains(.affine)) {
      note(obstacle, transfer?.help)
      return
    }
    guard isActivation(node), let fixed = op.fixedPoint(node.attributes), problems.isEmpty, let x = node.inputs.first
    else { return }
    guard let found = facts[x.index].moments else {
      note("mean and variance of what it reads are not known")
      return
    }
    // The box of Theorem 1, for the sum in front of the layer.
    let isNear = abs(found.mean - fixed.mean) <= 0.1 * fixed.variance.squareRoot() + 1e-9
    if !isNear || !(0.76...1.65).contains(found.variance / fixed.variance) {
      func short(_ x: Double) -> String { MomentContext.short(x) }
      note(
        "it reads mean \(short(found.mean)) and variance \(short(found.variance)), too far from \(short(fixed.mean)) "
          + "and \(short(fixed.variance))")
    }
  }
}
