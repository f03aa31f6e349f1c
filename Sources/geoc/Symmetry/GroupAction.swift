import GeocIR

/// A matrix group, or a group of permutations, with its standard action on values.
struct ActingGroup {
  /// The group's kind; `n` is the size of its matrices, or how many things it permutes.
  enum Kind: String, CaseIterable {
    case orthogonal = "O"
    case rotations = "SO"
    case motions = "E"
    case properMotions = "SE"
    case linear = "GL"
    case permutations = "S"
  }

  let kind: Kind
  let n: Int

  /// Reads `SO(3)`; nil for what is no such group.
  init?(_ text: String) {
    guard let match = text.wholeMatch(of: /\s*([A-Z]+)\+?\(\s*(\d+)\s*\)\s*/),
      let kind = Kind(rawValue: String(match.1)),
      let n = Int(match.2), (1...64).contains(n)
    else { return nil }
    (self.kind, self.n) = (kind, n)
  }

  /// How an element moves one value.
  enum Action {
    /// Nothing moves: numbers and class indices.
    case fixed
    /// x ↦ g x on the last axis.
    case vectors
    /// x ↦ g x + t on the last axis.
    case points
    /// x ↦ g x gᵀ on the last two axes.
    case congruence
    /// x ↦ g x on the axis before the last.
    case frames
    /// The first axis in another order.
    case rows
  }

  /// The action on values of a type; nil where there is none, or more than one that could be meant.
  func action(on type: GeoType) -> Action? {
    let (space, sizes) = (type.space.name, type.space.sizes)
    switch kind {
    case .permutations:
      if space == "Cloud" { return sizes.first == n ? .rows : .fixed }
      return type.isReal ? (type.field.count > 1 && type.field.first == n ? .rows : .fixed) : isFixed(space)
    case .motions, .properMotions:
      if space == "Cloud" { return sizes.last == n ? .points : nil }
      // An array of that many numbers may be a point, which a motion moves, or a vector, which it only turns.
      return type.isReal ? (type.field.last == n ? nil : .fixed) : isFixed(space)
    case .orthogonal, .rotations, .linear:
      switch space {
      case "SPD", "Sym": return sizes.first == n ? .congruence : nil
      case "Sphere", "Ball": return sizes.first == n && kind != .linear ? .vectors : nil
      case "Cloud": return sizes.last == n ? .vectors : nil
      case "Stiefel", "Grassmann": return sizes.first == n && kind != .linear ? .frames : nil
      default: return type.isReal ? (type.field.last == n ? .vectors : .fixed) : isFixed(space)
      }
    }
  }

  private func isFixed(_ space: String) -> Action? { space == "Label" ? .fixed : nil }
}

/// One element of a group.
struct GroupElement {
  /// [n, n]; empty for a permutation.
  var matrix: [Double] = []
  /// [n]; zero where nothing is moved along.
  var translation: [Double] = []
  var order: [Int] = []
  let n: Int

  /// A random element.
  init(of group: ActingGroup, _ samples: inout SampleData) {
    n = group.n
    switch group.kind {
    case .permutations:
      order = Array(0..<n)
      for k in stride(from: n - 1, to: 0, by: -1) { order.swapAt(k, Int(samples.uniform() * Double(k + 1))) }
    case .linear:
      // A product of rotations and stretches, well conditioned.
      let (left, right) = (
        Self.orthogonal(n, reflections: 2 * n, &samples), Self.orthogonal(n, reflections: 2 * n, &samples)
      )
      let stretches = (0..<n).map { _ in 0.5 + samples.uniform() }
      let middle = right.enumerated().map { $0.element * stretches[$0.offset / n] }
      matrix = Self.product(left, middle, n)
    case .orthogonal, .motions:
      matrix = Self.orthogonal(n, reflections: 2 * n + (samples.uniform() < 0.5 ? 1 : 0), &samples)
    case .rotations, .properMotions:
      matrix = Self.orthogonal(n, reflections: 2 * n, &samples)
    }
    translation = (0..<n).map { _ in samples.normal() }
  }

  /// A product of reflections: a rotation if their number is even.
  private static func orthogonal(_ n: Int, reflections: Int, _ samples: inout SampleData) -> [Double] {
    var q = (0..<(n * n)).map { $0 % (n + 1) == 0 ? 1.0 : 0 }
    for _ in 0..<reflections {
      let v = (0..<n).map { _ in samples.normal() }
      let square = max(v.reduce(0) { $0 + $1 * $1 }, 1e-300)
      for column in 0..<n {
        let along = 2 * (0..<n).reduce(0) { $0 + v[$1] * q[$1 * n + column] } / square
        for row in 0..<n { q[row * n + column] -= along * v[row] }
      }
    }
    return q
  }

  private static func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    (0..<(n * n)).map { e in (0..<n).reduce(0) { $0 + a[e / n * n + $1] * b[$1 * n + e % n] } }
  }

  /// Items of shape `shape` [..., items of the action], moved.
  func moved(_ values: [Double], shape: [Int], by action: ActingGroup.Action) -> [Double] {
    switch action {
    case .fixed: return values
    case .vectors, .points:
      var result = values
      for start in stride(from: 0, to: values.count, by: n) {
        for i in 0..<n {
          result[start + i] =
            (0..<n).reduce(action == .points ? translation[i] : 0) { $0 + matrix[i * n + $1] * values[start + $1] }
        }
      }
      return result
    case .congruence:
      var result = values
      for start in stride(from: 0, to: values.count, by: n * n) {
        let x = Array(values[start..<(start + n * n)])
        let transposed = (0..<(n * n)).map { matrix[$0 % n * n + $0 / n] }
        let moved = Self.product(Self.product(matrix, x, n), transposed, n)
        // Exactly symmetric, as the space wants it.
        for i in 0..<n { for j in 0..<n { result[start + i * n + j] = (moved[i * n + j] + moved[j * n + i]) / 2 } }
      }
      return result
    case .frames:
      let p = shape.last ?? 1
      var result = values
      for start in stride(from: 0, to: values.count, by: n * p) {
        for i in 0..<n {
          for j in 0..<p {
            result[start + i * p + j] = (0..<n).reduce(0) { $0 + matrix[i * n + $1] * values[start + $1 * p + j] }
          }
        }
      }
      return result
    case .rows:
      let width = shape.dropFirst().reduce(1, *)
      return stride(from: 0, to: values.count, by: n * width).flatMap { start in
        order.flatMap { values[(start + $0 * width)..<(start + ($0 + 1) * width)] }
      }
    }
  }
}
