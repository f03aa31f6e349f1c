/// What was observed after one epoch: one line of `observations.jsonl`.
package struct EpochObservation: Codable, Hashable, Sendable {
  /// Epoch, from 1.
  package var epoch: Int
  /// Rows that values were observed on.
  package var rows = 0
  /// Norm of the Riemannian gradient by parameter, on one training batch.
  package var gradientNorm: [String: Double] = [:]
  /// Norm by parameter.
  package var parameterNorm: [String: Double] = [:]
  /// Largest distance from the constraint by parameter that has one.
  package var residual: [String: Double] = [:]
  /// Share of matrices folded, by node and step of its normalisation.
  package var folded: [String: Double] = [:]
  /// Eigenvalues of positive definite matrices by node.
  package var eigenvalues: [String: ValueHistogram] = [:]
  /// Distances from the origin of a ball, over that of its boundary, by node.
  package var radius: [String: ValueHistogram] = [:]
  /// Where the rows lie before the head of the model.
  package var embedding: Embedding?
  /// How many rows of each class (outer) were taken for each class (inner).
  package var confusion: [[Int]]?
  /// Why nothing was observed.
  package var problem: String?

  /// Rows in a plane.
  package struct Embedding: Codable, Hashable, Sendable {
    /// The value that is shown: `vech_1`.
    package var of: String
    /// Whether the plane is the unit disc and points are where they are; otherwise its axes are the principal ones.
    package var isDisc: Bool
    /// Share of the variance along each axis; empty for a disc.
    package var share: [Double]
    /// Two coordinates by row.
    package var points: [[Double]]
    /// Class by row; empty where rows have none.
    package var classes: [Int]

    private enum CodingKeys: String, CodingKey {
      case of, share, points, classes
      case isDisc = "is_disc"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case epoch, rows, residual, folded, eigenvalues, radius, embedding, confusion, problem
    case gradientNorm = "gradient_norm"
    case parameterNorm = "parameter_norm"
  }

  /// An empty observation.
  package init(epoch: Int) { self.epoch = epoch }
}

/// How often values fall into steps of equal width, on a scale that is the same for every epoch.
package struct ValueHistogram: Codable, Hashable, Sendable {
  /// Number of the first step; step k goes from k·width to (k + 1)·width.
  package var first: Int
  /// Width of a step: of the decimal logarithm where `isLogarithmic`.
  package var width: Double
  /// Values in each step.
  package var counts: [Int]
  /// Smallest and largest value.
  package var range: [Double]
  /// Geometric mean of the k-th smallest eigenvalue, for each k; empty for other values.
  package var spectrum: [Double]

  /// A histogram of numbers, on a logarithmic scale where they are eigenvalues, `perPoint` of each matrix.
  package init(_ values: [Double], isLogarithmic: Bool, perPoint: Int = 1) {
    let width = isLogarithmic ? 0.05 : 0.02
    let finite = values.filter(\.isFinite)
    let scaled = finite.map { isLogarithmic ? Self.decimalLogarithm($0) : $0 }
    let steps = scaled.map { x -> Int in
      let step = Int((min(max(x, -30), 30) / width - (isLogarithmic ? 0 : 1e-9)).rounded(.down))
      // A point on the boundary belongs to the last step, the origin to the first.
      return isLogarithmic ? step : max(0, step)
    }
    let first = steps.min() ?? 0
    var counts = [Int](repeating: 0, count: finite.isEmpty ? 0 : (steps.max() ?? 0) - first + 1)
    for step in steps { counts[step - first] += 1 }
    (self.width, self.first, self.counts) = (width, first, counts)
    range = finite.isEmpty ? [] : [finite.min() ?? 0, finite.max() ?? 0].map(\.short)
    spectrum = []
    guard isLogarithmic, perPoint > 0, values.count % perPoint == 0, finite.count == values.count, !values.isEmpty
    else {
      return
    }
    var sums = [Double](repeating: 0, count: perPoint)
    for start in stride(from: 0, to: scaled.count, by: perPoint) {
      for (k, x) in scaled[start..<start + perPoint].sorted().enumerated() { sums[k] += x }
    }
    spectrum = sums.map { exponential($0 / Double(values.count / perPoint)).short }
  }

  private static func decimalLogarithm(_ x: Double) -> Double { x > 0 ? logarithm(x) : -30 }
}
