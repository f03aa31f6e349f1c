import GeocIR

/// What is proved of the scale of one weight.
package struct ScaleProof: Hashable, Sendable {
  /// How much is proved.
  package var invariance: ScaleInvariance
  /// The small constants ε of norms that the proof leaves out, ascending: it holds up to them.
  package var guards: [Double]
  /// The spec node at which the scale stops to be tracked, or the result that it reaches; empty where the proof succeeds.
  package var obstacle: String
  /// Whether the obstacle is a result, which is multiplied by a power of the scale.
  package var reachesResult = false
}

/// Proves which weights are scale-invariant: the loss of a training step is the same for c·w with any c > 0, for the
/// whole tensor (`layer`) or with a number for each index of its first axis (`channel`).
///
/// Every value of the expanded forward is followed as c^k times itself. An op that keeps no such power (a bias after the
/// product, a tanh before the norm) ends the proof, and what ends it is kept for the report. A constant up to 10⁻³ that
/// guards a root or a denominator counts as zero, as in the papers on normalised nets; the proof names it. A value that
/// `stop_gradient` holds back must not scale at all, because then the gradient is not that of the function.
package enum ScaleAnalysis {
  /// Largest constant that counts as a guard of a root or a denominator.
  static let largestGuard = 1e-3

  /// A proof for every real weight of `forward`, by name, for its loss, or without one for its outputs.
  /// Throws `InternalError`.
  package static func proofs(_ forward: Function, registry: OpRegistry) throws -> [String: ScaleProof] {
    let hasLoss = forward.result("loss") != nil
    let training = try Specialize.run(forward, name: "scale", mode: "train", registry: registry) {
      hasLoss ? $0 == "loss" : !$0.hasPrefix("state.")
    }
    let core = try Expand.expanded(training, registry) { $0.traits.contains(.constant) }
    var proofs: [String: ScaleProof] = [:]
    for p in forward.parameters where p.kind == .param && forward.type(p.value).isReal {
      guard let own = core.parameter(p.name) else { continue }
      let shape = registry.spaces.shape(core.type(own.value))
      var proof = layerProof([own.value], core, registry)
      if proof.invariance == .layer, shape.count > 1 {
        var channel = ScaleWalk(core, registry, weights: [own.value], channels: shape[0])
        if channel.isInvariant() { proof.invariance = .channel }
      }
      proofs[p.name] = proof
    }
    return proofs
  }

  /// A proof that one number may multiply all of several weights at once. Throws `InternalError`.
  package static func jointProof(_ names: [String], of forward: Function, registry: OpRegistry) throws -> ScaleProof {
    let training = try Specialize.run(forward, name: "scale", mode: "train", registry: registry) { $0 == "loss" }
    let core = try Expand.expanded(training, registry) { $0.traits.contains(.constant) }
    return layerProof(names.compactMap { core.parameter($0)?.value }, core, registry)
  }

  private static func layerProof(_ weights: [Value], _ core: Function, _ registry: OpRegistry) -> ScaleProof {
    var walk = ScaleWalk(core, registry, weights: weights, channels: 1)
    return walk.isInvariant()
      ? ScaleProof(invariance: .layer, guards: walk.guards.sorted(), obstacle: "")
      : ScaleProof(
        invariance: .unproved, guards: [], obstacle: walk.obstacle, reachesResult: walk.reachesResult)
  }
}

/// One walk through a function with some weights multiplied.
private struct ScaleWalk {
  /// How a value changes.
  enum Scaling: Hashable {
    /// Not at all.
    case fixed
    /// Element e by c^degree, c being the number of channel (e / stride) mod `channels`.
    case power(Double, stride: Int)
    /// In another way.
    case other
  }

  let function: Function
  let registry: OpRegistry
  let weights: [Value]
  let channels: Int
  var guards: Set<Double> = []
  var obstacle = ""
  var reachesResult = false

  init(_ function: Function, _ registry: OpRegistry, weights: [Value], channels: Int) {
    self.function = function
    self.registry = registry
    self.weights = weights
    self.channels = channels
  }

  private func shape(_ value: Value) -> [Int] { registry.spaces.shape(function.type(value)) }

  /// Whether the results stay.
  mutating func isInvariant() -> Bool {
    var table = [Scaling](repeating: .fixed, count: function.types.count)
    for weight in weights {
      // As a whole, every element counts alike.
      let stride = channels == 1 ? 1 : shape(weight).dropFirst().reduce(1, *)
      table[weight.index] = .power(1, stride: stride)
    }
    for node in function.nodes {
      let inputs = node.inputs.map { table[$0.index] }
      guard inputs.contains(where: { $0 != .fixed }) else { continue }
      let results = inputs.contains(.other) ? nil : scaling(node, inputs)
      for (k, value) in node.results.enumerated() {
        table[value.index] = results.map { $0[min(k, $0.count - 1)] } ?? .other
      }
      if results == nil, !inputs.contains(.other), obstacle.isEmpty { obstacle = name(node) }
    }
    for result in function.results where table[result.value.index] != .fixed {
      if case .power = table[result.value.index], obstacle.isEmpty { (obstacle, reachesResult) = (result.name, true) }
      return false
    }
    return true
  }

