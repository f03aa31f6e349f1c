import Glibc

/// Mean and variance of the elements of a value at initialisation: over samples, features, and the weights that a network
/// may start with.
package struct Moments: Hashable, Sendable {
  /// Mean.
  package var mean: Double
  /// Variance.
  package var variance: Double

  /// The mean of squares.
  package var second: Double { variance + mean * mean }

  /// Moments by their parts.
  package init(mean: Double, variance: Double) {
    self.mean = mean
    self.variance = variance
  }

  /// Moments by mean and mean of squares.
  package init(mean: Double, second: Double) { self.init(mean: mean, variance: max(0, second - mean * mean)) }

  /// Moments of f(z) for Gaussian z of these moments, by the trapezoid rule over ten deviations on both sides; the rule
  /// is exact to rounding for smooth f.
  package func image(_ f: (Double) -> Double) -> Moments {
    let deviation = variance.squareRoot()
    guard deviation > 0 else { return Moments(mean: f(mean), variance: 0) }
    let step = 0.01
    var (weight, first, second) = (0.0, 0.0, 0.0)
    for k in -1000...1000 {
      let t = Double(k) * step
      let density = exp(-t * t / 2)
      let y = f(mean + deviation * t)
      weight += density
      first += density * y
      second += density * y * y
    }
    return Moments(mean: first / weight, second: second / weight)
  }
}

/// What an op does to the moments of values.
package struct MomentTransfer: Sendable {
  /// Moments of the results, in order; nil, or missing, where nothing is known.
  package var results: [Moments?]
  /// Why values do not keep mean and variance by themselves in a net with this op, a clause; nil where they may.
  package var obstacle: String?
  /// What to do about it.
  package var help: String?
  /// Whether the first result has mean 0 whatever goes in, by weights that are its own.
  package var isCentred: Bool
  /// Whether the first result changes its sign with the first input.
  package var isOdd: Bool

  /// A transfer by its parts.
  package init(
    _ results: [Moments?], obstacle: String? = nil, help: String? = nil, isCentred: Bool = false, isOdd: Bool = false
  ) {
    self.results = results
    self.obstacle = obstacle
    self.help = help
    self.isCentred = isCentred
    self.isOdd = isOdd
  }
}

/// A node as a rule of moments sees it. Modes are those of training.
package struct MomentContext: Sendable {
  /// The node.
  package let node: OpContext
  /// Moments of its inputs, weights and states.
  package let inputs: [Moments?]
  /// Whether any two of its inputs are uncorrelated.
  package let areUncorrelated: Bool

  /// A context by its parts.
  package init(node: OpContext, inputs: [Moments?], areUncorrelated: Bool) {
    self.node = node
    self.inputs = inputs
    self.areUncorrelated = areUncorrelated
  }

  /// Moments of the first input.
  package var input: Moments? { inputs.first ?? nil }

  /// Moments of an operand by name; nil where there is no such operand.
  package func moments(_ name: String) -> Moments? { node.index(name).flatMap { inputs[$0] } }

  /// Moments of the sum of `count` products of an input and the weight `weight`, with `bias` added: features may be
  /// correlated where weights have mean 0. `share` is the share of the products that are there.
  package func weightedSum(_ count: Int, share: Double = 1) -> MomentTransfer {
    guard let w = moments("weight") else { return MomentTransfer([nil]) }
    let b = node.has("bias") ? moments("bias") : Moments(mean: 0, variance: 0)
    let n = Double(count)
    let (omega, tau) = (n * w.mean, n * w.second)
    var obstacle: String?
    if abs(omega) > 0.1 || !(0.95...1.1).contains(tau) {
      obstacle = "its weights start with fan-in × variance \(Self.short(tau)), not 1"
    } else if let b, b.second > 0 {
      obstacle = "its bias does not start at 0"
    }
    let start = node.attributes.name("init")
    if obstacle != nil, !start.isEmpty { obstacle = "\(obstacle ?? "") (init: \(start))" }
    var result: Moments?
    if let x = input, let b {
      let each = w.variance * x.second + w.mean * w.mean * x.variance
      result = Moments(mean: share * omega * x.mean + b.mean, variance: share * n * each + b.variance)
    }
    return MomentTransfer(
      [result], obstacle: obstacle, help: obstacle.map { _ in "write 'init: lecun_normal'" },
      isCentred: w.mean == 0 && b?.mean == 0)
  }

  /// Moments of normalised values, scaled and shifted by the weights `weight` and `bias` where they are there.
  package func normalized(_ x: Moments?) -> MomentTransfer {
    let scale = moments("weight") ?? Moments(mean: 1, variance: 0)
    let offset = moments("bias") ?? Moments(mean: 0, variance: 0)
    let y = x.map { x -> Moments in
      let mean = scale.mean * x.mean
      let variance = scale.second * x.second - mean * mean
      return Moments(mean: mean + offset.mean, variance: variance + offset.variance)
    }
    return MomentTransfer([y], obstacle: "it normalises, so that the net need not", isOdd: offset.second == 0)
  }

  /// A number as sentences show it.
  package static func short(_ x: Double) -> String {
    let text = String(Double((x * 1000).rounded() / 1000))
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
