/// A layer whose result is linear in its weights, for data that do not depend on them.
package protocol LinearInWeights: Op {
  /// For each weight what it is multiplied with: result element (r, k) is Σ_w Σ_j w[k, j] factor[r, j], with the result
  /// seen as [R, K], the weight as [K, n] and its factor, of one item, as [R, n].
  static func factors(_ b: inout Builder, _ c: OpContext) throws -> [WeightFactor]
}

/// A weight of a layer that is linear in it, and its factor.
package struct WeightFactor: Sendable {
  /// The weight.
  package var weight: Value
  /// What it is multiplied with, [R, n].
  package var factor: Value

  /// A weight with its factor.
  package init(weight: Value, factor: Value) {
    self.weight = weight
    self.factor = factor
  }
}