  private func name(_ node: Node) -> String { node.origin.path.isEmpty ? node.op : node.origin.path }

  /// How the results of a node scale, the last one standing for those behind it; nil for "in another way".
  private mutating func scaling(_ node: Node, _ inputs: [Scaling]) -> [Scaling]? {
    guard let result = node.results.first else { return nil }
    let degrees = inputs.map(degree)
    func whole(_ total: Double) -> [Scaling]? { channels == 1 ? [made(total, stride: 1)] : nil }
    switch node.op {
    case "random_uniform": return [.fixed]
    case "map":
      guard let f = node.attributes.expression("expr"), let total = exponent(f, degrees, isGuard: false) else {
        return nil
      }
      return broadcast(node, inputs, total ?? 0, to: shape(result))
    case "broadcast", "spread": return broadcast(node, inputs, degrees[0], to: shape(result))
    case "reshape", "as_type", "batch_sum", "reduce", "permute", "transpose", "slice", "pad":
      return moved(node, inputs[0], from: shape(node.inputs[0]), to: shape(result)).map { [$0] }
    case "concat", "scatter", "vech", "unvech", "unpack_triangle", "diagonal", "diagonal_matrix", "sym", "eigvals",
      "unfold":
      return Set(degrees).count == 1 ? whole(degrees[0]) : nil
    case "matmul": return product(node, inputs, degrees, to: shape(result))
    case "convolve":
      guard channels > 1 else { return whole(degrees[0] + degrees[1]) }
      let axis = node.attributes.bool("points") ? shape(node.inputs[1]).count - 1 : 0
      guard inputs[0] == .fixed, self.axis(inputs[1], shape(node.inputs[1])) == axis else { return nil }
      let target = node.attributes.bool("points") ? shape(result).count - 1 : 0
      return at(target, of: shape(result), degrees[1]).map { [$0] }
    case "congruence": return whole(2 * degrees[0] + degrees[1])
    case "syrk", "scatter_matrix": return whole(2 * degrees[0])
    case "cholesky": return whole(degrees[0] / 2)
    case "solve", "trsolve": return whole(degrees[1] - degrees[0])
    case "qr", "svd_polar": return whole(0)
    case "eigh": return channels == 1 ? [made(degrees[0], stride: 1), .fixed] : nil
    default: return nil
    }
  }

  private func degree(_ scaling: Scaling) -> Double { if case .power(let k, _) = scaling { k } else { 0 } }
  private func made(_ degree: Double, stride: Int) -> Scaling { degree == 0 ? .fixed : .power(degree, stride: stride) }

  /// The axis that the channels of a value run along; nil where they run along none.
  private func axis(_ scaling: Scaling, _ shape: [Int]) -> Int? {
    guard case .power(_, let stride) = scaling else { return nil }
    var inner = 1
    for axis in shape.indices.reversed() {
      if inner == stride, shape[axis] == channels { return axis }
      inner *= shape[axis]
    }
    return nil
  }

  /// A power whose channels run along `axis`.
  private func at(_ axis: Int, of shape: [Int], _ degree: Double) -> Scaling? {
    guard shape.indices.contains(axis), shape[axis] == channels else { return nil }
    return made(degree, stride: shape[(axis + 1)...].reduce(1, *))
  }

  /// The result of an elementwise op: the channels of all inputs must meet on one axis.
  private func broadcast(_ node: Node, _ inputs: [Scaling], _ total: Double, to result: [Int]) -> [Scaling]? {
    guard channels > 1 else { return [made(total, stride: 1)] }
    var strides: Set<Int> = []
    for (value, scaling) in zip(node.inputs, inputs) {
      guard case .power(_, let stride) = scaling else { continue }
      let own = shape(value)
      if own == result {
        strides.insert(stride)
      } else if let axis = axis(scaling, own),
        case .power(_, let moved)? = at(axis + result.count - own.count, of: result, 1)
      {
        strides.insert(moved)
      } else {
        return nil
      }
    }
    guard let stride = strides.first, strides.count == 1 else { return nil }
    return [made(total, stride: stride)]
  }

  /// The result of an op that moves or adds up elements of one input.
  private func moved(_ node: Node, _ input: Scaling, from: [Int], to: [Int]) -> Scaling? {
    guard channels > 1 else { return made(degree(input), stride: 1) }
    if ["reshape", "as_type", "batch_sum"].contains(node.op) { return input }
    guard var axis = axis(input, from) else { return nil }
    switch node.op {
    case "reduce":
      let axes = node.attributes.ints("axes")
      if axes.contains(axis) { return nil }
      if !node.attributes.bool("keep") { axis -= axes.count { $0 < axis } }
    case "permute":
      guard let target = node.attributes.ints("order").firstIndex(of: axis) else { return nil }
      axis = target
    case "transpose":
      if axis == from.count - 1 { axis -= 1 } else if axis == from.count - 2 { axis += 1 }
    default:
      if node.attributes.int("axis") == axis { return nil }
    }
    return at(axis, of: to, degree(input))
  }

  /// The result of a product of matrices: channels may run along rows, columns or leading axes, not along what is summed.
  private func product(_ node: Node, _ inputs: [Scaling], _ degrees: [Double], to result: [Int]) -> [Scaling]? {
    guard channels > 1 else { return [made(degrees[0] + degrees[1], stride: 1)] }
    var found: Set<Scaling> = []
    for (k, scaling) in inputs.enumerated() where scaling != .fixed {
      let own = shape(node.inputs[k])
      guard let axis = axis(scaling, own) else { return nil }
      let isTransposed = node.attributes.bool(k == 0 ? "ta" : "tb")
      var target = axis + result.count - own.count
      if axis >= own.count - 2 {
        let isRow = (axis == own.count - 2) != isTransposed
        guard isRow == (k == 0) else { return nil }
        target = k == 0 ? result.count - 2 : result.count - 1
      }
      guard let made = at(target, of: result, degrees[0] + degrees[1]) else { return nil }
      found.insert(made)
    }
    return found.count == 1 ? Array(found) : nil
  }

  /// The power that an expression of inputs of given powers has: nil where it has none, `.some(nil)` for the constant 0,
  /// which has every power. `isGuard` holds under roots and in denominators.
  private mutating func exponent(_ e: ScalarExpression, _ inputs: [Double], isGuard: Bool) -> Double?? {
    switch e {
    case .input(let k): return inputs.indices.contains(k) ? .some(inputs[k]) : nil
    case .constant(let x): return x == 0 ? .some(nil) : .some(0)
    case .unary(let f, let a):
      let isRoot = f == .sqrt || f == .rsqrt || f == .reciprocal
      guard let inner = exponent(a, inputs, isGuard: isRoot || (isGuard && f == .negate)) else { return nil }
      switch f {
      case .negate, .abs: return inner
      case .sqrt: return inner.map { $0 / 2 }
      case .rsqrt: return .some((inner ?? 0) * -0.5)
      case .reciprocal: return .some(-(inner ?? 0))
      case .sign, .step: return .some(0)
      default: return inner ?? 0 == 0 ? .some(0) : nil
      }
    case .binary(let f, let a, let b):
      guard let x = exponent(a, inputs, isGuard: isGuard && f != .less) else { return nil }
      if f == .pow {
        guard case .constant(let p) = b else {
          return x ?? 0 == 0 && exponent(b, inputs, isGuard: false) == .some(0) ? .some(0) : nil
        }
        return x.map { $0 * p }
      }
      guard let y = exponent(b, inputs, isGuard: f == .divide || (isGuard && f != .less)) else { return nil }
      switch f {
      case .multiply:
        guard let x, let y else { return .some(nil) }
        return .some(x + y)
      case .divide:
        guard let x else { return .some(nil) }
        return .some(x - (y ?? 0))
      case .less: return x == nil || y == nil || x == y ? .some(0) : nil
      case .add, .subtract, .min, .max:
        guard let x else { return .some(y) }
        guard let y else { return .some(x) }
        if x == y { return .some(x) }
        guard isGuard, f == .add || f == .max else { return nil }
        if leavesOut(b) { return .some(x) }
        return leavesOut(a) ? .some(y) : nil
      default: return x ?? 0 == 0 && y ?? 0 == 0 ? .some(0) : nil
      }
    case .select(let c, let a, let b):
      guard let test = exponent(c, inputs, isGuard: false), test ?? 0 == 0,
        let x = exponent(a, inputs, isGuard: isGuard), let y = exponent(b, inputs, isGuard: isGuard)
      else { return nil }
      guard let x else { return .some(y) }
      return y == nil || x == y ? .some(x) : nil
    }
  }

  /// Whether an expression is a small positive constant; then it is noted.
  private mutating func leavesOut(_ e: ScalarExpression) -> Bool {
    guard case .constant(let x) = e, x > 0, x <= ScaleAnalysis.largestGuard else { return false }
    guards.insert(x)
    return true
  }
}
